"""Boids (Reynolds 1987): fly towards those nearby, in their direction, and not into them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mas_kit.population import Population, Record, Within, field
from mas_kit.population.samples.start import stream


class Bird(Record):
    """A bird over a torus, with a heading of length 1."""

    x: float = field(unit="m")
    y: float = field(unit="m")
    heading_x: float = field(1.0)
    heading_y: float = field(0.0)


class Sky(Record):
    """The torus, and how much each of the three wishes counts."""

    size: float = field(100.0, unit="m", help="width and height of the torus")
    speed: float = field(1.0, unit="m/tick")
    apart: float = field(2.0, unit="m", help="distance that birds keep")
    cohere: float = field(0.03, help="weight of flying towards the others")
    separate: float = field(0.015, help="weight of keeping apart")
    match: float = field(0.05, help="weight of flying in their direction")


def shortest(gap: Any, size: Any) -> Any:
    """A gap on a ring, the short way round."""
    if gap > 0.5 * size:
        return gap - size
    if gap < -0.5 * size:
        return gap + size
    return gap


def fly(me: Any, near: Any, sky: Any) -> None:
    """Turn as those nearby suggest, then fly on."""
    turn_x = turn_y = 0.0
    for other in near:
        gap_x = shortest(other.x - me.x, sky.size)
        gap_y = shortest(other.y - me.y, sky.size)
        turn_x += sky.cohere * gap_x + sky.match * other.heading_x
        turn_y += sky.cohere * gap_y + sky.match * other.heading_y
        if gap_x**2 + gap_y**2 < sky.apart**2:
            turn_x -= sky.separate * gap_x
            turn_y -= sky.separate * gap_y
    if len(near) > 0:
        heading_x = me.heading_x + turn_x / len(near)
        heading_y = me.heading_y + turn_y / len(near)
        length = math.hypot(heading_x, heading_y)
        if length > 0.0:
            me.heading_x = heading_x / length
            me.heading_y = heading_y / length
    me.x = (me.x + sky.speed * me.heading_x) % sky.size
    me.y = (me.y + sky.speed * me.heading_y) % sky.size


def boids(size: int = 100, sight: float = 10.0, density: float = 0.01, **how: Any) -> Population:
    """`size` birds at random, `density` of them a square metre, who see `sight` metres far (as Mesa's do).

    `how` goes to `Population`.
    """
    rng = stream("bird/start", how)
    side = math.sqrt(size / density)
    angle = rng.uniform(0.0, 2.0 * math.pi, size)
    columns = {
        "x": rng.uniform(0.0, side, size),
        "y": rng.uniform(0.0, side, size),
        "heading_x": np.cos(angle),
        "heading_y": np.sin(angle),
    }
    how.setdefault("activation", "simultaneous")
    how.setdefault("world", {"sky": Sky(size=side)})
    sees = {"near": Within(min(sight, side / 2), width=side, height=side)}
    return Population(Bird, size, rule=fly, sees=sees, columns=columns, **how)
