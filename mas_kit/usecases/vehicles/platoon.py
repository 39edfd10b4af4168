"""The platoon: cars on an open road behind a first car that does not drive evenly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.errors import out_of_range
from mas_kit.usecases.vehicles.fleet import Fleet, Floats
from mas_kit.usecases.vehicles.stability import idm_gap
from mas_kit.usecases.vehicles.trace import Trace
from mas_kit.usecases.vehicles.world import World, spread

if TYPE_CHECKING:
    from mas_kit.usecases.vehicles.model import Vehicles

OPEN = 1e6  # m: a ring so long that nobody comes round


class Platoon(World):
    """A row of cars, people's and automated ones; what the first does grows or shrinks on its way back."""

    def __init__(self, model: Vehicles) -> None:
        super().__init__(model)
        n = self.p.cars
        self._squares = np.zeros(
            (3, 3)
        )  # normal equations of v = c + s sin(wt) + k cos(wt), one for each car
        self._products = np.zeros((3, n))
        self.furthest = np.zeros(n)  # from the speed at the start, in m/s

    def build(self) -> None:
        """The cars, all at the same speed and the gaps that they want at it."""
        p, n = self.p, self.p.cars
        if p.cruise >= p.v0:
            fix = "drive slower, or raise v0, the speed that people wish for"
            raise out_of_range("cruise", p.cruise, f"below v0, {p.v0:g} m/s", fix)
        many = round(p.share * (n - 1))
        automated = [1 + k * (n - 1) // many for k in range(many)]
        robot = p.s0 + p.headway * p.cruise if p.controller in ("ACC", "CACC") else self._human_gap()
        gap = np.array([robot if number in set(automated) else self._human_gap() for number in range(1, n)])
        x = 0.5 * OPEN - np.concatenate([[0.0], np.cumsum(gap + p.car)])
        self.long = float(x[0] - x[-1])  # m, at the start
        self.fleet = Fleet(self.model, OPEN, x, np.full(n, p.cruise), automated, lead=True)
        self.cars = self.fleet.cars
        self.trace = Trace(float(n), 0.0, max(0.1, p.dt))
        self.fleet.switch(on=True)

    def _human_gap(self) -> float:
        p = self.p
        return idm_gap(p.cruise, p.v0, p.T, p.s0)

    def advance(self) -> None:
        """All cars have moved: count what is to be counted."""
        p, fleet, time = self.p, self.fleet, self.time
        v = fleet.cars["v"]
        self.trace.add(time, np.arange(p.cars, dtype=np.float64), v)
        if time > p.warmup:
            away = v - p.cruise
            wave = np.array([1.0, math.sin(p.frequency * time), math.cos(p.frequency * time)])
            self._squares += np.outer(wave, wave)
            self._products += np.outer(wave, away)
            self.furthest = np.maximum(self.furthest, np.abs(away))

    def amplitudes(self) -> Floats:
        """How far the cars' speeds swing (m/s): at the first car's frequency, or at most from the start's."""
        if self.p.profile != "sine":
            return self.furthest.copy()
        if np.linalg.matrix_rank(self._squares) < 3:
            return np.full(self.p.cars, math.nan)
        fit = np.linalg.solve(self._squares, self._products)
        found: Floats = np.hypot(fit[1], fit[2])
        return found

    def observe(self) -> Mapping[str, Any]:
        """Speeds of the first and the last car, in m/s, and the smallest gap, in m."""
        v = self.fleet.cars["v"]
        return {
            "first": float(v[0]),
            "last": float(v[-1]),
            **spread(v),
            "standing": int((v < 0.1).sum()),
            "smallest gap": float(self.fleet.cars["gap"][1:].min()),
            "collisions": self.fleet.collisions,
        }

    def metrics(self) -> dict[str, float]:
        """How much more the last car swings than the first, after the warm-up (`head to tail`).

        `amplification`: the same for a car and the next, on average. `furthest`: how far any car's speed came
        from that of the start, in m/s. Collisions and the least time to one (s)
        are of the whole run.
        """
        swing = self.amplitudes()
        ratio = swing[1:] / swing[:-1] if (swing > 0).all() else np.full(len(swing) - 1, math.nan)
        whole = float(swing[-1] / swing[0]) if swing[0] > 0 else math.nan
        return {
            "head to tail": whole,
            "amplification": whole ** (1.0 / len(ratio)),
            "worst amplification": float(ratio.max()),
            "furthest": float(self.furthest.max()),
            "collisions": float(self.fleet.collisions),
            "least time to collision": self.fleet.least_time,
        }
