"""The ratio of two means over the same replicates, with its standard error and its interval."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mas_kit.core.errors import out_of_range


class Ratio(NamedTuple):
    """A ratio of means: its value, standard error (delta method) and interval (Fieller)."""

    value: float
    standard_error: float
    low: float
    high: float


def ratio_of_means(part: ArrayLike, whole: ArrayLike, level: float = 0.95) -> Ratio:
    """Mean of `part` over mean of `whole`, where both have one value a replicate, in the same order.

    The interval is that of Fieller (1954), Journal of the Royal Statistical Society B 16(2): all ratios r for
    which the mean of part - r·whole is within Student's t of zero. It takes the uncertainty of the
    denominator seriously: where `whole` cannot be told from zero it is the whole line, as it should be.

    Args:
        part, whole: one number a replicate, paired (common random numbers make the pairs worth having).
        level: of the interval, between 0 and 1.

    Returns:
        NaN for what fewer than two replicates cannot tell.

    Raises:
        ParameterError: not the same number of replicates, none at all, or a level outside 0 to 1.

    >>> ratio_of_means([1.0, 3.0], [4.0, 4.0]).value
    0.5
    """
    a, b = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise out_of_range("part", a.shape, f"as many replicates as whole, {b.shape}", "pair them by seed")
    if not 0 < level < 1:
        raise out_of_range("level", level, "between 0 and 1", "0.95 is usual")
    n, top, bottom = len(a), float(a.mean()), float(b.mean())
    ratio = top / bottom if bottom else math.nan
    if n < 2:
        return Ratio(ratio, math.nan, math.nan, math.nan)
    rest = a - ratio * b
    error = float(rest.std(ddof=1)) / math.sqrt(n) / abs(bottom) if bottom else math.nan
    return Ratio(ratio, error, *_fieller(a, b, level))


def _fieller(a: NDArray[np.float64], b: NDArray[np.float64], level: float) -> tuple[float, float]:
    from scipy.special import stdtrit

    n = len(a)
    square = float(stdtrit(n - 1, 0.5 + level / 2)) ** 2 / n  # t^2 / n
    (aa, ab), (_, bb) = np.cov(a, b)
    lead = b.mean() ** 2 - square * bb
    if lead <= 0:  # the denominator may be zero: no ratio can be ruled out
        return -math.inf, math.inf
    half = a.mean() * b.mean() - square * ab
    # Rounding can make the root of a perfect fit slightly negative.
    root = math.sqrt(max(0.0, half**2 - lead * (a.mean() ** 2 - square * aa)))
    return float((half - root) / lead), float((half + root) / lead)
