"""Schelling's neighbourhoods (1971): who has too few neighbours of its own group moves to an empty cell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mas_kit.population import Cells, Population, Record, field
from mas_kit.population.samples.start import stream


class Household(Record):
    """A household on one cell of a grid."""

    cell: int = field(help="row * width + column")
    group: int = field(help="0 or 1")
    content: bool = field(False, help="was it content when it last looked?")


class City(Record):
    """What households want."""

    share: float = field(0.4, help="least share of neighbours of one's own group")


def settle(me: Any, cells: Any, city: Any, rng: Any) -> None:
    """Stay if enough of the neighbours are like you, or else move to any empty cell."""
    alike = 0
    for other in cells:
        if other.group == me.group:
            alike += 1
    me.content = alike >= city.share * len(cells)
    if not me.content:
        me.cell = cells.empty(rng)


def schelling(size: int = 360, full: float = 0.9, **how: Any) -> Population:
    """`size` households of two groups at random on a square torus of which about a share `full` is taken.

    `how` goes to `Population`.
    """
    rng = stream("household/start", how)
    width = math.ceil(math.sqrt(size / full))
    columns = {"cell": rng.permutation(width * width)[:size], "group": rng.permutation(np.arange(size) % 2)}
    how.setdefault("activation", "random")
    how.setdefault("world", {"city": City()})
    sees = {"cells": Cells("cell", width=width, height=width)}
    return Population(Household, size, rule=settle, sees=sees, columns=columns, **how)
