"""One declaration: validation, description, text, tables."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit.core import ParameterError, Parameters, UnknownNameError, parameter


class Pond(Parameters):
    frogs: int = parameter(10, ge=1, le=500, unit="frogs", help="how many", group="start")
    depth: float = parameter(2.0, ge=0, le=10, help="how deep")
    heat: float = parameter(20.0, ge=-5, help="how warm", step=0.5)
    season: Literal["dry", "wet"] = parameter("wet", help="the time of year")
    fish: bool = parameter(False, help="are there any")
    label: str = parameter("a pond", help="its name")


def test_description_holds_everything_once():
    info = {i.name: i for i in Pond.describe()}
    assert list(info) == ["frogs", "depth", "heat", "season", "fish", "label"]
    assert info["frogs"] == ("frogs", "int", 10, 1, 500, 1, (), "frogs", "how many", "start")
    assert info["depth"].kind == "float"
    assert info["depth"].step == pytest.approx(0.1)
    assert info["heat"].step == 0.5
    assert (info["heat"].low, info["heat"].high) == (-5, None)
    assert info["season"].choices == ("dry", "wet")
    assert [i.kind for i in info.values()] == ["int", "float", "float", "choice", "bool", "text"]
    assert [i.allowed for i in info.values()] == [
        "whole numbers from 1 to 500",
        "numbers from 0 to 10",
        "numbers from -5",
        "one of 'dry', 'wet'",
        "true or false",
        "text",
    ]


def test_table():
    table = Pond.table()
    assert list(table.columns) == ["parameter", "default", "allowed", "unit", "help"]
    assert table.loc[0].tolist() == ["frogs", 10, "whole numbers from 1 to 500", "frogs", "how many"]


@given(frogs=st.integers(1, 500), depth=st.floats(0, 10), fish=st.booleans())
def test_text_round_trip(frogs, depth, fish):
    pond = Pond(frogs=frogs, depth=depth, fish=fish)
    texts = {name: str(value) for name, value in pond.model_dump().items()}
    assert Pond.parse(texts) == pond


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"frogs": 0}, "parameter 'frogs' is 0; allowed: whole numbers from 1 to 500"),
        ({"frogs": 501}, "parameter 'frogs' is 501; allowed: whole numbers from 1 to 500"),
        ({"frogs": 1.5}, "parameter 'frogs' is 1.5"),
        ({"frogs": "many"}, "parameter 'frogs' is 'many'"),
        ({"depth": float("nan")}, "parameter 'depth' is nan"),
        ({"depth": float("inf")}, "parameter 'depth' is inf"),
        ({"season": "cold"}, "parameter 'season' is 'cold'; allowed: one of 'dry', 'wet'"),
        ({"fish": "perhaps"}, "allowed: true or false"),
    ],
)
def test_bad_value(values, message):
    with pytest.raises(ParameterError) as raised:
        Pond(**values)
    assert message in str(raised.value)


def test_every_fault_has_its_line():
    with pytest.raises(ParameterError) as raised:
        Pond(frogs=0, season="cold", dept=3)
    assert len(str(raised.value).splitlines()) == 3


def test_unknown_name():
    with pytest.raises(UnknownNameError, match="Pond has no parameter 'frog'; did you mean 'frogs'"):
        Pond(frog=3)


def test_replace_validates_and_leaves_the_original():
    pond = Pond(frogs=3)
    assert pond.replace(depth=1).frogs == 3
    assert pond.depth == 2.0
    with pytest.raises(ParameterError, match="frogs"):
        pond.replace(frogs=0)


def test_parameters_are_frozen():
    pond = Pond()
    with pytest.raises(ParameterError, match=r"frozen; take a changed copy with replace\(frogs=3\)"):
        pond.frogs = 3
    assert pond.frogs == 10


def test_a_bad_default_is_found():
    class Bad(Parameters):
        n: int = parameter(0, ge=1, help="wrong by default")

    with pytest.raises(ParameterError, match="parameter 'n' is 0"):
        Bad()


def test_a_choice_of_numbers_can_be_made_in_text():
    class Sized(Parameters):
        side: Literal[8, 16] = parameter(8, help="cells a side")
        pace: Literal[0.5, "fast"] = parameter("fast", help="how fast")

    assert Sized.parse({"side": "16", "pace": "0.5"}) == Sized(side=16, pace=0.5)
    with pytest.raises(ParameterError, match="parameter 'side' is '9'; allowed: one of 8, 16"):
        Sized.parse({"side": "9"})
