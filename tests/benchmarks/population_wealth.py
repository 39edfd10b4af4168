"""Money that changes hands at random (Boltzmann wealth, well mixed): the same step in each engine.

In random order everybody who has anything gives one unit to somebody else. Everybody starts with what
the model comes to rest at, a geometric distribution with mean 1, so half of them have nothing to give.
"""

from __future__ import annotations

import mesa
import numpy as np
from numba import njit
from numpy.typing import NDArray
from population_race import Build, Runner, streams, ticks

type Column = NDArray[np.int64]


def start(n: int) -> Column:
    """What everybody has: P(m) = 2^-(m+1)."""
    return np.random.default_rng(1).geometric(0.5, n) - 1


class Economy(mesa.Model):
    """Mesa objects. A partner comes from a list that is made once; from `model.agents` it would be O(n)."""

    def __init__(self, n: int) -> None:
        super().__init__(rng=1)
        self.people: list[Person] = []
        for wealth in start(n).tolist():
            self.people.append(Person(self, wealth))

    def step(self) -> None:
        """One tick, in random order."""
        self.agents.shuffle_do("give")


class Person(mesa.Agent):  # type: ignore[type-arg]
    """Somebody with money, or none."""

    def __init__(self, model: Economy, wealth: int) -> None:
        super().__init__(model)
        self.wealth, self.people = wealth, model.people

    def give(self) -> None:
        """One unit to somebody else."""
        if self.wealth > 0:
            other = self.random.choice(self.people)
            while other is self:
                other = self.random.choice(self.people)
            other.wealth += 1
            self.wealth -= 1


def on_mesa(n: int) -> Runner:
    """Mesa 3.5."""
    model = Economy(n)

    def run() -> None:
        for _ in range(ticks(n)):
            model.step()

    return Runner(run, n * ticks(n))


def on_agentpy(n: int) -> Runner:
    """agentpy: a list that is shuffled, and a partner from a plain list."""
    import agentpy

    class Somebody(agentpy.Agent):  # type: ignore[misc]
        def give(self) -> None:
            if self.wealth > 0:
                other = self.model.random.choice(self.model.plain)
                while other is self:
                    other = self.model.random.choice(self.model.plain)
                other.wealth += 1
                self.wealth -= 1

    class Country(agentpy.Model):  # type: ignore[misc]
        def setup(self) -> None:
            self.people = agentpy.AgentList(self, self.p.n, Somebody)
            self.plain = list(self.people)
            for person, wealth in zip(self.plain, start(self.p.n).tolist(), strict=True):
                person.wealth = wealth

    model = Country({"n": n, "seed": 1})
    model.sim_setup()

    def run() -> None:
        for _ in range(ticks(n)):
            model.people.shuffle().give()

    return Runner(run, n * ticks(n))


@njit(cache=True)
def kernel(
    wealth: Column, order: Column, activation: np.random.Generator, draws: np.random.Generator, ticks: int
) -> None:
    """The kernel as one writes it by hand: a permutation, and everybody in that order."""
    n = order.size
    for _ in range(ticks):
        for i in range(n):
            order[i] = i
        for i in range(n - 1, 0, -1):
            j = int(activation.random() * (i + 1))
            order[i], order[j] = order[j], order[i]
        for i in order:
            if wealth[i] > 0:
                other = int(draws.random() * (n - 1))
                if other >= i:
                    other += 1
                wealth[i] -= 1
                wealth[other] += 1


def by_hand(n: int) -> Runner:
    """numba over an array."""
    wealth, order = start(n), np.empty(n, np.int64)
    rngs = streams("person")

    def reset() -> None:
        wealth[:], rngs[:] = start(n), streams("person")

    def run() -> None:
        kernel(wealth, order, *rngs, ticks(n))

    return Runner(run, n * ticks(n), reset, lambda: {"wealth": wealth}, keep=[wealth, order])


ENGINES: dict[str, Build] = {"Mesa": on_mesa, "agentpy": on_agentpy, "by hand": by_hand}
