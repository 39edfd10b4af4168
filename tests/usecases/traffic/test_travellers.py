"""The rules of route choice, on both engines, and what becomes of towns whose travellers follow them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from mas_kit.checks import check_model
from mas_kit.core.errors import ParameterError
from mas_kit.core.faults import Crash, Delay
from mas_kit.population import check_engines
from mas_kit.usecases.traffic import RULES as SHIPPED
from mas_kit.usecases.traffic import Traffic
from mas_kit.usecases.traffic.travellers import RULES


def shares(model: Traffic) -> np.ndarray:
    """On which route each traveller is."""
    return model.populations["traveller"]["route"].copy()


@pytest.mark.parametrize(("choice", "information"), RULES)
def test_objects_and_columns_give_the_same_numbers(choice, information):
    settings = {"choice": choice, "information": information, "seed": 3, "ignore": 0.2}
    for world in ("lab game", "braess"):
        check_engines(Traffic, ticks=25, world=world, **settings)


def test_every_rule_is_among_those_that_ship():
    named = {rule.__name__ for rule in RULES.values()}
    assert named | {"drive"} == set(SHIPPED)
    for name, make in SHIPPED.items():
        populations = make("objects").populations.values()
        assert [population.rule.__name__ for population in populations] == [name]


def test_objects_and_columns_agree_on_all_of_sioux_falls():
    check_engines(Traffic, ticks=3, seed=1, packet=100, choice="constant", rate=0.3)


def test_the_model_keeps_the_rules_of_the_kit():
    check_model(Traffic, world="braess", days=3, choice="constant", toll="adaptive", engine="objects")


@pytest.mark.parametrize("start", list(product(range(3), repeat=6))[:: 7 * 13])
def test_braess_is_reached_from_anywhere(start):
    for bridge, each in ((True, 92), (False, 83)):
        model = Traffic(seed=1, world="braess", choice="one at a time", days=30, bridge=bridge)
        model.run(1)  # from the second day on they stand on routes that the book knows
        routes = [model.place.book.look(cost)[0] for cost in spread(model)]
        known = sorted(set(routes))
        model.populations["traveller"].set(route=np.array([known[i % len(known)] for i in start]))
        model.run(29)
        assert model.metrics()["time per trip"] == each


def spread(model: Traffic) -> list[np.ndarray]:
    """Link costs that make each road dear in turn, so that the book learns every route."""
    links = len(model.place.flow)
    return [model.place.network.free + 500 * (np.arange(links) == link) for link in range(links)]


def test_flows_are_those_of_the_travellers_and_nobody_gets_lost():
    model = Traffic(seed=2, packet=100, days=5).run()
    world = model.place
    flow = np.zeros(76)
    for route in shares(model):
        flow[list(world.book.links(int(route)))] += 100
    assert world.flow == pytest.approx(flow)
    pair = world.travellers["pair"]
    assert np.bincount(pair) * 100 == pytest.approx(world.network.demand)
    for i in range(0, len(pair), 97):
        links = world.book.links(int(shares(model)[i]))
        assert world.network.tail[links[0]] == world.network.origin[pair[i]]
        assert world.network.head[links[-1]] == world.network.destination[pair[i]]
        assert (world.network.head[list(links[:-1])] == world.network.tail[list(links[1:])]).all()


def test_a_share_of_one_in_k_thinks_again_on_day_k():
    """Of 10,000 whose news says the other road is better, a binomial number follows."""
    model = Traffic(seed=4, world="pigou", travellers=10_000, toll="marginal cost", days=10).run(3)
    before = shares(model)
    model.place.told[:] = (9.0, 0.0) if (before == before[0]).mean() > 0.5 else (0.0, 9.0)
    news, day = model.place.news, 4
    assert model.place.travellers.chance == 1 / 3
    model.run(1)
    better = news.best[0]
    went = (shares(model) == better) & (before != better)
    stood = (before != better).sum()
    assert abs(went.sum() - stood / day) < 4 * np.sqrt(stood * (1 / day) * (1 - 1 / day))


@pytest.mark.parametrize("packet", [10, 100])
def test_a_town_finds_its_equilibrium(packet):
    found = Traffic(seed=5, packet=packet, days=250, record=False).run().metrics()
    assert found["tstt over ue"] == pytest.approx(1, abs=0.012)
    assert found["rmse"] < 0.03
    assert found["gap"] < 0.012


def test_who_ignores_the_news_never_changes():
    model = Traffic(seed=6, packet=100, days=20, ignore=0.3, choice="constant").run()
    keeps = model.populations["traveller"]["keeps"]
    assert keeps.mean() == pytest.approx(0.3, abs=1e-3)
    fresh = Traffic(seed=6, packet=100, days=20, ignore=0.3, choice="constant")
    assert (shares(model)[keeps] == shares(fresh)[keeps]).all()
    assert (shares(model)[~keeps] != shares(fresh)[~keeps]).any()


def test_who_keeps_its_route_keeps_it_when_it_is_its_turn():
    model = Traffic(seed=6, world="lab game", choice="one at a time", days=18, ignore=0.5)
    keeps, before = model.populations["traveller"]["keeps"].copy(), shares(model)
    after = shares(model.run())
    assert (after[keeps] == before[keeps]).all()
    assert (after[~keeps] != before[~keeps]).any()


def test_the_same_seed_gives_the_same_days_and_another_one_others():
    runs = [Traffic(seed=seed, packet=100, days=12, choice="logit").run().history for seed in (7, 7, 8)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_nobody_is_on_a_closed_link_and_it_fills_again():
    closed = [Crash(agent="16-10", at=10, until=14)]
    model = Traffic(seed=8, packet=100, days=40, choice="constant", rate=0.2, faults=closed).run(9)
    link = model.place.network.link("16-10")
    assert model.place.flow[link] > 0
    for _ in range(4):
        model.step()
        assert model.place.flow[link] == 0
    assert model.place.gap < 1
    model.run()
    assert model.place.flow[link] > 1000


def test_news_is_as_old_as_the_reports():
    late = Traffic(seed=9, packet=100, days=12, faults=[Delay(network="reports", extra=3, at=1)]).run()
    times = []
    model = Traffic(seed=9, packet=100, days=12, faults=[Delay(network="reports", extra=3, at=1)])
    for _ in range(12):
        model.step()
        times.append(model.place.time.copy())
    assert model.place.told == pytest.approx(times[7])  # on day 12: of day 11 - 3
    assert late.place.told == pytest.approx(model.place.told)
    fresh = Traffic(seed=9, packet=100, days=12).run(11)
    seen = fresh.place.time.copy()
    assert fresh.run(1).place.told == pytest.approx(seen)


def test_the_board_that_is_down_goes_on_showing_old_news():
    model = Traffic(seed=10, packet=100, days=20, faults=[Crash(agent="news", at=5)]).run(4)
    told = model.place.told.copy()
    assert model.run(6).place.told.tolist() == told.tolist()


def test_own_trips_only_says_what_it_cannot_do():
    with pytest.raises(ParameterError, match="'full' with choice='logit'"):
        Traffic(choice="logit", information="own path")


def test_who_knows_its_own_trips_only_goes_back_to_what_was_shorter():
    model = Traffic(seed=11, world="lab game", choice="constant", rate=1.0, information="own path", explore=0)
    model.populations["traveller"].set(other=1 - shares(model), other_time=1.0)
    before = shares(model)
    model.run(1)
    assert (shares(model) == 1 - before).all()
    assert (model.populations["traveller"]["other"] == before).all()
    model.populations["traveller"].set(other_time=1e5)
    after = shares(model)
    assert (shares(model.run(1)) == after).all()


def test_an_agent_can_be_asked():
    model = Traffic(seed=12, packet=100, days=3).run()
    assert "76 travel times go up, of day 2" in model.agent("news").explain().chosen
    assert model.agent("traveller-7").pair == model.populations["traveller"]["pair"][7]


@pytest.mark.parametrize(("choice", "information"), RULES)
def test_flows_that_follow_those_who_moved_are_those_of_a_full_count(choice, information):
    """Also over a closure, after a hand has moved people, and in a book that grew."""
    closed = [Crash(agent="16-10", at=8, until=12)]
    settings = {"choice": choice, "information": information, "ignore": 0.1, "toll": "adaptive"}
    model = Traffic(seed=3, packet=100, days=30, faults=closed, **settings)
    world, before = model.place, shares(model)
    for day in range(1, 31):
        if day == 20:
            model.populations["traveller"].set(route=before)
        if day == 25:
            model.agent("traveller-5").route = int(before[5])
        start = shares(model)
        model.step()
        full = np.zeros(76)
        for route, count in enumerate(np.bincount(shares(model))):
            full[list(world.book.links(route))] += 100 * count
        assert world.flow.tolist() == full.tolist()
        assert world.switched == (shares(model) != start).sum()


@pytest.mark.parametrize("engine", ["objects", "columns"])
def test_who_finds_its_route_closed_thinks_again_whatever_its_luck_and_habits(engine):
    closed = [Crash(agent="16-10", at=4, until=6)]
    settings = {"choice": "constant", "rate": 0.0, "ignore": 0.5, "engine": engine}
    model = Traffic(seed=13, packet=100, days=8, faults=closed, **settings).run(3)
    travellers, book = model.place.travellers, model.place.book
    assert travellers.woken.tolist() == []
    before, link = shares(model), model.place.network.link("16-10")
    barred = [row for row, route in enumerate(before.tolist()) if link in book.links(route)]
    assert barred
    model.run(1)
    assert travellers.woken.tolist() == barred
    assert np.flatnonzero(shares(model) != before).tolist() == barred
    assert model.run(4).place.switched == 0
    assert "its turn did not come in tick 8" in model.agent("traveller-0").explain().reason


def test_one_at_a_time_is_one_at_a_time():
    model = Traffic(seed=14, world="braess", choice="one at a time", days=9)
    assert [model.run(1).place.travellers.woken.tolist() for _ in range(8)] == [
        [0], [1], [2], [3], [4], [5], [0], [1]
    ]  # fmt: skip
