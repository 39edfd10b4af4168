"""What customers ask for: demand streams with stated moments.

A stream makes exactly one draw per period (the real series: one per block), so that a change of mean or
spread, a shock, or a longer run never shifts the draws of the periods that two runs share. Periods count from
1; the call for period 1 starts a stream afresh, so one object can serve many runs one after the other, but
not two at a time.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from mas_kit import datasets
from mas_kit.core.errors import out_of_range, unknown
from mas_kit.usecases.supply_chain.distribution import (
    Distribution,
    constant,
    negative_binomial,
    negative_binomial_shape,
    normal,
    observed,
    poisson,
)


class Demand(ABC):
    """A demand stream.

    Attributes:
        mean, sd: of one period in the long run, in goods; what a base-stock policy may know
        independent: whether periods are independent, as the exact planners assume
    """

    mean: float
    sd: float
    independent: bool = True

    @abstractmethod
    def next(self, t: int, rng: np.random.Generator) -> float:
        """Demand of period `t` = 1, 2, ..., each asked for once and in order; draws only from `rng`."""

    @abstractmethod
    def distribution(self, step: float = 1.0) -> Distribution:
        """The long-run distribution of one period's demand; `step` is the grid for continuous demand."""


class Step(Demand):
    """Sterman's demand: `before` in the first weeks, `after` from week `change` on."""

    sd = 0.0

    def __init__(self, before: float = 4, after: float = 8, change: int = 5) -> None:
        _least("before", before, 0)
        _least("after", after, 0)
        _least("change", change, 1)
        self.before, self.after, self.change = before, after, change
        self.mean = float(after)

    def next(self, t: int, rng: np.random.Generator) -> float:
        return self.before if t < self.change else self.after

    def distribution(self, step: float = 1.0) -> Distribution:
        return constant(round(self.after / step), step)


class Normal(Demand):
    """Independent normal demand, censored at 0 (a negative draw is a period without customers).

    `mean` and `sd` are those of the bell before censoring; the attributes are those of the demand. `whole`
    rounds half up to whole goods.
    """

    def __init__(self, mean: float, sd: float, *, whole: bool = False) -> None:
        _least("mean", mean, 0)
        if not sd > 0:
            raise out_of_range("sd", sd, "above 0", "use Step for demand without noise")
        self.centre, self.spread, self.whole = mean, sd, whole
        self.mean, self.sd = _moments(self.distribution() if whole else None, mean, sd)

    def next(self, t: int, rng: np.random.Generator) -> float:
        return _goods(self.centre + self.spread * rng.standard_normal(), self.whole)

    def distribution(self, step: float = 1.0) -> Distribution:
        return normal(self.centre, self.spread, 1.0 if self.whole else step, censored=True)


class Poisson(Demand):
    """Independent Poisson demand, whole goods."""

    def __init__(self, mean: float) -> None:
        poisson(mean)  # one place says which means are possible
        self.mean, self.sd = mean, math.sqrt(mean)

    def next(self, t: int, rng: np.random.Generator) -> float:
        return int(rng.poisson(self.mean))

    def distribution(self, step: float = 1.0) -> Distribution:
        return poisson(self.mean)


class NegativeBinomial(Demand):
    """Independent demand with more spread than Poisson (sd² > mean), whole goods."""

    def __init__(self, mean: float, sd: float) -> None:
        self._size, self._success = negative_binomial_shape(mean, sd)
        self.mean, self.sd = mean, sd

    def next(self, t: int, rng: np.random.Generator) -> float:
        return int(rng.negative_binomial(self._size, self._success))

    def distribution(self, step: float = 1.0) -> Distribution:
        return negative_binomial(self.mean, self.sd)


class AR1(Demand):
    """Normal demand in which each period's deviation keeps the share `rho` of the last one's; censored at 0.

    Starts in its long-run distribution. `mean` and `sd` are long-run values before censoring.
    """

    def __init__(self, mean: float, sd: float, rho: float, *, whole: bool = False) -> None:
        if not -1 < rho < 1:
            raise out_of_range("rho", rho, "between -1 and 1", "demand must be stationary")
        self._marginal = Normal(mean, sd, whole=whole)
        self.mean, self.sd = self._marginal.mean, self._marginal.sd
        self.rho = rho
        self.independent = rho == 0
        self._fresh = math.sqrt(1 - rho * rho)
        self._deviation = 0.0  # of the last period, in standard deviations

    def next(self, t: int, rng: np.random.Generator) -> float:
        noise = rng.standard_normal()
        self._deviation = noise if t == 1 else self.rho * self._deviation + self._fresh * noise
        bell = self._marginal
        return _goods(bell.centre + bell.spread * self._deviation, bell.whole)

    def distribution(self, step: float = 1.0) -> Distribution:
        return self._marginal.distribution(step)


class Series(Demand):
    """An observed series, scaled to a stated mean, repeated or resampled in blocks.

    Args:
        values: at least one, 0 or more, in goods per period
        mean: what to scale the mean to; None leaves the values as they are
        block: 0 repeats the series from its beginning; otherwise blocks of this many periods are taken from
            anywhere in it (its end is followed by its beginning), which keeps the correlation within a block
        whole: round to whole goods so that sums are kept: the running total is what is rounded, and a period
            without demand stays without
    """

    independent = False

    def __init__(
        self, values: Sequence[float], mean: float | None = None, *, block: int = 0, whole: bool = False
    ) -> None:
        array = np.asarray(values, dtype=float)
        if array.ndim != 1 or not array.size or not array.min() >= 0 or not array.max() > 0:
            raise out_of_range(
                "values", values, "a list of numbers from 0, not all 0", "drop what is missing"
            )
        if not 0 <= block <= array.size:
            raise out_of_range("block", block, f"0 to {array.size}", "use 0 to repeat the series in order")
        if mean is not None:
            if not mean > 0:
                raise out_of_range("mean", mean, "above 0", "leave it out to keep the observed mean")
            array = array * (mean / array.mean())
        if whole:
            array = np.diff(np.floor(np.cumsum(array) + 0.5), prepend=0.0)
        self.values: tuple[float, ...] = tuple(array.tolist())
        self.block, self.whole = block, whole
        self.mean, self.sd = float(array.mean()), float(array.std())
        self._start = 0

    def next(self, t: int, rng: np.random.Generator) -> float:
        if not self.block:
            return self.values[(t - 1) % len(self.values)]
        within = (t - 1) % self.block
        if within == 0:
            self._start = int(rng.integers(len(self.values)))
        return self.values[(self._start + within) % len(self.values)]

    def distribution(self, step: float = 1.0) -> Distribution:
        return observed(np.floor(np.array(self.values) / step + 0.5).astype(int).tolist(), step)


class Shock(Demand):
    """Another stream, multiplied by `factor` for `length` periods from period `start` on.

    The moments stay those of the stream without the shock: nobody was told that it would come.
    """

    def __init__(self, base: Demand, start: int, length: int, factor: float, *, whole: bool = False) -> None:
        _least("start", start, 1)
        _least("length", length, 0)
        _least("factor", factor, 0)
        self.base, self.start, self.length, self.factor, self.whole = base, start, length, factor, whole
        self.mean, self.sd, self.independent = base.mean, base.sd, base.independent

    def next(self, t: int, rng: np.random.Generator) -> float:
        usual = self.base.next(t, rng)
        if self.start <= t < self.start + self.length:
            return _goods(self.factor * usual, self.whole)
        return usual

    def distribution(self, step: float = 1.0) -> Distribution:
        return self.base.distribution(step)


def prescriptions(mean: float | None = None, *, block: int = 0, whole: bool = True) -> Series:
    """Real demand: 204 months of Australian prescription counts, one month to a period.

    See `mas_kit.datasets.card("pbs_prescriptions")`.
    """
    counts = datasets.load("pbs_prescriptions")["scripts"].tolist()
    return Series(counts, mean, block=block, whole=whole)


KINDS = ("step", "normal", "poisson", "negative binomial", "ar1", "real")


def make_demand(
    kind: str, *, mean: float = 8.0, sd: float = 4.0, rho: float = 0.5, whole: bool = True, block: int = 0
) -> Demand:
    """A stream by its name, one of KINDS; what a kind has no use for is left aside (`step` is Sterman's).

    Negative binomial demand with no more spread than Poisson (sd² up to the mean) is its limit, Poisson.

    Raises:
        UnknownNameError: no such kind.
        ParameterError: moments that the kind cannot have.
    """
    match kind:
        case "step":
            return Step()
        case "normal":
            return Normal(mean, sd, whole=whole)
        case "poisson":
            return Poisson(mean)
        case "negative binomial":
            return NegativeBinomial(mean, sd) if sd * sd > mean else Poisson(mean)
        case "ar1":
            return AR1(mean, sd, rho, whole=whole)
        case "real":
            return prescriptions(mean, block=block, whole=whole)
    raise unknown("demand", kind, KINDS)


def _goods(quantity: float, whole: bool) -> float:
    if quantity <= 0:
        return 0
    return math.floor(quantity + 0.5) if whole else quantity


def _least(name: str, value: float, least: float) -> None:
    if not least <= value < math.inf:
        raise out_of_range(name, value, f"{least:g} or more", "give a finite number in that range")


def _moments(rounded: Distribution | None, mean: float, sd: float) -> tuple[float, float]:
    """Mean and standard deviation of max(0, N(mean, sd²)), or of its rounding."""
    if rounded is not None:
        return rounded.mean, rounded.sd
    z = mean / sd
    above = 0.5 * math.erfc(-z / math.sqrt(2))
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    first = mean * above + sd * density
    second = (mean * mean + sd * sd) * above + mean * sd * density
    return first, math.sqrt(second - first * first)
