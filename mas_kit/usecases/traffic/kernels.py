"""The compiled parts: shortest routes, all-or-nothing loading, successive averages.

Loaded only by what assigns or simulates, since it loads numba. Arrays are those of `network.RoadNetwork`;
`out`, `start` list the links that leave each node: ``out[start[n]:start[n + 1]]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


def compiled[F: Callable[..., Any]](function: F) -> F:
    """Compile with numba, once per machine: no fast-math, so that results are the same everywhere."""
    found: Any = njit(cache=True)(function)
    return found  # type: ignore[no-any-return]  # to its callers it is the function that it was


LONG = 1e300  # farther than any node


@compiled
def power(base: float, exponent: int) -> float:
    """base ** exponent for a whole exponent, by multiplication."""
    found = 1.0
    for _ in range(exponent):
        found *= base
    return found


@compiled
def tree(
    root: int,
    cost: Floats,
    head: Ints,
    out: Ints,
    start: Ints,
    distance: Floats,
    via: Ints,
    queue: Ints,
    waiting: Ints,
) -> None:
    """Shortest routes from a node to all: fills `distance` (N,) and `via` (N,), the link that leads there.

    A node whose distance has fallen again goes to the front of the queue, a new one to its end: Pape (1974),
    Mathematical Programming 7, 212-222, after d'Esopo; on road networks few nodes come back.
    """
    nodes = len(distance)
    for n in range(nodes):
        distance[n] = LONG
        via[n] = -1
        waiting[n] = 0  # 1: in the queue, 2: has been there
    distance[root] = 0.0
    first = nodes  # the queue grows to both sides from the middle of an array that no run fills
    last = nodes
    size = len(queue)
    queue[first] = root
    last += 1
    while first != last:
        n = queue[first]
        first = (first + 1) % size
        waiting[n] = 2
        at = distance[n]
        for k in range(start[n], start[n + 1]):
            link = out[k]
            m = head[link]
            there = at + cost[link]
            if there < distance[m]:
                distance[m] = there
                via[m] = link
                if waiting[m] == 0:
                    queue[last] = m
                    last = (last + 1) % size
                    waiting[m] = 1
                elif waiting[m] == 2:
                    first = (first - 1) % size
                    queue[first] = m
                    waiting[m] = 1


@compiled
def shortest(
    cost: Floats, head: Ints, out: Ints, start: Ints, origin: Ints, destination: Ints, nodes: int, via: Ints
) -> Floats:
    """Trees of all origins: fills `via` (origins, N), row after row as origins come; gives (P,) distances."""
    found = np.empty(len(origin))
    distance = np.empty(nodes)
    queue = np.empty(2 * nodes + 2, np.int64)
    waiting = np.empty(nodes, np.int64)
    row = -1
    for p in range(len(origin)):
        if p == 0 or origin[p] != origin[p - 1]:
            row += 1
            tree(origin[p], cost, head, out, start, distance, via[row], queue, waiting)
        found[p] = distance[destination[p]]
    return found


@compiled
def load(tail: Ints, origin: Ints, destination: Ints, demand: Floats, via: Ints, flow: Floats) -> None:
    """All-or-nothing: adds every pair's demand to the links of its route in `via`."""
    row = -1
    for p in range(len(origin)):
        if p == 0 or origin[p] != origin[p - 1]:
            row += 1
        n = destination[p]
        while n != origin[p]:
            link = via[row, n]
            flow[link] += demand[p]
            n = tail[link]


@compiled
def all_or_nothing(
    cost: Floats,
    tail: Ints,
    head: Ints,
    out: Ints,
    start: Ints,
    origin: Ints,
    destination: Ints,
    demand: Floats,
    nodes: int,
    via: Ints,
) -> tuple[Floats, Floats]:
    """(L,) flows when everybody takes the shortest route at these costs, and (P,) its lengths."""
    flow = np.zeros(len(tail))
    found = shortest(cost, head, out, start, origin, destination, nodes, via)
    load(tail, origin, destination, demand, via, flow)
    return flow, found


@compiled
def averages(
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
    origins: int,
    days: int,
) -> tuple[Floats, Floats]:
    """Successive averages: a share 1/(k + 1) of all flow moves to the shortest routes of day k.

    Gives the flows of the last day and (days,) the relative gap on each day.
    """
    links = len(tail)
    via = np.empty((origins, nodes), np.int64)
    cost = free.copy()
    flow = np.zeros(links)
    gaps = np.empty(days)
    for k in range(days + 1):
        target, lengths = all_or_nothing(
            cost, tail, head, out, start, origin, destination, demand, nodes, via
        )
        if k > 0:
            gaps[k - 1] = 1.0 - (lengths * demand).sum() / (flow * cost).sum()
        if k < days:
            flow += (target - flow) / (k + 1)
        for i in range(links):
            cost[i] = free[i] + slope[i] * power(flow[i], powers[i])
    return flow, gaps


@compiled
def number_routes(
    via: Ints,
    tail: Ints,
    origin: Ints,
    destination: Ints,
    links: Ints,
    length: Ints,
    first: Ints,
    following: Ints,
    known: int,
    best: Ints,
) -> int:
    """The number of each pair's route in the trees `via`; fills `best` (P,), gives how many are known now.

    Routes of a pair are a chain: ``first[p]``, then ``following``, until -1. A new one goes to its front;
    there must be room for P more.
    """
    row = -1
    for p in range(len(origin)):
        if p == 0 or origin[p] != origin[p - 1]:
            row += 1
        r = first[p]
        while r >= 0:
            n = destination[p]
            size = 0
            while n != origin[p] and size < length[r] and links[r, size] == via[row, n]:
                size += 1
                n = tail[via[row, n]]
            if n == origin[p] and size == length[r]:
                break
            r = following[r]
        if r < 0:
            r = known
            known += 1
            n = destination[p]
            size = 0
            while n != origin[p]:
                links[r, size] = via[row, n]
                size += 1
                n = tail[via[row, n]]
            length[r] = size
            following[r] = first[p]
            first[p] = r
        best[p] = r
    return known


@compiled
def route_times(cost: Floats, links: Ints, length: Ints, found: Floats) -> None:
    """Fills `found` (R,): the cost of each route."""
    for r in range(len(found)):
        total = 0.0
        for i in range(length[r]):
            total += cost[links[r, i]]
        found[r] = total


@compiled
def move(was: Ints, route: Ints, who: Ints, on: Ints) -> int:
    """Brings `on` (R,), how many are on each route, up to date: for rows `who` (k,), whose route `was` (k,).

    Gives how many of them are on another route than before.
    """
    moved = 0
    for k in range(len(who)):
        old, new = was[k], route[who[k]]
        if old != new:
            on[old] -= 1
            on[new] += 1
            moved += 1
    return moved


@compiled
def link_flows(on: Ints, vehicles: float, links: Ints, length: Ints, known: int, flow: Floats) -> None:
    """Adds to `flow` (L,) so many vehicles for each traveller; `on` (R,) says how many take each route."""
    for r in range(known):
        if on[r] > 0:
            for i in range(length[r]):
                flow[links[r, i]] += vehicles * on[r]
