"""Boids on a torus (Reynolds, 1987; the weights of Mesa's example): the same step in each engine.

Everybody sees who is within 10, at 0.01 boids to a unit of area, so about three others, and turns: towards
them, away from who is nearer than 2, and into their direction. Ours and the hand-written kernel let all look
before any moves, with a cell list; Mesa's agents move one after the other and compare with all n others.
"""

from __future__ import annotations

import math

import mesa
import numpy as np
from mesa.experimental.continuous_space import ContinuousSpace, ContinuousSpaceAgent
from numba import njit
from numpy.typing import NDArray
from population_race import Build, Runner, few, ticks

DENSITY = 0.01
VISION, APART, SPEED = 10.0, 2.0, 1.0
COHERE, SEPARATE, MATCH = 0.03, 0.015, 0.05
WORK = 20_000  # agents that step in a run

type Column = NDArray[np.float64]
type Index = NDArray[np.int64]


def start(n: int) -> tuple[float, Column, Column]:
    """The side of the square, everybody's place (n, 2) and direction (n, 2), a unit vector."""
    size = (n / DENSITY) ** 0.5
    rng = np.random.default_rng(1)
    place, angle = rng.uniform(0, size, (n, 2)), rng.uniform(0, 2 * np.pi, n)
    return size, place, np.column_stack([np.cos(angle), np.sin(angle)])


class Sky(mesa.Model):
    """Mesa objects in Mesa's continuous space: places in one array, distances by NumPy."""

    def __init__(self, n: int) -> None:
        super().__init__(rng=1)
        size, place, direction = start(n)
        self.space = ContinuousSpace([[0, size], [0, size]], torus=True, random=self.random, n_agents=n)
        self.birds = [Bird(self, *state) for state in zip(place, direction, strict=True)]


class Bird(ContinuousSpaceAgent):
    """A boid."""

    def __init__(self, model: Sky, position: Column, direction: Column) -> None:
        super().__init__(model.space, model)
        self.position, self.direction = position, direction.copy()

    def fly(self) -> None:
        """Look, turn, move."""
        near, distances = self.get_neighbors_in_radius(radius=VISION)
        if near:
            offsets = self.space.calculate_difference_vector(self.position, agents=near)
            turn = COHERE * offsets.sum(axis=0)
            turn -= SEPARATE * offsets[distances < APART].sum(axis=0)
            turn += MATCH * np.asarray([other.direction for other in near]).sum(axis=0)
            self.direction += turn / len(near)
            self.direction /= np.linalg.norm(self.direction)
        self.position += self.direction * SPEED


def on_mesa(n: int) -> Runner:
    """Mesa 3.5. A step costs O(n), so a sample of the agents steps: 200, or 50 from 100,000 agents on."""
    model, (_, place, direction) = Sky(n), start(n)
    size = 50 if n >= 100_000 else 200
    sample = np.random.default_rng(1).permutation(n)[:size].tolist()
    birds = [model.birds[i] for i in sample]

    def reset() -> None:
        for i in sample:
            model.birds[i].position, model.birds[i].direction = place[i], direction[i].copy()

    def run() -> None:
        for bird in birds:
            bird.fly()

    return Runner(run, size, reset, keep=[model])


def on_agentpy(n: int) -> Runner:
    """agentpy: a tree that it builds anew after each move; so all look before any moves. Its neighbours on a
    torus are right, but it does not say in which direction they are: that is computed here."""
    import agentpy

    size, place, direction = start(n)

    class Boid(agentpy.Agent):  # type: ignore[misc]
        def look(self) -> None:
            space = self.model.space
            near = space.neighbors(self, distance=VISION).to_list()
            if near:
                offsets = np.array([space.positions[other] for other in near]) - space.positions[self]
                offsets -= size * np.round(offsets / size)
                distances = np.sqrt((offsets * offsets).sum(axis=1))
                turn = COHERE * offsets.sum(axis=0)
                turn -= SEPARATE * offsets[distances < APART].sum(axis=0)
                turn += MATCH * np.asarray([other.direction for other in near]).sum(axis=0)
                new = self.direction + turn / len(near)
                self.next_direction = new / np.linalg.norm(new)

        def move(self) -> None:
            self.direction = self.next_direction
            self.model.space.move_by(self, self.direction * SPEED)

    class Air(agentpy.Model):  # type: ignore[misc]
        def setup(self) -> None:
            self.birds = agentpy.AgentList(self, n, Boid)
            self.space = agentpy.Space(self, (size, size), torus=True)
            self.space.add_agents(self.birds, positions=[one.copy() for one in place])
            for bird, towards in zip(self.birds, direction, strict=True):
                bird.direction = bird.next_direction = towards

    model = Air()
    model.sim_setup()

    def reset() -> None:
        for bird, where, towards in zip(model.birds, place, direction, strict=True):
            model.space.move_to(bird, where.copy())
            bird.direction = bird.next_direction = towards

    def run() -> None:
        for _ in range(ticks(n, WORK)):
            model.birds.look()
            model.birds.move()

    return Runner(run, n * ticks(n, WORK), reset, rounds=few(n))


@njit(cache=True)
def around(place: float, size: float) -> float:
    """As `place % size` for a place that is at most one size away, and much faster."""
    if place >= size:
        return place - size
    return place + size if place < 0.0 else place


@njit(cache=True)
def cell_of(x: float, y: float, size: float, cells: int) -> int:
    """The cell of a place."""
    return min(int(y / size * cells), cells - 1) * cells + min(int(x / size * cells), cells - 1)


@njit(cache=True)
def kernel(
    x: Column,
    y: Column,
    dx: Column,
    dy: Column,
    nx: Column,
    ny: Column,
    first: Index,
    members: Index,
    cells: int,
    size: float,
    ticks: int,
) -> None:
    """The kernel as one writes it by hand: a cell list by counting, then everybody looks into nine cells."""
    n, half = x.size, size / 2
    for _ in range(ticks):
        first[:] = 0
        for i in range(n):
            first[
                min(int(y[i] / size * cells), cells - 1) * cells
                + min(int(x[i] / size * cells), cells - 1)
                + 1
            ] += 1
        for k in range(cells * cells):
            first[k + 1] += first[k]
        for i in range(n - 1, -1, -1):  # from behind: within a cell in the order of the agents
            k = cell_of(x[i], y[i], size, cells)
            first[k + 1] -= 1
            members[first[k + 1]] = i
        for i in range(n):
            column, row = min(int(x[i] / size * cells), cells - 1), min(int(y[i] / size * cells), cells - 1)
            count = 0
            to_x = to_y = from_x = from_y = along_x = along_y = 0.0
            for down in (-1, 0, 1):
                for right in (-1, 0, 1):
                    k = (row + down) % cells * cells + (column + right) % cells
                    last = first[k + 2] if k + 2 <= cells * cells else n
                    for at in range(first[k + 1], last):
                        j = members[at]
                        off_x, off_y = x[j] - x[i], y[j] - y[i]
                        off_x -= size * (off_x > half) - size * (off_x < -half)
                        off_y -= size * (off_y > half) - size * (off_y < -half)
                        squared = off_x * off_x + off_y * off_y
                        if j == i or squared > VISION * VISION:
                            continue
                        count += 1
                        to_x += off_x
                        to_y += off_y
                        if squared < APART * APART:
                            from_x += off_x
                            from_y += off_y
                        along_x += dx[j]
                        along_y += dy[j]
            nx[i], ny[i] = dx[i], dy[i]
            if count:
                nx[i] += (COHERE * to_x - SEPARATE * from_x + MATCH * along_x) / count
                ny[i] += (COHERE * to_y - SEPARATE * from_y + MATCH * along_y) / count
                length = math.sqrt(nx[i] * nx[i] + ny[i] * ny[i])
                nx[i] /= length
                ny[i] /= length
        for i in range(n):
            dx[i], dy[i] = nx[i], ny[i]
            x[i], y[i] = around(x[i] + nx[i] * SPEED, size), around(y[i] + ny[i] * SPEED, size)


def by_hand(n: int) -> Runner:
    """numba over arrays."""
    size, place, direction = start(n)
    columns = [np.ascontiguousarray(one) for one in (*place.T, *direction.T)]
    x, y, dx, dy, nx, ny = now = [one.copy() for one in (*columns, *columns[2:])]
    cells = int(size / (VISION * (1 + 1e-9)))
    first, members = np.zeros(cells * cells + 1, np.int64), np.zeros(n, np.int64)

    def reset() -> None:
        for one, column in zip(now, columns, strict=False):
            one[:] = column

    def run() -> None:
        kernel(x, y, dx, dy, nx, ny, first, members, cells, size, ticks(n, WORK))

    return Runner(
        run,
        n * ticks(n, WORK),
        reset,
        lambda: {"x": x, "y": y, "dx": dx, "dy": dy},
        keep=[*now, first, members],
    )


ENGINES: dict[str, Build] = {"Mesa": on_mesa, "agentpy": on_agentpy, "by hand": by_hand}
