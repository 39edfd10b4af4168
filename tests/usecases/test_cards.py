"""Every model card is read and run: its headings, each thing to try, each pattern, its examples."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
import yaml

from mas_kit import usecases
from tests.usecases.card import HEADINGS, Card, blocks, card

CARDS = [card(name) for name in usecases.names()]
TRIES = [pytest.param(one, *try_, id=f"{one.name}: {try_[0]}") for one in CARDS for try_ in one.tries()]
PATTERNS = [
    pytest.param(one, pattern, id=f"{one.name}: {pattern['pattern']}")
    for one in CARDS
    for pattern in yaml.safe_load(blocks("yaml", one.sections["Purpose and patterns (ODD)"])[0])
]
EXAMPLES = [
    pytest.param(program, id=f"{one.name} {at}")
    for one in CARDS
    for at, program in enumerate(blocks("python", one.sections["How to use it"]))
]


@pytest.mark.parametrize("one", CARDS, ids=lambda one: one.name)
def test_headings_in_order_and_none_is_empty(one: Card):
    assert list(one.sections) == HEADINGS
    assert all(len(section.split()) > 20 for section in one.sections.values())
    assert 40 <= len(one.sections["What is it"].split("\n\n")[0].strip()) <= 700
    assert one.tries()


@pytest.mark.parametrize(("one", "title", "text"), TRIES)
def test_every_thing_to_try_runs_and_does_what_it_says(one: Card, title: str, text: str):
    commands, programs = blocks("sh", text), blocks("python", text)
    assert len(commands) + len(programs) == 1, "one runnable block each"
    if programs:
        assert "assert" in programs[0]
        exec(compile(programs[0], title, "exec"), {})
        return
    command, *notes = commands[0].strip().splitlines()
    given = {key: value for key, _, value in (note.removeprefix("# ").partition(": ") for note in notes)}
    words = shlex.split(command)
    assert words[:3] == ["mas-kit", "run", one.name]
    assert set(words[3::2]) <= {"--set"}
    settings = one.parsed(dict(pair.split("=", 1) for pair in words[4::2]))
    other: dict[str, Any] = {}
    if "against" in given:
        other = settings | one.parsed(dict(pair.split("=", 1) for pair in given["against"].split(", ")))
    expected = given["expect"].split(", ")
    assert expected
    after, before = one.measure(settings), one.measure(other)
    for claim in expected:
        metric, verb = claim.rsplit(" ", 1)
        high, low = (before, after) if verb == "falls" else (after, before)
        assert verb in ("falls", "rises")
        assert one.clearly_above(high[metric], low[metric]), claim


@pytest.mark.parametrize(("one", "pattern"), PATTERNS)
def test_every_pattern_holds_over_seeds(one: Card, pattern: dict[str, Any]):
    found = one.measure(pattern["set"])
    assert ("holds" in pattern) + ("falls" in pattern) + ("rises" in pattern) == 1
    if "holds" in pattern:
        terms = [term.strip() for term in pattern["holds"].split(" < ")]
        values = [found[term] if term in found else float(term) for term in terms]
        for low, high, name in zip(values, values[1:], terms[1:], strict=False):
            assert one.clearly_above(high, low), name
        return
    before = one.measure(pattern["set"] | pattern["against"])
    metric = pattern.get("falls", pattern.get("rises"))
    high, low = (before, found) if "falls" in pattern else (found, before)
    assert one.clearly_above(high[metric], low[metric])


@pytest.mark.parametrize("program", EXAMPLES)
def test_the_example_of_use_runs(program: str):
    exec(compile(program, "How to use it", "exec"), {})
