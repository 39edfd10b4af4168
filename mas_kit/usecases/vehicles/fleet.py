"""Cars on a road, people's and automated ones: made, wired, moved and counted. Ring and platoon have one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.core import Network
from mas_kit.usecases.vehicles.actuation import Actuation
from mas_kit.usecases.vehicles.agents import BRAKES, Cam, Control, Lead, Perception, Plan, Planning
from mas_kit.usecases.vehicles.cars import Road, population
from mas_kit.usecases.vehicles.drivers import bumper_gap
from mas_kit.usecases.vehicles.planners import Profile, planner
from mas_kit.usecases.vehicles.tracking import Tracker

if TYPE_CHECKING:
    from mas_kit.usecases.vehicles.model import Vehicles

type Floats = NDArray[np.float64]

WHEELS = 0.1  # m/s: what a car's own speed is taken to be uncertain by
CLOSEST = 0.01  # m: no satellite is trusted further


class Fleet:
    """The cars of one road; the leader of a car is the one before it, that of the first is the last.

    Args:
        model: the model that they belong to
        length: of the ring, in m
        x, v: where the noses are and how fast they move, in m and m/s
        automated: the numbers (from 0) of the automated cars
        lead: does the first car follow a profile, and nobody?
    """

    def __init__(
        self,
        model: Vehicles,
        length: float,
        x: Floats,
        v: Floats,
        automated: Sequence[int],
        *,
        lead: bool = False,
    ) -> None:
        p = self.p = model.p
        self.model, self.automated = model, [0] * lead + list(automated)
        n = len(x)
        luck = model.stream("drivers")
        differences = luck.normal(size=(2, n))
        bound = np.clip(1.0 + p.spread * differences, 0.3, 1.7)  # nobody drives backwards
        self.road = Road(
            length=length,
            car=p.car,
            dt=p.dt,
            brakes=BRAKES,
            noise=p.noise / math.sqrt(p.dt),
            patience=p.patience,
            optimal=p.drivers == "OVM",
            sensitivity=p.sensitivity,
            v0=p.v0,
            b=p.b,
            s0=p.s0,
        )
        columns: dict[str, Any] = {"x": x, "v": v, "headway": p.T * bound[0], "a": p.a * bound[1]}
        self.cars = population(self.road, columns, model=model, engine=p.engine)
        self.on = False
        self.bus = Network(model, "bus", latency=0)
        self.v2v = Network(model, "v2v", latency=self.latency, loss=p.loss)
        self.period = max(1, round(1.0 / (p.rate * p.dt)))
        self.planning = {number: self._equip(number, lead and number == 0) for number in self.automated}
        for number, planning in self.planning.items():
            behind = (number + 1) % n
            if behind in self.planning and behind != number and not (lead and behind == 0):
                planning.listener = f"{self.name(behind)}/perception"

    @property
    def latency(self) -> int:
        """Ticks from sending to hearing: a message is read at the first tick after its delay."""
        return max(1, math.ceil(self.p.delay / self.p.dt - 1e-9))

    def _equip(self, number: int, leads: bool) -> Planning:
        planning: Planning
        if leads:
            planning = Lead(self.model, self, number, Profile(self.p))
        else:
            Perception(self.model, self, number, Tracker(self.p, self.between))
            planning = Planning(self.model, self, number, planner(self.p))
        Control(self.model, self, number, Actuation(self.p))
        return planning

    def car(self, number: int) -> Any:
        """The car of that number (from 0)."""
        return self.cars.agents[number]

    @staticmethod
    def name(number: int) -> str:
        """What the car of that number (from 0) is called."""
        return f"car-{number}"

    @property
    def time(self) -> float:
        """The time (s) at which this tick's agents look at the road: what has been driven so far."""
        return (self.model.tick - 1) * self.p.dt

    def switch(self, on: bool) -> None:
        """Automation takes over, or hands back to the drivers."""
        self.on = on
        for number in self.automated:
            car = self.car(number)
            car.automated, car.silent = on, 0.0 if on else math.inf

    # ---- what an agent may measure

    def truth(self, number: int) -> tuple[float, float, float, float]:
        """Gap (m), speed of the car ahead less the own (m/s), own speed, own place (m)."""
        me, ahead = self.car(number), self.car((number - 1) % len(self.cars))
        gap = bumper_gap(ahead.x, me.x, self.road.length, self.p.car)
        return gap, ahead.v - me.v, me.v, me.x

    def between(self, x: float, ahead: float) -> float:
        """The gap (m) between two places, of noses."""
        return bumper_gap(ahead, x, self.road.length, self.p.car)

    def cam(self, planning: Planning, plan: Plan) -> Cam:
        """What a car says of itself: its place from satellites, its speed from the wheels."""
        car, sd = self.car(planning.number), self.p.gps_noise
        there = sd * planning.rng.normal() if sd else 0.0
        variance = max(sd, CLOSEST) ** 2
        return Cam(self.time, car.x + there, car.v, plan.acceleration, variance, WHEELS**2)

    # ---- what the world counts

    @property
    def collisions(self) -> int:
        """How often a bumper came into the car ahead."""
        return int(self.cars["crashes"].sum())

    @property
    def least_time(self) -> float:
        """The least time (s) to a collision that any car came to; infinite where nobody ever closed in."""
        return float(self.cars["least"].min())
