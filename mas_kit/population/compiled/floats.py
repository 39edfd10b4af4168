"""Arithmetic and functions of floats, as CPython has them."""

# ruff: noqa: PLR0124  # a number that differs from itself is no number
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import math
from typing import Any

from mas_kit.population.compiled.jit import c_function, inline, plain

BIG = 2.0**63
_pow, _fmod, _atan2 = c_function("pow", 2), c_function("fmod", 2), c_function("atan2", 2)


def _one(name: str, overflows: bool = False) -> Any:
    """A function of one number with the errors that Python's has."""
    function = c_function(name)

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
    return plain(call)


exp, expm1 = _one("exp", True), _one("expm1", True)
sinh, cosh = _one("sinh", True), _one("cosh", True)
log, log2, log10, log1p = _one("log"), _one("log2"), _one("log10"), _one("log1p")
sin, cos, tan = _one("sin"), _one("cos"), _one("tan")
asin, acos, atan = _one("asin"), _one("acos"), _one("atan")
tanh, asinh, acosh, atanh = _one("tanh"), _one("asinh"), _one("acosh"), _one("atanh")


@inline
def sqrt(x: float) -> float:
    if x < 0.0:
        raise ValueError("math domain error")
    return math.sqrt(x)


@inline
def fabs(x: float) -> float:
    return abs(x)


@inline
def degrees(x: float) -> float:
    return x * (180.0 / math.pi)


@inline
def radians(x: float) -> float:
    return x * (math.pi / 180.0)


@inline
def copysign(x: float, y: float) -> float:
    return math.copysign(x, y)


@inline
def isnan(x: float) -> bool:
    return x != x


@inline
def isinf(x: float) -> bool:
    return abs(x) == math.inf


@inline
def isfinite(x: float) -> bool:
    return abs(x) < math.inf


@inline
def atan2(y: float, x: float) -> float:
    return _atan2(y, x)


@inline
def hypot(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)


@plain
def power(x: float, y: float) -> float:
    if x == 0.0 and y < 0.0:
        raise ZeroDivisionError("zero to a negative power")
    if x < 0.0 and abs(x) < math.inf and abs(y) < math.inf and y != math.floor(y):
        raise ValueError("a negative number has no real power with a fraction as exponent")
    found = _pow(x, y)
    if abs(found) == math.inf and abs(x) < math.inf and abs(y) < math.inf:
        raise OverflowError("Numerical result out of range")
    return found


@plain
def math_pow(x: float, y: float) -> float:
    if abs(x) < math.inf and abs(y) < math.inf:
        found = _pow(x, y)
        if found != found or (x == 0.0 and abs(found) == math.inf):
            raise ValueError("math domain error")
        if abs(found) == math.inf:
            raise OverflowError("math range error")
        return found
    return _pow(x, y)


@plain
def fmod(x: float, y: float) -> float:
    if abs(y) == math.inf and abs(x) < math.inf:
        return x
    found = _fmod(x, y)
    if found != found and x == x and y == y:
        raise ValueError("math domain error")
    return found


@inline
def square(x: float) -> float:
    return x * x


@inline
def cube(x: float) -> float:
    return x * x * x


@inline
def fourth(x: float) -> float:
    x = x * x
    return x * x


@plain
def _slow_mod(x: float, y: float) -> float:
    if y == 0.0:
        raise ZeroDivisionError("float modulo")
    rest = _fmod(x, y)
    if rest != 0.0:
        return rest + y if (y < 0.0) != (rest < 0.0) else rest
    return math.copysign(0.0, y)


@inline
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


@plain
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


@inline
def least(a: Any, b: Any) -> Any:
    return b if b < a else a


@inline
def most(a: Any, b: Any) -> Any:
    return b if b > a else a
