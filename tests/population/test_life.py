"""Birth and death, the hand-over from objects to columns, and faults on individuals."""

import numpy as np
import pytest

from mas_kit import Bias, Crash, Model
from mas_kit.checks import check_engines
from mas_kit.core import MasKitError, UnknownNameError
from mas_kit.population import Anyone, Cells, Links, Population, Record
from mas_kit.population.samples import SAMPLES, boltzmann, ring


class Yeast(Record):
    age: int = 0
    size: float = 1.0


def bud(me, others, rng):
    me.age += 1
    me.size += rng.random()
    if me.age > 4 and len(others) > 3 and rng.random() < 0.5:
        me.die()
    if me.size > 3.0:
        me.size *= 0.5
        me.spawn(size=me.size)
        if rng.random() < 0.1:
            me.spawn()


def yeast(engine, activation="random", size=10):
    return Population(
        Yeast, size, rule=bud, sees={"others": Anyone()}, activation=activation, engine=engine, seed=4
    )


@pytest.mark.parametrize("activation", ["random", "simultaneous"])
def test_birth_and_death_are_the_same_in_both(activation):
    assert check_engines(yeast, ticks=40, activation=activation).ok


def test_ids_are_for_good_and_the_dead_are_gone():
    culture = yeast("columns").run(30)
    ids = culture["id"]
    assert len(culture) > 80  # more than the room for newborn that the engine began with
    assert (np.diff(ids) > 0).all()
    dead = sorted(set(range(ids[-1])) - set(ids.tolist()))
    assert dead
    with pytest.raises(UnknownNameError, match=f"yeast-{dead[0]}"):
        culture[dead[0]]
    assert culture[int(ids[-1])].age == culture["age"][-1]


def test_a_held_view_knows_that_its_agent_died():
    culture = yeast("columns")
    held = list(culture.agents)
    culture.run(20)
    gone = [agent for agent in held if not agent.alive]
    assert gone
    with pytest.raises(MasKitError, match="not in its population any more"):
        _ = gone[0].size
    stays = [agent for agent in held if agent.alive]
    assert all(agent.size == culture["size"][agent.row] for agent in stays)


def test_room_is_made_for_any_number_of_newborn():
    def burst(me, rng):
        if me.age == 0:
            for _ in range(4):
                me.spawn(age=1, size=me.size * rng.random())
        me.age += 1

    def make(engine):
        return Population(Yeast, 90, rule=burst, activation="random", engine=engine, seed=1)

    assert check_engines(make, ticks=2).ok
    assert len(make("columns").run(1)) == 5 * 90  # more than the room that the loop begins with


@pytest.mark.parametrize("engine", ["objects", "columns"])
def test_a_bias_on_an_individual_is_refused_with_the_way_out(engine):
    class Street(Model):
        def build(self):
            self.cars = ring(6, space=20.0, model=self, engine=engine)

    street = Street(seed=1, faults=[Bias(agent="car-2", at=2, field="v", offset=1.0)])
    street.run(1)
    with pytest.raises(MasKitError, match=r"a Bias on .car-2..*declare a field"):
        street.run(1)


def test_a_population_can_die_out():
    def leave(me):
        me.die()

    for engine in ("objects", "columns"):
        culture = Population(Yeast, 3, rule=leave, engine=engine, seed=1).run(2)
        assert len(culture) == 0


def test_newborn_need_what_has_no_default():
    class Tree(Record):
        height: float

    def seed(me):
        me.spawn()

    with pytest.raises(MasKitError, match="the newborn needs 'height'"):
        Population(Tree, 2, rule=seed, columns={"height": 1.0}, engine="objects")


def test_the_dead_take_their_links_along():
    class Node(Record):
        age: int = 0
        friends: int = 0

    def lose(me, friends):
        me.friends = 0
        for friend in friends:
            me.friends += 1 + 100 * friend.id
        me.age += 1
        if me.id == me.age:
            me.die()

    ring_of_six = np.array([(i, (i + 1) % 6) for i in range(6)])

    def make(engine):
        return Population(Node, 6, rule=lose, sees={"friends": Links(ring_of_six)}, engine=engine, seed=1)

    assert check_engines(make, ticks=5).ok
    nodes = make("columns").run(3)
    assert nodes["id"].tolist() == [0, 4, 5]
    nodes.step()  # node 0 has lost 1 and sees 5; node 5 sees 0 and 4, which leaves at the end of the tick
    assert nodes["id"].tolist() == [0, 5]
    assert nodes["friends"].tolist() == [1 + 500, 2 + 400]


def test_newborn_stand_on_cells():
    class Weed(Record):
        cell: int = 0

    def spread(me, cells, rng):
        if len(cells) < 3:
            me.spawn(cell=(me.cell * 7 + 3) % 49)
        elif len(cells) > 4:
            me.die()

    def make(engine):
        sees = {"cells": Cells("cell", width=7, height=7, many=True)}
        start = {"cell": np.arange(0, 49, 5)}
        return Population(Weed, rule=spread, sees=sees, columns=start, engine=engine, seed=1)

    assert check_engines(make, ticks=15).ok


@pytest.mark.parametrize("name", SAMPLES)
def test_columns_take_over_and_nobody_notices(name, tmp_path, monkeypatch):
    if name == "ring":  # this one compiles in the background; the others are in the cache already
        monkeypatch.setenv("MAS_KIT_CACHE", str(tmp_path))
        monkeypatch.setattr("mas_kit.population.kernel._LOADED", {})
    auto = SAMPLES[name](30, engine="auto", seed=6)
    held = auto[7]
    if auto.compiling is not None:
        assert auto.engine.name == "objects"
        auto.run(3)
        assert auto.compiling is None or auto.compiling.wait(60)
        auto.run(7)
    else:
        auto.run(10)
    assert auto.engine.name == "columns"
    assert auto.frame().equals(SAMPLES[name](30, engine="objects", seed=6).run(10).frame())
    field = next(iter(auto.record.fields))
    assert getattr(held, field) == auto[field][7]
    assert auto[7] is held


def test_what_cannot_be_compiled_stays_with_objects():
    def count(me):
        me.age = len(str(me.id))

    culture = Population(Yeast, 12, rule=count, engine="auto", seed=1).run(3)
    assert culture.engine.name == "objects"
    assert "columns cannot call str" in str(culture.refusal)
    assert culture["age"].tolist() == [1] * 10 + [2] * 2


@pytest.mark.parametrize("engine", ["objects", "columns"])
def test_a_crash_keeps_an_individual_still(engine):
    class Street(Model):
        def build(self):
            self.cars = ring(6, space=20.0, model=self, engine=engine)

    street = Street(seed=1, faults=[Crash(agent="car-2", at=10, until=200)])
    street.run(9)
    before = street.agent("car-2").x
    street.run(190)
    assert street.agent("car-2").x == before
    assert not street.agent("car-2").alive
    assert street.cars["v"][1] < 0.01  # the one behind has come to a stand
    street.run(2)
    assert street.agent("car-2").alive
    assert street.agent("car-2").x > before


def test_a_crash_is_the_same_in_both():
    class Market(Model):
        def __init__(self, engine, **rest):
            self.engine = engine
            super().__init__(**rest)

        def build(self):
            boltzmann(10, model=self, engine=self.engine)

    faults = [Crash(agent="trader-3", at=2, until=6), Crash(agent="trader-4", at=4)]
    assert check_engines(lambda engine: Market(engine, seed=2, faults=faults), ticks=12).ok
    with pytest.raises(UnknownNameError, match="trader-10"):
        Market("columns", seed=2, faults=[Crash(agent="trader-10", at=1)])
