"""What objects compute with where plain Python and compiled code would part in the last bit.

`mas_kit.population.compiled` holds the same functions for columns. Rules are rewritten to call these.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def square(x: Any) -> Any:
    """x ** 2, which the C library's pow and a compiler do not always round alike."""
    return x * x


def cube(x: Any) -> Any:
    """x ** 3."""
    return x * x * x


def fourth(x: Any) -> Any:
    """x ** 4."""
    x = x * x
    return x * x


def power(x: float, y: float) -> float:
    """x ** y of floats. Raises ValueError where Python would leave the real numbers."""
    found = x**y
    if isinstance(found, complex):
        raise ValueError("a negative number has no real power with a fraction as exponent")
    return float(found)


def hypot(x: float, y: float) -> float:
    """The length of (x, y). CPython's own hypot is scaled and corrected in a way that no compiler repeats."""
    return math.sqrt(x * x + y * y)


def whole(value: int) -> int:
    """A value for an int field, which has 64 bits in both engines."""
    if -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:
        return value
    raise OverflowError("an int field holds whole numbers of 64 bits")


def integers(rng: np.random.Generator, low: int, high: int | None = None) -> int:
    """A whole number from low (0) up to, not including, high."""
    return int(rng.integers(low, high))


def uniform(rng: np.random.Generator, low: float = 0.0, high: float = 1.0) -> float:
    """A number between low and high."""
    return low + (high - low) * rng.random()


def normal(rng: np.random.Generator, mean: float = 0.0, deviation: float = 1.0) -> float:
    """A normal number."""
    if not deviation >= 0.0:
        raise ValueError("scale < 0")
    return mean + deviation * rng.standard_normal()


def exponential(rng: np.random.Generator, scale: float = 1.0) -> float:
    """An exponential number."""
    if not scale >= 0.0:
        raise ValueError("scale < 0")
    return scale * rng.standard_exponential()


def permutation(rng: np.random.Generator, n: int) -> list[int]:
    """0 to n-1 in random order (Fisher and Yates), from n-1 numbers of `rng.random()`.

    NumPy's own takes other steps, which compiled code repeats at a third of the speed only.
    """
    import numpy as np

    order = list(range(n))
    swaps = (rng.random(max(n - 1, 0)) * np.arange(n, 1, -1)).astype(np.int64).tolist()
    for last, k in zip(range(n - 1, 0, -1), swaps, strict=True):
        order[last], order[k] = order[k], order[last]
    return order
