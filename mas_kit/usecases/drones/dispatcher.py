"""The dispatcher: the lone planner, who sees everything that flies and everything that is ordered.

Only its commands and the drones' reports go by radio. It can be killed, and it can have a backup.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mas_kit.core import Agent, Decision, Explanation, Option, Performative, Policy
from mas_kit.usecases.drones.baseline import best_routes, total
from mas_kit.usecases.drones.mail import Beat, Command, Report
from mas_kit.usecases.drones.routes import Craft, Rules, route_value
from mas_kit.usecases.drones.world import Order

if TYPE_CHECKING:
    from mas_kit.usecases.drones.model import DroneFleet


class DispatchPercept(NamedTuple):
    """What a dispatcher sees: everything that flies, everything that is open, and whom it can talk to."""

    time: int
    crafts: Mapping[str, Craft]  # of every drone in the air or on a pad
    orders: tuple[Order, ...]
    heard: Mapping[str, int]  # the tick of the last report of each drone
    routes: Mapping[str, tuple[Order, ...]]  # what it last told each drone
    senior: int | None  # the tick of the last sign of life of the dispatcher before it; None for the first
    patience: int
    rules: Rules
    memory: Any


class Dispatcher(Agent):
    """The central planner. A backup watches the one before it and takes over when that falls silent."""

    model: DroneFleet

    def __init__(self, model: DroneFleet, name: str, cell: int, senior: str | None) -> None:
        super().__init__(model, name)
        self.cell, self.senior = cell, senior
        self.heard: dict[str, int] = {}
        self.routes: dict[str, tuple[Order, ...]] = {}
        self.last_beat = 0

    def perceive(self) -> DispatchPercept:
        """All drones and orders, and the mail."""
        heard, beat = dict(self.heard), self.last_beat
        for letter in self.inbox:
            if letter.content.__class__ is Report:
                heard[letter.sender] = letter.content.time
            elif letter.content.__class__ is Beat:
                beat = max(beat, letter.content.time)
        return DispatchPercept(
            self.model.tick,
            {drone.name: drone.craft for drone in self.model.drones if drone.alive and not drone.stranded},
            self.model.open_orders,
            heard,
            dict(self.routes),
            beat if self.senior else None,
            self.model.p.patience,
            self.model.rules,
            self.memory,
        )

    def act(self, action: Mapping[str, tuple[Order, ...]]) -> None:
        """Tell every drone its route, and the backup that it is there."""
        seen: DispatchPercept = self.percept
        self.heard, self.last_beat = dict(seen.heard), seen.senior or 0
        self.routes = dict(action)
        for name, route in action.items():
            self.send(Performative.REQUEST, name, Command(self.model.tick, route), network=self.model.radio)
        for other in self.model.dispatchers:
            if other.senior == self.name:
                self.send(Performative.INFORM, other, Beat(self.model.tick), network=self.model.radio)


class ExactDispatch(Policy):
    """One planner who sees everything: the routes worth most in all, anew whenever something changes.

    Args:
        lookahead: the longest route that it plans (1: the exact assignment, else a dynamic program).
        candidates: with how many of the oldest open orders it plans.
    """

    name = "exact dispatch"

    def __init__(self, lookahead: int, candidates: int) -> None:
        self.lookahead, self.candidates = lookahead, candidates

    def on_duty(self, percept: DispatchPercept) -> bool:
        """Is nobody before it giving signs of life?"""
        return percept.senior is None or percept.time - percept.senior > percept.patience

    def decide(self, percept: DispatchPercept, rng: np.random.Generator) -> Decision:
        """A route for every drone that it has heard from lately."""
        if not self.on_duty(percept):
            return Decision({}, None)
        crafts = {
            name: craft
            for name, craft in percept.crafts.items()
            if percept.time - percept.heard.get(name, 0) <= percept.patience
        }
        orders = sorted(percept.orders, key=lambda order: (order.release, order.number))[: self.candidates]
        situation = (tuple(order.number for order in orders), tuple(crafts))
        there = {order.number for order in orders}
        kept = {
            name: tuple(order for order in percept.routes.get(name, ()) if order.number in there)
            for name in crafts
        }
        if percept.memory == situation:
            return Decision(kept, situation)
        best = best_routes(percept.rules, crafts, orders, percept.time, self.lookahead)
        # Among equals the routes that drones are already on: a command takes a tick to get there.
        before, after = (total(percept.rules, crafts, routes, percept.time) for routes in (kept, best))
        return Decision(best if after > before + 1e-9 else kept, situation)

    def explain(self, percept: DispatchPercept, decision: Decision) -> Explanation:
        """What each route is worth."""
        if not self.on_duty(percept):
            return Explanation("watch", f"the dispatcher before it was heard in tick {percept.senior}")
        options = tuple(
            Option(
                f"{name}: {', '.join(str(order.number) for order in route) or 'nothing'}",
                route_value(percept.rules, percept.crafts[name], percept.time, route),
            )
            for name, route in decision.action.items()
        )
        worth = sum(option.score for option in options)
        return Explanation(
            "command", f"no other routes of these drones are worth more than {worth:.2f}", options
        )
