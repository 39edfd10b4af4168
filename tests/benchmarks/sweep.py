"""How well a sweep of short runs uses two cores."""

from __future__ import annotations

import tempfile
from pathlib import Path

from harness import Measure, benchmark, wall

from mas_kit import Agent, Model, Parameters, parameter
from mas_kit.experiments import Experiment, run

_RUNS, _WORKERS = 200, 2


class ExchangeParameters(Parameters):
    """Who trades, and for how long."""

    agents: int = parameter(100, ge=2, le=10_000, help="number of traders")
    ticks: int = parameter(100, ge=1, le=10_000, help="length of a run")


class Trader(Agent):
    """Gives one coin, if it has one, to a trader drawn at random."""

    def __init__(self, model: Model, name: str) -> None:
        super().__init__(model, name)
        self.wealth = 1

    def perceive(self) -> int:
        return self.wealth

    def decide(self, percept: int) -> int | None:
        return self.model.draw(self.model.p.agents) if percept else None

    def act(self, action: int | None) -> None:
        if action is not None:
            self.wealth -= 1
            self.model.traders[action].wealth += 1


class Exchange(Model):
    """The Boltzmann wealth model on Mesa agents, with the Gini index as its metric."""

    Parameters = ExchangeParameters
    activation = "random"

    def build(self) -> None:
        self.traders = [Trader(self, f"trader {i}") for i in range(self.p.agents)]
        self.draw = self.stream("partners").integers

    @property
    def horizon(self) -> int:
        return self.p.ticks

    def observe(self) -> dict[str, float]:
        return {"gini": gini([trader.wealth for trader in self.traders])}


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
