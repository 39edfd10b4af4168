"""The reproductions: what is cheap runs in full, what is dear runs small, what is wrong is called wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mas_kit import usecases
from mas_kit.experiments import Computation, Verdict, reproduce, run
from mas_kit.usecases.supply_chain import bullwhip, experiments

CHEAP = ("benchmark", "benchmark-free-ordering", "people-whole-cases", "people-fractional-cases", "contracts")
BY_NAME = {experiment.name: experiment for experiment in experiments.EXPERIMENTS}


def test_they_are_what_the_use_case_offers():
    assert usecases.load("supply_chain").experiments is experiments.EXPERIMENTS
    assert len(BY_NAME) == len(experiments.EXPERIMENTS)


@pytest.mark.parametrize("name", [*CHEAP, "clark-scarf-example"])
def test_cheap_ones_hold(name):
    report = reproduce([BY_NAME[name]], workers=1, progress=False)
    assert report.holds, report.frame[["quantity", "published", "ours", "verdict", "reason"]].to_string()


def test_the_board_is_reproduced_to_the_cent():
    frame = reproduce([BY_NAME["benchmark"]], workers=1, progress=False).frame
    assert (frame["verdict"] == Verdict.IDENTICAL).all()
    assert frame["ours"].tolist() == [46, 50, 54, 54, 204]


def test_agents_with_the_planners_levels_cost_what_the_planner_expects():
    report = reproduce([BY_NAME["clark-scarf-agents-negative-binomial"]], workers=2, progress=False)
    assert report.holds, report.frame[["quantity", "published", "ours", "verdict", "reason"]].to_string()


@pytest.mark.parametrize("name", [name for name, e in BY_NAME.items() if not isinstance(e, Computation)])
def test_every_one_runs_and_every_estimate_is_a_number(name):
    """Two or eight seeds: too few to judge, enough to see that nothing fails."""
    experiment = BY_NAME[name]
    if "weeks" in experiment.parameters:
        shorter = {**experiment.parameters, "weeks": 400}
        experiment = dataclasses.replace(experiment, parameters=shorter)
    results = run(experiment, seeds=8 if "clark" in name else 2, workers=2, progress=False)
    assert not results.failed
    for expected in experiment.expected:
        value, error = expected.estimate(results.frame)
        assert np.isfinite(value), expected.quantity
        assert error is None or np.isfinite(error), expected.quantity


def test_a_wrong_board_is_different():
    experiment = BY_NAME["benchmark"]
    wrong = dataclasses.replace(experiment, parameters={**experiment.parameters, "freeze": 0})
    assert not reproduce([wrong], workers=1, progress=False).holds


def _smaller(name, **changed):
    """The frame of a smaller run of an experiment with other parameters, and what the experiment expects."""
    experiment = BY_NAME[name]
    parameters = {**experiment.parameters, "weeks": 1100, **changed}
    wrong = dataclasses.replace(experiment, parameters=parameters)
    return run(wrong, seeds=10, workers=2, progress=False).frame, experiment.expected[0]


def test_a_wrong_level_is_different():
    """Ten cases too many at the factory lie outside the half percent."""
    frame, expected = _smaller("clark-scarf-agents-negative-binomial", factory="base stock")
    cost, error = experiments._controlled(frame)
    assert cost - 3.5 * error > 1.005 * expected.value


def test_a_wrong_forecast_is_different():
    """A weight of 0.41 for 0.4 shows, and gives the ratio that its own formula states."""
    frame, expected = _smaller("bullwhip-smoothing-covering-1", weight=0.41)
    ratio, error = expected.estimate(frame)
    assert abs(ratio - expected.value) > 3.5 * error
    assert abs(ratio - bullwhip.exponential_smoothing(1, 0.41)) < 3.5 * error


def test_control_variates_only_take_noise_away(agree):
    """A made-up cost that is half controls: the same mean, and the standard error of what is left."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(400):
        controls = rng.normal(0, 1, (40, len(experiments.CONTROLS)))
        own = rng.normal(0, 0.5, 40)
        frame = pd.DataFrame(controls, columns=list(experiments.CONTROLS))
        frame["cost per week"] = 20 + controls @ [3, -1, 2, 0.5, 1] + own
        found.append(experiments._controlled(frame))
    values, errors = np.array(found).T
    agree(values, 20.0)
    assert errors.mean() == pytest.approx(values.std(ddof=1), rel=0.1)
