"""Conflict-based search: the paths with the least sum of costs, by one planner who sees all drones.

Sharon, Stern, Felner and Sturtevant (2015), "Conflict-based search for optimal multi-agent pathfinding",
Artificial Intelligence 219, 40-66. Conflicts that must raise the cost of both drones are split first
(Boyarski et al. (2015), "ICBS", IJCAI): whether they must is read off the layers of all shortest paths.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from mas_kit.core.errors import MasKitError
from mas_kit.usecases.drones.mapf import (
    Conflict,
    Instance,
    Path,
    Paths,
    conflicts,
    distances,
    place_at,
    sum_of_costs,
)
from mas_kit.usecases.drones.world import FAR

# (tick, cell) must not be entered; (tick, from, to) must not be flown
type Ban = tuple[int, ...]
type Layers = list[dict[int, list[int]]]  # by tick: the cells on a shortest path, and where they lead


class Search(NamedTuple):
    """A solution, and how many nodes of the constraint tree were expanded to find it."""

    paths: Paths
    expanded: int


def layers(instance: Instance, drone: int, ahead: Sequence[int], bans: frozenset[Ban]) -> Layers | None:
    """All shortest paths of one drone under these bans, tick by tick; None if there is none."""
    start, goal = instance.starts[drone], instance.goals[drone]
    stays = max((ban[0] for ban in bans if len(ban) == 2 and ban[1] == goal), default=-1)
    longest = len(instance.neighbours) + max((ban[0] for ban in bans), default=0)
    for length in range(max(ahead[start], stays + 1), longest + 1):
        found = _layers(instance, start, ahead, bans, length)
        if found is not None:
            return found
    return None


def _layers(
    instance: Instance, start: int, ahead: Sequence[int], bans: frozenset[Ban], length: int
) -> Layers | None:
    forward: list[dict[int, list[int]]] = [{start: []}]
    for tick in range(1, length + 1):
        layer: dict[int, list[int]] = {}
        for cell in forward[-1]:
            for other in (*instance.neighbours[cell], cell):
                if (
                    ahead[other] <= length - tick
                    and (tick, other) not in bans
                    and (tick, cell, other) not in bans
                ):
                    layer.setdefault(other, []).append(cell)
        if not layer:
            return None
        forward.append(layer)
    found: Layers = [{} for _ in forward]
    found[-1] = {cell: [] for cell in forward[-1]}  # the goal alone
    for tick in range(length, 0, -1):
        for cell in found[tick]:
            for before in forward[tick][cell]:
                found[tick - 1].setdefault(before, []).append(cell)
    return found


def _choose(shortest: Layers, others: Sequence[Path]) -> Path:
    """The shortest path with the fewest conflicts with the others' paths."""
    cheapest: dict[int, tuple[int, int]] = dict.fromkeys(shortest[-1], (0, -1))  # conflicts, next cell
    chain = [cheapest]
    for tick in range(len(shortest) - 1, 0, -1):
        here = {place_at(path, tick) for path in others}
        swaps = {(place_at(path, tick), place_at(path, tick - 1)) for path in others}
        layer = {}
        for cell, ways in shortest[tick - 1].items():
            layer[cell] = min(
                (chain[-1][way][0] + (way in here) + (way != cell and (cell, way) in swaps), way)
                for way in ways
            )
        chain.append(layer)
    chain.reverse()
    cell = next(iter(shortest[0]))
    path = [cell]
    for layer in chain[:-1]:
        cell = layer[cell][1]
        path.append(cell)
    return tuple(path)


def _cardinality(conflict: Conflict, mdds: Sequence[Layers]) -> int:
    """For how many of the two the conflict must cost something: both (2), one (1) or perhaps none (0)."""

    def must(drone: int, a: int, b: int) -> bool:
        layer, tick = mdds[drone], conflict.tick
        if tick >= len(layer):
            return True  # it has arrived, and going away later costs something
        if conflict.a == conflict.b:
            return list(layer[tick]) == [b]
        return list(layer[tick]) == [b] and list(layer[tick - 1]) == [a]

    return must(conflict.first, conflict.a, conflict.b) + must(conflict.second, conflict.b, conflict.a)


def conflict_based_search(instance: Instance, *, limit: int = 20_000) -> Search:
    """The paths with the least sum of costs, and no conflict.

    Raises MasKitError when a drone has no way at all, or after `limit` expanded nodes.
    """
    drones = range(len(instance.starts))
    ahead = [distances(instance.neighbours, goal) for goal in instance.goals]
    if any(ahead[i][instance.starts[i]] >= FAR for i in drones):
        raise MasKitError("a drone has no way to its goal; choose starts and goals on one connected map")
    no_bans: frozenset[Ban] = frozenset()
    mdds = [layers(instance, i, ahead[i], no_bans) for i in drones]
    paths: list[Path] = []
    for mdd in mdds:
        assert mdd is not None
        paths.append(_choose(mdd, paths))
    ticket = count()
    clashes = conflicts(tuple(paths))
    heap = [
        (
            sum_of_costs(tuple(paths)),
            len(clashes),
            next(ticket),
            tuple(paths),
            clashes,
            mdds,
            [no_bans] * len(mdds),
        )
    ]
    for expanded in range(limit):
        if not heap:
            break
        _, _, _, node, clashes, mdds, bans = heapq.heappop(heap)
        if not clashes:
            return Search(node, expanded)
        clash = max(clashes, key=lambda c: (_cardinality(c, mdds), -c.tick))  # type: ignore[arg-type]
        for drone, a, b in ((clash.first, clash.a, clash.b), (clash.second, clash.b, clash.a)):
            ban = (clash.tick, b) if clash.a == clash.b else (clash.tick, a, b)
            own = bans[drone] | {ban}
            mdd = layers(instance, drone, ahead[drone], own)
            if mdd is None:
                continue
            path = _choose(mdd, [*node[:drone], *node[drone + 1 :]])
            changed = (*node[:drone], path, *node[drone + 1 :])
            found = conflicts(changed)
            heapq.heappush(
                heap,
                (
                    sum(len(p) - 1 for p in changed),
                    len(found),
                    next(ticket),
                    changed,
                    found,
                    [*mdds[:drone], mdd, *mdds[drone + 1 :]],
                    [*bans[:drone], own, *bans[drone + 1 :]],
                ),
            )
    raise MasKitError(f"no solution within {limit} nodes; give a larger limit, fewer drones or another map")
