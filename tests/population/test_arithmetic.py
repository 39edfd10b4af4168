"""Where compiled arithmetic likes to part from Python's: tried on both engines, errors included."""

# ruff: noqa: PLR0912  # one branch for each operation

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mas_kit.population import Population, Record, RuleError


class Sum(Record):
    op: int = 0
    a: float = 0.0
    b: float = 0.0
    i: int = 0
    j: int = 0
    out: float = 0.0
    whole: int = 0


def floats(me):
    if me.op == 0:
        me.out = me.a % me.b
    elif me.op == 1:
        me.out = me.a // me.b
    elif me.op == 2:
        me.out = me.a / me.b
    elif me.op == 3:
        me.out = me.a**me.b
    elif me.op == 4:
        me.out = min(me.a, me.b)
    elif me.op == 5:
        me.out = max(me.a, me.b)
    elif me.op == 6:
        me.whole = int(me.a)
    elif me.op == 7:
        me.whole = round(me.a)
    elif me.op == 8:
        me.whole = math.floor(me.a) + math.ceil(me.b)
    elif me.op == 9:
        me.out = math.fmod(me.a, me.b)
    elif me.op == 10:
        me.out = math.pow(me.a, me.b)
    elif me.op == 11:
        me.out = math.atan2(me.a, me.b)
    elif me.op == 12:
        me.out = me.a**-1
    elif me.op == 13:
        me.out = me.a**0.5
    elif me.op == 14:
        me.out = abs(me.a) - me.b * 3 + (me.a < me.b)
    elif me.op == 15:
        me.out = math.copysign(me.a, me.b) if me.a and me.b else -me.a
    elif me.op == 16:
        me.out = float(me.a != me.b) or me.b


def functions(me):
    if me.op == 0:
        me.out = math.exp(me.a)
    elif me.op == 1:
        me.out = math.log(me.a)
    elif me.op == 2:
        me.out = math.sqrt(me.a)
    elif me.op == 3:
        me.out = math.sin(me.a)
    elif me.op == 4:
        me.out = math.cos(me.a)
    elif me.op == 5:
        me.out = math.tan(me.a)
    elif me.op == 6:
        me.out = math.log2(me.a)
    elif me.op == 7:
        me.out = math.log10(me.a)
    elif me.op == 8:
        me.out = math.log1p(me.a)
    elif me.op == 9:
        me.out = math.expm1(me.a)
    elif me.op == 10:
        me.out = math.tanh(me.a)
    elif me.op == 11:
        me.out = math.acos(me.a)
    elif me.op == 12:
        me.out = math.sinh(me.a) + math.cosh(me.a)
    elif me.op == 13:
        me.out = math.atanh(me.a)
    elif me.op == 14:
        me.out = math.asinh(me.a) + math.atan(me.a)
    elif me.op == 15:
        me.out = math.degrees(me.a) + math.radians(me.a)
    elif me.op == 16:
        me.whole = math.isnan(me.a) + 2 * math.isinf(me.a) + 4 * math.isfinite(me.a)
    elif me.op == 17:
        me.out = math.asin(me.a) - math.acosh(me.a)


def wholes(me):
    if me.op == 0:
        me.whole = me.i + me.j
    elif me.op == 1:
        me.whole = me.i - me.j
    elif me.op == 2:
        me.whole = me.i * me.j
    elif me.op == 3:
        me.whole = me.i // me.j
    elif me.op == 4:
        me.whole = me.i % me.j
    elif me.op == 5:
        me.whole = me.i**3
    elif me.op == 6:
        me.whole = -me.i
    elif me.op == 7:
        me.whole = abs(me.i) if me.i > me.j else min(me.i, me.j, 7)
    elif me.op == 8:
        me.whole = (me.i & me.j) | (me.i ^ 5)
    elif me.op == 9:
        me.out = me.i / me.j
    elif me.op == 10:
        me.out = me.i * me.a
    elif me.op == 11:
        me.whole = me.i < me.a
    elif me.op == 12:
        me.whole = ~me.i


BOXES = {}


def box(rule, engine):
    """One population for each rule and engine: compiled once, asked often."""
    if (rule, engine) not in BOXES:
        BOXES[rule, engine] = Population(Sum, 1, rule=rule, activation="in order", engine=engine, seed=1)
    return BOXES[rule, engine]


class Plain:
    """The rule's agent without any engine: what Python itself does."""

    def __init__(self, **values):
        self.out, self.whole = 0.0, 0
        self.__dict__.update(values)


def outcome(rule, how, values):
    """The bits of what a rule computes, or the error that it raises."""
    try:
        if how == "python":
            me = Plain(**values)
            rule(me)
            return np.float64(me.out).tobytes() if not math.isnan(me.out) else "nan", int(me.whole)
        box(rule, how).set(out=0.0, whole=0, **values)
        box(rule, how).step()
        out = box(rule, how)["out"][0]
        return out.tobytes() if not np.isnan(out) else "nan", int(box(rule, how)["whole"][0])
    except Exception as error:
        return type(error)


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 1e-320, 1e308, -1e308, 2.0**53, 1e19, math.pi]
FLOATS = st.one_of(
    st.sampled_from([*SPECIAL, math.inf, -math.inf, math.nan]), st.floats(), st.floats(-20, 20)
)
WHOLES = st.one_of(
    st.integers(-9, 9),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([2**53, 2**53 + 1, -(2**63), 3037000500]),
)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(op=st.integers(0, 16), a=FLOATS, b=FLOATS)
@example(op=0, a=-1e-20, b=3.0)
@example(op=0, a=-0.0, b=3.0)
@example(op=4, a=0.0, b=math.nan)
@example(op=5, a=math.nan, b=0.0)
@example(op=4, a=0.0, b=-0.0)
@example(op=3, a=-8.0, b=1.0 / 3.0)
@example(op=3, a=0.0, b=-1.0)
@example(op=7, a=2.5, b=0.0)
def test_floats_are_pythons(op, a, b):
    values = {"op": op, "a": a, "b": b}
    objects, columns = outcome(floats, "objects", values), outcome(floats, "columns", values)
    plain = outcome(floats, "python", values)
    if plain in (TypeError, AttributeError):  # a complex power, which no float field holds
        plain = ValueError
    if isinstance(plain, tuple) and not -(2**63) <= plain[1] < 2**63:  # an int field has 64 bits
        plain = OverflowError
    assert objects == plain
    assert same(columns, plain)


def same(columns, plain):
    """The very outcome; or, where numbers leave the 64 bits of columns, an error that says so."""
    return columns == plain or (plain is not columns and columns is RuleError and plain is not None)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(op=st.integers(0, 17), a=FLOATS)
def test_functions_are_pythons(op, a):
    values = {"op": op, "a": a}
    plain = outcome(functions, "python", values)
    assert outcome(functions, "objects", values) == plain
    assert outcome(functions, "columns", values) == plain


@settings(max_examples=500, deadline=None, derandomize=True)
@given(op=st.integers(0, 12), i=WHOLES, j=WHOLES, a=FLOATS)
@example(op=2, i=3037000500, j=3037000500, a=0.0)
@example(op=5, i=2**21, j=0, a=0.0)
@example(op=3, i=-(2**63), j=-1, a=0.0)
@example(op=11, i=2**53 + 1, j=0, a=2.0**53)
@example(op=9, i=2**53 + 1, j=3, a=0.0)
def test_whole_numbers_are_pythons_or_refused(op, i, j, a):
    values = {"op": op, "i": i, "j": j, "a": a}
    plain = outcome(wholes, "python", values)
    if isinstance(plain, tuple) and not -(2**63) <= plain[1] < 2**63:
        plain = OverflowError
    assert outcome(wholes, "objects", values) == plain
    columns = outcome(wholes, "columns", values)
    large = max(abs(i), abs(j)) > 2**53 or plain is OverflowError
    assert columns == plain or (columns is RuleError and large)


def test_small_powers_are_multiplications_in_both_engines():
    class Powers(Record):
        a: float = 0.0
        two: float = 0.0
        three: float = 0.0
        four: float = 0.0
        long: float = 0.0

    def raise_(me):
        me.two = me.a**2
        me.three = me.a**3
        me.four = me.a**4
        me.long = math.hypot(me.a, 3.7)

    a = np.random.default_rng(5).normal(size=20_000) * 10.0 ** np.arange(-10, 10).repeat(1000)
    for engine in ("objects", "columns"):
        p = Population(Powers, rule=raise_, columns={"a": a}, engine=engine, seed=1)
        p.step()
        np.testing.assert_array_equal(p["two"], a * a)
        np.testing.assert_array_equal(p["three"], a * a * a)
        np.testing.assert_array_equal(p["four"], (a * a) * (a * a))
        np.testing.assert_array_equal(p["long"], np.sqrt(a * a + 3.7 * 3.7))
    assert any(x**4 != (x * x) * (x * x) for x in a.tolist())  # so that there is something to agree on


def test_no_multiplication_is_fused_into_an_addition():
    class Fused(Record):
        a: float = 0.0
        b: float = 0.0
        c: float = 0.0
        out: float = 0.0

    def fuse(me):
        me.out = me.a * me.b + me.c

    rng = np.random.default_rng(1)
    data = {name: rng.normal(size=20_000) for name in "abc"}
    p = Population(Fused, rule=fuse, columns=data, engine="columns", seed=1)
    p.step()
    np.testing.assert_array_equal(p["out"], data["a"] * data["b"] + data["c"])


@pytest.mark.parametrize("engine", ["objects", "columns"])
def test_draws_are_numpys_one_after_the_other(engine):
    class Draws(Record):
        u: float = 0.0
        k: int = 0
        m: int = 0
        w: float = 0.0
        z: float = 0.0
        s: float = 0.0
        e: float = 0.0

    def draw(me, rng):
        me.u = rng.random()
        me.k = rng.integers(7)
        me.m = rng.integers(-5, 10**12)
        me.w = rng.uniform(-1, 3)
        me.z = rng.normal(10.0, 0.5)
        me.s = rng.standard_normal()
        me.e = rng.exponential(2.0) + rng.standard_exponential()

    p = Population(Draws, 20_000, rule=draw, activation="in order", engine=engine, seed=8)
    rng = p.model.seeds.stream("again")
    rng.bit_generator.state = p.draws.bit_generator.state
    p.step()
    rows = p.frame().drop(columns="id").to_numpy()
    again = [
        [
            rng.random(),
            rng.integers(7),
            rng.integers(-5, 10**12),
            -1 + 4.0 * rng.random(),
            10.0 + 0.5 * rng.standard_normal(),
            rng.standard_normal(),
            2.0 * rng.standard_exponential() + rng.standard_exponential(),
        ]
        for _ in range(20_000)
    ]
    np.testing.assert_array_equal(rows, np.array(again))
