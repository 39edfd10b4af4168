"""The page of the vehicles: what to draw, no logic."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mas_kit.usecases.vehicles.model import Vehicles
from mas_kit.usecases.vehicles.pictures import BLUE, GREEN, SLATE, VERMILION, picture, raster
from mas_kit.viz import App, LineChart, SpaceTime, page_of

SHOWN = {
    "ring": {"mean speed": "m/s", "speed std": "m/s", "wave speed": "km/h", "collisions": "count"},
    "platoon": {
        "head to tail": "",
        "amplification": "a car",
        "least time to collision": "s",
        "collisions": "count",
    },
    "crossing": {"delay": "s", "throughput": "cars/h", "messages": "count", "collisions": "count"},
}


def facts(model: Vehicles) -> Mapping[str, str]:
    """The headline numbers of the world."""
    found = model.metrics()
    numbers = {name: told(found[name], unit) for name, unit in SHOWN[model.p.world].items()}
    return {"time": f"{model.scene.time:.0f} s", **numbers}


def told(value: float, unit: str) -> str:
    """A number with its unit."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.0f}" if unit == "count" else f"{value:.{0 if abs(value) >= 100 else 2}f} {unit}".rstrip()


APP = App(
    model=Vehicles,
    title="Vehicles",
    about=(
        "Twenty-two cars on a ring. Nobody does anything wrong, and within minutes there is a jam that "
        "travels backwards: dark is slow, here and in the diagram of space and time.\n\n"
        "Set the share of automated cars to 0.05, which is one car, and reset. After five minutes its "
        "controller takes over and keeps a speed just below the one that fits the road. Then try 3.6 m/s, "
        "above it, and 2 m/s.\n\n"
        "The platoon: one car swings, and the others follow it with radio (CACC) or without (ACC). Give them "
        "share 1 and a short headway, delay the radio, lose its messages.\n\n"
        "The crossing: two roads, and a manager who gives out slots.\n\n"
        "Click a car and read its mind. An automated car has three: perception, planning, control."
    ),
    picture=picture,
    charts=[
        SpaceTime(title="Space and time: dark is slow", raster=raster),
        LineChart(
            title="Speed",
            columns={"mean": "mean speed", "slowest": "slowest", "fastest": "fastest"},
            y="m/s",
            colours=[BLUE, SLATE, GREEN],
        ),
        LineChart(
            title="Delay at the crossing, mean so far", columns={"delay": "delay"}, y="s", colours=[BLUE]
        ),
        LineChart(
            title="First and last car of the platoon",
            columns={"first": "first", "last": "last"},
            y="m/s",
            colours=[BLUE, VERMILION],
        ),
        LineChart(
            title="Cars that stand, and collisions so far",
            columns={"standing": "standing", "collisions": "collisions"},
            colours=[SLATE, VERMILION],
            stepped=True,
        ),
    ],
    facts=facts,
    clock="tick",
    speed=0,
    ranges={
        "duration": (60, 1800),
        "warmup": (0, 600),
        "dt": (0.05, 0.2),
        "cars": (2, 45),
        "length": (115, 600),
        "car": (0, 10),
        "switch_on": (0, 600),
        "set_speed": (0, 10),
        "headway": (0.1, 4),
        "lag": (0, 1),
        "reaction": (0, 1),
        "radar_noise": (0, 5),
        "doppler_noise": (0, 2),
        "gps_noise": (0, 10),
        "patience": (0.1, 5),
        "rate": (1, 20),
        "delay": (0, 1),
        "cruise": (5, 29),
        "swing": (0, 4),
        "frequency": (0.05, 3),
        "approach": (100, 500),
        "flow": (50, 1600),
        "cycle": (20, 120),
    },
)
__getattr__ = page_of(APP)
