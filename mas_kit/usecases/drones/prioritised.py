"""Prioritised planning and PIBT: paths without a planner who sees everything.

Erdmann and Lozano-Pérez (1987), "On multiple moving objects", Algorithmica 2; Silver (2005), "Cooperative
pathfinding", AIIDE: one after the other, each around the announced paths of those before. Okumura, Machida,
Défago and Tamura (2022), "Priority inheritance with backtracking for iterative multi-agent path finding",
Artificial Intelligence 310: tick by tick, among drones that see each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from mas_kit.usecases.drones.mapf import Instance, Path, Paths, distances, place_at


def prioritised_planning(instance: Instance, order: Sequence[int] | None = None) -> Paths | None:
    """Each drone plans in its turn around the paths of the earlier ones; None if one finds no way.

    Args:
        order: who plans when (drone numbers); by default those with the longest way first.
    """
    drones = range(len(instance.starts))
    ahead = [distances(instance.neighbours, goal) for goal in instance.goals]
    turns = sorted(drones, key=lambda i: -ahead[i][instance.starts[i]]) if order is None else order
    paths: dict[int, Path] = {}
    for drone in turns:
        path = _around(instance, drone, ahead[drone], list(paths.values()))
        if path is None:
            return None
        paths[drone] = path
    return tuple(paths[i] for i in drones)


def _around(instance: Instance, drone: int, ahead: Sequence[int], others: Sequence[Path]) -> Path | None:
    """A shortest path that meets no other path and can stay at its end: breadth first over (cell, tick)."""
    start, goal = instance.starts[drone], instance.goals[drone]
    settled = max((len(path) for path in others), default=0)  # from this tick on nobody else moves
    parked = max((t for path in others for t in range(settled + 1) if place_at(path, t) == goal), default=-1)
    front: dict[int, int] = {start: start}
    trail = [front]
    for tick in range(settled + len(instance.neighbours) + 1):
        if goal in front and tick > parked:
            path, cell = [goal], goal
            for layer in reversed(trail[1:]):
                cell = layer[cell]
                path.append(cell)
            return tuple(reversed(path))
        taken = {place_at(path, tick + 1) for path in others}
        swaps = {(place_at(path, tick + 1), place_at(path, tick)) for path in others}
        reached: dict[int, int] = {}
        for cell in sorted(front, key=ahead.__getitem__):
            for other in (*instance.neighbours[cell], cell):
                if other not in reached and other not in taken and (cell, other) not in swaps:
                    reached[other] = cell
        if not reached:
            return None
        front = reached
        trail.append(reached)
    return None


def pibt_step(
    neighbours: Sequence[Sequence[int]],
    cells: Sequence[int],
    ahead: Sequence[Sequence[int]],
    priority: Sequence[float],
    *,
    polite: bool = False,
    shared: frozenset[int] = frozenset(),
) -> list[int]:
    """Where everybody goes in one tick of PIBT.

    Who has the highest priority takes the free cell next to it that is nearest to its goal; who stands there
    must make way first and inherits that priority; who cannot make way says so, and the asker tries its next
    best cell.

    Args:
        cells: where each drone is; all different, except in `shared` cells.
        ahead: for each drone, steps from every cell to its goal.
        priority: of each drone; the highest moves first.
        polite: of equally near cells, first those on which nobody stands (not in the original).
        shared: cells that hold any number of drones (pads).
    """
    goes: dict[int, int] = {}
    at = {cell: drone for drone, cell in enumerate(cells) if cell not in shared}
    taken: dict[int, int] = {}

    def plan(drone: int, asker: int | None) -> bool:
        cell = cells[drone]
        ways = sorted(
            (*neighbours[cell], cell),
            key=lambda way: (ahead[drone][way], polite and at.get(way, drone) != drone),
        )
        for way in ways:
            if way not in shared:
                if way in taken or (asker is not None and way == cells[asker]):
                    continue
                there = at.get(way)
                if there is not None and there != drone and goes.get(there) == cell:
                    continue  # they would change places
                taken[way] = drone
                goes[drone] = way
                if there is not None and there != drone and there not in goes and not plan(there, drone):
                    # it has stayed where it is, and keeps that cell
                    continue
                return True
            goes[drone] = way
            return True
        goes[drone] = cell
        taken[cell] = drone
        return False

    for drone in sorted(range(len(cells)), key=lambda i: -priority[i]):
        if drone not in goes:
            plan(drone, None)
    return [goes[drone] for drone in range(len(cells))]


def pibt(instance: Instance, *, polite: bool = False, limit: int = 500) -> Paths | None:
    """Paths by PIBT until everybody is at its goal at once; None if that takes more than `limit` ticks.

    A drone's priority grows by one each tick until it is at its goal and falls back then.
    """
    drones = range(len(instance.starts))
    ahead = [distances(instance.neighbours, goal) for goal in instance.goals]
    base = [i / len(drones) for i in drones]
    priority = list(base)
    cells = list(instance.starts)
    trail = [tuple(cells)]
    for _ in range(limit):
        if tuple(cells) == instance.goals:
            return tuple(tuple(step[i] for step in trail) for i in drones)
        cells = pibt_step(instance.neighbours, cells, ahead, priority, polite=polite)
        trail.append(tuple(cells))
        for i in drones:
            priority[i] = base[i] if cells[i] == instance.goals[i] else priority[i] + 1
    return None
