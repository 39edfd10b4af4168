"""How a policy reads what it needs from a percept: by the name of a field, or by a function of the percept.

A policy says once, when it is made, where its options, its reward or its state stand. So one policy serves
every agent, and what it looks at is declared rather than buried in its code.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from enum import EnumType
from math import isnan
from typing import Any

import numpy as np

from mas_kit.core.errors import MasKitError, ParameterError, unknown

Reads = str | Callable[[Any], Any]
"""Where to read: a field of the percept (`"reward"`, `"stock.level"`), or a function of the percept."""


class Field:
    """Reads one field of a percept; dots lead further in.

    Raises UnknownNameError, with the nearest name, where the percept has no such field.

    >>> from typing import NamedTuple
    >>> class Seen(NamedTuple):
    ...     reward: float
    >>> Field("reward")(Seen(0.5))
    0.5
    """

    __slots__ = ("path", "steps")

    def __init__(self, path: str) -> None:
        self.path = path
        self.steps = tuple(path.split("."))

    def __call__(self, percept: Any) -> Any:
        """The value of the field."""
        value = percept
        for step in self.steps:
            try:
                value = getattr(value, step)
            except AttributeError:
                raise unknown(f"field of {type(value).__name__}", step, fields(value)) from None
        return value

    def __repr__(self) -> str:
        return f"Field({self.path!r})"


class Always:
    """Reads nothing: the same value for every percept."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, percept: Any) -> Any:
        """The value."""
        return self.value


def fields(record: Any) -> tuple[str, ...]:
    """The names of the fields of a percept."""
    named = getattr(record, "_fields", None) or getattr(record, "__dataclass_fields__", None)
    return tuple(named) if named else tuple(name for name in dir(record) if not name.startswith("_"))


def reader(parameter: str, reads: Reads) -> Callable[[Any], Any]:
    """The function that reads; ParameterError if `reads` is neither a field's name nor a function."""
    if isinstance(reads, str):
        return Field(reads)
    if callable(reads):
        return reads
    raise ParameterError(
        f"parameter {parameter!r} is {reads!r}; allowed: the name of a field of the percept, or a function "
        "of the percept; say where to read it"
    )


Actions = Sequence[Any] | Reads
"""What there is to choose from: a fixed tuple or list (or an Enum), or where to read it in the percept."""


def options_reader(actions: Actions) -> Callable[[Any], Sequence[Any]]:
    """The function that gives the options for a percept, in a fixed order.

    Raises ParameterError for a fixed list that is empty, or that names an option twice.
    """
    if isinstance(actions, EnumType):  # which is callable as well, and would look the percept up
        actions = tuple(actions)
    if isinstance(actions, str) or callable(actions):
        return reader("actions", actions)
    if not isinstance(actions, list | tuple | range):
        raise ParameterError(
            f"parameter 'actions' is {actions!r}; allowed: a tuple or list of actions, the name of a field "
            "of the percept, or a function of the percept; options need an order, because ties go by it"
        )
    listed = tuple(actions)
    if not listed:
        raise ParameterError("parameter 'actions' is empty; allowed: at least one action; list what to do")
    if any(same(action, earlier) for i, action in enumerate(listed) for earlier in listed[:i]):
        raise ParameterError(f"parameter 'actions' is {listed!r}; allowed: each action once; drop the copies")
    return Always(listed)


def memory_of[M](percept: Any, kind: type[M], policy: str) -> M | None:
    """What the policy remembered, or None if there is nothing yet.

    Memory of another kind counts as nothing: a policy that takes over from another begins anew.
    Raises MasKitError where the percept carries no `memory` at all.
    """
    try:
        memory = percept.memory
    except AttributeError:
        raise MasKitError(
            f"{policy} remembers, but {type(percept).__name__} has no field 'memory'; add one to the percept "
            "and fill it with self.memory in perceive()"
        ) from None
    return memory if isinstance(memory, kind) else None


def same(one: Any, other: Any) -> bool:
    """Are two actions the same? Arrays, which have no single answer to `==`, are compared as wholes."""
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return bool(np.array_equal(one, other))
    return bool(one == other)


def number(what: str, value: Any, fix: str) -> float:
    """The value as a float; ParameterError, naming what it is and the fix, for what is no number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ParameterError(f"{what} is {value!r}; allowed: numbers; {fix}") from None


def key(parameter: str, value: Any) -> Hashable:
    """The value itself, if a table can be kept by it; ParameterError otherwise."""
    try:
        hash(value)
    except TypeError:
        raise ParameterError(
            f"parameter {parameter!r} is {value!r}; allowed: values that can be a key of a dict; "
            "use a tuple, a text, a number or a frozen record"
        ) from None
    if isinstance(value, float) and isnan(value):
        raise ParameterError(f"parameter {parameter!r} is nan; allowed: what equals itself; look for 0/0")
    return value  # type: ignore[no-any-return]
