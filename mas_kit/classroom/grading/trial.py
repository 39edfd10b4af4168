"""Is a submission as good as a baseline? Replicates with common random numbers, and a stated rate of error.

Each replicate runs the submission and a frozen baseline on the same seed, so that both meet the same demand.
The submission fails only when the replicates show, at the level `false_fail`, that its true mean cost is
above the allowed multiple of the baseline's. So a submission whose true mean is within the allowance fails
with at most that probability, whatever random numbers it draws itself.

Costs are skewed, and Student's t then fails good policies five times too often (100 replicates, skewness -2).
So the statistic is t after Hall's cubic transformation, which takes the skewness out and stays monotone: Hall
(1992), Journal of the Royal Statistical Society B 54(1), 221-228. What the transformation leaves over is paid
for by testing at half the stated rate: a test measures it, with 100 replicates, for even, heavy and one-sided
distributions. With fewer than 100, or a few games that outweigh all others, take the rate as approximate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from mas_kit.core.errors import ParameterError, out_of_range

FALSE_FAIL = 0.001
_SHARE = 0.5  # of the stated rate that the test itself uses


class Trial(NamedTuple):
    """A comparison: `ratio` of the mean costs, its standard error, what was allowed, and the verdict."""

    passed: bool
    ratio: float
    error: float
    within: float
    replicates: int
    false_fail: float

    def __str__(self) -> str:
        word = "within" if self.passed else "above"
        return (
            f"{self.ratio:.3g} ± {self.error:.2g} times the baseline's in {self.replicates} games, "
            f"{word} the {self.within:g} allowed"
        )


def no_worse(
    costs: Sequence[float], baseline: Sequence[float], *, within: float = 1.0, false_fail: float = FALSE_FAIL
) -> Trial:
    """Test that the mean of `costs` is at most `within` times the mean of `baseline`.

    Args:
        costs: of the submission, one a replicate, in any unit.
        baseline: of the frozen baseline, on the same seeds in the same order; positive in the mean.
        within: the multiple that is allowed.
        false_fail: the chance that a submission exactly at the limit fails (one-sided), 0 to 0.5.

    Raises:
        ParameterError: not one cost a replicate for both, fewer than 20, or a cost that is not finite.
    """
    from scipy.special import stdtrit

    ours, theirs = np.asarray(costs, float), np.asarray(baseline, float)
    if ours.shape != theirs.shape or ours.ndim != 1 or ours.size < 20:
        raise ParameterError(
            f"parameter 'costs' has shape {ours.shape}, 'baseline' {theirs.shape}; allowed: one number for "
            "each of the same 20 or more replicates; run both on the same seeds"
        )
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all() and theirs.mean() > 0):
        raise ParameterError("parameter 'costs' or 'baseline' holds what is not finite; drop no replicate")
    if not 0 < false_fail < 0.5:
        raise out_of_range("false_fail", false_fail, "above 0, below 0.5", "0.001 is one in a thousand")
    excess = ours - within * theirs
    base, n = float(theirs.mean()), ours.size
    # A submission that does what the baseline does differs from it by rounding only.
    passed = bool(excess.mean() <= 1e-9 * base)
    if not passed and np.ptp(excess) > 0:
        passed = bool(skewed_t(excess) <= stdtrit(n - 1, 1 - false_fail * _SHARE))
    error = float((ours - ours.mean() / base * theirs).std(ddof=1)) / math.sqrt(n) / base
    return Trial(passed, float(ours.mean()) / base, error, within, n, false_fail)


def skewed_t(sample: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Hall's transformed t statistic of the hypothesis that the mean is 0, along the last axis.

    Large values speak for a positive mean. The spread along the axis must not be 0.
    """
    n = sample.shape[-1]
    mean = sample.mean(axis=-1)
    spread = sample.std(axis=-1, ddof=1)
    skew = ((sample - mean[..., None]) ** 3).mean(axis=-1) / spread**3
    u = mean / spread
    result: np.ndarray[Any, Any] = math.sqrt(n) * (u + skew * u**2 / 3 + skew**2 * u**3 / 27 + skew / (6 * n))
    return result
