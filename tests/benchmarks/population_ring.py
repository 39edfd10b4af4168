"""Cars on a ring road behind each other (intelligent driver model): the same step in each engine.

All engines move by the same formula in the same order of operations: speeds first, from everybody's old
place and speed, then places with the new speeds. SUMO has its own version of it, in `population_sumo.py`.
Parameters: Treiber, Hennecke and Helbing (2000), with 20 m of road for a car.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
from numba import njit
from numpy.typing import NDArray
from population_race import Build, Runner, ticks

ROOM = 20.0  # m of road for each car
CAR, DT = 5.0, 0.1  # m, s
V0, HEADWAY, JAM, A, B = 30.0, 1.5, 2.0, 1.0, 1.5  # m/s, s, m, m/s², m/s²
BRAKING = 2.0 * (A * B) ** 0.5

type Column = NDArray[np.float64]


def start(n: int) -> tuple[Column, Column]:
    """Places and speeds: nearly even, so that nobody has overtaken anybody and everybody brakes or gains."""
    rng = np.random.default_rng(1)
    x = ROOM * np.arange(n) + rng.uniform(-2.0, 2.0, n)
    x[0] = 0.0
    return np.ascontiguousarray(x), rng.uniform(6.0, 10.0, n)


class Ring(mesa.Model):
    """A ring of Mesa objects that know their leaders; a tick is two passes."""

    def __init__(self, n: int) -> None:
        super().__init__(rng=1)
        self.length = ROOM * n
        x, v = start(n)
        self.cars = [Car(self, *state) for state in zip(x.tolist(), v.tolist(), strict=True)]
        for car, leader in zip(self.cars, [*self.cars[1:], self.cars[0]], strict=True):
            car.leader = leader

    def step(self) -> None:
        """All look, then all move."""
        self.agents.do("sense")
        self.agents.do("move")


class Car(mesa.Agent):  # type: ignore[type-arg]
    """A driver."""

    leader: Car

    def __init__(self, model: Ring, x: float, v: float) -> None:
        super().__init__(model)
        self.x, self.v, self.next_v = x, v, v
        self.length = model.length

    def sense(self) -> None:
        """The new speed, from the gap and the difference of speeds."""
        leader, v = self.leader, self.v
        gap = (leader.x - self.x) % self.length - CAR
        wanted = JAM + max(0.0, v * HEADWAY + v * (v - leader.v) / BRAKING)
        free, near = v / V0, wanted / gap
        squared = free * free
        self.next_v = max(0.0, v + A * (1.0 - squared * squared - near * near) * DT)

    def move(self) -> None:
        """Take it, and go."""
        self.v = self.next_v
        self.x = (self.x + self.v * DT) % self.length


def on_mesa(n: int) -> Runner:
    """Mesa 3.5."""
    model, (x, v) = Ring(n), start(n)

    def reset() -> None:
        for car, place, speed in zip(model.cars, x.tolist(), v.tolist(), strict=True):
            car.x, car.v = place, speed

    def run() -> None:
        for _ in range(ticks(n)):
            model.step()

    def state() -> dict[str, Column]:
        return {"x": np.array([car.x for car in model.cars]), "v": np.array([car.v for car in model.cars])}

    return Runner(run, n * ticks(n), reset, state)


def on_agentpy(n: int) -> Runner:
    """agentpy, with its way of calling a method of all agents of a list."""
    import agentpy

    x, v = start(n)

    class Driver(agentpy.Agent):  # type: ignore[misc]
        sense, move = Car.sense, Car.move

        def setup(self) -> None:
            self.length = n * ROOM

    class Road(agentpy.Model):  # type: ignore[misc]
        def setup(self) -> None:
            self.cars = agentpy.AgentList(self, n, Driver)
            for i, car in enumerate(self.cars):
                car.x, car.v, car.leader = float(x[i]), float(v[i]), self.cars[(i + 1) % n]

    model: Any = Road()
    model.sim_setup()

    def reset() -> None:
        for car, place, speed in zip(model.cars, x.tolist(), v.tolist(), strict=True):
            car.x, car.v = place, speed

    def run() -> None:
        for _ in range(ticks(n)):
            model.cars.sense()
            model.cars.move()

    def state() -> dict[str, Column]:
        return {"x": np.array([car.x for car in model.cars]), "v": np.array([car.v for car in model.cars])}

    return Runner(run, n * ticks(n), reset, state)


@njit(cache=True)
def kernel(x: Column, v: Column, next_v: Column, length: float, ticks: int) -> None:
    """The kernel as one writes it by hand: an array for each field, two loops.

    As in Python, a division by zero is an error. With `error_model="numpy"`, where it is none, the loop is
    vectorised and takes two fifths of the time.
    """
    n = x.size
    for _ in range(ticks):
        for i in range(n):
            leader = i + 1 if i + 1 < n else 0
            gap = x[leader] - x[i]
            gap = (gap + length if gap < 0.0 else gap) - CAR  # as %, to the last bit, and four times as fast
            wanted = JAM + max(0.0, v[i] * HEADWAY + v[i] * (v[i] - v[leader]) / BRAKING)
            free, near = v[i] / V0, wanted / gap
            squared = free * free
            next_v[i] = max(0.0, v[i] + A * (1.0 - squared * squared - near * near) * DT)
        for i in range(n):
            v[i] = next_v[i]
            place = x[i] + v[i] * DT
            x[i] = place - length if place >= length else place


def by_hand(n: int) -> Runner:
    """numba over arrays."""
    x0, v0 = start(n)
    x, v, next_v = x0.copy(), v0.copy(), v0.copy()

    def reset() -> None:
        x[:], v[:] = x0, v0

    def run() -> None:
        kernel(x, v, next_v, ROOM * n, ticks(n))

    return Runner(run, n * ticks(n), reset, lambda: {"x": x, "v": v}, keep=[x, v, next_v])


ENGINES: dict[str, Build] = {"Mesa": on_mesa, "agentpy": on_agentpy, "by hand": by_hand}
