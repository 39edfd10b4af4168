"""The ring: cars one behind the other on a circle, with nobody to blame but themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.usecases.vehicles.cars import Cars, Road, spaced
from mas_kit.usecases.vehicles.drivers import optimal_speed
from mas_kit.usecases.vehicles.stability import idm_equilibrium
from mas_kit.usecases.vehicles.world import World

if TYPE_CHECKING:
    from mas_kit.usecases.vehicles.model import Vehicles

BRAKES = 9.0  # m/s²: nobody brakes harder


class Ring(World):
    """Cars on a ring road, evenly spaced at the speed that fits; unsteady feet do the rest."""

    def __init__(self, model: Vehicles) -> None:
        super().__init__(model)
        self.speed_sum = self.square_sum = 0.0
        self.counted = 0

    def build(self) -> None:
        """The cars."""
        p, n = self.p, self.p.cars
        self.road = Road(
            length=p.length, car=p.car, dt=p.dt, brakes=BRAKES, noise=p.noise / math.sqrt(p.dt),
            patience=p.patience, optimal=p.drivers == "OVM", sensitivity=p.sensitivity,
            v0=p.v0, b=p.b, s0=p.s0,
        )  # fmt: skip
        self.cars = Cars(
            n,
            self.road,
            self.model.stream("car/draws"),
            {
                "x": spaced(n, p.length),
                "v": np.full(n, self.equilibrium),
                "headway": np.full(n, p.T),
                "a": np.full(n, p.a),
            },
        )

    @property
    def equilibrium(self) -> float:
        """The speed (m/s) at which evenly spaced cars go on for ever."""
        p = self.p
        headway = p.length / p.cars
        if p.drivers == "OVM":
            return optimal_speed(headway)
        return idm_equilibrium(headway - p.car, p.v0, p.T, p.s0)

    def advance(self) -> None:
        """All cars move; count."""
        self.cars.step()
        if self.time > self.p.warmup:
            v = self.cars["v"]
            self.speed_sum += float(v.sum())
            self.square_sum += float(v @ v)
            self.counted += len(v)

    def observe(self) -> Mapping[str, Any]:
        """Mean and standard deviation of the speeds now, in m/s."""
        v = self.cars["v"]
        return {"mean speed": float(v.mean()), "speed std": float(v.std())}

    def metrics(self) -> dict[str, float]:
        """Over all cars and all time after the warm-up: speeds in m/s, flow in vehicles an hour."""
        n = max(self.counted, 1)
        mean = self.speed_sum / n
        return {
            "mean speed": mean,
            "speed std": math.sqrt(max(self.square_sum / n - mean * mean, 0.0)),
            "flow": 3600.0 * mean * self.p.cars / self.p.length,
        }
