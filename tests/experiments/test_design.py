from __future__ import annotations

import numpy as np
import pytest

from mas_kit.core import Crash
from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.experiments import Experiment, LatinHypercube
from mas_kit.experiments.design import points_of
from tests.experiments.models import Walk


def test_a_grid_is_the_product_with_the_last_axis_fastest():
    points = points_of({"a": [1, 2], "b": ["x", "y"]})
    assert [tuple(point.values.values()) for point in points] == [(1, "x"), (1, "y"), (2, "x"), (2, "y")]


def test_a_list_is_taken_in_its_order():
    rows = [{"a": 2, "b": 1}, {"b": 5, "a": 0}]
    assert [point.values for point in points_of(rows)] == [{"a": 2, "b": 1}, {"a": 0, "b": 5}]


def test_nothing_is_one_point():
    assert [point.values for point in points_of({})] == [{}]


def test_levels_can_have_labels():
    crash = Crash(agent="factory", at=3)
    points = points_of({"faults": {"none": (), "factory down": (crash,)}})
    assert [point.labels["faults"] for point in points] == ["none", "factory down"]
    assert points[1].values["faults"] == (crash,)


def test_a_point_is_identified_by_values_not_by_types_that_print_alike():
    texts = {point.text for value in (1, 1.0, True, "1", (1,), None) for point in points_of({"a": [value]})}
    assert len(texts) == 6
    assert points_of({"a": [np.float64(0.5)]})[0].text == points_of({"a": [0.5]})[0].text


def test_a_hypercube_has_one_point_in_each_slice_of_each_range():
    cube = LatinHypercube({"beta": (0, 1), "theta": (-2, 2), "n": (1, 4)}, n=32, seed=3, integers=["n"])
    points = points_of(cube)
    beta = np.array([point.values["beta"] for point in points])
    theta = np.array([point.values["theta"] for point in points])
    assert sorted(np.floor(beta * 32)) == list(range(32))
    assert sorted(np.floor((theta + 2) / 4 * 32)) == list(range(32))
    n = [point.values["n"] for point in points]
    assert all(isinstance(value, int) for value in n)
    assert [n.count(value) for value in (1, 2, 3, 4)] == [8, 8, 8, 8]
    assert [point.values for point in points_of(cube)] == [point.values for point in points]
    other = LatinHypercube({"beta": (0, 1)}, n=32, seed=4)
    assert points_of(other)[0].values["beta"] != points[0].values["beta"]


@pytest.mark.parametrize(
    ("design", "names"),
    [
        ({"a": []}, "'a' are empty"),
        ({"a": 3}, "parameters={'a': 3}"),
        ({"a": "abc"}, "'a' are 'abc'"),
        ({"a": [1, 1]}, "twice"),
        ([], "empty list"),
        ([{"a": 1}, {"b": 1}], "same parameters"),
        ([3], "must be a dict"),
        (3, "'design'"),
        ({"a": [iter([1])]}, "'a'"),
    ],
)
def test_what_is_no_design_is_refused_and_says_why(design, names):
    with pytest.raises(ParameterError, match=names):
        points_of(design)


@pytest.mark.parametrize(
    ("bounds", "n"), [({}, 3), ({"a": (1, 1)}, 3), ({"a": (0, float("inf"))}, 3), ({"a": (0, 1)}, 0)]
)
def test_what_is_no_hypercube_is_refused(bounds, n):
    with pytest.raises(ParameterError):
        LatinHypercube(bounds, n=n)


def test_a_hypercube_knows_its_names():
    with pytest.raises(UnknownNameError, match="beta"):
        LatinHypercube({"beta": (0, 1)}, n=2, integers=["bate"])


def test_every_point_is_checked_against_the_model_before_anything_runs():
    with pytest.raises(ParameterError, match=r"drift.*9"):
        Experiment(name="walk", model=Walk, design={"drift": [0, 1, 9]})
    with pytest.raises(UnknownNameError, match="did you mean 'drift'"):
        Experiment(name="walk", model=Walk, design={"dirft": [0, 1]})
    with pytest.raises(ParameterError, match="steps"):
        Experiment(name="walk", model=Walk, parameters={"steps": 0})
    cube = Experiment(name="walk", model=Walk, design=LatinHypercube({"drift": (0, 50)}, n=9))
    with pytest.raises(ParameterError, match="drift"):
        cube.runs()
