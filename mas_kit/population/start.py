"""What a population starts with: parts that fit, and a column for each declared field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np

from mas_kit.core.errors import ParameterError, out_of_range, unknown
from mas_kit.population.individual import Individual
from mas_kit.population.records import MISSING, Record, column
from mas_kit.population.sights import Sight

Engine = Literal["objects", "columns", "auto"]
# What an Agent keeps in itself, beside what its class has.
_TAKEN = [
    "name",
    "alive",
    "inbox",
    "arrivals",
    "percept",
    "decision",
    "memory",
    "cause",
    "model",
    "pos",
    "unique_id",
    "population",
    "row",
    "id",
]


def check_parts(engine: str, threads: int | None, world: Mapping[str, Any], sees: Mapping[str, Any]) -> None:
    """Is each of them what it should be? Raises ParameterError if not."""
    if engine not in get_args(Engine):
        raise out_of_range("engine", engine, ", ".join(map(repr, get_args(Engine))), "choose one")
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise out_of_range("threads", threads, "whole numbers from 1", "leave it out to let it choose")
    for label, record in world.items():
        if not isinstance(record, Record):
            raise out_of_range(f"world[{label!r}]", record, "an instance of a Record", "make one, Road(...)")
    for label, sight in sees.items():
        if not isinstance(sight, Sight):
            raise out_of_range(f"sees[{label!r}]", sight, "a neighbourhood such as Leader(...)", "make one")


def start_values(record: type[Record], size: int | None, given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The columns, `id` among them, from the values given and the declared defaults.

    Raises ParameterError, UnknownNameError: a size below 1, a field without a value, a value that does not
    fit, a field that is not declared, or one with the name of something that every agent has.
    """
    fields, owner = record.fields, record.__name__
    if not fields:
        raise ParameterError(f"{owner} declares no field; annotate one, such as `x: float`")
    for name in fields:
        if name in _TAKEN or hasattr(Individual, name):
            raise out_of_range(f"{owner}.{name}", name, "names that an Agent has no use for", "rename it")
    for name in given:
        if name not in fields:
            raise unknown(f"field of {owner}", name, fields)
    if size is None:
        size = max((len(values) for values in given.values() if np.ndim(values) == 1), default=0)
    if not isinstance(size, int | np.integer) or size < 1:
        raise out_of_range("size", size, "whole numbers from 1", "say how many agents there are")
    data = {"id": np.arange(size, dtype=np.int64)}
    for name, what in fields.items():
        values = given.get(name, what.default)
        if values is MISSING:
            raise ParameterError(
                f"field {name!r} of {owner} has no default; give columns={{{name!r}: ...}}, "
                f"one value or {size} of them"
            )
        data[name] = column(what, values, int(size), owner)
    return data
