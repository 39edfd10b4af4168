"""Checks of what roles are made with: who takes part, and until when; and of what their rules choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any

from mas_kit.core.errors import ParameterError, out_of_range
from mas_kit.protocols.content import is_number


def people(participants: Iterable[Any]) -> tuple[str, ...]:
    """The names of agents, given as names or as agents, in that order; those of a set are put in order.

    Raises ParameterError for none, for one twice, and for a text, which would be taken letter by letter.
    """
    if isinstance(participants, str) or not isinstance(participants, Iterable):
        raise out_of_range(
            "participants", participants, "a list of agents or names", f"give [{participants!r}]"
        )
    names = tuple([each if isinstance(each, str) else getattr(each, "name", "") for each in participants])
    if not names or "" in names or len(set(names)) != len(names):
        raise out_of_range("participants", names, "one or more different agents", "give each name once")
    return tuple(sorted(names)) if isinstance(participants, Set) else names


def after(now: float, limit: float, name: str) -> float:
    """A deadline, checked to be a number of ticks that is not over yet."""
    if not is_number(limit) or not limit >= now:
        raise out_of_range(name, limit, f"ticks from now ({now:g}) on", "give a tick of the model's clock")
    return limit


def moment(name: str, value: float) -> float:
    """A time, checked to be a finite number."""
    if not is_number(value):
        raise out_of_range(name, value, "finite numbers", "give a tick of the model's clock")
    return value


def ticks(name: str, value: float, low: float = 0) -> float:
    """A length of time, checked to be a finite number of ticks."""
    if not is_number(value) or not value >= low:
        raise out_of_range(name, value, f"ticks from {low:g}", "say how long to wait")
    return value


def function(name: str, value: Any) -> Any:
    """A function or None, checked to be one."""
    if value is not None and not callable(value):
        raise out_of_range(name, value, "a function, or None", "give the function itself, not its name")
    return value


def chosen(choice: Any, listed: Sequence[str]) -> tuple[str, ...]:
    """The names that a rule has chosen: several, one, or none; those of a set in the order of the list."""
    if choice is None:
        return ()
    if isinstance(choice, str):
        return (choice,)
    if not isinstance(choice, Iterable):
        raise ParameterError(f"the award goes to {choice!r}; allowed: names; return a tuple of them")
    if isinstance(choice, Set):
        place = {name: at for at, name in enumerate(listed)}
        return tuple(sorted(choice, key=lambda name: place.get(name, -1)))
    return tuple(choice)
