"""The crossing of two streams: cars come, cross when they may, and every meeting is counted.

Speeds change at once (a kinematic model, after Newell 2002, Transportation Research B 36(3), 195-205): what
a real car loses by starting belongs to `ts`. A car is at the line at its slot to rounding, so that the delay
of the agents is the delay of their schedule, and the schedule that of queueing theory.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from mas_kit.core import Network, Policy
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.vehicles.approach import Approach, CrossingCar, Habits, Reckless, Rival
from mas_kit.usecases.vehicles.manager import Ghost, IntersectionManager
from mas_kit.usecases.vehicles.scheduling import (
    NEVER,
    Batching,
    Cars,
    FirstComeFirstServed,
    FixedSignal,
    bernoulli_cars,
    poisson_cars,
)
from mas_kit.usecases.vehicles.trace import Trace
from mas_kit.usecases.vehicles.world import World, spread

WIDTH = 6.0  # m: of the ground that both roads share
PAST = 40.0  # m behind the line: what the space-time diagram shows of it
GAP = 2.5  # m between the cars of a queue


class Crossing(World):
    """Two streams of cars that cross.

    Attributes:
        cars: on the road now, in the order of their coming
        manager: the agent that gives slots; None where nobody does
        planned: all cars of the run, and when each would cross if it were alone
        crossed: (due, entered, lane) of every car that has crossed, in s
        collisions: pairs of cars of different roads that were on the crossing at the same time
        rear_ends: cars that ran into the one ahead
    """

    def build(self) -> None:
        """The radio, the manager, and the plan of who comes when."""
        p = self.p
        self._check()
        self.cars: list[CrossingCar] = []
        self.radio = Network(self.model, "v2i", latency=max(1, math.ceil(p.delay / p.dt - 1e-9)), loss=p.loss)
        self.manager: IntersectionManager | None = None
        rule = self.rule()
        if rule is not None:
            self.manager = IntersectionManager(self, rule)
        if p.ghosts and self.manager is not None:
            Ghost(self)
        self.way_to_cross: Policy = (Reckless if p.coordination == "none" else Approach)(self.habits())
        rng = self.model.stream("arrivals")
        comes = (
            poisson_cars(p.flow, p.duration, rng)
            if p.arrivals == "poisson"
            else bernoulli_cars(p.flow, p.duration, p.ts, rng)
        )
        self.planned = Cars([at + p.approach / p.limit for at in comes.ready], comes.road)
        self._coming = 0
        self._queues: tuple[list[CrossingCar], list[CrossingCar]] = ([], [])  # not yet on the crossing
        self._last: list[CrossingCar | None] = [None, None]
        self._entries: tuple[list[float], list[float]] = ([], [])
        self.crossed: list[tuple[float, float, int]] = []
        self.collisions = self.rear_ends = 0
        self.closest = math.inf
        self._clashed: set[str] = set()
        self.trace = Trace(p.approach + PAST, p.car, 0.5)
        self._seen: list[Rival | None] = [None, None]  # the first car of each road when the tick began
        self._cleared = [NEVER, NEVER]  # when a car of each road last drove onto the crossing

    def _check(self) -> None:
        p = self.p
        least = (p.car + GAP) / p.limit + p.dt
        for name in ("ts", "discharge"):
            if getattr(p, name) < least:
                raise out_of_range(
                    name, getattr(p, name), f"at least {least:.2f} s: a car and its gap", "raise it, or limit"
                )
        if p.tc < max(p.ts, self.occupancy):
            fix = "a crossing has to be clear before a car of the other road comes"
            raise out_of_range("tc", p.tc, f"at least {max(p.ts, self.occupancy):.2f} s", fix)
        if p.coordination == "signal" and p.cycle / 2 - p.green < p.tc:
            raise out_of_range(
                "green", p.green, f"up to {p.cycle / 2 - p.tc:g} s", "between the greens lies tc"
            )
        if p.coordination == "batch" and p.notice > p.approach / p.limit - 1:
            raise out_of_range(
                "notice", p.notice, f"up to {p.approach / p.limit - 1:.1f} s", "a car must have asked by then"
            )

    @property
    def occupancy(self) -> float:
        """Seconds from a car's nose entering the common ground to its tail leaving it."""
        return (WIDTH + self.p.car) / self.p.limit

    def habits(self) -> Habits:
        """What every driver knows."""
        p = self.p
        answer = 2 * max(1, math.ceil(p.delay / p.dt - 1e-9)) * p.dt
        return Habits(p.limit, p.car + GAP, p.ts, p.tc, p.dt, p.retry, p.silence, p.tc + answer + 2 * p.dt)

    def rule(self) -> Policy | None:
        """The manager's rule."""
        p = self.p
        if p.coordination == "FCFS":
            return FirstComeFirstServed()
        if p.coordination == "batch":
            return Batching(p.notice)
        return FixedSignal(p.discharge, p.cycle, p.green) if p.coordination == "signal" else None

    # ---- what agents ask

    @property
    def now(self) -> float:
        """The time at which this tick begins, in s."""
        return (self.model.tick - 1) * self.p.dt

    @property
    def on_the_road(self) -> set[str]:
        """Who is on the road: what a camera sees."""
        return {car.name for car in self.cars}

    def clock_error(self) -> float:
        """How far the clock of the next car is off, in s."""
        if not self.p.clock_sd:
            return 0.0
        return self.p.clock_sd * float(self.model.stream("clocks").standard_normal())

    def first(self, road: int) -> Rival | None:
        """The first car of a road that has not crossed, as it was when the tick began."""
        return self._seen[road]

    def cleared(self, road: int) -> float:
        """Seconds since a car of that road last drove onto the crossing."""
        return self.now - self._cleared[road]

    def gone(self, car: CrossingCar) -> bool:
        """Has it left the picture?"""
        return car.name not in self.model.by_name

    def note(self, car: CrossingCar) -> None:
        """A car drives onto the crossing: does it meet another one there?"""
        assert car.entered is not None
        for other in reversed(self._entries[1 - car.lane]):
            apart = abs(car.entered - other)
            if apart > 10 * self.occupancy:
                break
            self.closest = min(self.closest, apart - self.occupancy)
            self.collisions += apart < self.occupancy
        self._entries[car.lane].append(car.entered)
        self.crossed.append((car.due, car.entered, car.lane))

    # ---- the end of a tick

    def advance(self) -> None:
        """Cars leave the picture and cars come into it."""
        p = self.p
        for car in [car for car in self.cars if car.position < -3 * p.limit * max(1.0, p.ts)]:
            self.cars.remove(car)
            car.remove()
        for lane, queue in enumerate(self._queues):
            while queue and queue[0].entered is not None:
                queue.pop(0)
            self._rear_ends(lane)
        planned = self.planned
        while self._coming < len(planned.ready):
            due, lane = planned.ready[self._coming], planned.road[self._coming]
            if due - p.approach / p.limit > self.time:
                break
            self._come(due, lane)
        for lane in (0, 1):
            self._seen[lane] = self._look(lane)
            self._cleared[lane] = self._entries[lane][-1] if self._entries[lane] else NEVER
        shown = [car for car in self.cars if car.lane == 0 and -PAST < car.position <= p.approach - p.car]
        places, speeds = np.array([[p.approach - car.position, car.speed] for car in shown]).reshape(-1, 2).T
        self.trace.add(self.time, places, speeds)

    def _come(self, due: float, lane: int) -> None:
        self._coming += 1
        last = self._last[lane]
        position = self.p.limit * (due - self.time)
        if last is not None and not self.gone(last):
            position = max(position, last.position + self.p.car + GAP)
        car = CrossingCar(self, f"car-{self._coming}", lane, position, due, last)
        self._last[lane] = car
        self._queues[lane].append(car)
        self.cars.append(car)

    def _look(self, road: int) -> Rival | None:
        if not self._queues[road]:
            return None
        car = self._queues[road][0]
        return Rival(car.position, car.standing, road, car.slot)

    def _rear_ends(self, lane: int) -> None:
        row = [car for car in self.cars if car.lane == lane]
        for ahead, behind in pairwise(row):
            if behind.position - ahead.position < self.p.car and behind.name not in self._clashed:
                self._clashed.add(behind.name)
                self.rear_ends += 1

    def observe(self) -> Mapping[str, Any]:
        """One tick: cars on the way, standing, crossed so far, collisions so far, mean delay so far (s)."""
        return {
            "cars": sum(len(queue) for queue in self._queues),
            "standing": sum(car.speed < 0.1 for queue in self._queues for car in queue),
            "crossed": len(self.crossed),
            "collisions": self.collisions + self.rear_ends,
            "delay": self._delay(),
            **spread([car.speed for car in self.cars]),
        }

    def _delay(self) -> float:
        waits = [entered - due for due, entered, _ in self.crossed if due >= self.p.warmup]
        return float(np.mean(waits)) if waits else math.nan

    def metrics(self) -> dict[str, float]:
        """Delay in s (mean, and of one car in 20), throughput in veh/h, collisions, closest call, messages.

        `delay` counts the cars that would have crossed after the warm-up and have; `closest` is the shortest
        time between one car's leaving the common ground and another's coming (post-encroachment time, below
        0 in a collision).
        """
        p = self.p
        waits = [entered - due for due, entered, _ in self.crossed if due >= p.warmup]
        after = sum(entered >= p.warmup for _, entered, _ in self.crossed)
        hours = max(self.time - p.warmup, p.dt) / 3600
        manager = self.manager
        return {
            "delay": float(np.mean(waits)) if waits else math.nan,
            "delay of 1 in 20": float(np.quantile(waits, 0.95)) if waits else math.nan,
            "throughput": after / hours,
            "crossed": float(len(self.crossed)),
            "collisions": float(self.collisions),
            "rear-end collisions": float(self.rear_ends),
            "closest": self.closest,
            "messages": float(self.radio.counts["sent"]),
            "slots given back": float(manager.cancelled) if manager else 0.0,
            "refused": float(manager.refused) if manager else 0.0,
        }
