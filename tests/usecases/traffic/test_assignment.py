"""The assignment against Wardrop's principles, a general optimiser and what is published."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.traffic.assignment import (
    AssignmentError,
    Roads,
    successive_averages,
    system_optimum,
    user_equilibrium,
)
from mas_kit.usecases.traffic.network import RoadNetwork, all_routes, braess, pigou, sioux_falls


def random_network(seed: int, nodes: int = 7) -> RoadNetwork:
    """A ring in both directions with chords, mixed powers, and trips between all nodes."""
    rng = np.random.default_rng(seed)
    ring = [(i, (i + 1) % nodes) for i in range(nodes)]
    chords = [tuple(rng.choice(nodes, 2, replace=False).tolist()) for _ in range(nodes)]
    links = [*ring, *[(b, a) for a, b in ring], *chords]
    pairs = [(a, b) for a in range(nodes) for b in range(nodes) if a != b and rng.random() < 0.6]
    size = len(links)
    return RoadNetwork(
        tuple(map(str, range(nodes))),
        np.array([a for a, _ in links]),
        np.array([b for _, b in links]),
        rng.uniform(1, 5, size),
        rng.uniform(0.01, 0.3, size),
        rng.integers(1, 4, size),
        np.ones(size),
        np.array([a for a, _ in pairs]),
        np.array([b for _, b in pairs]),
        rng.uniform(0.5, 3, len(pairs)),
        np.zeros((nodes, 2)),
    )


@pytest.mark.parametrize("seed", range(4))
def test_nobody_has_a_shorter_route(seed):
    """Every route that exists is walked here: those in use are as short as any, and carry all trips."""
    network = random_network(seed)
    found = user_equilibrium(network, gap=1e-11)
    time = network.time(found.flow)
    flow = np.zeros(len(time))
    for pair, routes in enumerate(found.routes):
        shortest = min(time[list(route)].sum() for route in all_routes(network, pair))
        assert found.lengths[pair] == pytest.approx(shortest, abs=1e-9)
        assert sum(amount for _, amount in routes) == pytest.approx(network.demand[pair])
        for links, amount in routes:
            flow[list(links)] += amount
            if amount > 1e-6:
                assert time[list(links)].sum() == pytest.approx(shortest, rel=1e-5)
    assert flow == pytest.approx(found.flow, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_general_optimiser_finds_no_better_optimum(seed):
    from scipy.optimize import minimize

    network = random_network(seed, nodes=4)
    ways = [(pair, route) for pair in range(len(network.demand)) for route in all_routes(network, pair)]
    uses = np.zeros((len(ways), len(network.tail)))
    for row, (_, route) in enumerate(ways):
        uses[row, list(route)] = 1
    pairs = np.array([[pair == p for pair, _ in ways] for p in range(len(network.demand))], float)
    marginal = network.with_marginal_costs()
    best = minimize(
        lambda h: network.total_time(h @ uses),
        np.linalg.pinv(pairs) @ network.demand,
        jac=lambda h: uses @ marginal.time(h @ uses),
        bounds=[(0, None)] * len(ways),
        constraints={"type": "eq", "fun": lambda h: pairs @ h - network.demand, "jac": lambda h: pairs},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    ours = system_optimum(network, gap=1e-10).total_time
    assert ours == pytest.approx(best.fun, rel=1e-6)
    assert ours <= best.fun * (1 + 1e-9)


def test_sioux_falls_as_published():
    roads = sioux_falls()
    selfish, planned = user_equilibrium(roads, gap=1e-12), system_optimum(roads, gap=1e-12)
    assert selfish.objective / 1e5 == pytest.approx(42.31335287107440, abs=1e-9)
    assert selfish.total_time == pytest.approx(7_480_225.34, abs=0.01)
    assert planned.total_time == pytest.approx(7_194_256.05, abs=0.01)
    assert selfish.total_time / planned.total_time == pytest.approx(1.03975, abs=5e-6)
    tolled = user_equilibrium(roads.with_tolls(roads.marginal_toll(planned.flow)), gap=1e-12)
    assert tolled.flow == pytest.approx(planned.flow, abs=1e-3)
    assert Roads(roads).gap(selfish.flow, roads.time(selfish.flow)) < 2e-12


def test_small_roads_exactly():
    assert user_equilibrium(pigou()).flow.tolist() == [1, 0]
    assert system_optimum(pigou(), gap=1e-12).total_time == pytest.approx(0.75)
    assert user_equilibrium(braess(), gap=1e-12).lengths == pytest.approx([92])
    assert user_equilibrium(braess(bridge=False), gap=1e-12).lengths == pytest.approx([83])


def test_the_gap_of_averages_falls_as_one_over_the_day():
    gaps = successive_averages(sioux_falls(), 300).gaps
    products = gaps[9:] * np.arange(10, 301)
    assert products.min() > 0.8
    assert products.max() < 1.1
    with pytest.raises(ParameterError, match="parameter 'days' is 0"):
        successive_averages(pigou(), 0)


def test_a_background_flow_stays_and_the_others_make_room():
    network = random_network(1)
    still = np.linspace(0, 4, len(network.tail))
    found = user_equilibrium(network, gap=1e-10, background=still)
    raised = dataclasses.replace(network, slope=np.zeros_like(network.slope), free=network.time(found.flow))
    assert (found.flow >= still - 1e-9).all()
    own = found.flow - still
    assert user_equilibrium(raised).total_time == pytest.approx(own @ raised.free, rel=1e-8)


def test_what_cannot_be_assigned_is_told():
    with pytest.raises(ParameterError, match="there is no way for 1 pairs, as s-t"):
        user_equilibrium(braess().without("a-t", "b-t"))
    with pytest.raises(ParameterError, match="parameter 'gap' is 0"):
        user_equilibrium(pigou(), gap=0)
    with pytest.raises(AssignmentError, match="after 3 iterations"):
        user_equilibrium(sioux_falls(), at_most=3)
    with pytest.raises(AssignmentError, match="more than 1 routes"):
        user_equilibrium(sioux_falls(), routes=1)


def test_shortest_routes_are_those_of_scipy():
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    roads = sioux_falls()
    cost = np.random.default_rng(5).uniform(1, 9, 76)
    graph = csr_array((cost, (roads.tail, roads.head)), shape=(24, 24))
    theirs = dijkstra(graph)[roads.origin, roads.destination]
    searched = Roads(roads)
    assert searched.shortest(cost) == pytest.approx(theirs)
    flow, lengths = searched.all_or_nothing(cost)
    assert flow @ cost == pytest.approx(theirs @ roads.demand)
    assert lengths == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"at_most": 0}, "at_most"),
        ({"at_most": -1}, "at_most"),
        ({"routes": 0}, "routes"),
        ({"background": np.zeros(5)}, "2 numbers from 0"),
        ({"background": -np.ones(2)}, "background"),
        ({"background": np.array([np.nan, 0.0])}, "background"),
    ],
)
def test_what_an_equilibrium_refuses(wrong, told):
    with pytest.raises(ParameterError, match=told):
        user_equilibrium(pigou(), **wrong)


def test_a_day_is_whole():
    for days in (0, 1.5):
        with pytest.raises(ParameterError, match="days"):
            successive_averages(pigou(), days)


def test_the_gap_is_a_share_even_where_every_way_is_closed():
    """Who has no other way takes the closed one: the gap once was minus thousands."""
    roads = Roads(braess())
    flow = np.array([6.0, 0, 0, 6, 6])
    time = braess().time(flow)
    closed = np.array([True, True, False, False, False])
    assert 0 <= roads.gap(flow, time, closed) < 1
    assert roads.gap(flow, time, np.array([False] * 5)) == pytest.approx(roads.gap(flow, time))
