"""One model of one size in several engines, timed in turn: what the population benchmarks have in common.

Every engine starts each run from the same state, so that none is timed on a world that has grown
easier, or harder, than the others'. A run is a few ticks, in one call where the engine allows it, and is
repeated until there is enough to time. What is timed is CPU time of this process: on a machine that others
use it is steadier than wall time.
"""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mas_kit.core import Model

SIZES = (1_000, 10_000, 100_000)
MEMORY_AT = 10_000  # agents, when memory is measured
MANY = 1_000  # rounds: more than there ever are
ENOUGH = 0.05  # CPU seconds that an engine is timed for in a round, at least


def ticks(agents: int, work: int = 100_000) -> int:
    """How many ticks a run has: so many that about `work` agents step, and at least two."""
    return max(2, work // agents)


def few(agents: int) -> int:
    """In how many rounds an engine that takes seconds for a run takes part, where there are many agents."""
    return 1 if agents >= 100_000 else MANY


def nothing() -> None:
    """No reset: the model is in a steady state, or looks the same from tick to tick."""


@dataclass
class Runner:
    """An engine with a model in it.

    run: the ticks that are timed. steps: how many agents it steps. reset: back to the start, untimed.
    state: the columns now, where they can be compared with another engine's. rounds: in how many rounds
    a slow engine takes part.
    """

    run: Callable[[], object]
    steps: int
    reset: Callable[[], None] = nothing
    state: Callable[[], Mapping[str, NDArray[np.generic]]] | None = None
    rounds: int = MANY
    keep: list[object] = field(default_factory=list)  # what must stay alive


type Build = Callable[[int], Runner]


class Race:
    """The engines of one model at one size. A round times each of them once, in turn.

    The engines are built when the first round is asked for; a race that begins ends the one before.
    """

    _running: Race | None = None

    def __init__(self, model: str, agents: int, engines: Mapping[str, Build]) -> None:
        self.model, self.agents, self.engines = model, agents, engines
        self.rounds: list[dict[str, float]] = []  # CPU seconds for a step of one agent, by engine
        self._runners: dict[str, Runner] = {}

    def round(self, k: int) -> dict[str, float]:
        """The figures of round k; rounds that were not run yet are run. Round 0 is cold."""
        while len(self.rounds) <= k:
            if Race._running is not self:
                self._begin()
            index = len(self.rounds)
            self.rounds.append(
                {name: seconds(one) for name, one in self._runners.items() if index <= one.rounds}
            )
        return self.rounds[k]

    def _begin(self) -> None:
        if Race._running is not None:
            Race._running.end()
        Race._running = self
        self._runners = {name: build(self.agents) for name, build in self.engines.items()}
        same(self._runners)
        # Collecting garbage would walk over the objects of every engine while one of them is timed.
        gc.collect()
        gc.freeze()

    def end(self) -> None:
        """Let the engines go."""
        self._runners = {}
        Race._running = None
        gc.unfreeze()
        gc.collect()

    def ratio(self, engine: str, to: str) -> float:
        """How many times as fast as another engine: the median of the ratios inside the rounds."""
        both = [one for one in self.rounds[1:] if engine in one and to in one]
        return statistics.median(one[to] / one[engine] for one in both)

    def rate(self, engine: str) -> float:
        """Steps of one agent in a CPU second, the median of the rounds."""
        return statistics.median(1 / one[engine] for one in self.rounds[1:] if engine in one)


def seconds(runner: Runner) -> float:
    """CPU seconds for a step of one agent."""
    spent, steps = 0.0, 0
    while spent < ENOUGH:
        runner.reset()
        began = time.process_time()
        runner.run()
        spent += time.process_time() - began
        steps += runner.steps
    return spent / steps


def same(runners: Mapping[str, Runner]) -> None:
    """Run every engine that tells its state once, from the start: they must agree to the last bit.

    Raises:
        AssertionError: naming the engines and the column.
    """
    reached: dict[str, Mapping[str, NDArray[np.generic]]] = {}
    for name, runner in runners.items():
        if runner.state is None:
            continue
        runner.reset()
        runner.run()
        reached[name] = {column: values.copy() for column, values in runner.state().items()}
    first = "by hand"
    for name, columns in reached.items():
        for column, values in reached[first].items():
            wrong = np.flatnonzero(values.view(np.uint8) != columns[column].view(np.uint8))
            assert wrong.size == 0, f"{name} and {first} differ in {column!r}, first at byte {wrong[0]}"


def bytes_per_agent(build: Build, agents: int = MEMORY_AT) -> float:
    """What tracemalloc sees of a model after it was built and has run: Python's objects and NumPy's arrays.

    It is built once before, so that what is imported and compiled for the first time does not count.
    """
    build(100).run()
    gc.collect()
    tracemalloc.start()
    try:
        runner = build(agents)
        runner.run()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] / agents
    finally:
        tracemalloc.stop()


def streams(population: str) -> list[np.random.Generator]:
    """The streams for the order of turns and for draws that a population of this name has with seed 1."""
    model = Model(seed=1)
    return [model.stream(f"{population}/activation"), model.stream(f"{population}/draws")]
