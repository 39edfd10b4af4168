"""A single turn, looked at closely: what an individual sees, what its rule would do, and doing it."""

from __future__ import annotations

import inspect
from collections import namedtuple
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.population.individual import Desk
from mas_kit.population.records import Record
from mas_kit.population.sights import Absent, Crowd, Others

if TYPE_CHECKING:
    from mas_kit.population.population import Population


@cache
def _frozen(record: type[Record]) -> Any:
    return namedtuple(record.__name__, ("id", *record.fields))  # its fields are known now only


@cache
def _percept(names: tuple[str, ...]) -> Any:
    return namedtuple("Percept", ("me", *names))


def snapshot(agent: Any) -> Any:
    """An agent's fields, frozen."""
    record = agent.population.record
    return _frozen(record)(agent.id, *[getattr(agent, name) for name in record.fields])


def look(population: Population, me: Any) -> Any:
    """What `me` perceives: its own fields, and those whom it sees. Of anyone at all: how many there are."""
    names = tuple(name for name in population.arguments if name in population.sees)
    seen = [_told(population.sees[name].of(population.agents, me.row)) for name in names]
    return _percept(names)(snapshot(me), *seen)


def _told(seen: Any) -> Any:
    if seen is None or isinstance(seen, Absent):
        return None
    if isinstance(seen, Others):
        return len(seen)
    if isinstance(seen, Crowd):
        return tuple(snapshot(agent) for agent in seen)
    return snapshot(seen)


def dream(population: Population, me: Any) -> Any:
    """What the rule of `me` would change, as things are now: it runs on drafts and changes nothing."""
    desk = Desk(me, population.activation == "simultaneous")
    rule = population.rewritten or population.rule
    arguments = [
        desk.argument(population.sees[name].of(population.agents, me.row))
        if name in population.sees
        else population.given(name)
        for name in population.arguments
    ]
    kept = [(sight, sight.save()) for sight in population.sees.values()]
    try:
        rule(desk.drafts[me], *arguments)
    finally:
        for sight, state in kept:
            sight.restore(state)
    return desk.changes()


def make(population: Population, changes: Any) -> None:
    """Bring changes about."""
    for change in changes:
        population.put(population.agent(change.agent), change.field, change.value)


def plain(record: Record) -> Any:
    """A record of the world as a rule on objects reads it: Python's numbers, also out of its arrays."""
    values = {name: getattr(record, name) for name in record.fields}
    return SimpleNamespace(
        **{k: memoryview(v) if isinstance(v, np.ndarray) else v for k, v in values.items()}
    )


def reason(population: Population) -> str:
    """The rule's own first line of documentation, its name and where it is written."""
    rule = population.rule
    first = (inspect.getdoc(rule) or "").split("\n")[0]
    file = Path(rule.__code__.co_filename).name
    where = f"the rule {rule.__name__} ({file}, line {rule.__code__.co_firstlineno})"
    return f"{first} ({where})" if first else where
