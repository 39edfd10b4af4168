"""Schelling's segregation on a grid: the same step in each engine.

In random order everybody looks at the eight cells around, on a torus. Who has neighbours of whom less than
three eighths are of the own kind moves to an empty cell drawn at random; nobody with no neighbours moves. A
fifth of the cells is empty. The first ticks from a random start are timed: later hardly anybody moves.
"""

from __future__ import annotations

import mesa
import numpy as np
from mesa.discrete_space import Cell, CellAgent, OrthogonalMooreGrid
from numba import njit
from numpy.typing import NDArray
from population_race import Build, Runner, few, streams, ticks

FULL, ALIKE = 0.8, 3 / 8
WORK = 20_000  # agents that step in a run

type Column = NDArray[np.int64]


def start(n: int) -> tuple[int, Column, Column]:
    """The side of the grid, in cells; everybody's cell, row by row; everybody's kind, 0 or 1."""
    side = int(np.ceil((n / FULL) ** 0.5))
    rng = np.random.default_rng(1)
    return side, rng.permutation(side * side)[:n], rng.integers(0, 2, n)


class Town(mesa.Model):
    """Mesa objects on Mesa's grid, which keeps every cell's neighbourhood after it was first asked for."""

    def __init__(self, n: int) -> None:
        super().__init__(rng=1)
        side, cells, kinds = start(n)
        self.grid = OrthogonalMooreGrid((side, side), torus=True, capacity=1, random=self.random)
        everywhere = list(self.grid.all_cells)
        self.homes = [everywhere[cell] for cell in cells.tolist()]
        self.people = [
            Person(self, cell, kind) for cell, kind in zip(self.homes, kinds.tolist(), strict=True)
        ]

    def step(self) -> None:
        """One tick, in random order."""
        self.agents.shuffle_do("settle")


class Person(CellAgent):  # type: ignore[type-arg]
    """Somebody of one of two kinds."""

    def __init__(self, model: Town, cell: Cell, kind: int) -> None:
        super().__init__(model)
        self.cell, self.kind, self.grid = cell, kind, model.grid

    def settle(self) -> None:
        """Stay, or move."""
        kind = self.kind
        kinds = [other.kind for other in self.cell.neighborhood.agents]
        if kinds.count(kind) < ALIKE * len(kinds):
            self.cell = self.grid.select_random_empty_cell()


def on_mesa(n: int) -> Runner:
    """Mesa 3.5."""
    Cell.get_neighborhood.cache_clear()  # Mesa keeps the neighbourhoods of all grids that there ever were
    Cell._neighborhood.cache_clear()
    model = Town(n)
    for cell in model.grid.all_cells:
        cell.neighborhood  # noqa: B018 - asked for once, so that the first round is not slower

    def reset() -> None:
        moved = [
            (person, home)
            for person, home in zip(model.people, model.homes, strict=True)
            if person.cell is not home
        ]
        for person, _ in moved:
            person.cell = None
        for person, home in moved:
            person.cell = home

    def run() -> None:
        for _ in range(ticks(n, WORK)):
            model.step()

    return Runner(run, n * ticks(n, WORK), reset)


def on_agentpy(n: int) -> Runner:
    """agentpy's grid, which keeps a list of its empty cells."""
    import agentpy

    side, cells, kinds = start(n)
    homes = [(cell // side, cell % side) for cell in cells.tolist()]

    class Somebody(agentpy.Agent):  # type: ignore[misc]
        def settle(self) -> None:
            kind, grid = self.kind, self.model.grid
            kinds = [other.kind for other in grid.neighbors(self)]
            if kinds.count(kind) < ALIKE * len(kinds):
                grid.move_to(self, self.model.random.choice(grid.empty))

    class Place(agentpy.Model):  # type: ignore[misc]
        def setup(self) -> None:
            self.people = agentpy.AgentList(self, n, Somebody)
            self.grid = agentpy.Grid(self, (side, side), torus=True, track_empty=True)
            self.grid.add_agents(self.people, positions=homes)
            for person, kind in zip(self.people, kinds.tolist(), strict=True):
                person.kind = kind

    model = Place({"seed": 1})
    model.sim_setup()

    def reset() -> None:
        positions = model.grid.positions
        moved = [
            (person, home)
            for person, home in zip(model.people, homes, strict=True)
            if positions[person] != home
        ]
        model.grid.remove_agents([person for person, _ in moved])
        model.grid.add_agents([person for person, _ in moved], positions=[home for _, home in moved])

    def run() -> None:
        for _ in range(ticks(n, WORK)):
            model.people.shuffle().settle()

    return Runner(run, n * ticks(n, WORK), reset, rounds=few(n))


@njit(cache=True)
def kernel(
    cell: Column,
    town: NDArray[np.int8],
    free: Column,
    side: int,
    order: Column,
    activation: np.random.Generator,
    draws: np.random.Generator,
    ticks: int,
) -> None:
    """The kernel as one writes it by hand.

    `town` has the kind of who lives in each cell plus one, or 0; `free` lists the empty cells.
    """
    n = order.size
    for _ in range(ticks):
        for i in range(n):
            order[i] = i
        for i in range(n - 1, 0, -1):
            j = int(activation.random() * (i + 1))
            order[i], order[j] = order[j], order[i]
        for i in order:
            here = cell[i]
            row = here // side
            this = row * side
            column = here - this
            up = this - side if row > 0 else (side - 1) * side
            down = this + side if row < side - 1 else 0
            left = column - 1 if column > 0 else side - 1
            right = column + 1 if column < side - 1 else 0
            mine = town[here]
            alike = neighbours = 0
            for k in (
                up + left,
                up + column,
                up + right,
                this + left,
                this + right,
                down + left,
                down + column,
                down + right,
            ):
                neighbours += town[k] > 0
                alike += town[k] == mine
            if alike < ALIKE * neighbours:
                k = int(draws.random() * free.size)
                there, free[k] = free[k], here
                town[here], town[there], cell[i] = 0, mine, there


def by_hand(n: int) -> Runner:
    """numba over arrays."""
    side, homes, kind = start(n)
    cell, town, order = homes.copy(), np.zeros(side * side, np.int8), np.empty(n, np.int64)
    free = np.empty(side * side - n, np.int64)
    rngs = streams("family")

    def reset() -> None:
        cell[:], town[:], rngs[:] = homes, 0, streams("family")
        town[homes] = kind + 1
        free[:] = np.flatnonzero(town == 0)

    def run() -> None:
        kernel(cell, town, free, side, order, *rngs, ticks(n, WORK))

    reset()
    return Runner(
        run, n * ticks(n, WORK), reset, lambda: {"cell": cell}, keep=[cell, kind, town, free, order]
    )


ENGINES: dict[str, Build] = {"Mesa": on_mesa, "agentpy": on_agentpy, "by hand": by_hand}
