"""The world: a map of cells with no-fly zones and pads, the orders, and what every drone knows of both."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from mas_kit.core.errors import out_of_range

FAR = 10**6  # the distance of what cannot be reached


class Order(NamedTuple):
    """A delivery that somebody waits for. Its value falls by the same factor every tick."""

    number: int
    cell: int
    release: int  # the tick from which it is known
    value: float
    station: int  # the ground station that took it in


class Terrain:
    """A square map of cells, flown in four directions; cells are numbered row by row. It never changes.

    Attributes:
        size: cells a side
        free: of each cell, may drones fly there?
        pads: the cells where drones load and charge, free and mutually reachable
        distance: distance[a][b] in cells over free cells (`FAR` where there is no way)
        neighbours: the free cells next to each cell
        pad: the nearest pad of each cell
    """

    def __init__(self, size: int, blocked: frozenset[int], pads: tuple[int, ...]) -> None:
        if not pads or blocked & set(pads):
            raise out_of_range("pads", pads, "one or more free cells", "give cells that are not blocked")
        self.size, self.blocked, self.pads = size, blocked, pads
        self.free = tuple(cell not in blocked for cell in range(size * size))
        self.neighbours = tuple(self._next(cell) for cell in range(size * size))
        pairs = [(a, b) for a, near in enumerate(self.neighbours) for b in near]
        ends = np.array(pairs, int).reshape(-1, 2)
        graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size * size,) * 2)
        table = shortest_path(graph, unweighted=True)
        rows = np.where(np.isfinite(table), table, FAR).astype(int).tolist()
        self.distance: tuple[tuple[int, ...], ...] = tuple(tuple(row) for row in rows)
        self.pad = tuple(min(pads, key=lambda pad: self.distance[cell][pad]) for cell in range(size * size))

    def __repr__(self) -> str:
        return f"<map of {self.size} × {self.size} cells, {len(self.pads)} pads>"

    def _next(self, cell: int) -> tuple[int, ...]:
        if cell in self.blocked:
            return ()
        x, y = self.place(cell)
        around = ((x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1))
        inside = [a + b * self.size for a, b in around if 0 <= a < self.size and 0 <= b < self.size]
        return tuple(other for other in inside if other not in self.blocked)

    def place(self, cell: int) -> tuple[int, int]:
        """Column and row of a cell."""
        return cell % self.size, cell // self.size

    def apart(self, a: int, b: int) -> float:
        """The straight line between two cells, which is what radio waves take."""
        (ax, ay), (bx, by) = self.place(a), self.place(b)
        return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5)

    def towards(self, cell: int, goal: int) -> int:
        """The next cell of a shortest way (itself, if there is none)."""
        column = self.distance[goal]
        return min((cell, *self.neighbours[cell]), key=column.__getitem__)


def pad_cells(size: int, stations: int) -> tuple[int, ...]:
    """Where the stations stand: on a diagonal, evenly."""
    at = [round((2 * i + 1) * size / (2 * stations) - 0.5) for i in range(stations)]
    return tuple(x + x * size for x in at)


@lru_cache(maxsize=64)
def terrain(size: int, no_fly: float, stations: int, seed: int) -> Terrain:
    """A map with about that share of no-fly cells, in patches of up to 2 × 3, never cutting the map in two.

    Cells that the patches would enclose are closed too. The seed decides where the patches are.
    """
    rng = np.random.default_rng(seed)
    pads = pad_cells(size, stations)
    blocked: set[int] = set()
    tries = 0
    while len(blocked) < no_fly * size * size and tries < 20 * size:
        tries += 1
        width, height = (2, 3) if rng.random() < 0.5 else (3, 2)
        left, low = int(rng.integers(0, size - width + 1)), int(rng.integers(0, size - height + 1))
        patch = {left + dx + (low + dy) * size for dx in range(width) for dy in range(height)}
        if not patch & set(pads) and connected(size, blocked | patch):
            blocked |= patch
    return Terrain(size, frozenset(blocked), pads)


def connected(size: int, blocked: set[int]) -> bool:
    """Can every free cell be reached from every other?"""
    free = set(range(size * size)) - blocked
    if not free:
        return False
    start = min(free)
    seen, front = {start}, [start]
    while front:
        cell = front.pop()
        x, y = cell % size, cell // size
        for a, b in ((x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1)):
            other = a + b * size
            if 0 <= a < size and 0 <= b < size and other in free and other not in seen:
                seen.add(other)
                front.append(other)
    return len(seen) == len(free)
