"""The compiled part that finds an equilibrium: gradient projection over routes.

Arrays are those of `network.RoadNetwork`. Routes: ``links[p, r, :length[p, r]]`` is route r of pair p from
its destination back to its origin, with ``amount[p, r]`` vehicles.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mas_kit.usecases.traffic.kernels import Floats, Ints, compiled, power, tree

type Bytes = NDArray[np.int8]


@compiled
def _shift(
    link: int,
    change: float,
    flow: Floats,
    cost: Floats,
    rise: Floats,
    free: Floats,
    slope: Floats,
    powers: Ints,
) -> None:
    """Change the flow of a link, and bring its travel time and the slope of that up to date."""
    flow[link] = max(0.0, flow[link] + change)
    below = power(flow[link], powers[link] - 1)
    cost[link] = free[link] + slope[link] * below * flow[link]
    rise[link] = slope[link] * powers[link] * below


@compiled
def _compare(route: Ints, best: Ints, mark: Bytes, cost: Floats, rise: Floats) -> tuple[float, float]:
    """How much longer a route is than the best one, and how that changes per vehicle that moves.

    Leaves in `mark` 1 for links of the best alone, 2 for those of both.
    """
    longer = curvature = 0.0
    for link in best:
        mark[link] = 1
    for link in route:
        if mark[link] == 1:
            mark[link] = 2
        else:
            longer += cost[link]
            curvature += rise[link]
    for link in best:
        if mark[link] == 1:
            longer -= cost[link]
            curvature += rise[link]
    return longer, curvature


@compiled
def _balance(
    best: int,
    links: Ints,
    length: Ints,
    amount: Floats,
    used: int,
    mark: Bytes,
    flow: Floats,
    cost: Floats,
    rise: Floats,
    free: Floats,
    slope: Floats,
    powers: Ints,
) -> None:
    """Move flow of a pair from its longer routes to route number `best`, a Newton step each.

    Source: Jayakrishnan, Tsai, Prashker and Rajadhyaksha (1994), Transportation Research Record 1443, 75-83.
    """
    short = links[best, : length[best]]
    for r in range(used):
        if r == best or amount[r] <= 0.0:
            continue
        route = links[r, : length[r]]
        longer, curvature = _compare(route, short, mark, cost, rise)
        if longer > 0.0:
            step = amount[r] if curvature <= 0.0 else min(amount[r], longer / curvature)
            for link in short:
                if mark[link] == 1:
                    _shift(link, step, flow, cost, rise, free, slope, powers)
            for link in route:
                if mark[link] == 0:
                    _shift(link, -step, flow, cost, rise, free, slope, powers)
            amount[r] -= step
            amount[best] += step
        for link in short:
            mark[link] = 0


@compiled
def _find(route: Ints, links: Ints, length: Ints, amount: Floats, used: Ints, p: int) -> int:
    """The number of this route among those of pair p, in a free place if it is new; -1 without a place."""
    spare = -1
    for r in range(used[p]):
        same = length[r] == len(route)
        for i in range(len(route)):
            if same and links[r, i] != route[i]:
                same = False
        if same:
            return r
        if spare < 0 and amount[r] <= 0.0:
            spare = r
    if spare < 0:
        if used[p] == len(length):
            return -1
        spare = used[p]
        used[p] += 1
    links[spare, : len(route)] = route
    length[spare] = len(route)
    amount[spare] = 0.0
    return spare


@compiled
def equilibrium(
    free: Floats,
    slope: Floats,
    powers: Ints,
    tail: Ints,
    head: Ints,
    out: Ints,
    start: Ints,
    origin: Ints,
    destination: Ints,
    demand: Floats,
    nodes: int,
    background: Floats,
    keep: int,
    gap: float,
    at_most: int,
) -> tuple[Floats, Floats, Ints, Ints, Floats]:
    """User equilibrium of the demand, beside a background flow (L,) that does not move.

    Gives flows (L,) with the background, the relative gap after each iteration, and the routes: links
    (P, keep, N), length (P, keep), amount (P, keep). An iteration is a tree per origin with the times as they
    are then, and one Newton step per route. No gap at all: a pair has more than `keep` routes in use.
    """
    pairs = len(origin)
    links = np.empty((pairs, keep, nodes), np.int64)
    length = np.zeros((pairs, keep), np.int64)
    amount = np.zeros((pairs, keep))
    used = np.zeros(pairs, np.int64)
    flow, cost, rise = background.copy(), np.empty(len(tail)), np.empty(len(tail))
    for i in range(len(tail)):
        _shift(i, 0.0, flow, cost, rise, free, slope, powers)
    mark = np.zeros(len(tail), np.int8)
    distance, via = np.empty(nodes), np.empty(nodes, np.int64)
    queue, waiting, route = (
        np.empty(2 * nodes + 2, np.int64),
        np.empty(nodes, np.int64),
        np.empty(nodes, np.int64),
    )
    gaps = np.empty(at_most)
    for k in range(at_most):
        for p in range(pairs):
            if p == 0 or origin[p] != origin[p - 1]:
                tree(origin[p], cost, head, out, start, distance, via, queue, waiting)
            size = 0
            n = destination[p]
            while n != origin[p]:
                route[size] = via[n]
                size += 1
                n = tail[via[n]]
            best = _find(route[:size], links[p], length[p], amount[p], used, p)
            if best < 0:
                return flow, gaps[:0], links, length, amount
            if k == 0:
                amount[p, best] = demand[p]
                for link in route[:size]:
                    _shift(link, demand[p], flow, cost, rise, free, slope, powers)
            else:
                _balance(
                    best,
                    links[p],
                    length[p],
                    amount[p],
                    used[p],
                    mark,
                    flow,
                    cost,
                    rise,
                    free,
                    slope,
                    powers,
                )
        short = 0.0
        for p in range(pairs):
            if p == 0 or origin[p] != origin[p - 1]:
                tree(origin[p], cost, head, out, start, distance, via, queue, waiting)
            short += demand[p] * distance[destination[p]]
        gaps[k] = 1.0 - short / ((flow - background) * cost).sum()
        if gaps[k] <= gap:
            return flow, gaps[: k + 1], links, length, amount
    return flow, gaps, links, length, amount
