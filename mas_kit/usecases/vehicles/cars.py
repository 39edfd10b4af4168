"""The cars of a road as a population: what is known of each, and of the road; one rule moves them all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.core import Model
from mas_kit.population import Leader, Population, Record, field
from mas_kit.usecases.vehicles.drivers import drive


class Car(Record):
    """One car, its driver, and what its controller says."""

    x: float = field(unit="m", help="place of its nose")
    v: float = field(0.0, unit="m/s", help="speed")
    headway: float = field(1.0, unit="s", help="time gap that its driver wants")
    a: float = field(1.3, unit="m/s²", help="largest acceleration of its driver")
    automated: bool = field(False, help="does a controller drive?")
    command: float = field(0.0, unit="m/s²", help="acceleration that the controller last asked for")
    silent: float = field(0.0, unit="s", help="time since it did")
    gap: float = field(math.inf, unit="m", help="to the car ahead, bumper to bumper, before the last move")
    least: float = field(math.inf, unit="s", help="least time to collision so far")
    crashes: int = field(0, help="how often its bumper came into the car ahead")


class Road(Record):
    """The road, and what all drivers have in common."""

    length: float = field(unit="m", help="once around")
    car: float = field(5.0, unit="m", help="length of a car")
    dt: float = field(0.1, unit="s", help="length of a tick")
    brakes: float = field(9.0, unit="m/s²", help="nobody brakes harder")
    noise: float = field(0.0, unit="m/s²", help="s.d. of a driver's acceleration in a tick")
    patience: float = field(0.5, unit="s", help="a controller that is silent for longer has failed")
    optimal: bool = field(False, help="do people drive by optimal velocity, not by IDM?")
    sensitivity: float = field(1.0, unit="1/s", help="of optimal velocity")
    v0: float = field(30.0, unit="m/s", help="IDM: desired speed")
    b: float = field(2.0, unit="m/s²", help="IDM: comfortable deceleration")
    s0: float = field(2.0, unit="m", help="IDM: gap at standstill")


def population(road: Road, columns: dict[str, Any], *, model: Model | None = None, **how: Any) -> Population:
    """The cars of a road, each behind the one before it: `columns` by field, `how` goes to `Population`."""
    return Population(
        Car,
        rule=drive,
        sees={"leader": Leader("x", around="length")},
        world={"road": road},
        activation="simultaneous",
        columns=columns,
        model=model,
        name="car",
        **how,
    )


def spaced(size: int, length: float) -> NDArray[np.float64]:
    """Places at equal distances on a ring, each car before the next."""
    return np.arange(size, 0, -1, dtype=np.float64) % size * np.float64(length / size)
