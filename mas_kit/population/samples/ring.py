"""Cars on a ring follow the one ahead: the intelligent driver model (Treiber, Hennecke & Helbing 2000)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mas_kit.population import Leader, Population, Record, field


class Car(Record):
    """A car on one lane."""

    x: float = field(unit="m", help="place of its front on the ring")
    v: float = field(0.0, unit="m/s", help="speed")


class Road(Record):
    """The ring and its drivers, who are all alike."""

    length: float = field(230.0, unit="m", help="length of the ring")
    car: float = field(5.0, unit="m", help="length of a car")
    dt: float = field(0.1, unit="s", help="length of a tick")
    desired: float = field(30.0, unit="m/s", help="speed on an empty road")
    headway: float = field(1.0, unit="s", help="time gap that a driver keeps")
    standstill: float = field(2.0, unit="m", help="gap that a driver keeps when standing")
    speed_up: float = field(1.0, unit="m/s²", help="largest acceleration")
    slow_down: float = field(1.5, unit="m/s²", help="comfortable braking")


def idm(gap: Any, v: Any, v_ahead: Any, road: Any) -> Any:
    """Acceleration (m/s²) at a gap (m), with one's own speed and that of the car ahead (m/s)."""
    braking = v * (v - v_ahead) / (2.0 * math.sqrt(road.speed_up * road.slow_down))
    wanted = road.standstill + max(0.0, road.headway * v + braking)
    return road.speed_up * (1.0 - (v / road.desired) ** 4 - (wanted / gap) ** 2)


def follow(me: Any, leader: Any, road: Any) -> None:
    """Follow the car ahead, and never drive backwards."""
    gap = (leader.x - me.x) % road.length - road.car
    me.v = max(0.0, me.v + idm(gap, me.v, leader.v, road) * road.dt)
    me.x = (me.x + me.v * road.dt) % road.length


def ring(size: int = 22, space: float = 230.0 / 22, nudge: float = 1.0, **how: Any) -> Population:
    """`size` cars at rest, `space` metres a car, the first one `nudge` metres ahead of its place.

    `how` goes to `Population`. Without anything it is the ring of Sugiyama et al. (2008): 22 cars on 230 m.
    """
    x = np.arange(size) * space
    x[0] += nudge
    how.setdefault("world", {"road": Road(length=size * space)})
    how.setdefault("activation", "simultaneous")
    sees = {"leader": Leader("x", around="length")}
    return Population(Car, size, rule=follow, sees=sees, columns={"x": x}, name="car", **how)
