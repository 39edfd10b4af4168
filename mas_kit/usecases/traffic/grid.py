"""A grid of one-way streets with a signal at every crossing: where the vehicles are, and how they move.

Streets alternate in direction, as in many downtowns: the first column runs south, the next north; the first
row runs east, the next west. Every crossing has two approaches, 0 from the north-south street and 1 from the
east-west street, and serves one of them at a time. A link is the piece of street that ends at a crossing:
link `2 * crossing + approach`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import out_of_range

NS, EW, BLINK = 0, 1, -1  # phases: green for an approach, or a dark signal that blinks
NOWHERE = -1  # out of the grid; or nobody waits


class Vehicle(NamedTuple):
    """One vehicle on its link."""

    ready: int  # tick from which it can cross, when nobody is ahead of it
    ideal: int  # tick in which it would be here on empty streets with green everywhere
    turns: bool  # at the coming crossing


class Grid:
    """Point queues in discrete time, and links that are full.

    One tick is the time in which one vehicle crosses at saturation flow (2 s at 1,800 vehicles an hour):

    1. Vehicles arrive at the edge of the grid, and can cross from the next tick on. A link at the edge holds
       any number.
    2. Each crossing serves the first vehicle of its green approach, if it has driven the `drive` ticks of its
       link, and if the link that it wants to enter held fewer than `storage` vehicles when the tick began. A
       first vehicle that cannot go blocks all behind it: one lane (first in, first out, spillback).
    3. For `clearance` ticks after a change of phase nobody crosses.

    A dark crossing (phase BLINK) is an all-way stop: the approaches take turns, and together they pass
    `blink_rate` vehicles a tick. An incident caps the vehicles a tick that leave a link (`cap`).

    Args:
        rows, cols: how many east-west and north-south streets.
        drive: ticks to drive along a link inside the grid, at least 1.
        storage: vehicles that a link inside the grid holds; 0: any number (point queues).
        clearance: ticks lost at each change of phase.
        blink_rate: vehicles a tick at a dark crossing, 0 to 1.

    Raises:
        ParameterError: a size below 1, a negative time or storage, a blink rate outside 0 to 1.

    Source: the store-and-forward model of Varaiya (2013), Transportation Research Part C 36, 177-195, on
    single-lane links with a finite storage.
    """

    def __init__(
        self,
        rows: int,
        cols: int,
        *,
        drive: int = 1,
        storage: int = 0,
        clearance: int = 0,
        blink_rate: float = 0.5,
    ) -> None:
        for name, value, low in (
            ("rows", rows, 1),
            ("cols", cols, 1),
            ("drive", drive, 1),
            ("storage", storage, 0),
            ("clearance", clearance, 0),
        ):
            if not isinstance(value, int) or value < low:
                raise out_of_range(name, value, f"whole numbers from {low}", "enlarge it")
        if not 0 <= blink_rate <= 1:
            raise out_of_range("blink_rate", blink_rate, "0 to 1 vehicles a tick", "0.5 is half of green")
        self.rows, self.cols, self.drive, self.clearance = rows, cols, drive, clearance
        self.storage = storage or 10**9
        self.blink_rate = blink_rate
        n = self.crossings = rows * cols
        # onward[link]: the link that a vehicle enters when it goes straight on; turning: onward of the other
        self.onward = [NOWHERE] * (2 * n)
        for crossing in range(n):
            row, col = divmod(crossing, cols)
            down, right = row + 1 - 2 * (col % 2), col + 1 - 2 * (row % 2)
            if 0 <= down < rows:
                self.onward[2 * crossing + NS] = 2 * (down * cols + col) + NS
            if 0 <= right < cols:
                self.onward[2 * crossing + EW] = 2 * (row * cols + right) + EW
        self.upstream = [NOWHERE] * (2 * n)  # the crossing at which a link begins
        for link, after in enumerate(self.onward):
            if after != NOWHERE:
                self.upstream[after] = link // 2
        self.edge = [link for link in range(2 * n) if self.upstream[link] == NOWHERE]
        self.lane: list[deque[Vehicle]] = [deque() for _ in range(2 * n)]
        self.phase = [NS] * n
        self.since = [clearance] * n  # ticks since the last change
        self._caps: dict[int, float] = {}
        self._credit: dict[int, float] = {}
        self._turn_of = [NS] * n  # whose turn it is at a dark crossing
        self._blink_credit = [0.0] * n
        self.arrived = self.left = 0
        self.delay = 0  # of those that left, in vehicle ticks

    def exit_of(self, link: int, turns: bool) -> int:
        """The link that a vehicle enters from this one, or NOWHERE."""
        return self.onward[link ^ 1 if turns else link]

    @property
    def inside(self) -> int:
        """Vehicles in the grid, those that wait at its edge included."""
        return self.arrived - self.left

    def held(self) -> list[int]:
        """Vehicles on each link, waiting or driving."""
        return [len(lane) for lane in self.lane]

    def waiting(self, link: int, tick: int) -> int:
        """Vehicles of a link that have reached its queue by this tick."""
        lane = self.lane[link]
        drives = 0
        for vehicle in reversed(lane):  # those that still drive are at the end
            if vehicle.ready <= tick:
                break
            drives += 1
        return len(lane) - drives

    def arrive(self, link: int, tick: int, turns: bool) -> None:
        """A vehicle arrives at the edge, on this link. It can cross from the next tick on."""
        self.lane[link].append(Vehicle(tick + 1, tick + 1, turns))
        self.arrived += 1

    def cap(self, link: int, rate: float) -> None:
        """From now on at most `rate` vehicles a tick leave a link; 1 lifts the cap."""
        if not 0 <= link < len(self.lane):
            raise out_of_range("link", link, f"0 to {len(self.lane) - 1}", "2 * crossing + approach")
        if not 0 <= rate <= 1:
            raise out_of_range("rate", rate, "0 to 1 vehicles a tick", "1 lifts the cap")
        if rate == 1:
            self._caps.pop(link, None)
        elif self._caps.get(link) != rate:
            self._caps[link], self._credit[link] = rate, 0.0

    def move(self, tick: int, phases: Sequence[int], turns: Sequence[bool]) -> None:
        """One tick of crossing. `turns[k]`: whether who passes crossing k turns at its next one."""
        held = self.held()
        for link, rate in self._caps.items():
            self._credit[link] = min(1.0, self._credit[link]) + rate  # nothing is saved up beyond one
        for crossing, phase in enumerate(phases):
            if phase == self.phase[crossing]:
                self.since[crossing] += 1
            else:
                self.phase[crossing], self.since[crossing] = phase, 0
            if self.since[crossing] < self.clearance:
                continue
            if phase == BLINK:
                self._stop_and_go(crossing, tick, held, turns[crossing])
            else:
                self._serve(2 * crossing + phase, tick, held, turns[crossing])

    def _stop_and_go(self, crossing: int, tick: int, held: list[int], turns: bool) -> None:
        """An all-way stop: one vehicle at a time, the approaches in turn."""
        self._blink_credit[crossing] = min(1.0, self._blink_credit[crossing]) + self.blink_rate
        if self._blink_credit[crossing] < 1 - 1e-9:
            return
        first = self._turn_of[crossing]
        for approach in (first, 1 - first):
            if self._serve(2 * crossing + approach, tick, held, turns):
                self._turn_of[crossing] = 1 - approach
                self._blink_credit[crossing] -= 1.0
                return

    def _serve(self, link: int, tick: int, held: list[int], turns: bool) -> bool:
        """Let the first vehicle of a link cross, if it can. Returns whether one did."""
        if link in self._caps and self._credit[link] < 1 - 1e-9:
            return False
        lane = self.lane[link]
        if not lane or lane[0].ready > tick:
            return False
        goal = self.exit_of(link, lane[0].turns)
        if goal != NOWHERE and held[goal] >= self.storage:
            return False
        vehicle = lane.popleft()
        if link in self._caps:
            self._credit[link] -= 1.0
        if goal == NOWHERE:
            self.left += 1
            self.delay += tick - vehicle.ideal
        else:
            self.lane[goal].append(Vehicle(tick + self.drive, vehicle.ideal + self.drive, turns))
        return True


def flows(grid: Grid, rates: Sequence[float], turning: float) -> NDArray[np.float64]:
    """Vehicles a tick on every link, when every crossing lets all pass: the solution of f = rates + R f.

    Args:
        rates: arrivals a tick at each link (0 inside the grid), shape (2 * crossings,).
        turning: share that turns at each crossing, below 1: else they drive round a block for ever.

    Raises:
        ParameterError: such a share; rates that are too few, or below 0.
    """
    if not 0 <= turning < 1:
        raise out_of_range("turning", turning, "0 to below 1", "somebody must go straight on")
    size = len(grid.onward)
    supplied = _checked(rates, size)
    routing = np.zeros((size, size))
    for link in range(size):
        for turns, share in ((False, 1 - turning), (True, turning)):
            goal = grid.exit_of(link, turns)
            if goal != NOWHERE:
                routing[goal, link] += share
    return np.linalg.solve(np.eye(size) - routing, supplied)


def _checked(rates: Sequence[float], size: int) -> NDArray[np.float64]:
    """Arrival rates as an array. Raises ParameterError."""
    found = np.asarray(rates, dtype=np.float64)
    if found.shape != (size,) or not (np.isfinite(found) & (found >= 0)).all():
        raise out_of_range("rates", rates, f"{size} numbers from 0", "give one for every link, 0 inside")
    return found


def least_growth(grid: Grid, rates: Sequence[float], turning: float) -> float:
    """The slowest growth of all queues together that any control can reach, in vehicles a tick.

    A linear program over the flows that are served (the fluid limit of the point queues, without clearance):
    what a link passes on is at most what reaches it, a crossing passes at most one vehicle a tick. 0 inside
    the stability region. Source of the model: Varaiya (2013).
    """
    from scipy.optimize import linprog

    size = len(grid.onward)
    supplied = _checked(rates, size)
    supply = np.eye(size)  # served - what comes from upstream <= rates
    for link in range(size):
        for turns, share in ((False, 1 - turning), (True, turning)):
            goal = grid.exit_of(link, turns)
            if goal != NOWHERE:
                supply[goal, link] -= share
    crossing = np.kron(np.eye(grid.crossings), np.ones(2))
    found = linprog(
        -supply.sum(axis=0),  # the sum over links of served - inflow from inside: what leaves the queues
        A_ub=np.vstack([supply, crossing]),
        b_ub=np.concatenate([supplied, np.ones(grid.crossings)]),
        bounds=(0, None),
    )
    return max(0.0, float(sum(rates) + found.fun))
