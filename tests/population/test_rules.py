"""What a rule may not do: each refusal names the file, the line, the reason and what to write instead."""

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mas_kit.core import ParameterError, UnknownNameError
from mas_kit.population import (
    Anyone,
    Cells,
    Leader,
    Links,
    Population,
    Record,
    RuleError,
    Within,
    check_engines,
)

NAMES = ["a", "b"]
GAIN = 3.0


class Dot(Record):
    x: float = 0.0
    k: int = 0
    on: bool = False


class Field(Record):
    width: float = 10.0
    cost: NDArray
    table: NDArray


def make(rule, engine="columns", **more):
    return Population(Dot, 4, rule=rule, engine=engine, seed=1, **more)


def uses_text(me):
    me.x = len("four")


def uses_list(me):
    me.x = [1.0, 2.0][me.k]


def uses_numpy(me):
    me.x = np.sqrt(me.x)


def uses_sum(me):
    me.x = sum((me.x, 1.0))


def uses_comprehension(me):
    me.x = max([y * 2.0 for y in (1.0, 2.0)])


def uses_global_list(me):
    me.k = len(NAMES)


def may_have_no_value(me):
    if me.x > 1.0:
        y = 2.0
    me.x = y


def prints(me):
    print(me.x)


def power_of_ints(me):
    me.x = me.k**me.k


def rounds_to_digits(me):
    me.x = round(me.x, 2)


def recursive(x):
    return recursive(x - 1.0) if x > 0.0 else 0.0


def uses_recursion(me):
    me.x = recursive(me.x)


def with_default(x, y=1.0):
    return x + y


def uses_default(me):
    me.x = with_default(me.x)


def tries(me):
    try:
        me.x = 1.0 / me.x
    except ZeroDivisionError:
        me.x = 0.0


def drops(me):
    _ = me.x
    me.x == 1.0  # noqa: B015


def two_kinds(me, leader):
    thing = me.x
    if me.x > 0.0:
        thing = leader
    me.x = 1.0 if thing is None else 2.0


REFUSED = [
    (uses_text, 1, "number the cases"),
    (uses_list, 1, "List"),
    (uses_numpy, 1, "use math.sqrt"),
    (uses_sum, 1, "write a loop"),
    (uses_comprehension, 1, "over a neighbourhood write a loop"),
    (uses_global_list, 1, "'NAMES' is no number"),
    (may_have_no_value, 3, "'y' may have no value here"),
    (prints, 1, "population.agent"),
    (power_of_ints, 1, "float"),
    (rounds_to_digits, 1, "scale first"),
    (uses_recursion, -1, "calls itself"),
    (uses_default, -1, "without a default"),
    (tries, 1, "know no try"),
    (drops, 2, "computes a value and drops it"),
    (two_kinds, 3, "'thing' is a float here and an agent there"),
]


@pytest.mark.parametrize(("rule", "line", "told"), REFUSED, ids=lambda x: getattr(x, "__name__", None))
def test_what_columns_cannot_do_is_refused_with_the_line(rule, line, told):
    sees = {"leader": Leader("x", default={"x": 0.0})}
    with pytest.raises(RuleError, match=told) as caught:
        make(rule, sees=sees)
    error = caught.value
    assert Path(error.file).name == "test_rules.py"
    assert error.fix
    if line > 0:
        assert error.line == rule.__code__.co_firstlineno + line
        assert f"{error.file}:{error.line}" in str(error)


@pytest.mark.parametrize(
    "rule", [uses_text, uses_list, uses_numpy, uses_sum, uses_global_list, tries, uses_default]
)
def test_and_still_runs_on_objects(rule):
    dots = make(rule, "objects")
    assert dots.refusal is not None
    dots.set(x=4.0)
    dots.step()
    told = {
        "uses_text": 4.0,
        "uses_list": 1.0,
        "uses_numpy": 2.0,
        "uses_sum": 5.0,
        "uses_global_list": 4.0,
        "tries": 0.25,
        "uses_default": 5.0,
    }
    assert dots["x"].tolist() == [told[rule.__name__]] * 4
    assert dots["k"].tolist() == [2 if rule is uses_global_list else 0] * 4


def writes_to_leader(me, leader):
    leader.x = 1.0


def writes_through_helper(me, leader):
    push(leader)


def push(other):
    other.x += 1.0


def writes_to_world(me, field):
    field.width = 2.0


def writes_float_to_int(me):
    me.k = me.x


def unknown_field(me):
    me.y = 1.0


def unknown_world(me, field):
    me.x = field.depth


def writes_id(me):
    me.id = 4


WRONG = [
    (writes_to_leader, "an agent writes only to itself.*'x' of another"),
    (writes_through_helper, "an agent writes only to itself"),
    (writes_to_world, "read only"),
    (writes_float_to_int, "'k' is an int, and this assigns a float"),
    (unknown_field, "Dot has no field 'y'"),
    (unknown_world, "no 'depth'"),
    (writes_id, "id for good"),
]


@pytest.mark.parametrize("engine", ["objects", "columns"])
@pytest.mark.parametrize(("rule", "told"), WRONG, ids=lambda x: getattr(x, "__name__", None))
def test_what_no_engine_may_do_is_an_error_in_both(rule, told, engine):
    world = {"field": Field(cost=np.zeros(3), table=np.zeros((2, 2)))}
    with pytest.raises(RuleError, match=told) as caught:
        make(rule, engine, sees={"leader": Leader("x", default={"x": 0.0})}, world=world)
    assert caught.value.line > 0


def test_a_rule_that_only_objects_run_may_not_write_to_others_either():
    def sly(me, leader):
        me.x = len(str(leader.x))
        if me.id == 2:
            leader.x = 5.0

    dots = make(sly, "objects", sees={"leader": Leader("x", around=None)}, columns={"x": np.arange(4.0)})
    with pytest.raises((RuleError, AttributeError)) as caught:
        dots.run(2)
    assert "writes only to itself" in str(caught.value) or "NoneType" in str(caught.value)


def test_arguments_are_asked_for_by_name():
    def asks(me, wind):
        me.x = wind

    with pytest.raises(ParameterError, match="asks for 'wind', which nobody gives; known here: rng"):
        make(asks)
    with pytest.raises(ParameterError, match="first argument must be called 'me'"):
        make(lambda x: None, "objects")
    with pytest.raises(ParameterError, match="'leader' is taken twice"):
        make(
            writes_to_leader, sees={"leader": Leader("x")}, world={"leader": Field(cost=[1.0], table=[[1.0]])}
        )


def test_mistakes_in_the_declaration_are_named():
    def still(me):
        me.x += 0.0

    with pytest.raises(UnknownNameError, match="no field of Dot named 'z'"):
        make(still, columns={"z": 1.0})
    with pytest.raises(ParameterError, match=r"Dot.x.*shape \(3,\).*4 of them"):
        make(still, columns={"x": [1.0, 2.0, 3.0]})
    with pytest.raises(ParameterError, match="array of int"):
        make(still, columns={"k": [0.5] * 4})
    with pytest.raises(ParameterError, match="activation"):
        make(still, activation="at once")
    with pytest.raises(ParameterError, match="engine"):
        make(still, "fast")
    with pytest.raises(ParameterError, match="size"):
        Population(Dot, 0, rule=still)
    with pytest.raises(UnknownNameError, match="'place'"):
        make(still, sees={"leader": Leader("place")})
    with pytest.raises(UnknownNameError, match="field of the world named 'length'"):
        make(still, sees={"leader": Leader("x", around="length")})
    with pytest.raises(ParameterError, match="radius"):
        Within(6.0, width=10.0, height=20.0)
    with pytest.raises(ParameterError, match="'k' to be float"):
        make(still, sees={"near": Within(2.0, "x", "k", width=10.0, height=10.0)})
    with pytest.raises(ParameterError, match="one agent a cell"):
        make(still, sees={"cells": Cells("k", width=5, height=5)})
    with pytest.raises(ParameterError, match="agents 0 to 3"):
        make(still, sees={"friends": Links([(0, 4)])})

    class Named(Record):
        name: int = 0

    with pytest.raises(ParameterError, match="no use for"):
        Population(Named, 2, rule=still, engine="objects")
    with pytest.raises(ParameterError, match="float, int, bool"):

        class Text(Record):
            label: str = ""


def test_two_cannot_move_to_one_cell_at_once():
    def hop(me, cells, rng):
        me.k = cells.empty(rng)

    sees = {"cells": Cells("k", width=3, height=3)}
    with pytest.raises(RuleError, match="two agents could move to one cell"):
        make(hop, sees=sees, columns={"k": np.arange(4)})
    assert check_engines(
        lambda engine: make(hop, engine, sees=sees, columns={"k": np.arange(4)}, activation="in order"),
        ticks=20,
    ).ok


def bounce(me, field, rng):
    me.k = me.k + 1
    if me.k > 2 and me.id == 2:
        me.x = 1.0 / (me.x - me.x)
    me.x += rng.random() * field.width


@pytest.mark.parametrize("engine", ["objects", "columns"])
@pytest.mark.parametrize("activation", ["simultaneous", "random"])
def test_an_error_in_a_rule_names_the_agent_the_tick_and_the_line(engine, activation):
    world = {"field": Field(cost=np.zeros(1), table=np.zeros((1, 1)))}
    dots = make(bounce, engine, world=world, activation=activation)
    with pytest.raises(ZeroDivisionError) as caught:
        dots.run(10)
    assert caught.value.__notes__ == ["in the rule bounce of dot-2, tick 3"]
    lines = [entry.lineno for entry in caught.traceback if Path(str(entry.path)).name == "test_rules.py"]
    assert bounce.__code__.co_firstlineno + 3 in [line + 1 for line in lines]
    if activation == "simultaneous":
        assert dots["k"].tolist() == [2] * 4  # nobody has moved on


def test_the_world_is_read_by_index_and_watched():
    def pay(me, field):
        for price in field.cost:
            me.x += price
        me.x += field.cost[-1] + field.table[me.k, 1] + len(field.cost)
        me.k += 1

    def world():
        return {"field": Field(cost=[1.0, 2.0, 3.5], table=[[1, 2], [3, 4]])}

    assert check_engines(
        lambda engine: make(pay, engine, world=world()), ticks=5
    ).ok  # both end with IndexError
    dots = make(pay, world=world())
    dots.run(2)
    assert dots["x"][0] == 2 * (6.5 + 3.5 + 3) + 2 + 4
    with pytest.raises(IndexError):
        dots.step()


def test_constants_are_those_of_the_moment_it_was_made():
    gain = 2.0

    def grow(me):
        me.x += gain * GAIN + math.pi

    dots = {engine: make(grow, engine) for engine in ("objects", "columns")}
    gain = 100.0
    for population in dots.values():
        assert population.run(1)["x"][0] == 2.0 * 3.0 + math.pi
    assert make(grow).run(1)["x"][0] == 100.0 * 3.0 + math.pi


def test_helpers_see_agents_numbers_and_chance():
    def further(a, b, field):
        return (a, b) if a.x + field.width > b.x else (b, a)

    def drawn(rng, scale):
        return scale * rng.random()

    def add(agent, amount):
        agent.x += amount
        agent.k += 1 if amount > 0.5 else 0

    def walk(me, others, field, rng):
        best = others.pick(rng)
        for other in others:
            if other.x > best.x:
                best = other
            elif other.id == me.id:
                continue
        low, high = 0.0, drawn(rng, 2.0)
        add(me, max(low, high))
        add(best, -high)
        while me.x > field.width:
            me.x -= field.width
            if me.x < 1.0:
                break
        else:
            me.on = not me.on

    def world():
        return {"field": Field(width=3.0, cost=[1.0], table=[[1.0]])}

    for activation in ("in order", "random"):
        assert check_engines(
            lambda engine, activation=activation: make(
                walk, engine, sees={"others": Anyone()}, world=world(), activation=activation
            ),
            ticks=60,
        ).ok

    def trade(me, others, field, rng):
        first, second = further(me, others.pick(rng), field)
        first.x, second.k = second.x + 1.0, first.k - 1

    assert check_engines(
        lambda engine: make(trade, engine, sees={"others": Anyone()}, world=world(), activation="in order"),
        ticks=60,
    ).ok


def test_the_compiled_loop_can_be_read():
    def grow(me):
        me.x += 0.5

    assert "x_of[me] = x_of[me] + 0.5" in make(grow).source
    with pytest.raises(RuleError):
        _ = make(uses_text, "objects").source
