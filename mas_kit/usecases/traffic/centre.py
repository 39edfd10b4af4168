"""One agent for all signals: it sees every link, knows the arrival rates, and looks ahead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mas_kit.core import Agent, Decision, Explanation, Option, Policy
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.traffic.controllers import FixedTime
from mas_kit.usecases.traffic.grid import EW, NOWHERE, NS, Grid

if TYPE_CHECKING:
    from mas_kit.usecases.traffic.signals import SignalWorld

type Numbers = NDArray[np.float64]
type Phases = NDArray[np.int64]


class CentrePercept(NamedTuple):
    """What the centre sees: everything, without delay."""

    time: int
    held: tuple[int, ...]  # vehicles on each link
    green: tuple[int, ...]  # the street that has green at each crossing
    since: tuple[int, ...]  # steps since each one's last change
    memory: Any


class Centre(Agent):
    """The lone agent: it reads all detectors and sets all lights itself. When it is down, all are dark."""

    def __init__(self, world: SignalWorld, policy: Policy) -> None:
        super().__init__(world.model, "centre", policy)
        self.place = world

    def perceive(self) -> CentrePercept:
        """Every link and every light."""
        grid = self.place.grid
        return CentrePercept(
            self.model.tick,
            tuple(grid.held()),
            tuple(self.place.green),
            tuple(grid.since),
            self.memory,
        )

    def act(self, action: tuple[int, ...]) -> None:
        """Set every light that may change."""
        world = self.place
        n = world.grid.crossings
        if not isinstance(action, tuple | list) or len(action) != n or any(a not in (NS, EW) for a in action):
            raise out_of_range(
                "action", action, f"{n} streets, each 0 (north-south) or 1 (east-west)", "return a tuple"
            )
        for crossing, street in enumerate(action):
            world.attended[crossing] = self.model.tick
            if world.grid.since[crossing] + 1 >= world.p.min_green:
                world.green[crossing] = street


class Rollout(Policy):
    """Simulate what would follow if one crossing did the opposite of its plan, and all else kept to theirs.

    All single departures from the fixed plans are simulated `horizon` steps ahead on expected flows (a queue
    is a real number, arrivals and turns are their means); those that leave fewer vehicle steps in the grid
    are carried out. 2 to the power of the crossings would be an exact search; this is one pass of rollout,
    agent by agent. Source: Bertsekas (2021), IEEE/CAA Journal of Automatica Sinica 8(2), 249-272.

    Args:
        grid: its layout, storage and clearance are read, its vehicles are not.
        plans: one fixed plan a crossing, to depart from.
        rates: arrivals a step at each link, shape (links,).
        turning: share that turns.
        min_green: steps between two changes.
        horizon: steps.

    Raises:
        ParameterError: plans or rates that do not fit the grid; a horizon below 1.
    """

    name = "rollout"

    def __init__(
        self,
        grid: Grid,
        plans: Sequence[FixedTime],
        rates: Numbers,
        turning: float,
        min_green: int,
        horizon: int = 30,
    ) -> None:
        links = len(grid.onward)
        if len(plans) != grid.crossings or np.shape(rates) != (links,):
            given = f"{len(plans)} plans, rates of shape {np.shape(rates)}"
            allowed = f"{grid.crossings} plans, {links} rates"
            raise out_of_range("plans and rates", given, allowed, "one a crossing, and one a link")
        if horizon < 1:
            raise out_of_range("horizon", horizon, "whole numbers from 1", "look at least one step ahead")
        self.rates, self.min_green, self.horizon = np.asarray(rates, dtype=np.float64), min_green, horizon
        self.clearance, self.storage, self.plans = grid.clearance, grid.storage, tuple(plans)
        routing = np.zeros((links, links))  # share of what leaves a link (row) that enters another (column)
        for link in range(links):
            for turns, share in ((False, 1 - turning), (True, turning)):
                goal = grid.exit_of(link, turns)
                if goal != NOWHERE:
                    routing[link, goal] += share
        self.routing, self.crossings = routing, grid.crossings
        self.stays = 1.0 - routing.sum(axis=1)  # share that leaves the grid: it always has room

    def _plan(self, time: int) -> Phases:
        """The streets that the plans give green, shape (crossings,)."""
        return np.array([plan.street(time) for plan in self.plans])

    def costs(self, percept: CentrePercept) -> tuple[Phases, Numbers]:
        """What the plans would do, and the vehicle steps to the horizon of what can be done instead.

        Shapes (crossings,) and (crossings + 1,): the opposite at each crossing, and last the plans.
        """
        n = self.crossings
        held = np.tile(np.array(percept.held, dtype=np.float64), (n + 1, 1))
        green = np.tile(np.array(percept.green, dtype=np.int64), (n + 1, 1))
        since = np.tile(np.array(percept.since, dtype=np.int64), (n + 1, 1))
        usual = np.where(since[n] + 1 < self.min_green, green[n], self._plan(percept.time))
        wanted = np.tile(usual, (n + 1, 1))
        wanted[np.arange(n), np.arange(n)] ^= 1
        cost, may = np.zeros(n + 1), np.zeros_like(held)
        for ahead in range(1, self.horizon + 1):
            held = held + self.rates
            since = np.where(wanted != green, 0, since + 1)
            green = wanted
            clear = since >= self.clearance
            may[:, 0::2], may[:, 1::2] = (green == 0) & clear, (green == 1) & clear
            room = self.stays + (held < self.storage) @ self.routing.T  # share whose next link is not full
            served = np.minimum(held, may * room)
            held = held - served + served @ self.routing
            cost += held.sum(axis=1)
            wanted = np.where(since + 1 < self.min_green, green, self._plan(percept.time + ahead))
        return usual, cost

    def decide(self, percept: CentrePercept, rng: np.random.Generator) -> Decision:
        """The plans, with the departures that look better."""
        usual, cost = self.costs(percept)
        free = np.array(percept.since) + 1 >= self.min_green
        better = free & (cost[:-1] < cost[-1] - 1e-9)
        return Decision(tuple(np.where(better, 1 - usual, usual).tolist()), percept.memory)

    def explain(self, percept: CentrePercept, decision: Decision) -> Explanation:
        """The simulated gain of each change that was considered."""
        _, cost = self.costs(percept)
        options = tuple(
            Option(crossing, float(cost[-1] - cost[crossing]), f"crossing {crossing}: the opposite")
            for crossing in range(self.crossings)
        )
        return Explanation(decision.action, "vehicle steps won against the fixed plans", options)
