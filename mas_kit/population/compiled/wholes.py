"""Whole numbers, which have 64 bits here and any number of bits in Python: what does not fit is an error."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import math

from mas_kit.population.compiled.jit import inline, plain

BIG = 2.0**63
EXACT = 2**53


@inline
def add(a: int, b: int) -> int:
    found = a + b
    if (a ^ found) & (b ^ found) < 0:
        raise OverflowError("a whole number left the 64 bits that columns have")
    return found


@inline
def sub(a: int, b: int) -> int:
    found = a - b
    if (a ^ b) & (a ^ found) < 0:
        raise OverflowError("a whole number left the 64 bits that columns have")
    return found


@inline
def mul(a: int, b: int) -> int:
    found = a * b
    if abs(float(a) * float(b)) >= BIG:
        raise OverflowError("a whole number left the 64 bits that columns have")
    return found


@inline
def int_floordiv(a: int, b: int) -> int:
    if b == -1:  # the one quotient that may not fit, which processors answer with a trap
        return sub(0, a)
    return a // b


@inline
def int_mod(a: int, b: int) -> int:
    if b == -1:
        return 0
    return a % b


@inline
def int_abs(a: int) -> int:
    return sub(0, a) if a < 0 else a


@plain
def int_power(x: int, exponent: int) -> int:
    found = 1
    for _ in range(exponent):
        found = mul(found, x)
    return found


@inline
def exact(a: int) -> float:
    if not -EXACT <= a <= EXACT:
        raise OverflowError("columns compare a whole number with a float up to 2 ** 53 only")
    return float(a)


@inline
def divide(a: int, b: int) -> float:
    if b == 0:
        raise ZeroDivisionError("division by zero")
    if not (-EXACT <= a <= EXACT and -EXACT <= b <= EXACT):
        raise OverflowError("columns divide whole numbers up to 2 ** 53 only")
    return float(a) / float(b)


@inline
def to_int(x: float) -> int:
    if not abs(x) < BIG:
        if math.isnan(x):
            raise ValueError("cannot convert float NaN to integer")
        raise OverflowError("a whole number left the 64 bits that columns have")
    return int(x)


@inline
def floor(x: float) -> int:
    return to_int(math.floor(x) if abs(x) < BIG else x)


@inline
def ceil(x: float) -> int:
    return to_int(math.ceil(x) if abs(x) < BIG else x)


@plain
def round_even(x: float) -> int:
    if not abs(x) < EXACT:
        return to_int(x)
    low = math.floor(x)
    over = x - low
    whole = int(low)
    if over > 0.5 or (over == 0.5 and whole % 2 == 1):
        return whole + 1
    return whole


@inline
def at(k: int, size: int) -> int:
    if not -size <= k < size:
        raise IndexError("index out of bounds on an array of the world")
    return k if k >= 0 else k + size


@inline
def there(agent: int) -> int:
    if agent < 0:
        raise AttributeError("nobody is there, and no default is declared")
    return agent
