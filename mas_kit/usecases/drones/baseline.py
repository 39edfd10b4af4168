"""The lone planner who sees everything: exact assignment, exact routes, and the greedy that CBBA equals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import coo_array

from mas_kit.core.errors import MasKitError
from mas_kit.usecases.drones.routes import Craft, Rules, arrivals, best_insertion, route_value, worth
from mas_kit.usecases.drones.world import Order

type Routes = dict[str, tuple[Order, ...]]

FEW = 10  # orders up to which all 2^n of what can be taken are gone through


def assignment(rules: Rules, crafts: Mapping[str, Craft], orders: Sequence[Order], now: int) -> Routes:
    """At most one order a drone, with the largest total value (Hungarian method, exact)."""
    names = list(crafts)
    value = np.array(
        [
            [worth(rules, order, arrivals(rules, crafts[name], now, [order])[0]) for order in orders]
            for name in names
        ]
    ).reshape(len(names), len(orders))
    rows, columns = linear_sum_assignment(value, maximize=True)
    routes: Routes = dict.fromkeys(names, ())
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if value[row, column] > 0:
            routes[names[row]] = (orders[column],)
    return routes


def best_route(
    rules: Rules, craft: Craft, now: int, orders: Sequence[Order]
) -> tuple[float, tuple[Order, ...]]:
    """The most valuable order of doing these, by trying all."""
    return max(
        ((route_value(rules, craft, now, way), way) for way in permutations(orders)),
        key=lambda found: found[0],
    )


def best_routes(
    rules: Rules, crafts: Mapping[str, Craft], orders: Sequence[Order], now: int, most: int
) -> Routes:
    """Routes of at most `most` orders a drone with the largest total value.

    Exact: every set of up to `most` orders is priced for every drone, in its best sequence. Which drone gets
    which set, and no order twice, is found by dynamic programming over the orders that are taken; for more
    than `FEW` orders by a mixed-integer program (HiGHS).

    Raises MasKitError when the solver gives up.
    """
    names = list(crafts)
    if not orders or not names:
        return dict.fromkeys(names, ())
    if most == 1:
        return assignment(rules, crafts, orders, now)
    sets = _sets(len(orders), most)[0]
    priced = [
        [best_route(rules, crafts[name], now, [orders[i] for i in chosen]) for chosen in sets]
        for name in names
    ]
    pick = _by_dynamic_program if len(orders) <= FEW else _by_integer_program
    picked = pick([[value for value, _ in row] for row in priced], len(orders), most)
    return {name: priced[at][which][1] for at, (name, which) in enumerate(zip(names, picked, strict=True))}


@lru_cache(maxsize=32)
def _sets(orders: int, most: int) -> tuple[tuple[tuple[int, ...], ...], NDArray[np.intp]]:
    """All sets of up to `most` of so many orders, the empty one first; and the states that they lead from.

    A state is the bits of the orders taken. Row i, column s: the state that becomes s by taking set i, or
    (one past the last state) none.
    """
    sets = tuple(chosen for size in range(most + 1) for chosen in combinations(range(orders), size))
    bits = np.array([sum(1 << order for order in chosen) for chosen in sets])[:, None]
    if orders > FEW:
        return sets, np.empty((0, 0), np.intp)
    states = np.arange(1 << orders)
    return sets, np.where(states & bits == bits, states ^ bits, 1 << orders)


def _by_dynamic_program(values: Sequence[Sequence[float]], orders: int, most: int) -> list[int]:
    """For each drone (row) which set, so that the sum is largest and no order is in two."""
    came_from = _sets(orders, most)[1]
    best = np.full((1 << orders) + 1, -np.inf)
    best[0] = 0.0
    choices = []
    for row in values:
        reached = best[came_from] + np.array(row)[:, None]
        choices.append(reached.argmax(axis=0))
        best[:-1] = reached.max(axis=0)
    state, picked = int(best.argmax()), []
    for choice in reversed(choices):
        which = int(choice[state])
        picked.append(which)
        state = int(came_from[which, state])
    return picked[::-1]


def _by_integer_program(values: Sequence[Sequence[float]], orders: int, most: int) -> list[int]:
    """The same, for more orders."""
    sets = _sets(orders, most)[0]
    priced = [
        (value, at, which) for at, row in enumerate(values) for which, value in enumerate(row) if value > 0
    ]
    if not priced:
        return [0] * len(values)
    cells = [
        (row, column)
        for column, (_, at, which) in enumerate(priced)
        for row in (at, *(len(values) + order for order in sets[which]))
    ]
    rows, columns = zip(*cells, strict=True)
    matrix = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(values) + orders, len(priced)))
    found = milp(
        -np.array([value for value, _, _ in priced]),
        integrality=np.ones(len(priced)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix.tocsr(), -np.inf, 1),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise MasKitError(f"the solver found no routes: {found.message}")
    picked = [0] * len(values)
    for take, (_, at, which) in zip(found.x, priced, strict=True):
        if take > 0.5:
            picked[at] = which
    return picked


def sequential_greedy(
    rules: Rules,
    crafts: Mapping[str, Craft],
    orders: Sequence[Order],
    now: int,
    most: int,
    *,
    append: bool = False,
) -> Routes:
    """Again and again the order and the drone with the largest gain, until nobody gains or all are full.

    Of equal gains, the drone whose name comes first. CBBA comes to the same where gains diminish, as they
    do for sure with `append`: orders then only go to the end of a route.
    """
    routes: Routes = dict.fromkeys(crafts, ())
    left = list(orders)
    while left:
        best: tuple[float, str, Order, int] | None = None
        for name in sorted(routes):
            if len(routes[name]) >= most:
                continue
            for order in left:
                first = len(routes[name]) if append else 0
                gain, place = best_insertion(rules, crafts[name], now, routes[name], order, first)
                if gain > 0 and (best is None or gain > best[0]):
                    best = (gain, name, order, place)
        if best is None:
            break
        _, name, order, place = best
        routes[name] = (*routes[name][:place], order, *routes[name][place:])
        left.remove(order)
    return routes


def total(rules: Rules, crafts: Mapping[str, Craft], routes: Routes, now: int) -> float:
    """What all routes are worth together."""
    return math.fsum(route_value(rules, crafts[name], now, route) for name, route in routes.items())
