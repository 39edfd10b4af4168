"""The lone planner who sees everything: exact assignment, exact routes, and the greedy that CBBA equals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import coo_array

from mas_kit.core.errors import MasKitError
from mas_kit.usecases.drones.routes import Craft, Rules, arrivals, best_insertion, route_value, worth
from mas_kit.usecases.drones.world import Order

type Routes = dict[str, tuple[Order, ...]]


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

    Exact: every set of up to `most` orders is priced for every drone, in its best sequence, and a
    mixed-integer program (HiGHS) picks one set a drone and no order twice.

    Raises MasKitError when the solver gives up.
    """
    names = list(crafts)
    if not orders or not names:
        return dict.fromkeys(names, ())
    if most == 1:
        return assignment(rules, crafts, orders, now)
    priced: list[tuple[float, int, tuple[Order, ...]]] = []
    numbers = range(len(orders))
    for at, name in enumerate(names):
        for size in range(1, most + 1):
            for chosen in combinations(numbers, size):
                value, way = best_route(rules, crafts[name], now, [orders[i] for i in chosen])
                if value > 0:
                    priced.append((value, at, way))
    place = {order.number: len(names) + i for i, order in enumerate(orders)}
    rows, columns = [], []
    for column, (_, at, way) in enumerate(priced):
        for row in (at, *(place[order.number] for order in way)):
            rows.append(row)
            columns.append(column)
    routes: Routes = dict.fromkeys(names, ())
    if not priced:
        return routes
    matrix = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(names) + len(orders), len(priced)))
    found = milp(
        -np.array([value for value, _, _ in priced]),
        integrality=np.ones(len(priced)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix.tocsr(), -np.inf, 1),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise MasKitError(f"the solver found no routes: {found.message}")
    for take, (_, at, way) in zip(found.x, priced, strict=True):
        if take > 0.5:
            routes[names[at]] = way
    return routes


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
