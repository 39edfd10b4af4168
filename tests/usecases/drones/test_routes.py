"""What routes are worth, the planner against brute force, and greedy, consensus and auction against it."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.drones import allocation, baseline
from mas_kit.usecases.drones.allocation import auction_gap, bertsekas, compare, problem
from mas_kit.usecases.drones.baseline import assignment, best_routes, sequential_greedy, total
from mas_kit.usecases.drones.routes import Craft, Rules, arrivals, best_insertion, next_stop, route_value
from mas_kit.usecases.drones.world import FAR, Order, Terrain, connected, terrain

LINE = Terrain(10, frozenset(range(10, 100)), (0,))  # ten cells in a row, the pad at the left end
RULES = Rules(LINE, 20, 2, 3, 1, 0.9)


def order(number: int, cell: int, value: float = 10.0) -> Order:
    return Order(number, cell, 1, value, 0)


def test_arrivals_by_hand():
    """Five cells and one more; then back over six to load (3 ticks), and two."""
    route = [order(1, 5), order(2, 6), order(3, 2)]
    assert arrivals(RULES, Craft(0, 20, 2), 1, route) == [5, 6, 17]


def test_the_battery_counts():
    low = Craft(3, 10, 2)
    assert arrivals(RULES, low, 1, [order(1, 6)]) == [3]  # 3 there, 6 back, 1 in reserve
    assert arrivals(RULES, low._replace(battery=9), 1, [order(1, 6)]) == [12]  # by way of the pad
    weak = RULES._replace(capacity=10)
    assert arrivals(weak, low, 1, [order(1, 9)]) == [FAR]
    assert route_value(weak, low, 1, [order(1, 9)]) == 0


def test_next_stop_does_what_arrivals_reckons():
    assert next_stop(RULES, Craft(3, 20, 2), [order(1, 6)])[:2] == (6, "deliver")
    assert next_stop(RULES, Craft(3, 20, 0), [order(1, 6)])[:2] == (0, "service")
    assert next_stop(RULES, Craft(3, 9, 2), [order(1, 6)])[:2] == (0, "service")
    assert next_stop(RULES, Craft(0, 20, 2), [])[:2] == (0, "wait")


def test_best_insertion_is_the_best():
    rng = np.random.default_rng(1)
    for _ in range(20):
        cells = rng.choice(10, 4, replace=False).tolist()
        route, new = [order(i, cells[i]) for i in range(3)], order(9, cells[3])
        craft = Craft(4, 20, 2)
        gain, at = best_insertion(RULES, craft, 1, route, new)
        values = [route_value(RULES, craft, 1, [*route[:i], new, *route[i:]]) for i in range(4)]
        assert gain == pytest.approx(max(values) - route_value(RULES, craft, 1, route))
        assert values[at] == pytest.approx(max(values))


def brute_force(given, most: int) -> float:
    """Every way of giving each order to one drone or to nobody, each drone in its best sequence."""
    names = list(given.crafts)
    best = 0.0
    for who in product([None, *names], repeat=len(given.orders)):
        value = 0.0
        for name in names:
            mine = [o for o, owner in zip(given.orders, who, strict=True) if owner == name]
            if len(mine) > most:
                break
            value += max(route_value(given.rules, given.crafts[name], 1, way) for way in permutations(mine))
        else:
            best = max(best, value)
    return best


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [1, 2])
def test_the_planner_is_exact(seed, most):
    given = problem(3, 4, "path", seed)
    routes = best_routes(given.rules, given.crafts, given.orders, 1, most)
    assert total(given.rules, given.crafts, routes, 1) == pytest.approx(brute_force(given, most), abs=1e-9)
    taken = [o.number for route in routes.values() for o in route]
    assert len(taken) == len(set(taken))
    assert all(len(route) <= most for route in routes.values())


def test_two_exact_ways_of_sharing_out_sets_agree():
    """Dynamic programming over the orders taken, and the integer program, on tables of any numbers."""
    rng = np.random.default_rng(1)
    for _ in range(40):
        orders, most, drones = (int(rng.integers(1, high)) for high in (9, 4, 7))
        sets = baseline._sets(orders, most)[0]
        values = rng.uniform(-3, 10, (drones, len(sets)))
        values[:, 0] = 0
        picks = [
            pick(values.tolist(), orders, most)
            for pick in (baseline._by_dynamic_program, baseline._by_integer_program)
        ]
        worths = [sum(values[at, which] for at, which in enumerate(picked)) for picked in picks]
        assert worths[0] == pytest.approx(worths[1], abs=1e-9)
        taken = [order for which in picks[0] for order in sets[which]]
        assert len(taken) == len(set(taken))


def test_many_orders_are_left_to_the_integer_program():
    given = problem(3, 11, "path", 5)
    routes = best_routes(given.rules, given.crafts, given.orders, 1, 2)
    assert total(given.rules, given.crafts, routes, 1) >= total(
        given.rules, given.crafts, best_routes(given.rules, given.crafts, given.orders[:10], 1, 2), 1
    )
    assert sum(len(route) for route in routes.values()) == 6


def test_assignment_and_program_agree():
    given = problem(4, 5, "ring", 3)
    found = [
        total(given.rules, given.crafts, routes, 1)
        for routes in (
            assignment(given.rules, given.crafts, given.orders, 1),
            best_routes(given.rules, given.crafts, given.orders, 1, 1),
        )
    ]
    assert found[0] == pytest.approx(found[1])


@pytest.mark.parametrize("seed", range(100, 110))
def test_consensus_comes_to_the_greedy_where_gains_diminish(seed):
    given = problem(5, 9, "path", seed)
    agreement, routes = allocation.cbba(given, 3, append=True)
    greedy = sequential_greedy(given.rules, given.crafts, given.orders, 1, 3, append=True)
    assert routes == greedy
    assert agreement.settled
    assert agreement.conflicts == 0


@pytest.mark.parametrize("seed", range(100, 106))
def test_consensus_is_conflict_free_within_its_bounds(seed):
    found = compare(problem(3, 5, "path", seed), 2)
    assert found.settled
    assert found.conflicts == 0
    assert found.over_optimum >= 0.5
    assert found.rounds_over_bound <= 1


def test_a_cut_graph_conflicts():
    """The check can fail: without links nobody hears of the others' bids."""
    given = problem(3, 6, "path", 1)
    cut = given._replace(links=dict.fromkeys(given.links, ()))
    assert allocation.cbba(cut, 3)[0].conflicts > 0


def test_bertsekas_is_within_its_bound_and_exact_below_one_nth():
    rng = np.random.default_rng(8)
    for _ in range(5):
        values = rng.integers(0, 50, (12, 12)).astype(float)
        assert sorted(bertsekas(values, 2.0)) == list(range(12))
        assert 0 <= auction_gap(values, 2.0) <= 24
        assert auction_gap(values, 1 / 13) == pytest.approx(0)
    assert max(auction_gap(rng.integers(0, 50, (30, 30)).astype(float), 20.0) for _ in range(5)) > 0


def test_wrong_problems_are_refused():
    with pytest.raises(ParameterError, match="shape"):
        problem(3, 4, "star", 1)
    with pytest.raises(ParameterError, match="epsilon"):
        bertsekas(np.ones((2, 2)), 0)
    with pytest.raises(ParameterError, match="values"):
        bertsekas(np.ones((2, 3)), 1)
    with pytest.raises(ParameterError, match="pads"):
        Terrain(4, frozenset({0}), (0,))


@pytest.mark.parametrize("size", [8, 20, 30])
@pytest.mark.parametrize("stations", [1, 4])
def test_maps_are_whole(size, stations):
    ground = terrain(size, 0.3, stations, 5)
    assert connected(size, set(ground.blocked))
    assert not ground.blocked & set(ground.pads)
    assert len(set(ground.pads)) == stations
    cells = [cell for cell in range(size * size) if ground.free[cell]]
    assert max(ground.distance[cell][ground.pad[cell]] for cell in cells) < FAR
    for cell in cells:
        step = ground.towards(cell, ground.pads[0])
        assert ground.distance[step][ground.pads[0]] == max(0, ground.distance[cell][ground.pads[0]] - 1)
