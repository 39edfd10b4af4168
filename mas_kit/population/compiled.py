"""What columns compute with: compiled twins of Python's arithmetic, errors included.

Python's functions call the C library; so do these, by names that the compiler does not know, because what it
knows (exp, pow, sin) it replaces by its own, which differ in the last bit. Whole numbers are checked, since
they have 64 bits here and any number of bits in Python.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import math
import sys
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

_LIBRARY = ctypes.CDLL("ucrtbase") if sys.platform == "win32" else ctypes.CDLL(None)
# Without reference counts: nothing here allocates, and counting for each agent takes longer than most rules.
_inline = njit(error_model="python", forceinline=True, _nrt=False)
_plain = njit(error_model="python", _nrt=False)
BIG = 2.0**63
EXACT = 2**53


def _c(name: str, arguments: int = 1) -> Any:
    """A function of the C library under a name of our own."""
    symbol = f"mas_kit_{name}"
    llvm.add_symbol(symbol, ctypes.cast(getattr(_LIBRARY, name), ctypes.c_void_p).value)
    return types.ExternalFunction(symbol, types.float64(*[types.float64] * arguments))


_pow, _fmod, _atan2 = _c("pow", 2), _c("fmod", 2), _c("atan2", 2)


def _one(name: str, overflows: bool = False) -> Any:
    """A function of one number with the errors that Python's has."""
    function = _c(name)

    def call(x: float) -> float:
        y = function(x)
        if math.isnan(y) and not math.isnan(x):
            raise ValueError("math domain error")
        if math.isinf(y) and not math.isinf(x):
            if overflows:
                raise OverflowError("math range error")
            raise ValueError("math domain error")
        return y

    call.__name__ = name
    return _plain(call)


exp, expm1 = _one("exp", True), _one("expm1", True)
sinh, cosh = _one("sinh", True), _one("cosh", True)
log, log2, log10, log1p = _one("log"), _one("log2"), _one("log10"), _one("log1p")
sin, cos, tan = _one("sin"), _one("cos"), _one("tan")
asin, acos, atan = _one("asin"), _one("acos"), _one("atan")
tanh, asinh, acosh, atanh = _one("tanh"), _one("asinh"), _one("acosh"), _one("atanh")


@_inline
def sqrt(x: float) -> float:
    if x < 0.0:
        raise ValueError("math domain error")
    return math.sqrt(x)


@_inline
def fabs(x: float) -> float:
    return abs(x)


@_inline
def degrees(x: float) -> float:
    return x * (180.0 / math.pi)


@_inline
def radians(x: float) -> float:
    return x * (math.pi / 180.0)


@_inline
def copysign(x: float, y: float) -> float:
    return math.copysign(x, y)


@_inline
def isnan(x: float) -> bool:
    return x != x


@_inline
def isinf(x: float) -> bool:
    return abs(x) == math.inf


@_inline
def isfinite(x: float) -> bool:
    return abs(x) < math.inf


@_inline
def atan2(y: float, x: float) -> float:
    return _atan2(y, x)


@_inline
def hypot(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)


@_plain
def power(x: float, y: float) -> float:
    if x == 0.0 and y < 0.0:
        raise ZeroDivisionError("zero to a negative power")
    if x < 0.0 and abs(x) < math.inf and abs(y) < math.inf and y != math.floor(y):
        raise ValueError("a negative number has no real power with a fraction as exponent")
    found = _pow(x, y)
    if abs(found) == math.inf and abs(x) < math.inf and abs(y) < math.inf:
        raise OverflowError("Numerical result out of range")
    return found


@_plain
def math_pow(x: float, y: float) -> float:
    if abs(x) < math.inf and abs(y) < math.inf:
        found = _pow(x, y)
        if found != found or (x == 0.0 and abs(found) == math.inf):
            raise ValueError("math domain error")
        if abs(found) == math.inf:
            raise OverflowError("math range error")
        return found
    return _pow(x, y)


@_plain
def fmod(x: float, y: float) -> float:
    if abs(y) == math.inf and abs(x) < math.inf:
        return x
    found = _fmod(x, y)
    if found != found and x == x and y == y:
        raise ValueError("math domain error")
    return found


@_inline
def square(x: float) -> float:
    return x * x


@_inline
def cube(x: float) -> float:
    return x * x * x


@_inline
def fourth(x: float) -> float:
    x = x * x
    return x * x


@_plain
def _slow_mod(x: float, y: float) -> float:
    if y == 0.0:
        raise ZeroDivisionError("float modulo")
    rest = _fmod(x, y)
    if rest != 0.0:
        return rest + y if (y < 0.0) != (rest < 0.0) else rest
    return math.copysign(0.0, y)


@_inline
def mod(x: float, y: float) -> float:
    # On a ring x is nearly always within one length of where it belongs. There fmod is a subtraction that
    # rounds nothing, and the branches are cheaper than the call.
    if x > 0.0:
        if x < y:
            return x
        if y <= x < y + y:
            return x - y
    elif -y < x < 0.0:
        return x + y
    return _slow_mod(x, y)


@_plain
def floordiv(x: float, y: float) -> float:
    if y == 0.0:
        raise ZeroDivisionError("float floor division by zero")
    rest = _fmod(x, y)
    whole = (x - rest) / y
    if rest != 0.0 and (y < 0.0) != (rest < 0.0):
        whole -= 1.0
    if whole != 0.0:
        found = math.floor(whole) if abs(whole) < BIG else whole
        return found + 1.0 if whole - found > 0.5 else found * 1.0
    return math.copysign(0.0, x / y)


@_inline
def add(a: int, b: int) -> int:
    found = a + b
    if (a ^ found) & (b ^ found) < 0:
        raise OverflowError("a whole number left the 64 bits that columns have")
    return found


@_inline
def sub(a: int, b: int) -> int:
    found = a - b
    if (a ^ b) & (a ^ found) < 0:
        raise OverflowError("a whole number left the 64 bits that columns have")
    return found


@_inline
def mul(a: int, b: int) -> int:
    found = a * b
    if abs(float(a) * float(b)) >= BIG:
        raise OverflowError("a whole number left the 64 bits that columns have")
    return found


@_inline
def int_floordiv(a: int, b: int) -> int:
    if b == -1:  # the one quotient that may not fit, which processors answer with a trap
        return sub(0, a)
    return a // b


@_inline
def int_mod(a: int, b: int) -> int:
    if b == -1:
        return 0
    return a % b


@_inline
def int_abs(a: int) -> int:
    return sub(0, a) if a < 0 else a


@_plain
def int_power(x: int, exponent: int) -> int:
    found = 1
    for _ in range(exponent):
        found = mul(found, x)
    return found


@_inline
def exact(a: int) -> float:
    if not -EXACT <= a <= EXACT:
        raise OverflowError("columns compare a whole number with a float up to 2 ** 53 only")
    return float(a)


@_inline
def divide(a: int, b: int) -> float:
    if b == 0:
        raise ZeroDivisionError("division by zero")
    if not (-EXACT <= a <= EXACT and -EXACT <= b <= EXACT):
        raise OverflowError("columns divide whole numbers up to 2 ** 53 only")
    return float(a) / float(b)


@_inline
def to_int(x: float) -> int:
    if not abs(x) < BIG:
        if x != x:
            raise ValueError("cannot convert float NaN to integer")
        raise OverflowError("a whole number left the 64 bits that columns have")
    return int(x)


@_inline
def floor(x: float) -> int:
    return to_int(math.floor(x) if abs(x) < BIG else x)


@_inline
def ceil(x: float) -> int:
    return to_int(math.ceil(x) if abs(x) < BIG else x)


@_plain
def round_even(x: float) -> int:
    if not abs(x) < EXACT:
        return to_int(x)
    low = math.floor(x)
    over = x - low
    whole = int(low)
    if over > 0.5 or (over == 0.5 and whole % 2 == 1):
        return whole + 1
    return whole


@_inline
def least(a: Any, b: Any) -> Any:
    return b if b < a else a


@_inline
def most(a: Any, b: Any) -> Any:
    return b if b > a else a


@_inline
def at(k: int, size: int) -> int:
    if not -size <= k < size:
        raise IndexError("index out of bounds on an array of the world")
    return k if k >= 0 else k + size


@_inline
def there(agent: int) -> int:
    if agent < 0:
        raise AttributeError("nobody is there, and no default is declared")
    return agent


@intrinsic
def next_double(typing: Any, function: Any, state: Any) -> Any:
    """What `Generator.random()` returns next, from the addresses of its C function and of its state.

    A Generator as an argument costs 8 µs a call of the loop, and more each time that it is handed on.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.DoubleType(), [byte]).as_pointer()
        address, where = arguments
        return builder.call(builder.inttoptr(address, kind), [builder.inttoptr(where, byte)])

    return types.float64(types.intp, types.intp), codegen


def addresses(rng: np.random.Generator) -> tuple[int, int]:
    """The two addresses; they hold while the generator lives."""
    interface = rng.bit_generator.ctypes
    return ctypes.cast(interface.next_double, ctypes.c_void_p).value or 0, interface.state_address


@_inline
def pick(double: int, state: int, count: int) -> int:
    if count < 1:
        raise ValueError("there is nobody to pick")
    return int(next_double(double, state) * count)


class Full(Exception):
    """There is no room for another newborn: the engine makes some, and lives the tick again."""


@_inline
def newborn(born: np.ndarray, room: int) -> int:
    if born[0] >= room:
        raise Full
    born[0] += 1
    return born[0] - 1


@njit(
    error_model="python", forceinline=True
)  # NumPy's own, which makes an array on its way: see kernel.text_of
def integers(draws: np.random.Generator, low: int, high: int) -> int:
    if low >= high:
        raise ValueError("low >= high")
    return low + draws.integers(0, high - low)


@_inline
def uniform(double: int, state: int, low: float, high: float) -> float:
    return low + (high - low) * next_double(double, state)


@_inline
def normal(draws: np.random.Generator, mean: float, deviation: float) -> float:
    if not deviation >= 0.0:
        raise ValueError("scale < 0")
    return mean + deviation * draws.standard_normal()


@_inline
def exponential(draws: np.random.Generator, scale: float) -> float:
    if not scale >= 0.0:
        raise ValueError("scale < 0")
    return scale * draws.standard_exponential()


@_plain
def shuffle(double: int, state: int, order: np.ndarray, n: int) -> None:
    """See `arithmetic.permutation`."""
    for k in range(n):
        order[k] = k
    for last in range(n - 1, 0, -1):
        k = int(next_double(double, state) * (last + 1))
        order[last], order[k] = order[k], order[last]


VERSION = f"numba {numba.__version__}, numpy {np.__version__}"
