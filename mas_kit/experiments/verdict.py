"""IDENTICAL, WITHIN TOLERANCE or DIFFERENT: the rule, in one place."""

from __future__ import annotations

import math
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from mas_kit.experiments.expected import Estimate, Exact, Expected, StandardErrors


class Verdict(StrEnum):
    """How a result stands to its source."""

    IDENTICAL = "IDENTICAL"
    WITHIN = "WITHIN TOLERANCE"
    DIFFERENT = "DIFFERENT"


class Judgement(NamedTuple):
    """A verdict, and why when the result does not hold."""

    verdict: Verdict
    reason: str = ""


def judge(expected: Expected, found: Estimate) -> Judgement:  # noqa: PLR0911  (one return a rule)
    """Set a result against what its source says.

    IDENTICAL: chance has no part in the result (no standard error, or 0), and it equals the published value
    bit for bit, or, where the source's `decimals` are declared, it lies not further from the printed figure
    than half a unit of its last decimal (exact decimal arithmetic on the shortest decimal text of both).
    WITHIN TOLERANCE: inside the declared tolerance of the value, or of the range.
    DIFFERENT: anything else; NaN and infinity always.
    """
    ours, error = found
    if not math.isfinite(ours):
        return Judgement(Verdict.DIFFERENT, f"the result is {ours}")
    if error is not None and not (math.isfinite(error) and error >= 0):
        return Judgement(Verdict.DIFFERENT, f"the standard error is {error}")
    if expected.value is not None and not error and _same(ours, expected.value, expected.decimals):
        return Judgement(Verdict.IDENTICAL)
    tolerance = expected.tolerance
    if isinstance(tolerance, StandardErrors):
        if error is None:
            return Judgement(Verdict.DIFFERENT, "no standard error to measure with: run at least 2 seeds")
        if tolerance.at_most is not None and error > tolerance.at_most:
            reason = (
                f"too imprecise: standard error {error:.3g} is above {tolerance.at_most:g}; run more seeds"
            )
            return Judgement(Verdict.DIFFERENT, reason)
    if expected.value is not None and isinstance(tolerance, Exact):
        why = "varies over seeds" if error else f"off by {ours - expected.value:+.3g}"
        return Judgement(Verdict.DIFFERENT, why)
    low = expected.low if expected.value is None else expected.value
    high = expected.high if expected.value is None else expected.value
    if low is not None and not ours >= low - tolerance.slack(low, error):
        return Judgement(Verdict.DIFFERENT, f"below {low:g} by {low - ours:.3g}")
    if high is not None and not ours <= high + tolerance.slack(high, error):
        return Judgement(Verdict.DIFFERENT, f"above {high:g} by {ours - high:.3g}")
    return Judgement(Verdict.WITHIN)


def _same(ours: float, published: float, decimals: int | None) -> bool:
    if decimals is None:
        return ours == published
    half_a_unit = Decimal(5).scaleb(-decimals - 1)
    return abs(Decimal(repr(float(ours))) - Decimal(repr(float(published)))) <= half_a_unit
