"""Who can reach whom, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from mas_kit.core.errors import out_of_range


def latency_range(latency: Any) -> tuple[int, int]:
    """The shortest and the longest time that a message takes."""
    pair = (latency, latency) if isinstance(latency, int | float | np.number) else latency
    try:
        low, high = pair
        if 0 <= low <= high and int(low) == low and int(high) == high:
            return int(low), int(high)
    except (TypeError, ValueError, OverflowError):
        pass
    raise out_of_range("latency", latency, "whole ticks from 0, or (low, high)", "for example 1 or (1, 3)")


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


def group_numbers(groups: Iterable[Iterable[str]]) -> dict[str, int]:
    """The number of each name's group, from 1; 0 is for names that are in none."""
    return {name: number for number, group in enumerate(groups, 1) for name in group}
