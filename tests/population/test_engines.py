"""Both engines give the same numbers to the last bit, and say where they do not."""

import numpy as np
import pytest

from mas_kit import Model
from mas_kit.checks import ConformanceError, check_engines
from mas_kit.population import Anyone, Leader, Population, Record
from mas_kit.population.samples import SAMPLES, Road, boltzmann, ring


@pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES)
def test_every_sample_agrees(make):
    assert check_engines(lambda engine: make(40, engine=engine, seed=3), ticks=60).ok


@pytest.mark.parametrize("engine", ["objects", "columns"])
def test_money_is_conserved_and_spreads(engine):
    traders = boltzmann(200, engine=engine, seed=1).run(300)
    assert traders["wealth"].sum() == 200
    assert traders["wealth"].min() == 0
    # In equilibrium with mean 1 the geometric distribution leaves half of them with nothing.
    assert abs((traders["wealth"] == 0).mean() - 0.5) < 4 * np.sqrt(0.25 / 200)


def test_a_step_at_a_time_is_the_same_as_one_run():
    one, other = (boltzmann(50, engine="columns", seed=5) for _ in range(2))
    one.run(20)
    for _ in range(20):
        other.step()
    np.testing.assert_array_equal(one["wealth"], other["wealth"])


def test_a_world_changed_between_ticks_counts_in_both():
    def make(engine):
        cars = ring(10, engine=engine, seed=1, world={"road": Road(length=10 * 230 / 22)})
        cars.run(5)
        cars.world["road"].desired = 3.0
        return cars

    assert check_engines(make, ticks=20).ok
    assert make("columns").run(200)["v"].max() <= 3.0


class Dot(Record):
    x: float = 0.0


def test_the_check_finds_what_is_not_declared():
    calls = []

    def drift(me):
        calls.append(me.id)
        me.x += 0.5 if len(calls) % 2 else 1.0

    def nudge(me):
        me.x += 1.0

    def make(engine):
        return Population(Dot, 3, rule=drift if engine == "objects" else nudge, engine=engine, seed=1)

    with pytest.raises(ConformanceError, match=r"tick 1, agent dot-0, field 'x'.*0\.5.*in objects"):
        check_engines(make, ticks=3)


def test_populations_live_in_a_models_ticks():
    class World(Model):
        def build(self):
            self.cars = ring(8, model=self, engine="columns")
            self.crowd = boltzmann(5, model=self, engine="objects")

        def observe(self):
            return {"mean": float(self.cars["v"].mean()), "rich": int(self.crowd["wealth"].max())}

    world = World(seed=4).run(3)
    assert [row["mean"] > 0 for row in world.history] == [True, True, True]
    alone = ring(8, engine="objects", seed=9).run(3)
    np.testing.assert_array_equal(world.cars["v"], alone["v"])
    assert world.agent("car-3").v == world.cars["v"][3]
    assert world.agent("trader-2").wealth == world.crowd["wealth"][2]
    assert "car-7" in world.by_name
    assert "car-8" not in world.by_name
    assert list(world.by_name.values()) == []


@pytest.mark.parametrize("activation", ["simultaneous", "in order", "random"])
def test_activation_changes_the_numbers_and_not_the_agreement(activation):
    def copy_ahead(me, leader):
        me.x = leader.x + 1.0

    def make(engine):
        sees = {"leader": Leader("x", default={"x": -5.0})}
        return Population(
            Dot,
            rule=copy_ahead,
            sees=sees,
            columns={"x": np.arange(6.0)},
            activation=activation,
            engine=engine,
            seed=2,
        )

    assert check_engines(make, ticks=4).ok
    after = make("columns").run(1)["x"].tolist()
    if activation != "random":
        assert after == [2.0, 3.0, 4.0, 5.0, 6.0, -4.0]


def test_anyone_is_anyone_but_me():
    class Voter(Record):
        heard: int = -1
        crowd: int = 0

    def listen(me, others, rng):
        me.heard = others.pick(rng).id
        for other in others:
            me.crowd += 1 if other.id != me.id else 1000
        assert me.crowd % len(others) == 0

    def make(engine):
        return Population(Voter, 4, rule=listen, sees={"others": Anyone()}, engine=engine, seed=1)

    assert check_engines(make, ticks=50).ok
    voters, counts = make("columns"), np.zeros((4, 4))
    for _ in range(3000):
        voters.step()
        counts[np.arange(4), voters["heard"]] += 1
    assert np.diag(counts).sum() == 0
    off = counts[~np.eye(4, dtype=bool)]
    assert np.abs(off - 1000).max() < 5 * np.sqrt(3000 * (1 / 3) * (2 / 3))
