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
    return shuffled(rng, list(range(n)))


def shuffled(rng: np.random.Generator, order: list[int]) -> list[int]:
    """These numbers in random order, in place."""
    import numpy as np

    n = len(order)
    swaps = (rng.random(max(n - 1, 0)) * np.arange(n, 1, -1)).astype(np.int64).tolist()
    for last, k in zip(range(n - 1, 0, -1), swaps, strict=True):
        order[last], order[k] = order[k], order[last]
    return order


def woken(rng: np.random.Generator, chance: float, n: int, called: list[int]) -> list[int]:
    """Which of the rows 0 to n-1 have a turn, each with the same chance and whatever the others have; rising.

    And those `called` (rising too), who have one anyway. Nobody is asked who has none: how many rows are
    skipped from one to the next is geometric, and one number of `rng.random()` gives it, by inversion,
    floor(log(1 - U) / log(1 - chance)). The work grows with those who are found, and so do the draws, one
    each and one more; a chance of 0 or 1 takes none. U has 53 bits: a probability is off by 1e-16 at most.

    Sources: Devroye (1986), Non-Uniform Random Variate Generation, X.2 (the geometric distribution); Batagelj
    and Brandes (2005), Physical Review E 71, 036113, who draw the links of a random graph in this way.
    """
    if chance >= 1.0:
        return list(range(n))
    found: list[int] = []
    if chance > 0.0:
        log, random, scale = math.log, rng.random, math.log1p(-chance)
        row = -1
        while True:
            skip = log(1.0 - random()) / scale
            if skip >= n - 1 - row:
                break
            row += 1 + int(skip)
            found.append(row)
    return sorted({*found, *called}) if called else found
