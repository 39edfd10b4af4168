from __future__ import annotations

import math

import pytest

from mas_kit.experiments import Absolute, Estimate, Exact, Expected, Relative, StandardErrors, Verdict
from mas_kit.experiments.verdict import judge

IDENTICAL, WITHIN, DIFFERENT = Verdict.IDENTICAL, Verdict.WITHIN, Verdict.DIFFERENT
NEXT = math.nextafter(204.0, 300)


def verdict(ours, error=None, **expected) -> Verdict:
    found = judge(Expected(quantity="q", source="s", **expected), Estimate(ours, error))
    assert bool(found.reason) == (found.verdict is DIFFERENT)
    return found.verdict


@pytest.mark.parametrize(
    ("ours", "error", "expected", "verdict_"),
    [
        # bit for bit
        (204.0, None, {"value": 204}, IDENTICAL),
        (204.0, 0.0, {"value": 204}, IDENTICAL),
        (NEXT, None, {"value": 204}, DIFFERENT),
        (NEXT, None, {"value": 204, "tolerance": Absolute(0.01)}, WITHIN),
        (204.0, None, {"value": 204, "tolerance": Relative(0.1)}, IDENTICAL),
        # chance has a part in it: never identical, and never exact
        (204.0, 0.5, {"value": 204}, DIFFERENT),
        (204.0, 0.5, {"value": 204, "tolerance": StandardErrors(3)}, WITHIN),
        # to the printed figure
        (47.6549, None, {"value": 47.65, "decimals": 2}, IDENTICAL),
        (47.655, None, {"value": 47.65, "decimals": 2}, IDENTICAL),
        (47.645, None, {"value": 47.65, "decimals": 2}, IDENTICAL),
        (47.6551, None, {"value": 47.65, "decimals": 2}, DIFFERENT),
        (47.6449, None, {"value": 47.65, "decimals": 2}, DIFFERENT),
        (47.66, None, {"value": 47.65, "decimals": 2, "tolerance": Relative(0.005)}, WITHIN),
        # near enough
        (101.0, None, {"value": 100, "tolerance": Absolute(1)}, WITHIN),
        (101.1, None, {"value": 100, "tolerance": Absolute(1)}, DIFFERENT),
        (98.9, None, {"value": 100, "tolerance": Absolute(1)}, DIFFERENT),
        (-100.4, None, {"value": -100, "tolerance": Relative(0.005)}, WITHIN),
        (-100.6, None, {"value": -100, "tolerance": Relative(0.005)}, DIFFERENT),
        # standard errors
        (10.29, 0.1, {"value": 10, "tolerance": StandardErrors(3)}, WITHIN),
        (10.31, 0.1, {"value": 10, "tolerance": StandardErrors(3)}, DIFFERENT),
        (10.31, 0.1, {"value": 10, "tolerance": StandardErrors(3, bias=0.05, why="grid")}, WITHIN),
        (10.36, 0.1, {"value": 10, "tolerance": StandardErrors(3, bias=0.05, why="grid")}, DIFFERENT),
        (10.01, None, {"value": 10, "tolerance": StandardErrors(3)}, DIFFERENT),
        (10.01, 5.0, {"value": 10, "tolerance": StandardErrors(3, at_most=0.1)}, DIFFERENT),
        (10.01, 0.0, {"value": 10, "tolerance": StandardErrors(3)}, DIFFERENT),
        # ranges and bounds: ends included
        (8.0, 0.3, {"low": 8, "high": 14}, WITHIN),
        (14.0, None, {"low": 8, "high": 14}, WITHIN),
        (14.01, None, {"low": 8, "high": 14}, DIFFERENT),
        (7.99, None, {"low": 8, "high": 14}, DIFFERENT),
        (1e9, None, {"low": 8}, WITHIN),
        (7.99, None, {"low": 8}, DIFFERENT),
        (7.99, 0.01, {"low": 8, "tolerance": StandardErrors(3)}, WITHIN),
        (-1e9, None, {"high": 14}, WITHIN),
        (14.1, None, {"high": 14}, DIFFERENT),
    ],
)
def test_the_rule(ours, error, expected, verdict_):
    assert verdict(ours, error, **expected) is verdict_


@pytest.mark.parametrize("ours", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "expected",
    [{"value": 1.0}, {"low": -1e300}, {"high": 1e300}, {"value": 1.0, "tolerance": Absolute(1e300)}],
)
def test_what_is_not_a_number_never_holds(ours, expected):
    assert verdict(ours, 0.1, **expected) is DIFFERENT


@pytest.mark.parametrize("error", [math.nan, math.inf, -0.1])
def test_a_standard_error_that_is_none_never_holds(error):
    for tolerance in (Exact(), Absolute(9), StandardErrors(3)):
        assert verdict(1.0, error, value=1.0, tolerance=tolerance) is DIFFERENT
