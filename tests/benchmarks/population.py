"""A rule written once, at 1,000 to 100,000 agents, beside Mesa, agentpy, a hand-written kernel and SUMO.

    python tests/benchmarks/run.py population        what must hold, then a table of all that was measured
    python tests/benchmarks/population.py ring 1000  a part of the table

Four models: cars on a ring, money that changes hands, Schelling's town, boids. agentpy and SUMO (libsumo) are
measured where they can be imported; `run.py` says how, without a change to the environment. All figures are
CPU time of one thread; ratios are medians of the ratios inside the rounds. Memory is what Python and NumPy
allocated for a model that has run (tracemalloc), SUMO's what its process grew by.
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
from harness import Measure, benchmark, peers, ratio
from population_race import SIZES, Build, Race
from population_table import table

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


def engines(model: str) -> dict[str, Build]:
    """The engines that can be measured here."""
    return {
        name: build
        for name, build in MODELS[model].items()
        if name not in _NEEDS or importlib.util.find_spec(_NEEDS[name]) is not None
    }


peers()
RACES = {(model, agents): Race(model, agents, engines(model)) for model in MODELS for agents in SIZES}


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


def report() -> str:
    """All that the races so far have measured, and the memory of their models, as a Markdown table."""
    return table([race for race in RACES.values() if race.rounds], TITLES)


def main(wanted: list[str]) -> None:
    """Measure some models at some sizes, and print the table."""
    models = [one for one in wanted if one in MODELS] or list(MODELS)
    sizes = [int(one) for one in wanted if one.isdigit()] or list(SIZES)
    for model in models:
        for agents in sizes:
            RACES[model, agents].round(ROUNDS)
    print(report())


if __name__ == "__main__":
    main(sys.argv[1:])
