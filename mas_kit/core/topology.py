"""Who can reach whom, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from mas_kit.core.errors import out_of_range


def probability(name: str, value: Any) -> float:
    """A number from 0 to 1. Raises ParameterError for anything else."""
    if not (isinstance(value, int | float | np.number) and 0.0 <= value <= 1.0):
        raise out_of_range(name, value, "0 to 1", "give a probability")
    return float(value)


def drop_or_hold(name: str, value: Any) -> str:
    """What becomes of mail for an agent that is down."""
    if value not in ("drop", "hold"):
        raise out_of_range(name, value, "'drop' or 'hold'", "choose one")
    return str(value)


def latency_range(name: str, latency: Any) -> tuple[int, int]:
    """The shortest and the longest time that a message takes."""
    pair = (latency, latency) if isinstance(latency, int | float | np.number) else latency
    try:
        low, high = pair
        if 0 <= low <= high and int(low) == low and int(high) == high:
            return int(low), int(high)
    except (TypeError, ValueError, OverflowError):
        pass
    raise out_of_range(name, latency, "whole ticks from 0, or (low, high)", "for example 1 or (1, 3)")


def whole_tick(name: str, tick: Any) -> int:
    """A tick as a whole number. Raises ParameterError for anything else."""
    try:
        if int(tick) == tick:
            return int(tick)
    except (TypeError, ValueError, OverflowError):
        pass
    raise out_of_range(name, tick, "whole numbers", "give a tick of the model's clock")


def links(topology: Any) -> dict[str, set[str]] | None:
    """Who can send to whom, from a networkx graph or from pairs; nodes are agents or their names."""
    if topology is None:
        return None
    pairs = list(topology.edges()) if hasattr(topology, "edges") else list(topology)
    if hasattr(topology, "is_directed") and not topology.is_directed():
        pairs += [(b, a) for a, b in pairs]
    found: dict[str, set[str]] = {}
    for sender, receiver in pairs:
        found.setdefault(_node(sender), set()).add(_node(receiver))
    return found


def _node(node: Any) -> str:
    return str(node if isinstance(node, str) else getattr(node, "name", node))


def group_numbers(groups: Iterable[Iterable[Any]]) -> dict[str, int]:
    """The number of each name's group, from 1; 0 is for names that are in none. Agents stand for their names.

    Raises ParameterError for a group that is a text, and for a name in two groups.
    """
    found: dict[str, int] = {}
    for number, group in enumerate(groups, 1):
        if isinstance(group, str):
            raise out_of_range("groups", group, f"groups of names, such as [{group!r}]", "put it in a list")
        for member in group:
            if found.setdefault(_node(member), number) != number:
                raise out_of_range(
                    "groups", _node(member), "each name in one group", "drop it from the others"
                )
    return found
