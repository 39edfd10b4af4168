"""Links that can be full: who recovers after an incident, what hangs on a tie, and how it is measured."""

from __future__ import annotations

import pandas as pd
import pytest

from mas_kit.usecases.traffic.experiments_full import WHO, gridlock, incident, over, recovered
from mas_kit.usecases.traffic.model import Traffic


def town(**parameters):
    return Traffic(world="signals", record=False, **{"seed": 1, **parameters})


def test_full_links_only_max_pressure_recovers():
    ends = {}
    for controller in ("capacity aware", "longest queue", "tuned"):
        model = town(controller=controller, incident_at=200, incident_for=500, steps=1600, seed=3)
        ends[controller] = model.run().metrics()["vehicles"]
    assert ends["capacity aware"] < 150
    assert ends["longest queue"] > 1000
    assert ends["tuned"] > 1000


def test_a_tie_of_two_full_links_decides_whether_longest_queue_locks():
    """Without turns a coin is enough; who keeps green waits for who cannot move."""
    street = {"turning": 0.0, "rate_ns": 0.55, "rate_ew": 0.3, "incident_at": 200, "incident_for": 500}
    ends = {}
    for ties in ("keep", "change", "by chance"):
        model = town(controller="longest queue", ties=ties, steps=1000, seed=3, **street)
        ends[ties] = model.run().metrics()["vehicles"]
    fixed = town(controller="fixed", steps=1000, seed=3, **street).run().metrics()["vehicles"]
    assert ends["keep"] > 2 * fixed
    assert max(ends["change"], ends["by chance"]) < 1.2 * fixed


def test_names_stand_for_a_controller_and_its_rule_at_ties():
    rows = [
        {"controller": name.split(", ")[0], "ties": ties, "replicate": seed, "vehicles": value + seed}
        for name, ties, value in (
            ("longest queue", "keep", 300),
            ("longest queue", "by chance", 90),
            ("fixed", "keep", 100),
        )
        for seed in range(20)
    ]
    frame = pd.DataFrame(rows)
    ratio, error = over(frame, "longest queue", "fixed")
    assert ratio == pytest.approx(309.5 / 109.5)
    assert error > 0
    assert recovered(frame, "longest queue") == 0
    assert recovered(frame, "longest queue, by chance") == 0.5
    for experiment in (incident, gridlock):
        assert len(experiment.design) == len(WHO)
