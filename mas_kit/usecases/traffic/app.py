"""The page of the traffic model: what to draw, no logic."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from mas_kit.usecases.traffic import pictures_cars, pictures_routes, pictures_signals
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.viz import App, Picture, page_of

OWN = {"signals": pictures_signals, "cars": pictures_cars}
TICKS = {"signals": "step", "cars": "second", "lab game": "round"}  # elsewhere a day


def drawn(model: Traffic) -> ModuleType:
    """The module that draws this model's world."""
    return OWN.get(model.p.world, pictures_routes)


def picture(model: Traffic) -> Picture:
    """The roads, the grid or the ring."""
    found: Picture = drawn(model).picture(model)
    return found


def facts(model: Traffic) -> Mapping[str, str]:
    """The headline numbers of the world."""
    found: Mapping[str, str] = drawn(model).facts(model)
    return found


APP = App(
    model=Traffic,
    title="Urban traffic",
    about=(
        "Choose a world and press reset. In Sioux Falls every trip is a traveller who chooses a route each "
        "morning by the news. A road is drawn as wide as its flow, and the darker the fuller (in the middle "
        "of the scale it is at capacity). The dot on a road is its gantry, red when it takes a toll: click "
        "it, or the board with the news, or a node for one of its travellers, and ask why.\n\n"
        "Try choice: constant with a rate of 0.3, then 0.05. Then let the gantries set tolls (toll: "
        "adaptive), and watch the total time go below the equilibrium's. In Braess's town take the bridge "
        "away."
    ),
    picture=picture,
    charts=[*pictures_routes.CHARTS, *pictures_signals.CHARTS, *pictures_cars.CHARTS],
    facts=facts,
    clock=lambda model: TICKS.get(model.p.world, "day"),
    speed=4.0,
    inspect="16-10",
    ranges={
        "days": (10, 400),
        "theta": (0, 10),
        "travellers": (10, 200),
        "steps": (100, 3000),
        "settle": (0, 500),
        "cells": (20, 1000),
        "density": (0.02, 0.6),
        "incident_at": (0, 1000),
        "incident_for": (0, 1000),
    },
)
__getattr__ = page_of(APP)
