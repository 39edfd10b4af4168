"""Gantries that see their own link, and the tolls that make the optimum an equilibrium."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit import Bias
from mas_kit.core.errors import ParameterError
from mas_kit.core.policy import Decision
from mas_kit.usecases.traffic import FixedToll, GantryPercept, MarginalCostToll, Traffic


def test_a_gantry_sees_its_own_link_of_yesterday():
    model = Traffic(seed=1, packet=100, days=4).run(3)
    world = model.place
    flow, time = world.flow.copy(), world.time.copy()
    model.run(1)
    for link in (0, 40, 75):
        percept = world.gantries[link].percept
        assert percept == GantryPercept(3, flow[link], time[link], percept.slope, 0.0)
        step = 1.0
        more, less = flow.copy(), flow.copy()
        more[link] += step
        less[link] -= step
        rise = (world.network.time(more) - world.network.time(less))[link] / (2 * step)
        assert percept.slope == pytest.approx(rise, rel=1e-4)


def test_the_marginal_cost_is_approached_by_a_share_a_day():
    percept = GantryPercept(1, 100.0, 8.0, 0.02, 0.5)
    decision = MarginalCostToll(0.2).decide(percept, np.random.default_rng(1))
    assert decision.action == pytest.approx(0.5 + 0.2 * (2.0 - 0.5))
    assert "100 vehicles" in MarginalCostToll(0.2).explain(percept, Decision(decision.action)).reason
    assert FixedToll(3.0).decide(percept, np.random.default_rng(1)) == 3.0


@pytest.mark.parametrize("toll", ["adaptive", "marginal cost"])
def test_tolls_bring_pigou_to_the_optimum(toll):
    found = Traffic(seed=2, world="pigou", travellers=1000, toll=toll, days=200).run().metrics()
    assert found["tstt"] == pytest.approx(0.75, abs=1e-3)
    assert found["mean flow home-work"] == pytest.approx(0.5, abs=0.02)


def test_planned_tolls_bring_travellers_to_the_optimum_of_sioux_falls():
    found = Traffic(seed=3, packet=100, toll="marginal cost", days=150, record=False).run().metrics()
    assert found["tstt over so"] == pytest.approx(1, abs=0.006)
    free = Traffic(seed=3, packet=100, days=150, record=False).run().metrics()
    assert free["tstt over so"] > 1.03


def test_a_toll_of_your_own():
    """A toll so high that nobody wants to pay it, on one of Braess's roads: the bridge."""
    model = Traffic(
        seed=4, world="braess", choice="one at a time", days=40, policies={"a-b": lambda seen: 99.0}
    )
    assert model.run().metrics()["time per trip"] == 83
    assert model.place.toll.tolist() == [0, 0, 0, 0, 99]


def test_a_negative_toll_is_none():
    model = Traffic(seed=5, world="pigou", days=2, policies={"home-work": lambda seen: -1.0}).run()
    assert model.place.toll.tolist() == [0, 0]


@pytest.mark.parametrize("toll", [np.nan, np.inf, -np.inf, 1e308, "dear", None, [1.0]])
def test_what_is_no_toll_is_an_error_that_names_the_link(toll):
    """Infinite link costs once went into the compiled search, and ended the process."""
    with pytest.raises(ParameterError, match="toll of link a-b"):
        Traffic(seed=6, world="braess", days=2, policies={"a-b": lambda seen: toll}).run()
    with pytest.raises(ParameterError, match="toll of a fixed toll"):
        FixedToll(toll)


def test_a_share_of_the_way_is_one():
    for share in (-0.1, 1.1, np.nan):
        with pytest.raises(ParameterError, match="share"):
            MarginalCostToll(share)


@pytest.mark.parametrize("change", [{"factor": -3.0}, {"factor": float("nan")}, {"offset": 1e400}])
def test_a_travel_time_that_cannot_be_stays_off_the_board(change):
    """A negative one once made the search of routes run for ever."""
    dead = [Bias(agent="16-10", field="time", at=3, **change)]
    model = Traffic(seed=7, packet=100, days=8, faults=dead).run(2)
    link = model.place.network.link("16-10")
    before = model.place.told[link]
    model.run()
    assert model.place.told[link] == before
    assert np.isfinite(model.metrics()["gap"])


def test_a_gantry_that_sees_nonsense_keeps_its_toll():
    seen = GantryPercept(1, np.nan, 8.0, 0.02, 0.5)
    assert MarginalCostToll(0.2).decide(seen, np.random.default_rng(1)).action == 0.5
    assert MarginalCostToll(1.0).decide(seen._replace(flow=1e30), None).action == 1e5
