"""The reproductions of ring and platoon: cheap ones in full, dear ones small, wrong ones called wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mas_kit import usecases
from mas_kit.experiments import Computation, reproduce, run
from mas_kit.usecases.vehicles import experiments, experiments_platoon, experiments_ring, resilience

BY_NAME = {experiment.name: experiment for experiment in experiments.EXPERIMENTS}
MINE = [*experiments_ring.EXPERIMENTS, *experiments_platoon.EXPERIMENTS, *resilience.EXPERIMENTS]
CHEAP = ("growth-of-waves", "optimal-velocity-threshold", "smallest-headway")


def test_they_are_what_the_use_case_offers():
    assert usecases.load("vehicles").experiments is experiments.EXPERIMENTS
    assert len(BY_NAME) == len(experiments.EXPERIMENTS)
    assert all(BY_NAME[one.name] is one for one in MINE)


@pytest.mark.parametrize("name", CHEAP)
def test_cheap_ones_hold(name):
    report = reproduce([BY_NAME[name]], workers=1, progress=False)
    assert report.holds, report.frame[["quantity", "published", "ours", "verdict", "reason"]].to_string()


@pytest.mark.parametrize("one", [e for e in MINE if not isinstance(e, Computation)], ids=lambda e: e.name)
def test_every_one_runs_and_every_estimate_is_a_number(one):
    """Two seeds and some seconds: too little to judge, enough to see that nothing fails."""
    short = dataclasses.replace(
        one, parameters={**one.parameters, "duration": 12.0, "warmup": 4.0, "switch_on": 2.0}
    )
    results = run(short, seeds=2, workers=1, progress=False)
    assert not results.failed
    for expected in one.expected:
        if "wave speed" not in expected.quantity:  # there are no waves yet
            assert not np.isinf(expected.estimate(results.frame)[0]), expected.quantity


def test_a_wrong_rate_of_growth_is_different():
    """Ticks of a tenth of a second are too coarse for the eigenvalue in time."""
    right = BY_NAME["growth-of-waves"]
    quick = right.expected[2]
    assert quick.quantity == "growth, quick drivers"
    coarse = experiments_ring._idm(experiments_ring.QUICK, 0.1)
    assert abs(coarse - quick.value) > 3 * quick.tolerance.slack(quick.value, None)


def test_people_alone_are_not_tamed():
    """The bands for the automated ring call a ring of people different, and one that crawls."""
    rows = [
        {
            "setting": setting,
            "replicate": k,
            "point": 0,
            "speed std": std + 0.01 * k,
            "mean speed": mean + 0.01 * k,
        }
        for setting, std, mean in (("people", 3.1, 2.65), ("U = 3.3", 3.1, 2.65), ("crawl", 0.1, 2.0))
        for k in range(3)
    ]
    frame = pd.DataFrame(rows)
    std, flow = experiments_ring._tamed("U = 3.3", "people", (1.08, 1.35))
    assert std.estimate(frame).value > std.high
    assert flow.estimate(frame).value < flow.low
    std, flow = experiments_ring._tamed("crawl", "people", (1.08, 1.35))
    assert std.estimate(frame).value < std.high
    assert flow.estimate(frame).value < flow.low


def test_troubles_have_labels_and_one_model_each():
    for study in (resilience.on_the_ring, resilience.in_a_platoon):
        assert study.labels[0] == "none"
        for label in study.labels:
            model = study.make(seed=1, who=study.others[0], trouble=label)
            model.run(3)
