"""The picture of a model that has declared none: its agents, and the messages between them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from mas_kit.core.messages import Message
from mas_kit.viz.picture import Lane, Movers, Picture


def default_picture(model: Any) -> Picture:
    """Agents where they are (``pos`` or a cell's coordinate), else in a ring or a grid; messages in flight.

    A model that wants more writes its own ``picture(model)``; see ``Picture``.
    """
    agents = list(model.by_name.values())
    names = [agent.name for agent in agents]
    places = [_place(agent) for agent in agents]
    if agents and all(place is not None for place in places):
        x, y = np.array(places, float).T
        bounds = None
    else:
        x, y, bounds = _ring(len(names)) if len(names) <= 60 else _grid(len(names))
    lanes = [
        Lane(name, row % 8, "circle" if len(names) > 60 else "envelope", 0.18)
        for row, name in enumerate(model.networks)
    ]
    return Picture(
        name=names,
        x=x,
        y=y,
        bounds=bounds,
        shape="circle",
        down=[not agent.alive for agent in agents],
        lanes=lanes,
        movers=mail(model) if len(names) <= 2000 else Movers(),
    )


def mail(
    model: Any,
    *,
    lane: Callable[[str, Message], str] | None = None,
    amount: Callable[[Message], float] | None = None,
) -> Movers:
    """The messages in flight on all networks, for ``Picture.movers``.

    ``lane(network, message)``: the lane on which it travels (None: the network's name); ``amount(message)``:
    what is written on it, NaN for nothing. Its progress is the share of its travel time that has passed when
    the current tick ends. It is known from tick to tick by its network, its ends and when it is due.
    """
    rows: list[tuple[Any, ...]] = []
    twins: Counter[tuple[Any, ...]] = Counter()
    for name, network in model.networks.items():
        longest = network.latency[1] + network.extra_delay
        for message, due in network.in_flight():
            if message.receiver not in model.by_name or message.sender not in model.by_name:
                continue
            known = (name, message.sender, message.receiver, due)
            twins[known] += 1
            rows.append(
                (
                    hash((*known, twins[known])) % 2**32,
                    message.sender,
                    message.receiver,
                    1 - (due - model.tick) / (longest + 1),
                    name if lane is None else lane(name, message),
                    math.nan if amount is None else amount(message),
                )
            )
    return Movers(*zip(*rows, strict=True)) if rows else Movers()


def _place(agent: Any) -> tuple[float, float] | None:
    pos = getattr(agent, "pos", None)
    if pos is None:
        pos = getattr(getattr(agent, "cell", None), "coordinate", None)
    if pos is None or len(pos) != 2:
        return None
    return float(pos[0]), float(pos[1])


def _ring(n: int) -> tuple[Any, Any, tuple[float, float, float, float]]:
    angle = math.pi / 2 - 2 * math.pi * np.arange(n) / max(n, 1)
    wide = 1.9  # a cell of a notebook is wider than high
    return wide * np.cos(angle), np.sin(angle), (-wide - 0.5, -1.35, wide + 0.5, 1.3)


def _grid(n: int) -> tuple[Any, Any, tuple[float, float, float, float]]:
    wide = math.ceil(math.sqrt(2 * n))
    index = np.arange(n)
    rows = math.ceil(n / wide)
    return index % wide, -(index // wide), (-1.0, -float(rows), float(wide), 1.0)
