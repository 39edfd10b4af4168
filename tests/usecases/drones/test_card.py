"""The model card is read and run: every thing to try, every pattern, every number it tells."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import mas_kit.usecases.drones as package
from mas_kit.usecases.drones import DroneFleet, DroneFleetParameters

TEXT = (Path(package.__file__).parent / "README.md").read_text(encoding="utf-8")
HEADINGS = [
    "What is it",
    "How it works",
    "How to use it",
    "Things to notice",
    "Things to try",
    "Extending the model",
    "Purpose and patterns (ODD)",
    "Credits and references",
]
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S))
PROSE = " ".join(TEXT.split())
SEEDS = 12


def blocks(language: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


@cache
def metrics(settings: tuple[tuple[str, Any], ...]) -> dict[str, np.ndarray]:
    """Every metric over the seeds, in the order of the seeds."""
    runs = [DroneFleet(seed=seed, record=False, **dict(settings)).run().metrics() for seed in range(SEEDS)]
    return {name: np.array([run[name] for run in runs]) for name in runs[0]}


def measure(settings: dict[str, Any]) -> dict[str, np.ndarray]:
    return metrics(tuple(sorted(settings.items())))


def clearly_above(high: Any, low: Any) -> bool:
    """Is the mean of high - low, over the seeds, more than three standard errors above 0?"""
    difference = np.broadcast_to(np.asarray(high) - np.asarray(low), (SEEDS,))
    return bool(difference.mean() > 3 * difference.std(ddof=1) / np.sqrt(SEEDS))


def test_headings_in_order_and_none_is_empty():
    assert list(SECTIONS) == HEADINGS
    assert all(len(section.split()) > 20 for section in SECTIONS.values())
    assert 40 <= len(SECTIONS["What is it"].split("\n\n")[0].strip()) <= 700


TRIES = re.findall(r"^### (.+?)\n(.*?)(?=^### |\Z)", SECTIONS["Things to try"], re.M | re.S)


@pytest.mark.parametrize(("title", "text"), TRIES, ids=[title for title, _ in TRIES])
def test_every_thing_to_try_runs_and_does_what_it_says(title, text):
    commands, programs = blocks("sh", text), blocks("python", text)
    assert len(commands) + len(programs) == 1, "one runnable block each"
    if programs:
        assert "assert" in programs[0]
        exec(compile(programs[0], title, "exec"), {})
        return
    command, *notes = commands[0].strip().splitlines()
    given = {key: value for key, _, value in (note.removeprefix("# ").partition(": ") for note in notes)}
    words = shlex.split(command)
    assert words[:3] == ["mas-kit", "run", "drones"]
    assert set(words[3::2]) <= {"--set"}
    settings = parsed(dict(pair.split("=", 1) for pair in words[4::2]))
    other: dict[str, Any] = {}
    if "against" in given:
        other = settings | parsed(dict(pair.split("=", 1) for pair in given["against"].split(", ")))
    expected = given["expect"].split(", ")
    assert expected
    after, before = measure(settings), measure(other)
    for claim in expected:
        metric, verb = claim.rsplit(" ", 1)
        high, low = (before, after) if verb == "falls" else (after, before)
        assert verb in ("falls", "rises")
        assert clearly_above(high[metric], low[metric]), claim


def parsed(texts: dict[str, str]) -> dict[str, Any]:
    values = DroneFleetParameters.parse(texts).model_dump()
    return {key: values[key] for key in texts}


PATTERNS = yaml.safe_load(blocks("yaml", SECTIONS["Purpose and patterns (ODD)"])[0])


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern["pattern"] for pattern in PATTERNS])
def test_every_pattern_holds_over_seeds(pattern):
    found = measure(pattern["set"])
    assert ("holds" in pattern) + ("falls" in pattern) + ("rises" in pattern) == 1
    if "holds" in pattern:
        terms = [term.strip() for term in pattern["holds"].split(" < ")]
        values = [found[term] if term in found else float(term) for term in terms]
        for low, high, name in zip(values, values[1:], terms[1:], strict=False):
            assert clearly_above(high, low), name
        return
    before = measure(pattern["set"] | pattern["against"])
    metric = pattern.get("falls", pattern.get("rises"))
    high, low = (before, found) if "falls" in pattern else (found, before)
    assert clearly_above(high[metric], low[metric])


@pytest.mark.parametrize("program", blocks("python", SECTIONS["How to use it"]))
def test_the_example_of_use_runs(program):
    exec(compile(program, "How to use it", "exec"), {})


def test_policies_in_the_table_are_the_ones_there_are():
    table = re.findall(r"^\| (`.+?) \|", SECTIONS["How it works"], re.M)
    named = {name for row in table for name in re.findall(r"`(.+?)`", row)}
    kinds = next(info for info in DroneFleetParameters.describe() if info.name == "allocation").choices
    assert named == set(kinds)


def test_the_table_of_troubles_has_every_team_that_is_compared():
    from mas_kit.usecases.drones import resilience

    rows = re.findall(r"^\| `(.+?)` \|", SECTIONS["Things to notice"], re.M)
    assert tuple(rows) == resilience.TEAMS
