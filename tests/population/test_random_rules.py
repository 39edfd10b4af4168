"""Rules that nobody wrote: put together at random from all that a rule can say, and run on both engines."""

import itertools
import linecache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mas_kit.population import Anyone, Leader, Population, Record, check_engines

_NUMBER = itertools.count()


class Thing(Record):
    a: float = 0.5
    b: float = -1.25
    k: int = 3
    on: bool = False


class Place(Record):
    size: float = 2.5
    limit: int = 4


FLOATS = [
    "me.a",
    "me.b",
    "other.a",
    "other.b",
    "place.size",
    "rng.random()",
    "0.75",
    "-2.0",
    "t",
    "float(me.k)",
]
WHOLES = ["me.k", "other.k", "place.limit", "2", "-3", "n", "len(others)", "(me.id + 1)"]


@st.composite
def floats(draw, depth=2):
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(FLOATS))
    x, y = draw(floats(depth - 1)), draw(floats(depth - 1))
    whole = draw(wholes(depth - 1))
    form = draw(
        st.sampled_from(
            [
                "({x} + {y})",
                "({x} - {y})",
                "({x} * {y})",
                "({x} / (abs({y}) + 0.5))",
                "({x} % (abs({y}) + 0.25))",
                "({x} // (abs({y}) + 0.25))",
                "min({x}, {y})",
                "max({x}, {y}, 0.5)",
                "({x} if {x} < {y} else {y})",
                "({x} ** 2)",
                "(abs({x}) ** 0.3)",
                "math.sin({x})",
                "math.exp(-abs({x}))",
                "math.hypot({x}, {y})",
                "math.log(1.0 + abs({x}))",
                "({x} * {i})",
                "({i} / 7)",
                "helper({x}, {y}, me)",
                "-{x}",
            ]
        )
    )
    return form.format(x=x, y=y, i=whole)


@st.composite
def wholes(draw, depth=2):
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(WHOLES))
    i, j = draw(wholes(depth - 1)), draw(wholes(depth - 1))
    form = draw(
        st.sampled_from(
            [
                "({i} + {j})",
                "({i} - {j})",
                "(({i} * {j}) % 1009)",
                "({i} // 3)",
                "({i} % 5)",
                "min({i}, {j})",
                "abs({i})",
                "({i} if {i} > {j} else {j})",
                "({i} < {j})",
                "int(me.a)",
                "round(me.b)",
                "math.floor(me.a)",
                "-{i}",
            ]
        )
    )
    return f"({form.format(i=i, j=j)} % 100003)"


@st.composite
def bodies(draw):
    lines = ["    other = others.pick(rng)", "    t = me.a", "    n = 1"]
    for _ in range(draw(st.integers(1, 3))):
        x, i = draw(floats()), draw(wholes())
        lines += draw(
            st.sampled_from(
                [
                    [f"    me.a = {x}"],
                    [f"    me.b = {x}", f"    me.k = {i}"],
                    [f"    t = {x}", "    me.a -= t"],
                    [f"    if {x} > {i}:", f"        me.b = {x}", "    else:", f"        n += {i}"],
                    [
                        f"    for step in range({i} % 4):",
                        f"        me.a += {x} * 0.125",
                        "        n = n + step",
                    ],
                    ["    for someone in others:", "        t += someone.a * 0.1", "        n += someone.on"],
                    [f"    me.on = {x} < 1.0 and not me.on or n == {i}"],
                    [
                        "    while n > 0:",
                        "        n = n // 2",
                        "        t *= 0.5",
                        f"        if t < {x}:",
                        "            break",
                    ],
                    [f"    me.a, me.b = me.b, {x}"],
                    ["    if leader is not None:", f"        t = leader.a * {x}", "        me.b += t"],
                ]
            )
        )
    lines += ["    me.a = max(-1000.0, min(1000.0, me.a + 0.001 * t))", "    me.b = me.b % 500.0"]
    lines += ["    me.k = (me.k + n) % 10007"]
    return "\n".join(lines)


def made(body):
    """The rule, with a source that can be read as that of any other."""
    text = (
        "import math\n\n\ndef helper(x, y, who):\n    if x > y:\n        return x - who.b\n"
        f"    return y * 0.5\n\n\ndef rule(me, leader, others, place, rng):\n{body}\n"
    )
    file = f"<random rule {next(_NUMBER)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space = {"__name__": "random_rules"}
    exec(compile(text, file, "exec"), space)
    return space["rule"]


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
@given(body=bodies(), activation=st.sampled_from(["simultaneous", "in order", "random"]))
def test_both_engines_agree_on_any_rule(body, activation):
    rule = made(body)

    def make(engine):
        sees = {"leader": Leader("a"), "others": Anyone()}
        start = {"a": [0.5, -1.5, 3.25, 0.0, 2.0], "k": [0, 1, -2, 5, 9]}
        return Population(
            Thing,
            rule=rule,
            sees=sees,
            world={"place": Place()},
            columns=start,
            activation=activation,
            engine=engine,
            seed=1,
        )

    assert check_engines(make, ticks=8).ok
