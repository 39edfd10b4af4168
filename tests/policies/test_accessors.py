import pytest

from mas_kit import MasKitError, ParameterError, UnknownNameError
from mas_kit.policies import UCB1, QLearning
from mas_kit.policies.accessors import Field, key, memory_of, options_reader, reader
from tests.policies.seen import Seen, stream


def test_a_field_a_path_and_a_function_read_the_same():
    percept = Seen(state=Seen(level=3.0))
    for reads in ("state.level", lambda seen: seen.state.level):
        assert reader("level", reads)(percept) == 3.0


def test_an_unknown_field_names_the_nearest():
    with pytest.raises(UnknownNameError, match="no field of Seen named 'rewards'; did you mean 'reward'"):
        Field("rewards")(Seen())


@pytest.mark.parametrize("actions", [(), ["a", "b", "a"], {"a", "b"}, 3])
def test_options_that_make_no_sense_are_refused(actions):
    with pytest.raises(ParameterError, match="actions"):
        options_reader(actions)


def test_options_can_depend_on_the_percept():
    assert options_reader("options")(Seen(options=("x",))) == ("x",)
    assert options_reader(range(2))(Seen()) == (0, 1)


def test_a_percept_without_memory_is_told_what_to_do():
    with pytest.raises(MasKitError, match=r"add one to the percept and fill it with self\.memory"):
        UCB1((1, 2), reward=lambda seen: None).decide(3.0, stream())


def test_memory_of_another_kind_counts_as_none():
    assert memory_of(Seen(memory=(1, 2)), dict, "test") is None
    assert memory_of(Seen(memory={"a": 1}), dict, "test") == {"a": 1}


def test_what_cannot_be_a_key_is_named():
    with pytest.raises(ParameterError, match=r"parameter 'state' is \[1\]"):
        QLearning((1, 2)).decide(Seen(state=[1]), stream())
    assert key("state", (1, 2)) == (1, 2)
