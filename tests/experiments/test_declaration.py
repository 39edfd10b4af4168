from __future__ import annotations

import pytest

from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.experiments import Expected, Experiment
from mas_kit.experiments.experiment import spec_hash
from tests.experiments.models import Walk


def walk(**changes) -> Experiment:
    return Experiment(**{"name": "walk", "model": Walk, **changes})


@pytest.mark.parametrize("name", ["", "a/b", "../up", ".hidden", "a b", None])
def test_a_name_must_be_one_of_a_folder(name):
    with pytest.raises(ParameterError, match="'name'"):
        walk(name=name)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"metrics": "x"}, r"\['x'\]"),
        ({"metrics": [lambda m: 1]}, "lambda"),
        ({"metrics": ["x", "x"]}, "'x'"),
        ({"metrics": {"seed": "x"}}, "'seed'"),
        ({"metrics": [3]}, "metric is 3"),
        ({"metrics": {"drift": "x"}, "design": {"drift": [0, 1]}}, "'drift'"),
        ({"model": 3}, "'model'"),
        ({"ticks": 0}, "'ticks'"),
        ({"entropy": -1}, "'entropy'"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(changes, names):
    with pytest.raises(ParameterError, match=names):
        walk(**changes)


def test_an_expectation_at_an_unknown_parameter_is_refused():
    expected = Expected(quantity="x", value=0, source="theory", at={"dirft": 1})
    with pytest.raises(UnknownNameError, match="did you mean 'drift'"):
        walk(design={"drift": [0, 1]}, expected=[expected])


def test_it_is_frozen():
    with pytest.raises(AttributeError):
        walk().name = "other"


def test_the_spec_is_what_makes_runs_comparable():
    first = spec_hash(walk().spec())
    assert spec_hash(walk().spec()) == first
    # it may grow
    assert spec_hash(walk(seeds=50).spec()) == first
    assert spec_hash(walk(design={"drift": [1]}).spec()) == spec_hash(walk(design={"drift": [1, 2]}).spec())
    # anything else is another experiment
    others = [
        {"name": "other"},
        {"parameters": {"steps": 11}},
        {"ticks": 3},
        {"metrics": ["x"]},
        {"metrics": {"x": lambda m: m.x}},
        {"metrics": {"x": lambda m: -m.x}},
        {"entropy": 3},
        {"common_random_numbers": False},
        {"design": {"drift": [1]}},
    ]
    hashes = {spec_hash(walk(**change).spec()) for change in others}
    assert len(hashes | {first}) == len(others) + 1


def test_a_run_can_be_built_to_look_at():
    run = walk(design={"drift": [0.5]}).runs()[0]
    model = walk().build(run, log=True)
    assert (model.seed, model.p.drift, model.tick) == (run.seed, 0.5, 0)
    assert model.log is not None
