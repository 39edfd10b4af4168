"""Individuals: looked at, written to, logged, explained, copied; the same in both engines."""

import numpy as np
import pytest

from mas_kit import Model
from mas_kit.checks import check_engines
from mas_kit.core import UnknownNameError
from mas_kit.population import Anyone, Cells, Population, Record
from mas_kit.population.samples import SAMPLES, boltzmann, ring
from mas_kit.replay import fork
from mas_kit.viz.inspector import mind


class Town(Model):
    def __init__(self, engine="columns", what=ring, **rest):
        self.engine, self.what = engine, what
        super().__init__(**rest)

    def build(self):
        self.folk = self.what(12, model=self, engine=self.engine)


@pytest.mark.parametrize("engine", ["objects", "columns"])
def test_an_individual_reads_and_writes_its_fields(engine):
    cars = ring(5, engine=engine, seed=1).run(3)
    car = cars.agent("car-3")
    assert (car.name, car.id, car.alive) == ("car-3", 3, True)
    assert car is cars[3]
    assert (car.x, car.v) == (cars["x"][3], cars["v"][3])
    assert type(car.x) is float
    car.v = 2.5
    assert cars["v"][3] == 2.5
    with pytest.raises(UnknownNameError, match="car-5"):
        cars.agent("car-5")
    with pytest.raises(ValueError, match="read-only"):
        cars["v"][0] = 1.0


def test_what_is_written_from_outside_counts_in_both():
    def make(engine):
        cars = ring(6, engine=engine, seed=1).run(5)
        cars[2].v = 7.0
        cars.set(x=np.arange(6) * 9.0)
        return cars

    assert check_engines(make, ticks=20).ok


@pytest.mark.parametrize("name", SAMPLES)
def test_a_log_changes_no_number(name):
    logged = Town("objects", SAMPLES[name], seed=3, log=True).run(8)
    quiet = Town("objects", SAMPLES[name], seed=3).run(8)
    assert logged.folk.frame().equals(quiet.folk.frame())


def test_objects_leave_their_rows_in_the_log():
    town = Town("objects", boltzmann, seed=3, log=True).run(2)
    kinds = [event.kind for event in town.log.select(agent="trader-4")]
    assert kinds == ["percept", "decision", "action"] * 2
    percept, decision, action = town.log.select(agent="trader-4", since=2)
    assert percept.data.others == 11
    assert decision.causes == (percept.id,)
    assert action.causes == (decision.id,)
    changed = {(change.agent, change.field) for change in action.data}
    assert ("trader-4", "wealth") in changed or percept.data.me.wealth == 0


@pytest.mark.parametrize("name", SAMPLES)
def test_the_inspector_reads_the_same_mind_in_both(name):
    """Columns work out what objects have logged, also in the middle of a long run."""
    objects = Town("objects", SAMPLES[name], seed=3, log=True).run(9)
    columns = Town("columns", SAMPLES[name], seed=3).run(9)
    kind = columns.folk.name
    before = columns.folk.frame()
    for number in (0, 5, 11):
        one, other = objects.agent(f"{kind}-{number}"), columns.agent(f"{kind}-{number}")
        assert one.percept == other.percept
        assert one.decision == other.decision
        assert one.explain() == other.explain()
        text = mind(columns, f"{kind}-{number}")
        assert "What it saw" in text
        assert columns.folk.rule.__name__ in text
    assert columns.folk.frame().equals(before)
    assert columns.run(3).folk.frame().equals(objects.run(3).folk.frame())


def test_before_the_first_tick_there_is_nothing_to_read():
    assert "Has seen nothing yet" in mind(Town(seed=1), "car-2")


def test_a_mind_can_be_read_after_many_ticks_at_once():
    cars = ring(12, engine="columns", seed=1)
    assert cars[4].percept is None
    cars.run(500)
    again = ring(12, engine="columns", seed=1).run(499)
    assert cars[4].percept.me == (4, again["x"][4], again["v"][4])
    assert {change.field: change.value for change in cars[4].decision.action} == {
        "v": cars["v"][4],
        "x": cars["x"][4],
    }


@pytest.mark.parametrize("engine", ["objects", "columns"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_fork_goes_on_with_the_same_numbers(name, engine):
    town = Town(engine, SAMPLES[name], seed=5).run(1)
    kind, field = town.folk.name, next(iter(town.folk.record.fields))
    held = town.agent(f"{kind}-3")
    other = fork(town)
    town.run(4)
    assert town.folk.frame().equals(Town(engine, SAMPLES[name], seed=5).run(5).folk.frame())
    assert other.folk.ticks == 1
    other.run(4)
    assert town.folk.frame().equals(other.folk.frame())
    mine = other.agent(f"{kind}-3")
    assert mine is not held
    assert getattr(mine, field) == other.folk[field][3]
    setattr(mine, field, getattr(mine, field) + 1)
    assert held.population is town.folk
    assert town.folk.frame().equals(Town(engine, SAMPLES[name], seed=5).run(5).folk.frame())


def test_drafts_of_one_turn_know_of_each_other():
    class Purse(Record):
        coins: int = 3
        cell: int = 0

    def swap(me, others, cells, rng):
        other = others.pick(rng)
        other.coins += 1
        me.coins -= 1
        if other.coins > 4:
            other.coins -= 2
            me.coins += 2
        for neighbour in cells:
            neighbour.coins += neighbour.coins % 2
        me.cell = cells.empty(rng)
        me.cell = cells.empty(rng)

    class Bank(Model):
        def build(self):
            sees = {"others": Anyone(), "cells": Cells("cell", width=4, height=4)}
            start = {"cell": np.arange(6) * 2}
            self.purses = Population(
                Purse, rule=swap, sees=sees, columns=start, activation="random", engine="objects", model=self
            )

    logged, quiet = Bank(seed=2, log=True).run(20), Bank(seed=2).run(20)
    assert logged.purses.frame().equals(quiet.purses.frame())


def test_mesa_knows_the_objects():
    town = Town("objects", boltzmann, seed=3).run(5)
    assert len(town.agents) == 12
    assert sum(town.agents.get("wealth")) == 12
