"""Checks of what roles are made with: who takes part, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mas_kit.core.errors import out_of_range


def people(participants: Iterable[Any]) -> tuple[str, ...]:
    """The names of agents, given as names or as agents. Raises ParameterError for none, or one twice."""
    names = tuple([each if isinstance(each, str) else getattr(each, "name", "") for each in participants])
    if not names or "" in names or len(set(names)) != len(names):
        raise out_of_range("participants", names, "one or more different agents", "give each name once")
    return names


def after(now: float, limit: float, name: str) -> float:
    """A deadline, checked to be a number of ticks that is not over yet."""
    if not isinstance(limit, int | float) or not limit >= now:
        raise out_of_range(name, limit, f"ticks from now ({now:g}) on", "give a tick of the model's clock")
    return limit
