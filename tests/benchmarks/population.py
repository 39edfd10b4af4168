"""A rule written once, at 1,000 to 100,000 agents, beside Mesa, agentpy, a hand-written kernel and SUMO.

    python tests/benchmarks/run.py population        what must hold
    python tests/benchmarks/population.py            everything that was measured, as a table
    python tests/benchmarks/population.py ring 1000  some of it

Four models: cars on a ring, money that changes hands, Schelling's town, boids. agentpy and SUMO (libsumo) are
measured where they can be imported. All figures are CPU time of one thread; ratios are medians of the ratios
inside the rounds. Memory is what Python and NumPy allocated for a model that has run (tracemalloc); SUMO
allocates its own and is not seen.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping

import population_boids
import population_ours as ours
import population_ring
import population_schelling
import population_sumo
import population_wealth
from harness import Measure, benchmark, ratio
from population_race import SIZES, Build, Race, bytes_per_agent

ROUNDS = 5
MODELS: Mapping[str, Mapping[str, Build]] = {
    "ring": {**population_ring.ENGINES, "SUMO": population_sumo.on_sumo, **ours.RING},
    "wealth": {**population_wealth.ENGINES, **ours.WEALTH},
    "schelling": {**population_schelling.ENGINES, **ours.SCHELLING},
    "boids": {**population_boids.ENGINES, **ours.BOIDS},
}
TITLES = {
    "ring": "cars on a ring (IDM)",
    "wealth": "Boltzmann wealth",
    "schelling": "Schelling's town",
    "boids": "boids, about three in sight",
}
_NEEDS = {"agentpy": "agentpy", "SUMO": "libsumo"}
_SLOW = {("schelling", "agentpy"), ("boids", "agentpy"), ("ring", "SUMO")}  # minutes to set up at 100,000


def engines(model: str, agents: int) -> dict[str, Build]:
    """The engines that can be measured here."""
    return {
        name: build
        for name, build in MODELS[model].items()
        if (name not in _NEEDS or importlib.util.find_spec(_NEEDS[name]) is not None)
        and not (agents >= 100_000 and (model, name) in _SLOW)
    }


RACES = {(model, agents): Race(model, agents, engines(model, agents)) for model in MODELS for agents in SIZES}


def rates(race: Race, engine: str) -> Measure:
    """Steps of an agent in a CPU second, round by round; round 0 is cold."""
    rounds = iter(range(1_000_000))
    return lambda: 1 / race.round(next(rounds))[engine]


def _register(model: str, agents: int) -> None:
    race = RACES[model, agents]
    for baseline, bound in (("by hand", ">= 0.333"), ("Mesa", ">= 30")):

        @benchmark(
            name=f"{model} {agents:,} / {baseline}",
            what=f"{TITLES[model]}, {agents:,} agents: columns over {baseline}",
            bound=bound,
            unit="steps/s",
            compare=ratio,
            rounds=ROUNDS,
            inside=True,
        )
        def beside(baseline: str = baseline) -> tuple[Measure, Measure]:
            """Columns and a baseline, from the same race as the model's other figures."""
            return rates(race, "columns"), rates(race, baseline)


for _model in MODELS:
    for _agents in SIZES:
        _register(_model, _agents)


def row(race: Race) -> str:
    """A line of the table: the rates, and in brackets how many times Mesa's."""
    cells = [TITLES[race.model], f"{race.agents:,}"]
    for name in COLUMNS:
        known = any(name in one for one in race.rounds)
        cells.append(f"{short(race.rate(name))} ({race.ratio(name, 'Mesa'):.3g})" if known else "")
    cells.append(f"{1 / race.ratio('columns', 'by hand'):.2f}")
    return f"| {' | '.join(cells)} |"


COLUMNS = ("Mesa", "agentpy", "SUMO", "objects", "columns", "by hand")


def short(rate: float) -> str:
    """A rate with three digits."""
    size, letter = (1e6, " M") if rate >= 1e6 else (1e3, " k")
    return f"{rate / size:.3g}{letter}"


def main(wanted: list[str]) -> None:
    """Print what was measured as tables."""
    models = [one for one in wanted if one in MODELS] or list(MODELS)
    sizes = [int(one) for one in wanted if one.isdigit()] or list(SIZES)
    print(f"| model | agents | {' | '.join(COLUMNS)} | hand / columns |\n|{'---|' * (len(COLUMNS) + 3)}")
    for model in models:
        for agents in sizes:
            RACES[model, agents].round(ROUNDS)
            print(row(RACES[model, agents]), flush=True)
    print(f"\n| bytes an agent | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 1)}")
    for model in models:
        builds = engines(model, 10_000)
        cells = [
            f"{bytes_per_agent(builds[name]):,.0f}" if name in builds and name != "SUMO" else ""
            for name in COLUMNS
        ]
        print(f"| {TITLES[model]} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
