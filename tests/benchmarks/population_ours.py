"""The four models of the population benchmarks as rules about one agent, run on objects and in columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import population_boids as boids
import population_ring as ring
import population_schelling as schelling
import population_wealth as wealth
from population_race import MANY, Build, Runner, few, ticks

from mas_kit.population import Anyone, Cells, Leader, Population, Record, Within


class Car(Record):
    """A car."""

    x: float
    v: float


class Road(Record):
    """The ring."""

    length: float


def follow(me, leader, road):
    """The intelligent driver model."""
    gap = (leader.x - me.x) % road.length - ring.CAR
    wanted = ring.JAM + max(0.0, me.v * ring.HEADWAY + me.v * (me.v - leader.v) / ring.BRAKING)
    free, near = me.v / ring.V0, wanted / gap
    squared = free * free
    me.v = max(0.0, me.v + ring.A * (1.0 - squared * squared - near * near) * ring.DT)
    me.x = (me.x + me.v * ring.DT) % road.length


def cars(n: int, engine: str, threads: int = 1) -> Population:
    """Cars on a ring."""
    x, v = ring.start(n)
    return Population(
        Car,
        rule=follow,
        sees={"leader": Leader("x", around="length")},
        world={"road": Road(length=ring.ROOM * n)},
        activation="simultaneous",
        columns={"x": x, "v": v},
        engine=engine,
        seed=1,
        threads=threads,
    )


class Person(Record):
    """Somebody with money, or none."""

    wealth: int


def give(me, others, rng):
    """One unit to somebody else."""
    if me.wealth > 0:
        other = others.pick(rng)
        me.wealth -= 1
        other.wealth += 1


def people(n: int, engine: str) -> Population:
    """People who trade."""
    return Population(
        Person,
        rule=give,
        sees={"others": Anyone()},
        activation="random",
        columns={"wealth": wealth.start(n)},
        engine=engine,
        seed=1,
    )


class Family(Record):
    """Somebody of one of two kinds, and the cell that they live on."""

    kind: int
    cell: int


def settle(me, around, rng):
    """Move to an empty cell when too few of those around are alike."""
    alike = neighbours = 0
    for other in around:
        neighbours += 1
        if other.kind == me.kind:
            alike += 1
    if alike < schelling.ALIKE * neighbours:
        me.cell = around.empty(rng)


def town(n: int, engine: str) -> Population:
    """A town."""
    side, cell, kind = schelling.start(n)
    return Population(
        Family,
        rule=settle,
        sees={"around": Cells("cell", width=side, height=side)},
        activation="random",
        columns={"cell": cell, "kind": kind},
        engine=engine,
        seed=1,
    )


class Boid(Record):
    """A bird: where it is, and which way it flies."""

    x: float
    y: float
    dx: float
    dy: float


class Sky(Record):
    """A square whose edges meet."""

    size: float


def wrapped(difference, size):
    """The shorter way between two places."""
    if difference > size / 2:
        return difference - size
    if difference < -size / 2:
        return difference + size
    return difference


def fly(me, near, sky):
    """Towards the others, away from those too near, in their direction."""
    count = 0
    to_x = to_y = from_x = from_y = along_x = along_y = 0.0
    for other in near:
        off_x, off_y = wrapped(other.x - me.x, sky.size), wrapped(other.y - me.y, sky.size)
        count += 1
        to_x += off_x
        to_y += off_y
        if off_x * off_x + off_y * off_y < boids.APART * boids.APART:
            from_x += off_x
            from_y += off_y
        along_x += other.dx
        along_y += other.dy
    if count > 0:
        me.dx += (boids.COHERE * to_x - boids.SEPARATE * from_x + boids.MATCH * along_x) / count
        me.dy += (boids.COHERE * to_y - boids.SEPARATE * from_y + boids.MATCH * along_y) / count
        length = math.sqrt(me.dx * me.dx + me.dy * me.dy)
        me.dx /= length
        me.dy /= length
    me.x = (me.x + me.dx * boids.SPEED) % sky.size
    me.y = (me.y + me.dy * boids.SPEED) % sky.size


def flock(n: int, engine: str, threads: int = 1) -> Population:
    """Boids."""
    size, place, direction = boids.start(n)
    return Population(
        Boid,
        rule=fly,
        sees={"near": Within(boids.VISION, width=size, height=size)},
        world={"sky": Sky(size=size)},
        activation="simultaneous",
        columns=dict(zip(("x", "y", "dx", "dy"), (*place.T, *direction.T), strict=True)),
        engine=engine,
        seed=1,
        threads=threads,
    )


def runner(make: Callable[[int, str], Population], work: int, engine: str, n: int) -> Runner:
    """A population as an engine in a race. Objects take part in fewer rounds where they are many."""
    population = make(n, engine)
    first = {name: population[name].copy() for name in population.record.fields}
    streams = [population.turns_stream.bit_generator, population.draws.bit_generator]
    states = [stream.state for stream in streams]

    def reset() -> None:
        population.set(**first)
        population.reorder()  # see who is where
        for stream, state in zip(streams, states, strict=True):
            stream.state = state

    def run() -> None:
        population.run(ticks(n, work))

    def state() -> Mapping[str, Any]:
        return {name: population[name] for name in first}

    rounds = few(n) if engine == "objects" else MANY
    return Runner(run, n * ticks(n, work), reset, state, rounds)


def both(make: Callable[[int, str], Population], work: int = 100_000) -> dict[str, Build]:
    """A model in both engines."""
    return {engine: partial(runner, make, work, engine) for engine in ("objects", "columns")}


RING, WEALTH = both(cars), both(people)
SCHELLING, BOIDS = both(town, schelling.WORK), both(flock, boids.WORK)
