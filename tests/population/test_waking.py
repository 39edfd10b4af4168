"""Turns by chance: who has one is drawn as it should be, and is the same in both engines."""

from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest

from mas_kit import Crash, Model
from mas_kit.core import ParameterError
from mas_kit.population import Anyone, Population, Record, arithmetic, check_engines
from mas_kit.population.compiled import addresses, wake
from mas_kit.population.waking import NOBODY

TINY = (5e-324, 1e-12, 1e-3)
CHANCES = (0.0, *TINY, 0.03, 0.5, 0.999, 1 - 2**-53, 1.0)


class Dot(Record):
    x: float = 0.0
    turns: int = 0


def drift(me, rng):
    me.turns += 1
    me.x = 0.5 * me.x + rng.random()
    me.x += 1.0


def meet(me, others, rng):
    other = others.pick(rng)
    me.turns += 1
    me.x = 0.5 * me.x + other.x + rng.random()


def dots(engine="columns", rule=drift, size=60, chance=0.2, activation="simultaneous", **rest):
    sees = {"others": Anyone()} if rule is meet else {}
    rest = {"seed": 1, **rest} if "model" not in rest else rest
    return Population(
        Dot, size, rule=rule, sees=sees, chance=chance, activation=activation, engine=engine, **rest
    )


# ---- both engines


@pytest.mark.parametrize("activation", ["simultaneous", "in order", "random"])
@pytest.mark.parametrize("rule", [drift, meet])
def test_both_engines_agree(rule, activation):
    for chance in CHANCES:
        assert check_engines(dots, ticks=12, rule=rule, activation=activation, chance=chance).ok


def changing(engine, **rest):
    """Every tick another chance, and somebody who is woken for sure."""

    class World(Model):
        def build(self):
            self.dots = dots(engine, model=self, **rest)

        def world(self):
            self.dots.chance = (0.0, 0.1, 1.0, 0.4)[self.tick % 4]
            self.dots.wake([self.tick, 3, 3])

    return World(seed=2, faults=[Crash(agent="dot-3", at=5, until=9), Crash(agent="dot-7", at=2)])


@pytest.mark.parametrize("settings", [{"rule": meet}, {"rule": meet, "activation": "random"}, {"threads": 3}])
def test_changing_chances_calls_and_faults_agree(settings):
    assert check_engines(changing, ticks=20, **settings).ok
    world = changing("columns", **settings)
    turns = [world.run(1).dots["turns"].copy() for _ in range(12)]
    assert turns[3][3] == turns[-1][3] - 4  # of twelve ticks dot-3 was called in eleven, and down in four
    assert turns[-1][7] <= 1


class Yeast(Record):
    age: int = 0


def bud(me, rng):
    me.age += 1
    if me.age > 6:
        me.die()
    elif rng.random() < 0.3:
        me.spawn(age=me.id % 3)


@pytest.mark.parametrize("activation", ["random", "simultaneous"])
def test_births_and_deaths_agree_and_the_woken_are_told_by_number(activation):
    def make(engine):
        return Population(Yeast, 30, rule=bud, chance=0.5, activation=activation, engine=engine, seed=1)

    assert check_engines(make, ticks=30).ok
    one, other = make("objects").run(30), make("columns").run(30)
    assert one.woken.tolist() == other.woken.tolist()
    gone = set(other.woken.tolist()) - set(other["id"].tolist())
    assert gone  # who died in its turn had one
    with pytest.raises(ParameterError, match=f"agents.*{min(gone)}"):
        other.wake([min(gone)])


def test_columns_take_over_and_nobody_notices(tmp_path, monkeypatch):
    monkeypatch.setenv("MAS_KIT_CACHE", str(tmp_path))
    monkeypatch.setattr("mas_kit.population.kernel._LOADED", {})
    auto = dots("auto", activation="in order").run(3)
    assert auto.compiling is None or auto.compiling.wait(60)
    auto.wake([5])
    same = dots("objects", activation="in order").run(3)
    same.wake([5])
    assert auto.run(4).frame().equals(same.run(4).frame())
    assert auto.engine.name == "columns"
    assert auto.woken.tolist() == same.woken.tolist()


def test_threads_and_copies_change_no_number():
    def halve(me):
        me.x = 0.5 * me.x + me.id
        me.turns += 1

    alone = dots(rule=halve, size=301, threads=1)
    shared = dots(rule=halve, size=301, threads=3)
    for population in (alone, shared):
        population.wake([300])
        population.run(3)
    copied = deepcopy(shared)
    assert alone.run(5).frame().equals(shared.run(5).frame())
    assert alone.frame().equals(copied.run(5).frame())
    assert alone.woken.tolist() == shared.woken.tolist() == copied.woken.tolist()


# ---- who is drawn


@pytest.mark.parametrize("chance", [*CHANCES, 0.25])
@pytest.mark.parametrize("called", [[], [0], [2, 3, 999], list(range(1000))])
def test_the_compiled_draw_is_the_plain_one(chance, called):
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    order = np.empty(1000, np.int32)
    for _ in range(20):
        plain = arithmetic.woken(one, chance, 1000, called)
        count = wake(*addresses(other), chance, 1000, np.array(called, np.int64), len(called), order)
        assert order[:count].tolist() == plain
        assert one.bit_generator.state == other.bit_generator.state
        assert set(called) <= set(plain)
        assert all(a < b for a, b in pairwise(plain))


def test_it_draws_one_number_for_each_who_is_found_and_one_more():
    rng, clock = np.random.default_rng(6), np.random.default_rng(6)
    found = arithmetic.woken(rng, 0.001, 10**6, [])
    clock.random(len(found) + 1)
    assert rng.bit_generator.state == clock.bit_generator.state
    for chance in (0.0, 1.0):
        arithmetic.woken(rng, chance, 100, [])
        assert rng.bit_generator.state == clock.bit_generator.state


@pytest.mark.parametrize("chance", [0.003, 0.05, 0.3, 0.9, 0.999])
def test_each_has_the_same_chance_whatever_the_others_have(chance):
    """Frequencies, counts and pairs of 40,000 ticks of 64 agents, against their standard errors."""
    ticks, n = 40_000, 64
    rng, order = np.random.default_rng(7), np.empty(n, np.int32)
    double, state = addresses(rng)
    had = np.zeros((ticks, n), bool)
    for tick in range(ticks):
        had[tick, order[: wake(double, state, chance, n, NOBODY, 0, order)]] = True
    variance = chance * (1 - chance)
    # Each agent's frequency: 64 normal numbers, of which the sum of squares is chi-squared.
    deviations = (had.mean(axis=0) - chance) / np.sqrt(variance / ticks)
    assert abs((deviations**2).sum() - n) < 4.5 * np.sqrt(2 * n)
    # How many in a tick: mean and variance of a binomial number.
    counts = had.sum(axis=1)
    spread = n * variance
    assert abs(counts.mean() - n * chance) < 4.5 * np.sqrt(spread / ticks)
    kurtosis = (1 - 6 * variance) / spread
    assert abs(counts.var() / spread - 1) < 4.5 * np.sqrt((2 + kurtosis) / ticks)
    # Neighbours in the list, second neighbours, and the same agent in the next tick: no correlation.
    centred = (had - chance) / np.sqrt(variance)
    for left, right in (
        (centred[:, 1:], centred[:, :-1]),
        (centred[:, 2:], centred[:, :-2]),
        (centred[1:], centred[:-1]),
    ):
        assert abs((left * right).mean()) < 4.5 / np.sqrt(left.size)


def test_the_gaps_are_geometric():
    chance, n = 0.2, 200_000
    found = np.array(arithmetic.woken(np.random.default_rng(8), chance, n, []))
    gaps = np.diff(found) - 1
    most = 25
    seen = np.bincount(np.minimum(gaps, most), minlength=most + 1)
    law = chance * (1 - chance) ** np.arange(most)
    expected = len(gaps) * np.append(law, 1 - law.sum())
    statistic = ((seen - expected) ** 2 / expected).sum()
    assert abs(statistic - most) < 4.5 * np.sqrt(2 * most)


def test_a_tiny_chance_is_not_none():
    """Of 10^12 agents, or as many as there are 64-bit numbers: counted by skips, nobody is asked."""
    rng = np.random.default_rng(9)
    counts = [len(arithmetic.woken(rng, 1e-12, 4 * 10**12, [])) for _ in range(2000)]
    assert abs(np.mean(counts) - 4) < 4.5 * np.sqrt(4 / 2000)
    assert arithmetic.woken(rng, 5e-324, 2**63, []) == []


# ---- asking for it


@pytest.mark.parametrize("engine", ["objects", "columns"])
def test_who_is_woken_has_one_turn_and_no_second(engine):
    waiting = dots(engine, chance=0.0)
    assert waiting.run(2)["turns"].sum() == 0
    waiting.wake([4, 9])
    waiting.wake(np.arange(60) == 9)
    waiting.wake([])
    waiting.run(3)
    assert np.flatnonzero(waiting["turns"]).tolist() == [4, 9]
    assert waiting["turns"].max() == 1
    assert waiting.woken.tolist() == []
    waiting.chance = 1.0
    waiting.wake([4])
    assert waiting.run(1)["turns"].tolist() == [2 if k in (4, 9) else 1 for k in range(60)]
    assert waiting.woken.tolist() == list(range(60))


@pytest.mark.parametrize("chance", [-0.1, 1.5, float("nan"), True, "often", None])
def test_what_is_no_probability_is_told(chance):
    if chance is not None:
        with pytest.raises(ParameterError, match=r"'chance' is .*a number from 0 to 1"):
            dots("objects", chance=chance)
    population = dots("objects")
    with pytest.raises(ParameterError, match=r"'chance' is .*a number from 0 to 1"):
        population.chance = chance
    assert population.chance == 0.2


@pytest.mark.parametrize("agents", [[60], [-1], [1.0], np.ones(59, bool), ["dot-1"]])
def test_who_is_not_there_cannot_be_woken(agents):
    with pytest.raises(ParameterError, match="'agents' is"):
        dots("objects").wake(agents)


def test_a_chance_is_declared_when_the_population_is_made():
    everybody = dots(chance=None)
    assert everybody.chance is None
    assert everybody.run(3)["turns"].tolist() == [3] * 60
    for ask in (
        lambda: everybody.wake([1]),
        lambda: setattr(everybody, "chance", 0.1),
        lambda: everybody.woken,
    ):
        with pytest.raises(ParameterError, match=r"make it with chance=1\.0"):
            ask()


def test_chance_has_a_stream_of_its_own():
    """Other draws of the model, and a chance of 1, change nothing."""
    plain, declared = dots(chance=None).run(5), dots(chance=1.0).run(5)
    assert plain.frame().equals(declared.frame())
    one, other = dots(chance=0.3), dots(chance=0.3)
    other.draws.random(100)
    for _ in range(10):
        assert one.run(1).woken.tolist() == other.run(1).woken.tolist()


# ---- looking into it


def test_a_mind_that_had_no_turn_says_so():
    logged = Model(seed=1, log=True)
    told, columns = dots("objects", rule=meet, model=logged), dots(rule=meet, model=Model(seed=1))
    for population in (told, columns):
        population.run(4)
        had = set(population.woken.tolist())
        for agent in population:
            explained = agent.explain()
            if agent.id in had:
                assert "the rule meet" in explained.reason
                assert agent.percept.me.id == agent.id
                assert {change.field for change in agent.decision.action} == {"x", "turns"}
            else:
                assert explained.chosen == ()
                assert explained.reason.startswith("its turn did not come in tick 4")
                assert agent.percept is None
                assert agent.decision.action == ()
    assert [agent.percept for agent in told] == [agent.percept for agent in columns]
    assert [agent.decision for agent in told] == [agent.decision for agent in columns]


def test_looking_changes_nothing():
    one, other = dots(rule=meet), dots(rule=meet)
    for tick in range(8):
        one.run(1), other.run(1)
        woken = one.woken.tolist()
        _ = one[tick].percept, one[woken[0]].decision
        assert one.woken.tolist() == woken
    assert one.frame().equals(other.frame())
    other.run(3), one.run(3)
    assert one[one.woken[0]].decision == other[other.woken[0]].decision


@pytest.mark.parametrize("chance", [None, 0.7])
def test_what_was_written_from_outside_is_remembered_after_a_look(chance):
    def add(me, others, rng):
        me.x = others.pick(rng).x + 1.0

    def make():
        sees = {"others": Anyone()}
        return Population(
            Dot, 2, rule=add, sees=sees, activation="in order", engine="columns", seed=1, chance=chance
        )

    looked, not_looked = make().run(2), make().run(2)
    for population in (looked, not_looked):
        population[0].x = 100.0
        if population is looked:
            assert population[1].percept is not None or chance
        population.run(1)
    assert looked[1].decision == not_looked[1].decision


@pytest.mark.parametrize("activation", ["simultaneous", "random"])
@pytest.mark.parametrize("rule_sees", [False, True])
@pytest.mark.parametrize("chance", [None, 0.5])
def test_a_tick_that_breaks_off_leaves_the_same_behind(activation, rule_sees, chance):
    """Also where columns were written in place, and in a run of several ticks."""

    def invert(me, rng):
        me.x += rng.random()
        me.turns += 1
        me.x += 0.0 / (6 - me.turns)

    def invert_and_see(me, others, rng):
        me.x += others.pick(rng).x * rng.random()
        me.turns += 1
        me.x += 0.0 / (6 - me.turns)

    ended = []
    for engine in ("objects", "columns"):
        population = Population(
            Dot,
            20,
            rule=invert_and_see if rule_sees else invert,
            sees={"others": Anyone()} if rule_sees else {},
            activation=activation,
            engine=engine,
            chance=chance,
            seed=3,
        )
        with pytest.raises(ZeroDivisionError) as caught:
            population.run(40)
        streams = [s.bit_generator.state for s in (population.draws, population.wake_stream)]
        told = [caught.value.__notes__, population.ticks, streams]
        ended.append((told, population.frame()))
    assert ended[0][0] == ended[1][0]
    if activation == "simultaneous":  # nothing of that tick counts
        assert ended[0][1].equals(ended[1][1])
        assert ended[1][1]["turns"].max() <= 5


def test_a_rule_may_be_called_like_a_part_of_the_loop():
    def tick(me):
        me.x = turn(me.x)

    def turn(x):
        return x + 1.0

    assert dots(rule=tick, chance=None).run(3)["x"].tolist() == [3.0] * 60


def test_a_rule_that_sees_nobody_writes_in_place():
    assert "x_after" not in dots(rule=drift).source
    assert "x_after" in dots(rule=meet).source
