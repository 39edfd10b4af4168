"""The reproductions: what is cheap runs in full, what is dear runs small, what is wrong is called wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mas_kit import usecases
from mas_kit.experiments import Computation, Experiment, reproduce, run
from mas_kit.usecases.traffic import experiments, experiments_routes, experiments_town, resilience

OURS = [*experiments_routes.EXPERIMENTS, *experiments_town.EXPERIMENTS]
BY_NAME = {experiment.name: experiment for experiment in OURS}
CHEAP = [name for name in BY_NAME if name.startswith(("routes-braess", "routes-ladder"))]
CHEAP += ["routes-lab-game", "sioux-falls-assignment", "sioux-falls-optimal-tolls"]
# Those of troubles begin on day 101, and are in test_resilience.py.
SMALLER = [name for name, e in BY_NAME.items() if isinstance(e, Experiment) and "troubles" not in name]


def test_they_are_what_the_use_case_offers():
    assert usecases.load("traffic").experiments is experiments.EXPERIMENTS
    names = [experiment.name for experiment in experiments.EXPERIMENTS]
    assert len(set(names)) == len(names)
    assert set(BY_NAME) <= set(names)


@pytest.mark.parametrize("name", CHEAP)
def test_cheap_ones_hold(name):
    report = reproduce([BY_NAME[name]], workers=1, progress=False)
    assert report.holds, report.frame[["quantity", "published", "ours", "verdict", "reason"]].to_string()


@pytest.mark.parametrize("name", SMALLER)
def test_every_one_runs_and_every_estimate_is_a_number(name):
    """Few days and packets of 100: too little to judge, enough to see that nothing fails."""
    experiment = BY_NAME[name]
    small = {"days": 8, "travellers": 50, "packet": 100}
    shorter = {**experiment.parameters, **{key: small[key] for key in small if key in experiment.parameters}}
    results = run(dataclasses.replace(experiment, parameters=shorter), seeds=2, workers=1, progress=False)
    assert not results.failed
    for expected in experiment.expected:
        value, error = expected.estimate(results.frame)
        assert np.isfinite(value), expected.quantity
        assert error is None or np.isfinite(error), expected.quantity


def test_a_bridge_that_is_not_there_is_different():
    experiment = BY_NAME["routes-braess-with-bridge"]
    wrong = dataclasses.replace(experiment, parameters={**experiment.parameters, "bridge": False})
    assert not reproduce([wrong], workers=1, progress=False).holds


def test_every_claim_of_troubles_names_runs_that_there_are():
    study = resilience.study
    experiment = BY_NAME["sioux-falls-troubles"]
    assert not isinstance(experiment, Computation)
    for expected in experiment.expected:
        given = expected.estimator.keywords
        assert given["trouble"] in study.labels
        assert given["who"] in study.teams
