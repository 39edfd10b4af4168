"""What a population costs beside its steps: compiling it, collecting a column, stepping a tick at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import population_ours as ours
import population_wealth as wealth
from harness import Measure, benchmark, speedup, wall
from mesa.datacollection import DataCollector

AGENTS = 10_000
FIRST_TICK = """
import sys, time
sys.path.insert(0, sys.argv[1])
import mas_kit.population
import population_ours as ours
began = time.process_time()
ours.cars(1000, "columns").step()
print(time.process_time() - began)
"""


def alone(ours: float, _baseline: float) -> float:
    """Ours as it is: the baseline stands beside it."""
    return ours


def first_tick(cache: str) -> float:
    """CPU seconds in a fresh process from the first line about the ring to the end of its first tick."""
    here = Path(__file__).resolve().parent
    command = [sys.executable, "-W", "ignore", "-c", FIRST_TICK, str(here)]
    env = {**os.environ, "MAS_KIT_CACHE": cache}
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True, cwd=here.parents[1])
    return float(done.stdout.split()[-1])


@benchmark(
    name="compile a rule",
    what="the ring's first tick in a fresh process, compiled before, beside the first time ever",
    bound="<= 1.5",
    unit="s CPU",
    compare=alone,
    rounds=2,
)
def compiled() -> tuple[Measure, Measure]:
    """From the cache folder, and cold. Each cold one has an empty folder, which the cached one then uses."""
    folder = tempfile.TemporaryDirectory()
    caches = iter(range(1_000_000))

    def cached() -> float:
        path = str(Path(folder.name, str(next(caches))))
        cold.append(first_tick(path))
        return first_tick(path)

    cold: list[float] = []
    return cached, lambda: cold[-1]


def each(work: Callable[[], object], times: int) -> float:
    """CPU seconds that something takes, when it is done so many times."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times


@benchmark(
    name="collect a column",
    what="10,000 traders' wealth kept after a tick: a copy of the column, over Mesa's DataCollector",
    bound=">= 30",
    unit="s CPU",
    compare=speedup,
    rounds=5,
    inside=True,
)
def collected() -> tuple[Measure, Measure]:
    """Nine tenths of the copy's time go into getting fresh memory from the system, which keeping it needs."""
    people = ours.people(AGENTS, "columns").run(1)
    model = wealth.Economy(AGENTS)

    def columns() -> float:
        kept: list[np.ndarray] = []
        return each(lambda: kept.append(people["wealth"].copy()), 200)

    def mesa() -> float:
        collector = DataCollector(agent_reporters={"wealth": "wealth"})
        return each(lambda: collector.collect(model), 10)

    return columns, mesa


@benchmark(
    name="a tick at a time",
    what="1,000 traders: step() after step(), over run() of as many ticks",
    bound="<= 3",
    unit="s CPU",
    rounds=9,
    inside=True,
)
def one_by_one() -> tuple[Measure, Measure]:
    """What it costs to come back to Python after every tick, where ticks are short."""
    people = ours.people(1000, "columns").run(1)
    ticks = 1000
    return lambda: each(people.step, ticks), lambda: each(lambda: people.run(ticks), 1) / ticks


@benchmark(
    name="two threads",
    what="100,000 boids: wall time of a tick with one thread over that with two",
    bound=">= 0.8",
    compare=speedup,
    rounds=9,
    inside=True,
)
def threaded() -> tuple[Measure, Measure]:
    """That it does not lose is all that is asked: what two cores of a virtual machine are worth varies."""
    two, one = (ours.flock(100_000, "columns", threads) for threads in (2, 1))
    return lambda: wall(lambda: two.run(3)), lambda: wall(lambda: one.run(3))
