"""A tick of a large population, shared among the cores. The numbers are the same to the last bit.

Only where nobody's turn depends on another's: a simultaneous rule that draws nothing and bears nobody.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mas_kit.population.columns import Columns
    from mas_kit.population.population import Population

WORTH = 100_000  # agents; below, handing out the work takes longer than it saves


def how_many(population: Population, n: int) -> int:
    """How many threads this population runs on."""
    program = population.program
    if program is None or not program.simultaneous or program.drawn or program.dies or program.spawns:
        return 1
    if population.threads is not None:
        return population.threads
    return _cores() if n >= WORTH else 1


def is_worth(engine: Columns) -> bool:
    """Are there turns enough in this tick to share them out? Asked for, they are shared in any case."""
    population = engine.population
    if population.threads is not None or population.chance is None:
        return True
    return population.chance * engine.n + len(population.called) >= WORTH


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:  # noqa: ARG001  # a forked process makes its own
    return ThreadPoolExecutor(threads, thread_name_prefix="mas_kit rule")


def run_tick(engine: Columns, tick: int, arguments: list[Any]) -> None:
    """One tick: open it, share out the turns, and let what was written count when all are done."""
    names, run, n = engine.kernel.names, engine.kernel.run, engine.n
    at = {name: place for place, name in enumerate(names)}

    def part(first: int, last: int, opening: bool) -> list[Any]:
        given = list(arguments)
        for name, value in (("first", first), ("last", last), ("opening", opening), ("closing", False)):
            given[at[name]] = value
        for name in names:  # what a turn scribbles on is each thread's own
            if name == "where" or name.endswith("_found_seen"):
                given[at[name]] = given[at[name]].copy()
        return given

    opening = part(0, 0, True)
    run(*opening)
    engine.where[2] = opening[at["where"]][2]
    turns = int(engine.where[2]) if engine.by_chance else n
    bounds = [turns * part // engine.threads for part in range(engine.threads + 1)]
    parts = [part(first, last, False) for first, last in pairwise(bounds)]
    pool = _pool(engine.threads, os.getpid())
    jobs: list[Future[Any]] = [pool.submit(run, *given) for given in parts]
    errors = [job.exception() for job in jobs]
    for error, given in zip(errors, parts, strict=True):
        if error is not None:  # the first in the order of turns, as without threads
            engine.where[:2] = tick, given[at["where"]][1]
            raise error
    for field in engine.program.buffered:
        after = arguments[at[f"{field}_after"]]
        if engine.by_chance:
            engine.data[field][engine.turns] = after[engine.turns]
        else:
            engine.data[field][:] = after
