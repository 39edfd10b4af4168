from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.experiments import Absolute, Exact, Expected, Relative, StandardErrors

FRAME = pd.DataFrame(
    {
        "point": [0, 0, 1, 1],
        "beta": [0.5, 0.5, 1.0, 1.0],
        "cost": [1.0, 3.0, 10.0, 10.0],
        "gap": [1, np.nan, 1, 1],
    }
)


def about(quantity: str = "cost", **changes) -> Expected:
    declared = {"quantity": quantity, "source": "theory", "value": 1.0, **changes}
    return Expected(**declared)


def test_the_mean_over_replicates_with_its_standard_error():
    assert about(at={"beta": 0.5}).estimate(FRAME) == (2.0, math.sqrt(2) / math.sqrt(2))
    assert about(at={"beta": 1.0}).estimate(FRAME) == (10.0, 0.0)
    assert about(at={"beta": 1.0}).estimate(FRAME[:3]) == (10.0, None)


def test_equal_replicates_keep_their_value_to_the_last_bit():
    frame = pd.DataFrame({"point": 0, "cost": [0.1] * 3})
    assert frame["cost"].mean() != 0.1  # the trap: the mean of equal numbers is off by one bit
    assert about().estimate(frame) == (0.1, 0.0)


def test_a_replicate_without_a_value_is_not_skipped():
    assert math.isnan(about("gap", at={"beta": 0.5}).estimate(FRAME).value)


def test_an_estimator_by_name_or_as_a_function():
    assert about("price", estimator="cost", at={"beta": 1.0}).estimate(FRAME).value == 10
    assert about(estimator=lambda f: (f["cost"].max(), 0.25)).estimate(FRAME) == (10, 0.25)
    assert about(estimator=lambda f: f["cost"].max() / f["cost"].min()).estimate(FRAME) == (10, None)


def test_a_computed_quantity():
    found = {"S*": (12.5, 0.1), "C*": 47.65}
    assert about("C*").estimate(found) == (47.65, None)
    assert about("S*").estimate(found) == (12.5, 0.1)
    assert about("ratio", estimator=lambda f: f["C*"] / 2).estimate(found).value == 47.65 / 2
    with pytest.raises(UnknownNameError, match="C"):
        about("C").estimate(found)


def test_what_cannot_be_estimated_says_why():
    with pytest.raises(UnknownNameError, match="did you mean 'cost'"):
        about("coast", at={"beta": 1.0}).estimate(FRAME)
    with pytest.raises(ParameterError, match="2 design points; say which with at="):
        about().estimate(FRAME)
    with pytest.raises(ParameterError, match="no finished replicate at"):
        about(at={"beta": 7}).estimate(FRAME)


@pytest.mark.parametrize(
    "changes",
    [
        {"value": None},
        {"low": 0.0},
        {"value": math.nan},
        {"value": None, "low": -math.inf},
        {"value": None, "low": 2.0, "high": 1.0},
        {"source": " "},
        {"quantity": ""},
        {"decimals": -1},
        {"value": None, "low": 1.0, "decimals": 2},
    ],
)
def test_an_expectation_that_says_nothing_is_refused(changes):
    with pytest.raises(ParameterError):
        about(**changes)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Absolute(0),
        lambda: Relative(-0.1),
        lambda: Relative(math.inf),
        lambda: StandardErrors(0),
        lambda: StandardErrors(3, bias=-1, why="x"),
        lambda: StandardErrors(3, bias=math.nan, why="x"),
        lambda: StandardErrors(3, at_most=0),
    ],
)
def test_a_tolerance_must_be_a_positive_size(make):
    with pytest.raises(ParameterError):
        make()


def test_a_bias_needs_a_reason():
    with pytest.raises(ParameterError, match="why"):
        StandardErrors(3, bias=0.1)
    assert str(StandardErrors(3, bias=0.1, why="warm-up")) == "3 s.e. + 0.1 (warm-up)"


def test_what_is_shown():
    assert about(value=47.65, decimals=2).published == "47.65"
    assert about(value=204.0, decimals=2).published == "204.00"
    assert about(value=None, low=8.0, high=14.0).published == "8 to 14"
    assert about(value=None, low=8.0).published == "≥ 8"
    assert about(value=None, high=8.0).published == "≤ 8"
    assert [str(t) for t in (Exact(), Absolute(0.5), Relative(0.005))] == ["exact", "± 0.5", "± 0.5 %"]
