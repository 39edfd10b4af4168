"""Who crosses when: the rules of the crossing, for the manager to decide with and as programs on arrays.

Two roads, 0 and 1, meet. Two cars of one road cross at least `ts` apart, two of different roads `tc`; a car
cannot cross before it is there (`ready`). A rule gives every car a slot: the time at which it crosses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from mas_kit.core import Explanation, Option, Policy
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.vehicles.checks import from_zero, positive

NEVER = -math.inf


class Cars(NamedTuple):
    """The cars of both roads in the order of their coming: when each could cross, in s, and its road."""

    ready: list[float]
    road: list[int]


def poisson_cars(flow: float, duration: float, rng: np.random.Generator) -> Cars:
    """Cars that come at any time.

    Args:
        flow: of each road, in vehicles an hour
        duration: in s
    """
    from_zero(flow=flow, duration=duration)
    return _merge([np.sort(rng.random(rng.poisson(flow / 3600 * duration)) * duration) for _ in range(2)])


def bernoulli_cars(flow: float, duration: float, headway: float, rng: np.random.Generator) -> Cars:
    """Cars that come one or none in each `headway`, so that those of one road never come closer.

    Raises ParameterError for a flow that does not fit in.
    """
    positive(headway=headway)
    from_zero(flow=flow, duration=duration)
    share = flow / 3600 * headway
    if share > 1:
        raise out_of_range(
            "flow", flow, f"up to {3600 / headway:g} with a headway of {headway:g} s", "lower it"
        )
    steps = int(duration / headway)
    return _merge([np.flatnonzero(rng.random(steps) < share) * headway for _ in range(2)])


def _merge(roads: Sequence[Any]) -> Cars:
    ready = np.concatenate(roads)
    road = np.repeat([0, 1], [len(one) for one in roads])
    order = np.argsort(ready, kind="stable")
    return Cars(ready[order].tolist(), road[order].tolist())


def earliest(ready: float, road: int, last: tuple[float, float], ts: float, tc: float) -> float:
    """The first slot for a car, when the last slots of both roads are given."""
    return max(ready, last[road] + ts, last[1 - road] + tc)


def in_green(time: float, road: int, cycle: float, green: float) -> float:
    """The first moment from `time` on at which a road has green; road 1 is half a cycle after road 0."""
    since = (time - road * cycle / 2) % cycle
    return time if since < green else time + cycle - since


# ---- on arrays: all cars are known


def reserve(cars: Cars, ts: float, tc: float) -> list[float]:
    """First come, first served: each car the first slot after those given already."""
    slots, last = [], [NEVER, NEVER]
    for ready, road in zip(*cars, strict=True):
        last[road] = max(ready, last[road] + ts, last[1 - road] + tc)
        slots.append(last[road])
    return slots


def batch(cars: Cars, ts: float, tc: float) -> list[float]:
    """The car that can cross first goes first, of equals one of the road that has just crossed.

    A queue is thus served to its end before the other road's turn: platoons.
    """
    roads: list[list[tuple[float, int]]] = [[], []]
    for at, (ready, road) in enumerate(zip(*cars, strict=True)):
        roads[road].append((ready, at))
    slots = [0.0] * len(cars.ready)
    last, turn, following = (NEVER, NEVER), 0, [0, 0]
    while any(following[road] < len(roads[road]) for road in (0, 1)):
        options = [
            (earliest(roads[road][following[road]][0], road, last, ts, tc), road != turn, road)
            for road in (0, 1)
            if following[road] < len(roads[road])
        ]
        slot, _, turn = min(options)
        slots[roads[turn][following[turn]][1]] = slot
        following[turn] += 1
        last = (slot, last[1]) if turn == 0 else (last[0], slot)
    return slots


def fixed_signal(cars: Cars, discharge: float, cycle: float, green: float) -> list[float]:
    """Fixed times: in its green a road's cars go `discharge` apart."""
    slots, last = [], [NEVER, NEVER]
    for ready, road in zip(*cars, strict=True):
        last[road] = in_green(max(ready, last[road] + discharge), road, cycle, green)
        slots.append(last[road])
    return slots


def delay(cars: Cars, slots: Sequence[float], after: float = 0.0) -> float:
    """Mean of slot less ready, in s, over the cars that could have crossed from `after` on."""
    waits = [slot - ready for slot, ready in zip(slots, cars.ready, strict=True) if ready >= after]
    if not waits:
        raise out_of_range("after", after, "times before the last car", "there is no car to count")
    return sum(waits) / len(waits)


def conflicts(cars: Cars, slots: Sequence[float], ts: float, tc: float) -> int:
    """How many pairs of consecutive slots are too close, and cars that cross before they are there."""
    early = sum(slot < ready - 1e-9 for slot, ready in zip(slots, cars.ready, strict=True))
    order = sorted(zip(slots, cars.road, strict=True))
    close = sum(
        later - sooner < (ts if road == other else tc) - 1e-9
        for (sooner, road), (later, other) in pairwise(order)
    )
    return early + close


# ---- for the manager: cars become known as they ask


class Wish(NamedTuple):
    """A request that waits for a slot."""

    car: str
    road: int
    ready: float  # s: the car cannot cross before
    number: str  # of the request, so that an answer to an older one is known as such
    heard: float  # s: when the car last said so
    behind: str = ""  # the car ahead of it, where it says so


class Grant(NamedTuple):
    """A slot for a car."""

    car: str
    road: int
    slot: float  # s
    number: str


class ManagerPercept(NamedTuple):
    """What the manager sees: its clock, its mail set in order, the last slot given on each road."""

    time: float
    waiting: tuple[Wish, ...]  # in the order in which they could cross
    last: tuple[float, float]
    ts: float
    tc: float
    book: tuple[Grant, ...] = ()  # slots given and not yet over
    again: tuple[Grant, ...] = ()  # of these, asked for once more
    refused: tuple[tuple[str, str, str], ...] = ()  # car, number, reason
    held: tuple[Wish, ...] = ()  # of cars that stand behind one without a slot: not to be served yet
    memory: Any = None


class Rule(Policy):
    """A rule of the crossing: percept in, grants out."""

    def decide(self, percept: ManagerPercept, rng: np.random.Generator) -> tuple[Grant, ...]:
        """The slots that are given now."""
        raise NotImplementedError

    def explain(self, percept: ManagerPercept, decision: Any) -> Explanation:
        """Whose turn it is, and who else waits."""
        grants: tuple[Grant, ...] = decision.action
        options = [Option(grant.car, -grant.slot, f"crosses at {grant.slot:.1f} s") for grant in grants]
        options += [
            Option(wish.car, -math.inf, f"waits since {wish.ready:.1f} s")
            for wish in percept.waiting
            if wish.car not in {grant.car for grant in grants}
        ]
        chosen = ", ".join(grant.car for grant in grants) or "nobody yet"
        return Explanation(grants, f"{self.name}: {chosen}", tuple(options))


class FirstComeFirstServed(Rule):
    """Every car its slot as soon as it asks: the reservations of autonomous intersection management.

    Source: Dresner and Stone (2008), Journal of Artificial Intelligence Research 31, 591-656.
    """

    name = "first come, first served"

    def decide(self, percept: ManagerPercept, rng: np.random.Generator) -> tuple[Grant, ...]:
        """The first slot after those given already."""
        last, grants = percept.last, []
        for wish in percept.waiting:
            slot = earliest(wish.ready, wish.road, last, percept.ts, percept.tc)
            last = (slot, last[1]) if wish.road == 0 else (last[0], slot)
            grants.append(Grant(wish.car, wish.road, slot, wish.number))
        return tuple(grants)


class Batching(Rule):
    """The car that can cross first goes first; a slot is given no sooner than `notice` before it.

    Args:
        notice: in s, less than a car's way from its request to the line: who comes later could not have
            crossed sooner, so that waiting longer would change nothing
    """

    name = "batch"

    def __init__(self, notice: float) -> None:
        self.notice = notice

    def decide(self, percept: ManagerPercept, rng: np.random.Generator) -> tuple[Grant, ...]:
        """Slots up to `notice` from now."""
        last, grants = percept.last, []
        roads = [[wish for wish in percept.waiting if wish.road == road] for road in (0, 1)]
        turn = 0 if last[0] >= last[1] else 1
        while roads[0] or roads[1]:
            slot, _, turn = min(
                (earliest(roads[road][0].ready, road, last, percept.ts, percept.tc), road != turn, road)
                for road in (0, 1)
                if roads[road]
            )
            if slot > percept.time + self.notice:
                break
            wish = roads[turn].pop(0)
            last = (slot, last[1]) if turn == 0 else (last[0], slot)
            grants.append(Grant(wish.car, turn, slot, wish.number))
        return tuple(grants)


class FixedSignal(Rule):
    """A signal with fixed times, as a manager who looks at the clock alone.

    Args:
        discharge: between two cars of one road, in s
        cycle, green: in s; between the greens of the two roads lies at least `tc`
    """

    name = "signal"

    def __init__(self, discharge: float, cycle: float, green: float) -> None:
        self.discharge, self.cycle, self.green = discharge, cycle, green

    def decide(self, percept: ManagerPercept, rng: np.random.Generator) -> tuple[Grant, ...]:
        """The first moment of green that is free."""
        last, grants = list(percept.last), []
        for wish in percept.waiting:
            free = max(wish.ready, last[wish.road] + self.discharge)
            last[wish.road] = in_green(free, wish.road, self.cycle, self.green)
            grants.append(Grant(wish.car, wish.road, last[wish.road], wish.number))
        return tuple(grants)
