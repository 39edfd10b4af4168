"""How the page draws the cars on the ring."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mas_kit.usecases.traffic.model import Traffic
from mas_kit.viz import LineChart, Picture

BLUE, VERMILION, GREEN = 0, 1, 2


def picture(model: Any) -> Picture:
    """The ring from above, clockwise, coloured by speed: those that stand are the palest."""
    world, p = model.place, model.p
    turn = 2 * np.pi * world.cars["x"] / p.cells
    return Picture(
        name=[f"car-{number}" for number in world.cars["id"].tolist()],
        x=np.sin(turn),
        y=np.cos(turn),
        size=np.full(len(turn), min(0.06, 3.0 / p.cells)),
        colour=world.cars["v"].astype(float),
        colour_range=(0.0, float(p.v_max)),
        label=[""] * len(turn),
        bounds=(-1.15, -1.15, 1.15, 1.15),
    )


def facts(model: Traffic) -> Mapping[str, str]:
    """The headline numbers: of this step until the metrics begin, then means."""
    found = model.metrics()
    if math.isnan(found["flow"]):
        found = {**found, **model.place.observe()}
    return {
        "flow": f"{3600 * found['flow']:,.0f} cars/h",
        "mean speed": f"{27 * found['mean speed']:.0f} km/h",  # a cell a second is 7.5 m/s
        "stand still": f"{100 * found['stopped']:.0f} %",
    }


CHARTS = [
    LineChart(title="Flow", unit="second", columns={"flow": "flow"}, y="cars/s", colours=[BLUE]),
    LineChart(
        title="Cars that stand", unit="second", columns={"share": "stopped"}, y="share", colours=[VERMILION]
    ),
]
