"""What a source says should come out, how it is estimated here, and how near is near enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from mas_kit.core.errors import ParameterError, out_of_range, unknown

if TYPE_CHECKING:
    import pandas as pd


class Tolerance(Protocol):
    """How far from the source a result may be."""

    def slack(self, reference: float, standard_error: float | None) -> float:
        """The largest difference that still holds, in the unit of the quantity; NaN when it has no answer."""
        ...


@dataclass(frozen=True)
class Exact:
    """Nothing but the published figure: bit for bit, or to its printed decimals where these are declared."""

    def slack(self, reference: float, standard_error: float | None) -> float:
        """0."""
        return 0.0

    def __str__(self) -> str:
        return "exact"


@dataclass(frozen=True)
class Absolute:
    """At most this far away, in the unit of the quantity."""

    size: float

    def __post_init__(self) -> None:
        _positive("size", self.size)

    def slack(self, reference: float, standard_error: float | None) -> float:
        """The declared size."""
        return self.size

    def __str__(self) -> str:
        return f"± {self.size:g}"


@dataclass(frozen=True)
class Relative:
    """At most this share of the published value away: 0.005 is half a percent."""

    share: float

    def __post_init__(self) -> None:
        _positive("share", self.share)

    def slack(self, reference: float, standard_error: float | None) -> float:
        """The share of the published value."""
        return self.share * abs(reference)

    def __str__(self) -> str:
        return f"± {100 * self.share:g} %"


@dataclass(frozen=True)
class StandardErrors:
    """At most this many of our own standard errors away, plus an allowance for a bias that is known.

    Args:
        count: how many standard errors; 3 fails a true result 27 times in 10,000 (normal estimates).
        bias: the largest known bias, in the unit of the quantity (a finite warm-up, a grid).
        why: where the bias comes from; required with a bias.
        at_most: the largest standard error with which the comparison still says something. Without it, a
            run of too few seeds would agree with anything.
    """

    count: float
    bias: float = 0.0
    why: str = ""
    at_most: float | None = None

    def __post_init__(self) -> None:
        _positive("count", self.count)
        if not (math.isfinite(self.bias) and self.bias >= 0):
            raise out_of_range("bias", self.bias, "finite numbers from 0", "give its largest size, unsigned")
        if self.bias and not self.why:
            raise ParameterError(
                f"a bias of {self.bias:g} is allowed for without why; say where it comes from"
            )
        if self.at_most is not None:
            _positive("at_most", self.at_most)

    def slack(self, reference: float, standard_error: float | None) -> float:
        """The standard errors and the bias together; NaN without a standard error."""
        return math.nan if standard_error is None else self.count * standard_error + self.bias

    def __str__(self) -> str:
        return f"{self.count:g} s.e." + (f" + {self.bias:g} ({self.why})" if self.bias else "")


def _positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise out_of_range(name, value, "finite numbers above 0", "use Exact() where nothing may differ")


class Estimate(NamedTuple):
    """A value and its standard error; None where chance has no part in it, or one replicate cannot tell."""

    value: float
    standard_error: float | None = None


type Estimator = Callable[[Any], float | tuple[float, float | None]]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One quantity with its published or exact value, or the range that it must be in.

    Args:
        quantity: what it is, as a reader would say it.
        value: the published or exact value. Or leave it out and give:
        low, high: the range, both ends included; one alone is a bound (at least, at most).
        source: where the value stands: author, year, place in the text, or the theorem.
        tolerance: `Exact()`, `Absolute(size)`, `Relative(share)` or `StandardErrors(count, bias, why)`. It
            widens a range too; a range alone needs none.
        decimals: how many decimals the source prints. Equal to the printed figure then counts as identical:
            not further from it than half a unit of its last decimal.
        estimator: how it is computed: the name of a metric or of a computed quantity (then it is the mean
            over the replicates with its standard error), or a function of the frame of results (of the
            mapping that a computation gave) to a value or to (value, standard error). Left out, it is
            the metric called like the quantity.
        at: the design point to look at, as {parameter: label}; the replicates of that point alone are used.

    Raises:
        ParameterError: neither a value nor a range, both, or a number that is not finite.
    """

    quantity: str
    source: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    tolerance: Tolerance = Exact()
    decimals: int | None = None
    estimator: str | Estimator | None = None
    at: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not self.quantity.strip() or not self.source.strip():
            raise ParameterError(
                "an expected result needs a quantity and a source; say what it is and who says"
            )
        ends = [end for end in (self.low, self.high) if end is not None]
        if (self.value is None) == (not ends):
            raise ParameterError(f"{self.quantity!r} needs either a value, or low, high or both")
        if not all(math.isfinite(number) for number in ends or [float(self.value or 0)]):
            raise ParameterError(f"{self.quantity!r} has an expected value that is not a finite number")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise out_of_range("low", self.low, f"at most high, {self.high:g}", "swap them")
        if self.decimals is not None and (self.value is None or self.decimals < 0):
            raise out_of_range(
                "decimals", self.decimals, "whole numbers from 0, with a value", "leave it out"
            )

    @property
    def published(self) -> str:
        """The expected value or range as text."""
        if self.value is not None:
            return f"{self.value:.{self.decimals}f}" if self.decimals is not None else f"{self.value:g}"
        if self.low is None:
            return f"≤ {self.high:g}"
        return f"≥ {self.low:g}" if self.high is None else f"{self.low:g} to {self.high:g}"

    def estimate(self, results: pd.DataFrame | Mapping[str, Any]) -> Estimate:
        """What we found, out of a frame of results or the quantities of a computation.

        Raises:
            UnknownNameError: no such metric, parameter or quantity.
            ParameterError: no replicate at that point, or several points where one was meant.
        """
        if isinstance(results, Mapping):
            return self._computed(results)
        frame = self._select(results)
        if callable(self.estimator):
            return _as_estimate(self.estimator(frame))
        name = self.estimator or self.quantity
        if name not in frame.columns:
            raise unknown("metric", name, [str(column) for column in frame.columns])
        if frame["point"].nunique() > 1:
            raise ParameterError(
                f"{self.quantity!r} is the mean over {frame['point'].nunique()} design points; "
                "say which with at="
            )
        values = frame[name].to_numpy(dtype=np.float64)
        # ddof 1: the standard error of a mean of independent replicates. Pandas' own mean skips NaN, which
        # would hide a replicate that has no value.
        error = float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else None
        same = bool((values == values[0]).all())  # a mean of equal numbers need not equal them bit for bit
        return Estimate(float(values[0]) if same else float(values.mean()), 0.0 if same and error else error)

    def _select(self, frame: pd.DataFrame) -> pd.DataFrame:
        for name, label in (self.at or {}).items():
            if name not in frame.columns:
                raise unknown("parameter of the design", name, [str(column) for column in frame.columns])
            frame = frame[frame[name] == label]
        if frame.empty:
            where = f" at {dict(self.at)}" if self.at else ""
            raise ParameterError(f"{self.quantity!r} has no finished replicate{where}")
        return frame

    def _computed(self, found: Mapping[str, Any]) -> Estimate:
        if callable(self.estimator):
            return _as_estimate(self.estimator(found))
        name = self.estimator or self.quantity
        if name not in found:
            raise unknown("computed quantity", name, found)
        return _as_estimate(found[name])


def _as_estimate(found: Any) -> Estimate:
    if isinstance(found, tuple):
        value, error = found
        return Estimate(float(value), None if error is None else float(error))
    return Estimate(float(found))
