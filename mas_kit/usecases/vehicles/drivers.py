"""How cars are driven: rules about one car and the car ahead of it, in plain words.

Lengths in m, speeds in m/s, accelerations in m/s². A gap runs from bumper to bumper, a headway from nose to
nose. None of these functions knows how many cars there are, or how they are kept.
"""

from __future__ import annotations

import math
from typing import Any


def bumper_gap(ahead: float, x: float, length: float, car: float) -> float:
    """From a nose at x to the tail of the car whose nose is `ahead`, on a ring; negative: they overlap."""
    gap = (ahead - x) % length - car
    if gap > length - 1.5 * car:  # in each other, not a whole lap apart
        gap = gap - length
    return gap


def idm(
    gap: float, v: float, leader: float, v0: float, headway: float, a: float, b: float, s0: float
) -> float:
    """Acceleration of the intelligent driver model at a gap > 0, behind a leader of that speed.

    Source: Treiber, Hennecke and Helbing (2000), Physical Review E 62, 1805, with exponent 4.
    """
    wanted = s0 + max(0.0, v * headway + v * (v - leader) / (2.0 * math.sqrt(a * b)))
    return a * (1.0 - (v / v0) ** 4 - (wanted / gap) ** 2)


def optimal_speed(headway: float) -> float:
    """Bando's optimal velocity at a headway, both in the model's own units.

    Source: Bando et al. (1995), Physical Review E 51, 1035.
    """
    return math.tanh(headway - 2.0) + math.tanh(2.0)


def follower_stopper(gap: float, v: float, leader: float, u: float) -> float:
    """The speed that a FollowerStopper commands: U on a free road, the leader's in between, 0 too near.

    The three borders are parabolas in the speed difference, for the way it takes to brake it down.
    Source: Stern et al. (2018), Transportation Research Part C 89, 205-221, equations 1 and 2.
    """
    slower = min(leader - v, 0.0)
    square = slower * slower
    near = 4.5 + square / 3.0  # at 1.5 m/s²
    middle = 5.25 + square / 2.0  # at 1.0 m/s²
    far = 6.0 + square / 1.0  # at 0.5 m/s²
    pace = min(max(leader, 0.0), u)
    if gap <= near:
        return 0.0
    if gap <= middle:
        return pace * (gap - near) / (middle - near)
    if gap <= far:
        return pace + (u - pace) * (gap - middle) / (far - middle)
    return u


def emergency(gap: float, v: float, leader: float) -> float:
    """The acceleration (m/s², negative) that an emergency brake asks for; 0 where there is none to ask for.

    It wakes up when stopping behind the car ahead, two metres away, needs more than 3 m/s².
    """
    closing = v - leader
    if closing <= 0.0:
        return 0.0
    room = gap - 2.0
    if room <= 0.01 * closing:
        return -9.0
    needed = closing * closing / (2.0 * room)
    return -min(1.5 * needed, 9.0) if needed > 3.0 else 0.0


def black_box(me: Any, gap: float, closing: float) -> None:
    """Note how near a car is to a collision (s), and that there was one: once, when bumpers meet."""
    if gap < 0.0:
        if me.gap >= 0.0:
            me.crashes = me.crashes + 1
        me.least = 0.0
    elif closing > 0.001:
        me.least = min(me.least, gap / closing)
    me.gap = gap


def drive(me: Any, leader: Any, road: Any, rng: Any) -> None:
    """One tick of a car: by its controller where that is alive, or else by its driver.

    The luck of every driver is drawn in every tick, whoever drives, so that automating one car changes
    nothing about the others. Bumpers may overlap: a collision is not undone.
    """
    luck = rng.normal()
    gap = bumper_gap(leader.x, me.x, road.length, road.car)
    black_box(me, gap, me.v - leader.v)
    me.silent = me.silent + road.dt
    if gap <= 0.0:  # bumpers touch: whoever drives, the wheels lock
        push = -road.brakes
    elif me.automated and me.silent <= road.patience:
        push = me.command
    else:
        if road.optimal:
            push = road.sensitivity * (optimal_speed(gap + road.car) - me.v)
        else:
            push = idm(gap, me.v, leader.v, road.v0, me.headway, me.a, road.b, road.s0)
        push = max(push, -road.brakes) + road.noise * luck
    v = me.v + push * road.dt
    if v < 0.0:  # it comes to a stop within the tick
        me.x = (me.x - 0.5 * me.v * me.v / push) % road.length
        v = 0.0
    else:
        me.x = (me.x + 0.5 * (me.v + v) * road.dt) % road.length
    me.v = v
