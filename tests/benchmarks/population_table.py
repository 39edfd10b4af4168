"""What the races of the population benchmarks measured, as one Markdown table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import population_sumo
from population_race import MEMORY_AT, Race, bytes_per_agent

ENGINES = ("Mesa", "agentpy", "SUMO", "objects", "columns", "by hand")
_BESIDE = {
    "columns": ("over Mesa", "Mesa"),
    "by hand": ("share of by hand", "by hand"),
}  # a column after these
_NOTES = """
Steps of an agent in a CPU second, one thread; in brackets how many times Mesa's. Ratios are medians of the
ratios inside the rounds. Of Mesa's boids 200 step in a tick, 50 of 100,000. With 100,000 agents our objects,
agentpy's towns and boids and SUMO take part in one round. Bytes are what Python and NumPy allocated for an
agent of 10,000 (tracemalloc); SUMO's are what a process of its own grew by.
"""


def table(races: Sequence[Race], titles: Mapping[str, str]) -> str:
    """A line for each race and one for the memory of each model, with the engines that were measured."""
    known = [name for name in ENGINES if any(name in one for race in races for one in race.rounds)]
    heads = ["model", "agents"]
    for name in known:
        heads += [name] + ([_BESIDE[name][0]] if name in _BESIDE else [])
    lines = [heads, ["---"] * len(heads)]
    for model in dict.fromkeys(race.model for race in races):
        own = [race for race in races if race.model == model]
        lines += [_speed(race, titles[model], known) for race in own]
        lines.append(_memory(own[0], titles[model], known))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n" + _NOTES.rstrip()


def _speed(race: Race, title: str, known: Iterable[str]) -> list[str]:
    """The rates, with how many times Mesa's; a race needs a round after the cold one."""
    cells = [title, f"{race.agents:,}"]
    for name in known:
        there = any(name in one for one in race.rounds[1:])
        cell = short(race.rate(name)) if there else ""
        if there and name not in {"Mesa", *_BESIDE}:
            cell += f" ({digits(race.ratio(name, 'Mesa'))})"
        cells.append(cell)
        if name in _BESIDE:
            cells.append(digits(race.ratio("columns", _BESIDE[name][1])))
    return cells


def _memory(race: Race, title: str, known: Iterable[str]) -> list[str]:
    """Bytes an agent."""
    cells = [title, f"bytes, of {MEMORY_AT:,}"]
    for name in known:
        build = race.engines.get(name)
        size = None
        if build is not None:
            size = population_sumo.bytes_per_car() if name == "SUMO" else bytes_per_agent(build)
        cells.append("" if size is None else f"{size:,.0f}")
        cells += [""] if name in _BESIDE else []
    return cells


def short(rate: float) -> str:
    """A rate with three digits: 350, 16.7 k, 1.43 M."""
    size, letter = (1e6, " M") if rate >= 1e6 else (1e3, " k") if rate >= 1e3 else (1.0, "")
    return f"{digits(rate / size)}{letter}"


def digits(value: float) -> str:
    """A number with three digits, or two below one; whole from a hundred on."""
    if value >= 100:
        return f"{round(value, 3 - len(str(int(value)))):,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
