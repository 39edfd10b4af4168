"""What one planner who knows everything could do at the crossing, and what queueing theory says of rules.

Two roads of equal flow; `ts` between two cars of one road, `tc` between two of different roads, in s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import ParameterError, out_of_range
from mas_kit.usecases.vehicles.checks import at_least, positive

type Law = NDArray[np.float64]  # of a whole number: the probability of 0, 1, 2, ...

# ---- formulas


def md1_delay(load: float, service: float) -> float:
    """Mean wait in s of M/D/1: Poisson arrivals, one server, constant service time (Pollaczek and Khinchine).

    Args:
        load: arrivals a second times the service time, below 1
        service: in s
    """
    if not 0 <= load < 1:
        raise out_of_range("load", load, "0 to below 1", "a queue with more to do grows without end")
    positive(service=service)
    return load * service / (2 * (1 - load))


def reservation_delay(flow: float, ts: float, tc: float) -> float:
    """Mean delay in s of first come, first served, exactly.

    With equal flows the car before is of the same road with probability 1/2, whatever came earlier, so that
    the times that cars need are independent: an M/G/1 queue (Pollaczek and Khinchine).

    Args:
        flow: Poisson, of each road, in vehicles an hour; below half of `reservation_capacity`
    """
    positive(ts=ts, tc=tc)
    rate = 2 * flow / 3600
    load = rate * (ts + tc) / 2
    if not 0 <= load < 1:
        limit = reservation_capacity(ts, tc) / 2
        raise out_of_range("flow", flow, f"0 to below {limit:g}", "above it the queue grows without end")
    return rate * (ts * ts + tc * tc) / 2 / (2 * (1 - load))


def reservation_capacity(ts: float, tc: float) -> float:
    """Vehicles an hour that first come, first served lets through, of both roads together."""
    positive(ts=ts, tc=tc)
    return 2 * 3600 / (ts + tc)


def batch_capacity(ts: float) -> float:
    """Vehicles an hour in the limit of endless batches, of both roads together."""
    positive(ts=ts)
    return 3600 / ts


def webster(flow: float, cycle: float, green: float, discharge: float) -> float:
    """Mean delay in s at a signal with fixed times, by Webster's formula; an approximation.

    Args:
        flow: of one road, in vehicles an hour; `discharge` in s between two cars of a queue

    Source: Webster (1958), Traffic signal settings, Road Research Technical Paper 39.
    """
    _signal(cycle, green, discharge)
    rate, share = flow / 3600, green / cycle
    x = _saturation(flow, rate * discharge / share, 3600 * share / discharge)
    uniform = cycle * (1 - share) ** 2 / (2 * (1 - share * x))
    chance = x * x / (2 * rate * (1 - x))
    return uniform + chance - 0.65 * math.pow(cycle / rate**2, 1 / 3) * math.pow(x, 2 + 5 * share)


def _signal(cycle: float, green: float, discharge: float) -> None:
    positive(cycle=cycle, green=green, discharge=discharge)
    if green >= cycle:
        raise out_of_range("green", green, f"below the cycle, {cycle:g} s", "the other road needs green too")


def _saturation(flow: float, x: float, capacity: float) -> float:
    if not 0 < x < 1:
        raise out_of_range(
            "flow", flow, f"above 0, below {capacity:g}", "above it the queue grows without end"
        )
    return x


def fixed_cycle_delay(flow: float, cycle: float, green: float, discharge: float, longest: int = 400) -> float:
    """Mean delay in s at a signal with fixed times: the fixed-cycle traffic light queue, exactly.

    As the model has it, cars that come in green when nobody waits pass without delay. Where they still have
    to keep `discharge` between them the true delay is a little above.

    Args:
        longest: the longest queue that is counted, in cars

    Source: Darroch (1964), Annals of Mathematical Statistics 35(1), 380-388; solved here by its Markov chain.
    """
    _signal(cycle, green, discharge)
    at_least(2, longest=longest)
    if green + discharge >= cycle:  # the last car of a green still needs its discharge
        raise out_of_range("green", green, f"below {cycle - discharge:g} s", "leave time for the red")
    rate, departures = flow / 3600, math.ceil(green / discharge - 1e-9)
    _saturation(flow, rate * cycle / departures, 3600 * departures / cycle)
    red = cycle - departures * discharge
    in_slot, in_red = _poisson(rate * discharge), _poisson(rate * red)
    queue = np.arange(longest, dtype=np.float64)
    law: Law = np.zeros(longest)
    law[0] = 1.0
    for _ in range(10_000):
        before, waiting = law, 0.0
        for _slot in range(departures):
            empty, left = law[0], np.append(law[1:], 0.0)
            waiting += float(left @ queue + rate * discharge / 2 * left.sum()) * discharge
            law = _add(left, in_slot)
            law[0] += empty
        waiting += float(law @ queue + rate * red / 2) * red
        law = _add(law, in_red)
        if abs(law - before).sum() < 1e-10:
            break
    return waiting / (rate * cycle)


def _poisson(mean: float) -> Law:
    terms = [math.exp(-mean)]
    for k in range(1, int(mean + 12 * math.sqrt(mean) + 20)):
        terms.append(terms[-1] * mean / k)
    return np.array(terms)


def _add(law: Law, arrivals: Law) -> Law:
    total = np.convolve(law, arrivals)
    kept: Law = total[: len(law)].copy()
    kept[-1] += total[len(law) :].sum()
    return kept


# ---- the planner who knows all arrivals


class Optimum(NamedTuple):
    """The schedule with the smallest total delay.

    Attributes:
        delay: mean, in s
        slots: of the cars of each road, in the order of their coming, in s
    """

    delay: float
    slots: tuple[tuple[float, ...], tuple[float, ...]]


def optimum(ready: Sequence[Sequence[float]], ts: float, tc: float) -> Optimum:
    """The best order in which the cars of two roads can cross, by dynamic programming.

    A state is how many cars of each road have crossed and which road was last. Of the schedules that lead to
    it all are kept that no other beats both in the time of the last crossing and in total delay (Pareto
    labels), so the result is exact. Grows with the product of the two numbers of cars.

    Args:
        ready: of each road, when its cars could cross, in s, in order

    Raises:
        ParameterError: times not in order, `tc` below `ts`, or no car at all.
    """
    if len(ready) != 2 or not all(math.isfinite(time) for road in ready for time in road):
        raise ParameterError("parameter 'ready' must list finite times, in s, of two roads")
    first, second = (tuple(map(float, road)) for road in ready)
    if list(first) != sorted(first) or list(second) != sorted(second) or not (first or second):
        raise ParameterError("parameter 'ready' must list the times of each road in order, at least one car")
    positive(ts=ts, tc=tc)
    if ts > tc:
        raise out_of_range("tc", tc, f"at least ts, {ts:g}", "cars of different roads need more room")
    roads = (first, second)
    # cars crossed on road 0, on road 1, last road -> labels
    states: dict[tuple[int, int, int], list[_Label]] = {(0, 0, 0): [_Label(-math.inf, 0.0, None, -1)]}
    for done in range(1, len(first) + len(second) + 1):
        for i in range(max(0, done - len(second)), min(done, len(first)) + 1):
            for road, left in ((0, (i - 1, done - i)), (1, (i, done - i - 1))):
                if min(left) < 0:
                    continue
                free = roads[road][left[road]]
                labels = []
                for last in (0, 1):
                    gap = ts if last == road else tc
                    for label in states.get((*left, last), ()):
                        slot = max(free, label.time + gap)
                        labels.append(_Label(slot, label.delay + slot - free, label, road))
                states[i, done - i, road] = _front(labels)
    ends = [label for road in (0, 1) for label in states.get((len(first), len(second), road), ())]
    best = min(ends, key=lambda label: label.delay)
    slots: tuple[list[float], list[float]] = ([], [])
    step = best
    while step.before is not None:
        slots[step.road].append(step.time)
        step = step.before
    mean = best.delay / (len(first) + len(second))
    return Optimum(mean, (tuple(reversed(slots[0])), tuple(reversed(slots[1]))))


class _Label(NamedTuple):
    """The end of a schedule: when the last car crossed, total delay so far, what went before, whose turn."""

    time: float
    delay: float
    before: _Label | None
    road: int


def _front(labels: list[_Label]) -> list[_Label]:
    """The labels that no other beats in both time and delay."""
    kept: list[_Label] = []
    for label in sorted(labels, key=lambda label: label[:2]):
        if not kept or label.delay < kept[-1].delay:
            kept.append(label)
    return kept
