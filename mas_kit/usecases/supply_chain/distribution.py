"""A probability distribution on an evenly spaced grid: what the planners need to know of demand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import out_of_range

type Floats = NDArray[np.float64]

TAIL = 1e-13  # probability left out beyond either end of an unbounded distribution


@dataclass(frozen=True, eq=False)
class Distribution:
    """Probabilities `mass[i]` of the values `(first + i) * step`, in units of goods.

    A step of 1 is integer demand and exact. A smaller step stands for continuous demand: each grid point
    holds the probability of the interval half a step to either side, which keeps the mean and adds step²/12
    to the variance.
    """

    first: int
    mass: Floats
    step: float = 1.0

    def __post_init__(self) -> None:
        total = float(self.mass.sum())
        if self.mass.ndim != 1 or not len(self.mass) or self.mass.min() < 0 or abs(total - 1) > 1e-9:
            raise out_of_range(
                "mass", self.mass, "probabilities that add up to 1", "divide them by their sum"
            )
        if not self.step > 0:
            raise out_of_range("step", self.step, "above 0", "use 1 for integer demand")

    @property
    def values(self) -> Floats:
        """The grid, shape (n,), in units of goods."""
        grid: Floats = self.step * np.arange(self.first, self.first + len(self.mass), dtype=np.float64)
        return grid

    @property
    def mean(self) -> float:
        return float(self.values @ self.mass)

    @property
    def sd(self) -> float:
        return math.sqrt(float((self.values - self.mean) ** 2 @ self.mass))

    def sum(self, periods: int) -> Distribution:
        """The sum of `periods` independent copies: the demand over a lead time (0 periods: always 0)."""
        if periods < 0:
            raise out_of_range("periods", periods, "0 or more", "a lead time cannot be negative")
        mass = np.ones(1)
        for _ in range(periods):
            mass = np.convolve(mass, self.mass)
        return Distribution(self.first * periods, mass, self.step)

    def quantile(self, probability: float) -> float:
        """The smallest grid value whose cumulative probability reaches `probability`."""
        if not 0 <= probability <= 1:
            raise out_of_range("probability", probability, "0 to 1", "give a probability")
        index = int(np.searchsorted(np.cumsum(self.mass), probability - 1e-12))
        return (self.first + min(index, len(self.mass) - 1)) * self.step

    def expected_cost(self, level: float, holding: float, shortage: float) -> float:
        """E[holding·(level − X)⁺ + shortage·(X − level)⁺]: the newsvendor's cost at `level`."""
        left = level - self.values
        return float((holding * np.maximum(left, 0) + shortage * np.maximum(-left, 0)) @ self.mass)


def normal(mean: float, sd: float, step: float = 0.01, *, censored: bool = False) -> Distribution:
    """N(mean, sd²) on a grid of `step`; `censored` moves what lies below 0 to 0: nobody orders less."""
    if not sd > 0:
        raise out_of_range("sd", sd, "above 0", "use constant(value) for demand without noise")
    first, last = math.floor((mean - 7.5 * sd) / step), math.ceil((mean + 7.5 * sd) / step)
    if censored:
        first, last = 0, max(last, 0)
    edges = (np.arange(first, last + 2) - 0.5) * step
    cumulative = np.array([0.5 * math.erfc((mean - edge) / (sd * math.sqrt(2))) for edge in edges])
    if censored:
        cumulative[0] = 0.0
    cumulative[-1] = 1.0
    if not censored:
        cumulative[0] = 0.0
    return Distribution(first, np.diff(cumulative), step)


def poisson(mean: float) -> Distribution:
    """Poisson demand, integer."""
    if not mean > 0:
        raise out_of_range("mean", mean, "above 0", "use constant(0) for no demand")
    return _counts(lambda k, p: p * mean / k, math.exp(-mean), name="mean", value=mean)


def negative_binomial(mean: float, sd: float) -> Distribution:
    """Negative binomial demand, integer, by its mean and standard deviation (sd² above the mean)."""
    size, success = negative_binomial_shape(mean, sd)
    return _counts(
        lambda k, p: p * (k - 1 + size) / k * (1 - success), success**size, name="mean", value=mean
    )


def negative_binomial_shape(mean: float, sd: float) -> tuple[float, float]:
    """(size, success probability) of the negative binomial with this mean and standard deviation.

    Raises:
        ParameterError: sd² does not exceed the mean, where no negative binomial has these moments.
    """
    if not mean > 0:
        raise out_of_range("mean", mean, "above 0", "give the mean demand per period")
    if not sd * sd > mean:
        fix = "use Poisson demand where the variance equals the mean"
        raise out_of_range("sd", sd, f"above the square root of the mean ({math.sqrt(mean):.4g})", fix)
    success = mean / (sd * sd)
    return mean * success / (1 - success), success


def constant(value: int, step: float = 1.0) -> Distribution:
    """The same `value * step` every period."""
    return Distribution(value, np.ones(1), step)


def observed(counts: Sequence[int], step: float = 1.0) -> Distribution:
    """The relative frequencies of observed whole numbers of steps, shape (n,)."""
    array = np.asarray(counts)
    if not array.size or not np.array_equal(array, np.rint(array)):
        raise out_of_range("counts", counts, "whole numbers, at least one", "round them first")
    first = int(array.min())
    return Distribution(first, np.bincount(array.astype(np.int64) - first) / array.size, step)


def _counts(
    following: Callable[[int, float], float], zero: float, *, name: str, value: float
) -> Distribution:
    """A distribution on 0, 1, 2, ... by its recursion p(k) = following(k, p(k − 1)), up to an empty tail."""
    if zero < 1e-290:
        raise out_of_range(name, value, "up to about 650", "use normal demand for larger numbers")
    masses, total = [zero], zero
    while total < 1 - TAIL and (masses[-1] > 1e-300 or total < 0.5):
        masses.append(following(len(masses), masses[-1]))
        total += masses[-1]
    mass = np.array(masses)
    return Distribution(0, mass / mass.sum())
