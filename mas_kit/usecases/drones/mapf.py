"""Multi-agent path finding: drones at one height that must not meet, on small maps.

Everybody moves at once, one cell or none a tick; no two may be in one cell, or change places. A path's cost
is the last tick in which the drone arrives at its goal, where it then stays; the cost of a solution is the
sum (Stern et al. (2019), "Multi-Agent Pathfinding: Definitions, Variants, and Benchmarks", SoCS).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from mas_kit.usecases.drones.world import FAR, Terrain, connected

Path = tuple[int, ...]  # the cell in each tick, the start first; after its end the drone stays
Paths = tuple[Path, ...]


class Instance(NamedTuple):
    """A map, and the start and goal cell of each drone."""

    neighbours: tuple[tuple[int, ...], ...]
    starts: tuple[int, ...]
    goals: tuple[int, ...]


def random_instance(size: int, obstacles: float, drones: int, seed: int) -> Instance:
    """A connected random map with that share of blocked cells, and random different starts and goals."""
    rng = np.random.default_rng(seed)
    while True:
        blocked = set(rng.choice(size * size, int(obstacles * size * size), replace=False).tolist())
        if connected(size, blocked):
            break
    free = np.array(sorted(set(range(size * size)) - blocked))
    starts, goals = (tuple(rng.choice(free, drones, replace=False).tolist()) for _ in range(2))
    ground = Terrain(size, frozenset(blocked), (int(free[0]),))
    return Instance(ground.neighbours, starts, goals)


def distances(neighbours: Sequence[Sequence[int]], goal: int) -> list[int]:
    """Steps from every cell to the goal, alone on the map (`FAR` where there is no way)."""
    found = [FAR] * len(neighbours)
    found[goal] = 0
    front = deque([goal])
    while front:
        cell = front.popleft()
        for other in neighbours[cell]:
            if found[other] == FAR:
                found[other] = found[cell] + 1
                front.append(other)
    return found


def place_at(path: Path, tick: int) -> int:
    """Where the drone of that path is."""
    return path[tick] if tick < len(path) else path[-1]


def cost(path: Path) -> int:
    """The tick in which it arrives at its goal for good."""
    last = len(path) - 1
    while last > 0 and path[last - 1] == path[-1]:
        last -= 1
    return last


def sum_of_costs(paths: Paths) -> int:
    """The cost of a solution."""
    return sum(cost(path) for path in paths)


class Conflict(NamedTuple):
    """Two drones in one cell (`a == b`), or changing places over a -> b, at that tick."""

    first: int
    second: int
    tick: int
    a: int  # where the first one was, for a change of places; else the cell
    b: int


def conflicts(paths: Paths) -> list[Conflict]:
    """Everything that is wrong with a set of paths, in the order of time for each pair."""
    found = []
    for i, j in combinations(range(len(paths)), 2):
        for tick in range(max(len(paths[i]), len(paths[j]))):
            p, q = place_at(paths[i], tick), place_at(paths[j], tick)
            if p == q:
                found.append(Conflict(i, j, tick, p, p))
            elif tick and p == place_at(paths[j], tick - 1) and q == place_at(paths[i], tick - 1):
                found.append(Conflict(i, j, tick, q, p))
    return found


def is_solution(instance: Instance, paths: Paths) -> bool:
    """Do the paths lead from the starts to the goals, step by step, without a conflict?"""
    for path, start, goal in zip(paths, instance.starts, instance.goals, strict=True):
        if path[0] != start or path[-1] != goal:
            return False
        for a, b in pairwise(path):
            if a != b and b not in instance.neighbours[a]:
                return False
    return not conflicts(paths)
