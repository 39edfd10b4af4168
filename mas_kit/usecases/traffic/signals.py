"""The world "signals": a grid of crossings, vehicles that arrive at its edge, agents that switch lights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core import Network, Policy
from mas_kit.usecases.traffic.centre import Centre, Rollout
from mas_kit.usecases.traffic.controllers import (
    CapacityAware,
    FixedTime,
    LongestQueue,
    MaxPressure,
    SelfOrganising,
    Signal,
)
from mas_kit.usecases.traffic.grid import BLINK, EW, NOWHERE, NS, Grid, flows, least_growth
from mas_kit.usecases.traffic.world import World

if TYPE_CHECKING:
    from mas_kit.usecases.traffic.model import Traffic


class SignalWorld(World):
    """A grid of one-way streets, one signal agent at each crossing (or one centre), and arrivals by chance.

    In each step at most one vehicle arrives on each street, with probability `rate_ns` or `rate_ew`; at each
    crossing it turns with probability `turning`. The signals see the state at the start of the step and
    choose the street that has green; the physics is that of `Grid`. A crossing whose controller did not act
    in a step (it is down) is dark in that step: an all-way stop.
    """

    def __init__(self, model: Traffic) -> None:
        super().__init__(model)
        p = self.p
        self.grid = Grid(
            p.rows,
            p.cols,
            drive=p.drive,
            storage=p.storage,
            clearance=p.clearance,
            blink_rate=p.blink_rate,
        )
        n = self.grid.crossings
        self.green = [NS] * n  # what the controllers chose last
        self.attended = [0] * n  # the step in which each last acted
        self.signals: list[Signal] = []
        self.rates = np.zeros(2 * n)
        for link in self.grid.edge:
            self.rates[link] = p.rate_ns if link % 2 == NS else p.rate_ew
        self._edge_rates = self.rates[self.grid.edge]
        middle = min(2, p.rows - 1) * p.cols
        self.incident = 2 * middle + NS  # the link before row 3, column 1
        self._growth = _Slope()
        self._left, self._delay = 0, 0  # when the metrics begin

    @property
    def horizon(self) -> int:
        """The last step."""
        return int(self.p.steps)

    def build(self) -> None:
        """The network between neighbours, and one agent a crossing, or the centre."""
        p, grid = self.p, self.grid
        network = Network(self.model, "neighbours", latency=1, loss=p.signal_loss)
        plans = self.tuned_plans()
        if p.controller == "centre":
            self.centre = Centre(self, Rollout(grid, plans, self.rates, p.turning, p.min_green))
            return
        self.signals = [Signal(self, k, self._policy(plans[k]), network) for k in range(grid.crossings)]
        for signal in self.signals:
            for street in (NS, EW):
                link = 2 * signal.crossing + street
                if grid.upstream[link] != NOWHERE:
                    before = self.signals[grid.upstream[link]]
                    signal.tells.append((link, before.name))
                    before.streets[signal.name] = street

    def _policy(self, plan: FixedTime) -> Policy:
        p = self.p
        if p.controller == "fixed":
            return FixedTime(p.cycle, 0.5)
        if p.controller == "tuned":
            return plan
        if p.controller == "self-organising":
            return SelfOrganising(plan, p.sotl_threshold, p.sotl_platoon, max(4, p.min_green))
        rules = {
            "max pressure": MaxPressure,
            "capacity aware": CapacityAware,
            "longest queue": LongestQueue,
        }
        return rules[p.controller](plan, p.ties)

    def tuned_plans(self) -> list[FixedTime]:
        """Fixed plans from known rates: green in proportion to the flows, offsets along the busier street.

        Equal shares of saturation are Webster's rule for the split; the offset of a crossing is the time to
        drive there from the edge, which makes a green wave.
        """
        p, grid = self.p, self.grid
        flow = flows(grid, self.rates.tolist(), p.turning)
        plans = []
        for crossing in range(grid.crossings):
            ns, ew = flow[2 * crossing], flow[2 * crossing + 1]
            share = ns / (ns + ew) if ns + ew > 0 else 0.5
            lost = min(0.5, p.clearance / p.cycle)  # a cycle of clearances passes nobody, however it is split
            share = min(1.0, share * (1 - 2 * lost) + lost)
            depth, link = 0, 2 * crossing + (NS if p.rate_ns >= p.rate_ew else EW)
            while grid.upstream[link] != NOWHERE:
                depth, link = depth + 1, 2 * grid.upstream[link] + link % 2
            plans.append(FixedTime(p.cycle, float(share), depth * p.drive))
        return plans

    def heading(self, link: int) -> int:
        """The street that the first one on a link goes to; -1: nobody waits, or out of the grid."""
        lane = self.grid.lane[link]
        if not lane or lane[0].ready > self.model.tick:
            return NOWHERE
        goal = self.grid.exit_of(link, lane[0].turns)
        return goal if goal == NOWHERE else goal % 2

    def loads(self) -> list[float]:
        """Demand over capacity at each crossing, if every vehicle came through; above 1 queues must grow."""
        flow = flows(self.grid, self.rates.tolist(), self.p.turning)
        return [float(flow[2 * k] + flow[2 * k + 1]) for k in range(self.grid.crossings)]

    def least_growth(self) -> float:
        """The slowest growth of all queues together that any control can reach, in vehicles a step."""
        return least_growth(self.grid, self.rates.tolist(), self.p.turning)

    def advance(self) -> None:
        """Vehicles arrive and cross."""
        p, grid, tick = self.p, self.grid, self.model.tick
        chance = self.model.stream("arrivals").random(2 * len(grid.edge))
        came = chance[: len(grid.edge)] < self._edge_rates
        turns = chance[len(grid.edge) :] < p.turning
        for at in np.flatnonzero(came).tolist():
            grid.arrive(grid.edge[at], tick, bool(turns[at]))
        if p.incident_for:
            there = p.incident_at <= tick < p.incident_at + p.incident_for
            grid.cap(self.incident, p.incident_capacity if there else 1.0)
        dark = [BLINK if at != tick else street for at, street in zip(self.attended, self.green, strict=True)]
        later = self.model.stream("turns").random(grid.crossings) < p.turning
        grid.move(tick, dark, later.tolist())
        if tick == p.settle:
            self._left, self._delay = grid.left, grid.delay
        if tick > p.settle:
            self._growth.add(tick, grid.inside)

    def observe(self) -> Mapping[str, Any]:
        """Vehicles in the grid, on its fullest link, and how many crossings are dark."""
        return {
            "vehicles": self.grid.inside,
            "fullest link": max(self.grid.held()),
            "left": self.grid.left,
            "dark": sum(phase == BLINK for phase in self.grid.phase),
        }

    def metrics(self) -> dict[str, float]:
        """After `settle` steps: vehicles in the grid (mean, at the end, growth a step), delay, throughput.

        `mean delay` is of the vehicles that left, in steps; NaN if none did.
        """
        grid, left = self.grid, self.grid.left - self._left
        return {
            "vehicles": float(grid.inside),
            "mean vehicles": self._growth.mean,
            "growth": self._growth.slope,
            "mean delay": (grid.delay - self._delay) / left if left and self._growth.n else math.nan,
            "throughput": left / self._growth.n if self._growth.n else math.nan,
        }


class _Slope:
    """Mean and least-squares slope of numbers that come one by one."""

    def __init__(self) -> None:
        self.n = 0
        self._t = self._y = self._tt = self._ty = 0.0

    def add(self, t: float, y: float) -> None:
        self.n += 1
        self._t += t
        self._y += y
        self._tt += t * t
        self._ty += t * y

    @property
    def mean(self) -> float:
        return self._y / self.n if self.n else math.nan

    @property
    def slope(self) -> float:
        spread = self.n * self._tt - self._t**2
        return (self.n * self._ty - self._t * self._y) / spread if spread > 0 else math.nan
