"""The page of the vehicles: what to draw, no logic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mas_kit.usecases.vehicles.model import Vehicles
from mas_kit.viz import App, LineChart, Picture, page_of


def picture(model: Vehicles) -> Picture:
    """The ring from above, coloured by speed."""
    p = model.p
    if p.world != "ring":
        return Picture(name=[], x=[], y=[])
    turn = 2 * np.pi * model.scene.cars["x"] / p.length  # type: ignore[attr-defined]
    return Picture(
        name=[f"car-{i + 1}" for i in range(p.cars)],
        x=np.sin(turn),
        y=np.cos(turn),
        colour=model.scene.cars["v"],  # type: ignore[attr-defined]
        colour_range=(0.0, 8.0),
        bounds=(-1.2, -1.2, 1.2, 1.2),
    )


def facts(model: Vehicles) -> Mapping[str, str]:
    """The headline numbers."""
    return {key: f"{value:.2f}" for key, value in model.metrics().items()}


APP = App(
    model=Vehicles,
    title="Vehicles",
    about="Cars on a ring.",
    picture=picture,
    charts=[
        LineChart(title="Speed", columns={"mean": "mean speed", "standard deviation": "speed std"}, y="m/s")
    ],
    facts=facts,
    clock="tick",
    speed=0,
    ranges={
        "duration": (60, 3600),
        "warmup": (0, 600),
        "dt": (0.01, 0.2),
        "cars": (2, 100),
        "length": (50, 1000),
        "switch_on": (0, 600),
    },
)
__getattr__ = page_of(APP)
