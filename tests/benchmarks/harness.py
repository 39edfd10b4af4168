"""Benchmarks: a figure of ours beside a baseline's, measured in turn in the same run, with a bound.

A file beside this one holds a group of benchmarks:

    @benchmark(name="messages", what="1,000 agents, 10 messages a tick", unit="messages/s", bound=">= 0.5")
    def messages() -> tuple[Callable[[], float], Callable[[], float]]:
        ...set up, once...
        return ours, baseline            # each called once a round; each gives its figure

The ratio is the median of ours over the median of the baseline, unless `compare` says otherwise; with
`inside=True` it is the median of the ratios inside the rounds, which a machine that others use disturbs less.
"""

from __future__ import annotations

import operator
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

type Measure = Callable[[], float]
type Compare = Callable[[float, float], float]

_HOLDS = {">=": operator.ge, "<=": operator.le}


def ratio(ours: float, baseline: float) -> float:
    """Ours over the baseline."""
    return ours / baseline


def speedup(ours: float, baseline: float) -> float:
    """How many times faster than the baseline, both given in seconds."""
    return baseline / ours


def difference(ours: float, baseline: float) -> float:
    """Ours minus the baseline."""
    return ours - baseline


@dataclass(frozen=True)
class Benchmark:
    """One benchmark: what is compared, how, and what must hold."""

    name: str
    what: str
    bound: str
    unit: str
    compare: Compare
    rounds: int
    make: Callable[[], tuple[Measure, Measure]]
    inside: bool = False

    def __post_init__(self) -> None:
        sign, _, limit = self.bound.partition(" ")
        if sign not in _HOLDS:
            raise ValueError(f"bound {self.bound!r} of {self.name}: write '>= 0.8' or '<= 0.3'")
        float(limit)

    def holds(self, value: float) -> bool:
        """Is the compared figure inside the bound?"""
        sign, _, limit = self.bound.partition(" ")
        return bool(_HOLDS[sign](value, float(limit)))


class Outcome(NamedTuple):
    """What was measured: medians over the rounds, the compared figure, and the round that came first."""

    name: str
    what: str
    ours: float
    baseline: float
    unit: str
    ratio: float
    bound: str
    holds: bool
    first: tuple[float, float]  # cold: imports, worker processes, caches
    rounds: tuple[tuple[float, float], ...]  # the ones that count


PEERS = "MAS_KIT_PEERS"


class _Last:
    """Finds packages in a folder after all else has been searched."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Top-level packages only: what is inside of one is found by its own path."""
        return PathFinder.find_spec(name, [self.folder], target) if path is None else None

    def find_distributions(self, context: DistributionFinder.Context) -> Iterable[Distribution]:
        """What was installed there: agentpy asks for its own version."""
        return PathFinder.find_distributions(
            DistributionFinder.Context(name=context.name, path=[self.folder])
        )


def peers() -> None:
    """Let the packages in the folder that MAS_KIT_PEERS names be imported, where nothing else has their name.

    Packages that are only compared with stay out of the environment: agentpy's wheel brings a top-level
    `tests`. The end of sys.path is no place for it either, since our own `tests` has no `__init__.py`, and
    Python takes a package that has one first, wherever on the path it stands.
    """
    folder = os.environ.get(PEERS)
    if not folder or any(isinstance(one, _Last) and one.folder == folder for one in sys.meta_path):
        return
    if not Path(folder).is_dir():
        raise SystemExit(
            f"{PEERS}={folder} is not a folder; fill one with `uv pip install --target`, or unset it"
        )
    sys.meta_path.append(_Last(folder))


REGISTERED: dict[str, Benchmark] = {}


def benchmark(
    *,
    name: str,
    what: str,
    bound: str,
    unit: str = "s",
    compare: Compare = ratio,
    rounds: int = 5,
    inside: bool = False,
) -> Callable[[Callable[[], tuple[Measure, Measure]]], Callable[[], tuple[Measure, Measure]]]:
    """Register a function that sets a benchmark up and gives (ours, baseline)."""

    def register(make: Callable[[], tuple[Measure, Measure]]) -> Callable[[], tuple[Measure, Measure]]:
        if name in REGISTERED:
            raise ValueError(f"two benchmarks are called {name!r}")
        REGISTERED[name] = Benchmark(name, what, bound, unit, compare, rounds, make, inside)
        return make

    return register


def measure(one: Benchmark, rounds: int | None = None) -> Outcome:
    """One cold round, then the rounds that count: ours, baseline, ours, baseline...; medians of both."""
    ours, baseline = one.make()
    first = (ours(), baseline())
    counted = tuple((ours(), baseline()) for _ in range(rounds or one.rounds))
    mine, theirs = (statistics.median(column) for column in zip(*counted, strict=True))
    compared = one.compare(mine, theirs)
    if one.inside:
        compared = statistics.median(one.compare(*figures) for figures in counted)
    return Outcome(
        one.name, one.what, mine, theirs, one.unit, compared, one.bound, one.holds(compared), first, counted
    )


def wall(work: Callable[[], object]) -> float:
    """Wall seconds that a piece of work takes: for work in several processes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process for a piece of work: steadier than wall seconds on a shared machine."""
    began = time.process_time()
    work()
    return time.process_time() - began


def as_json(outcome: Outcome) -> Mapping[str, object]:
    """An outcome as JSON data."""
    return outcome._asdict()
