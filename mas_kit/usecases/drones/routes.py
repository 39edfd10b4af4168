"""What a route is worth: when a drone is where, with loading and charging on the way.

The reckoning is the drone's own flight rule, so that in empty air a plan comes true to the tick.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from mas_kit.usecases.drones.world import FAR, Order, Terrain


class Craft(NamedTuple):
    """A drone as it stands at the start of a tick."""

    cell: int
    battery: float  # cells that it can still fly
    load: int  # parcels on board
    wait: int = 0  # ticks that loading and charging still take


class Rules(NamedTuple):
    """What every drone knows beforehand: the map, its own build, and how value falls with time."""

    terrain: Terrain
    capacity: float  # cells on a full battery
    payload: int
    service: int  # ticks to load and charge on a pad
    reserve: float  # cells of battery that are never planned with
    discount: float  # factor on the value of an order, per tick of waiting


class Stop(NamedTuple):
    """Where a drone goes next, and what for."""

    cell: int
    purpose: str  # "deliver", "service", "wait"
    why: str
    order: int | None = None  # the number of the order that is delivered there


def worth(rules: Rules, order: Order, tick: float) -> float:
    """What an order is worth when it is delivered in that tick; 0 if that never happens."""
    if tick >= FAR:
        return 0.0
    return float(order.value * rules.discount ** max(0.0, tick - order.release))


def can_reach(rules: Rules, craft: Craft, cell: int) -> bool:
    """Can it fly there and on to the pad next to there, and keep the reserve?"""
    ground = rules.terrain
    there = ground.distance[craft.cell][cell]
    return there + ground.distance[cell][ground.pad[cell]] + rules.reserve <= craft.battery


def served(rules: Rules, cell: int) -> Craft:
    """A drone that leaves a pad."""
    return Craft(cell, rules.capacity, rules.payload)


def next_stop(rules: Rules, craft: Craft, route: Sequence[Order]) -> Stop:
    """The flight rule: the first order of the route, unless it must load or charge first."""
    ground = rules.terrain
    pad = ground.pad[craft.cell]
    if craft.wait > 0:
        return Stop(craft.cell, "service", "it is being loaded and charged")
    for order in route:
        if craft.load > 0 and can_reach(rules, craft, order.cell):
            return Stop(order.cell, "deliver", f"order {order.number} is next on its route", order.number)
        if not can_reach(rules, served(rules, pad), order.cell):
            continue  # not even with a full battery
        if craft.load == 0:
            return Stop(pad, "service", "it has nothing on board")
        return Stop(pad, "service", f"its battery is too low for order {order.number} and the way to a pad")
    if craft.cell == pad and craft.load == rules.payload and craft.battery >= rules.capacity:
        return Stop(pad, "wait", "it has nothing to do")
    return Stop(pad, "service", "it has nothing to do, and loads and charges meanwhile")


def arrivals(rules: Rules, craft: Craft, now: int, route: Sequence[Order]) -> list[float]:
    """The tick of each delivery of a route that is flown from this tick on, in empty air.

    A cell takes a tick and a delivery at least one; a pad takes `service` ticks. `FAR` for an order that no
    full battery reaches, which is left out.
    """
    ground, clock = rules.terrain, now - 1 + craft.wait
    if craft.wait:
        craft = served(rules, craft.cell)
    found: list[float] = []
    for order in route:
        cell, battery, load = craft[:3]
        way = ground.distance[cell][order.cell]
        home = ground.distance[order.cell][ground.pad[order.cell]]
        if load == 0 or way + home + rules.reserve > battery:
            pad = ground.pad[cell]
            way = ground.distance[pad][order.cell]
            if way + home + rules.reserve > rules.capacity:
                found.append(FAR)
                continue
            clock += ground.distance[cell][pad] + rules.service
            battery, load = rules.capacity, rules.payload
        clock += way or 1
        craft = Craft(order.cell, battery - way, load - 1)
        found.append(clock)
    return found


def route_value(rules: Rules, craft: Craft, now: int, route: Sequence[Order]) -> float:
    """What a route is worth in all."""
    ticks = arrivals(rules, craft, now, route)
    return math.fsum([worth(rules, order, tick) for order, tick in zip(route, ticks, strict=True)])


def best_insertion(
    rules: Rules, craft: Craft, now: int, route: Sequence[Order], order: Order, first: int = 0
) -> tuple[float, int]:
    """The most that an order adds to a route, and the place at which it does; the earliest of equals.

    Nothing goes in before place `first`. The gain can be below 0.
    """
    before = route_value(rules, craft, now, route)
    best, place = -math.inf, first
    for at in range(first, len(route) + 1):
        gain = route_value(rules, craft, now, (*route[:at], order, *route[at:])) - before
        if gain > best + 1e-12:
            best, place = gain, at
    return best, place
