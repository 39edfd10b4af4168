"""How well a sweep of short runs uses two cores."""

from __future__ import annotations

import tempfile
from pathlib import Path

from harness import Measure, benchmark, wall

from mas_kit import Model, Parameters, parameter
from mas_kit.experiments import Experiment, run

_RUNS, _WORKERS = 200, 2


class ExchangeParameters(Parameters):
    """Who trades, and for how long."""

    agents: int = parameter(100, ge=2, le=10_000, help="number of traders")
    ticks: int = parameter(100, ge=1, le=10_000, help="length of a run")


class Exchange(Model):
    """Everybody gives one coin, if it has one, to somebody (the Boltzmann wealth model), and a Gini index."""

    Parameters = ExchangeParameters

    def build(self) -> None:
        self.wealth = [1] * self.p.agents

    @property
    def horizon(self) -> int:
        return self.p.ticks

    def world(self) -> None:
        draw = self.stream("partners")
        for giver, taker in enumerate(draw.integers(self.p.agents, size=self.p.agents).tolist()):
            if self.wealth[giver]:
                self.wealth[giver] -= 1
                self.wealth[taker] += 1

    def observe(self) -> dict[str, float]:
        return {"gini": gini(self.wealth)}


def gini(wealth: list[int]) -> float:
    """The Gini index of whole numbers of coins."""
    ranked = sum((len(wealth) - rank) * coins for rank, coins in enumerate(sorted(wealth)))
    return 1 + 1 / len(wealth) - 2 * ranked / (len(wealth) * sum(wealth))


EXPERIMENT = Experiment(name="exchange", model=Exchange, seeds=_RUNS)


def serial() -> None:
    """The same runs in a plain loop, which keeps nothing."""
    for one in EXPERIMENT.runs():
        Exchange(seed=one.seed).run().metrics()


def efficiency(parallel: float, alone: float) -> float:
    """The share of the ideal speed-up: serial seconds over workers times parallel seconds."""
    return alone / (_WORKERS * parallel)


@benchmark(
    name="sweep on disk",
    what="200 runs on 2 warm workers, each run kept on disk as it finishes, against a serial loop",
    bound=">= 0.8",
    compare=efficiency,
    rounds=7,
)
def on_disk() -> tuple[Measure, Measure]:
    """Workers stay for the next sweep of a session; the first round, which starts them, is reported apart."""

    def ours() -> float:
        with tempfile.TemporaryDirectory() as folder:
            return wall(lambda: run(EXPERIMENT, workers=_WORKERS, out=Path(folder) / "out", progress=False))

    return ours, lambda: wall(serial)


@benchmark(
    name="sweep in memory",
    what="the same 200 runs, kept in memory",
    bound=">= 0.8",
    compare=efficiency,
    rounds=7,
)
def in_memory() -> tuple[Measure, Measure]:
    """Without files."""
    return lambda: wall(lambda: run(EXPERIMENT, workers=_WORKERS, progress=False)), lambda: wall(serial)
