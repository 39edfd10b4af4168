"""The ring: cars one behind the other on a circle, with nobody to blame but themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.errors import out_of_range
from mas_kit.usecases.vehicles.cars import spaced
from mas_kit.usecases.vehicles.drivers import optimal_speed
from mas_kit.usecases.vehicles.fleet import Fleet
from mas_kit.usecases.vehicles.stability import idm_equilibrium
from mas_kit.usecases.vehicles.tally import Fronts, Speeds
from mas_kit.usecases.vehicles.trace import Trace
from mas_kit.usecases.vehicles.world import World, spread

if TYPE_CHECKING:
    from mas_kit.usecases.vehicles.model import Vehicles

BEFORE = 120.0  # s before automation begins: what comes after is compared with them


class Ring(World):
    """Cars on a ring road, evenly spaced at the speed that fits; unsteady feet do the rest."""

    def __init__(self, model: Vehicles) -> None:
        super().__init__(model)
        self.speeds, self.before = Speeds(), Speeds()

    def build(self) -> None:
        """The cars, evenly spaced, and as evenly spaced the automated ones among them."""
        p, n = self.p, self.p.cars
        if p.length <= n * p.car:
            allowed = f"above {n * p.car:g} m, for {n} cars of {p.car:g} m"
            raise out_of_range("length", p.length, allowed, "make the ring longer, or take fewer cars")
        many = round(p.share * n)
        automated = [k * n // many for k in range(many)]
        self.fleet = Fleet(self.model, p.length, spaced(n, p.length), np.full(n, self.equilibrium), automated)
        self.cars = self.fleet.cars
        self.fronts = Fronts(n, p.length, 0.5 * self.equilibrium)
        self.trace = Trace(p.length, p.car, max(0.5, p.dt))
        self.trace.add(0.0, self.cars["x"], self.cars["v"])
        if p.switch_on == 0:
            self.fleet.switch(on=True)

    @property
    def equilibrium(self) -> float:
        """The speed (m/s) at which evenly spaced cars go on for ever."""
        p = self.p
        headway = p.length / p.cars
        if p.drivers == "OVM":
            return optimal_speed(headway)
        return idm_equilibrium(headway - p.car, p.v0, p.T, p.s0)

    def advance(self) -> None:
        """All cars have moved: count what is to be counted, and begin automation when its time has come."""
        p, fleet, time = self.p, self.fleet, self.time
        x, v = fleet.cars["x"], fleet.cars["v"]
        self.trace.add(time, x, v)
        if time > p.warmup:
            self.speeds.add(v)
            self.fronts.add(time, x, v)
        if p.switch_on - BEFORE < time <= p.switch_on:
            self.before.add(v)
        if not fleet.on and fleet.automated and time >= p.switch_on:
            fleet.switch(on=True)

    def observe(self) -> Mapping[str, Any]:
        """Speeds now (mean, extremes, standard deviation) in m/s; who stands; collisions so far."""
        v = self.fleet.cars["v"]
        return {
            **spread(v),
            "speed std": float(v.std()),
            "standing": int((v < 0.1).sum()),
            "collisions": self.fleet.collisions,
        }

    def metrics(self) -> dict[str, float]:
        """After the warm-up: speeds in m/s, flow in vehicles an hour, speed of waves in km/h.

        `std ratio` and `flow ratio` compare the time after the warm-up with the two minutes before automation
        begins (NaN where there are none). Collisions and the least time to one (s) are of the whole run.
        """
        per_hour = 3600.0 * self.p.cars / self.p.length
        return {
            "mean speed": self.speeds.mean,
            "speed std": self.speeds.std,
            "flow": per_hour * self.speeds.mean,
            "wave speed": 3.6 * self.fronts.speed,
            "std ratio": self.speeds.std / self.before.std if self.before.std else math.nan,
            "flow ratio": self.speeds.mean / self.before.mean if self.before.mean else math.nan,
            "collisions": float(self.fleet.collisions),
            "least time to collision": self.fleet.least_time,
        }
