"""The planner of tolls: what it sees, how many gantries it gets, and that they take what it asked."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.checks import check_model
from mas_kit.core.errors import ParameterError
from mas_kit.usecases.traffic import FixedToll, Traffic
from mas_kit.usecases.traffic.toll_design import GANTRIES, TollTown

TOWN = {"world": "sioux falls", "packet": 100, "days": 6, "engine": "objects", "seed": 1}


def town(policy=None, **more):
    policies = {} if policy is None else {"planner": policy}
    return TollTown(**{**TOWN, **more}, policies=policies)


def test_the_planner_sees_every_road_once():
    seen = {}

    def note(percept):
        assert percept.link not in seen
        seen[percept.link] = percept
        return 0.0

    model = town(note, days=3).run()
    assert list(seen) == list(model.town.network.links)
    assert [one.flow for one in seen.values()] == pytest.approx(model.town.equilibrium.flow)
    assert [one.wanted for one in seen.values()] == pytest.approx(model.town.optimum.flow)
    marginal = model.town.network.marginal_toll(model.town.optimum.flow)
    assert [one.marginal for one in seen.values()] == pytest.approx(marginal)


def test_only_the_ten_dearest_are_built_and_no_toll_is_below_nothing():
    tolls = {}

    def design(percept):
        tolls[percept.link] = percept.marginal - 20.0
        return tolls[percept.link]

    model = town(design).run(3)
    wanted = np.array([tolls[link] for link in model.town.network.links])
    built = model.town.toll
    assert (built > 0).sum() == min(GANTRIES, (wanted > 0).sum())
    assert (built >= 0).all()
    assert sorted(built[built > 0]) == pytest.approx(sorted(wanted)[-int((built > 0).sum()) :])


def test_tolls_are_taken_from_the_second_day_and_stay():
    model = town(lambda percept: 3.0 if percept.link == "16-10" else 0.0)
    model.run(1)
    assert model.town.toll.sum() == 0
    for _ in range(3):
        model.step()
        assert model.town.toll[model.town.network.link("16-10")] == 3.0
        assert model.town.toll.sum() == 3.0
    metrics = model.metrics()
    assert metrics["gantries"] == 1
    assert metrics["revenue"] == pytest.approx(3.0 * model.town.flow[model.town.network.link("16-10")])


def test_without_a_plan_it_is_the_town_as_it_was():
    mine, theirs = town().run(), Traffic(**TOWN).run()
    assert mine.metrics()["tstt"] == theirs.metrics()["tstt"]
    assert mine.metrics()["excess"] == pytest.approx(theirs.metrics()["tstt over so"] - 1)
    assert isinstance(mine.planner.policy, FixedToll)


def test_it_keeps_the_rules_of_the_kit():
    check_model(TollTown, world="braess", days=4, engine="objects")


@pytest.mark.parametrize("toll", [np.nan, np.inf, "dear", None, (1.0, 2.0)])
def test_a_plan_that_is_no_number_names_its_road(toll):
    with pytest.raises(ParameterError, match="toll of link 16-10"):
        town(lambda percept: toll if percept.link == "16-10" else 0.0).run(1)


def test_it_needs_a_world_of_routes():
    with pytest.raises(ParameterError, match="'world' is 'signals'"):
        TollTown(world="signals")
