"""A Byzantine agent's messages say anything; each alteration is in the log with its causes."""

import math
import pickle
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mas_kit.core import Byzantine, Crash, Loss, Partition, Silence, UnknownNameError
from mas_kit.core.faults import parse
from tests.core.worlds import Office


class Bid(NamedTuple):
    price: float
    count: int
    whose: str


@dataclass(frozen=True)
class Offer:
    bid: Bid
    firm: bool
    notes: tuple = ()


class Pair(tuple):
    def __new__(cls, one, other):
        return super().__new__(cls, (one, other))


@dataclass(frozen=True)
class Picky:
    share: float

    def __post_init__(self):
        if self.share < 0:
            raise ValueError("a share is not negative")


OFFER = Offer(Bid(3.5, 2, "a"), True, ("yes", {"price": 7}))


def told(content, *receivers, ticks=3, faults=(), log=False, **lie):
    """What each receiver gets of a content that "a" sends to all of them in tick 1."""
    plans = {"a": {1: [(name, content) for name in receivers or ("b",)]}, "b": {}, "c": {}, "d": {}}
    lies = [Byzantine(agent="a", at=1, **lie)] if lie else []
    model = Office(plans, faults=[*lies, *faults], seed=3, log=log).run(ticks)
    return {name: [what for _, _, what in mail] for name, mail in model.got().items()}


@pytest.mark.parametrize(
    ("content", "lie", "heard"),
    [
        (4, {}, -4),
        (2.5, {"change": "scale", "factor": 3}, 7.5),
        (3, {"change": "scale", "factor": 1.5}, 4),  # whole numbers stay whole
        (True, {}, False),
        (True, {"change": "scale"}, True),
        ("yes", {}, "yes"),  # words are left alone, unless they are among the choices
        ("yes", {"choices": ("yes", "no")}, "no"),
        ("c", {"choices": ("a", "b", "c")}, "a"),
        (1, {"choices": ("yes", "no")}, 1),
        (1, {"choices": (True, False)}, 1),  # 1 is not True here
        (None, {}, None),
        (OFFER, {}, Offer(Bid(-3.5, -2, "a"), False, ("yes", {"price": -7}))),
        (4, {"field": "price"}, -4),  # a bare value counts as the field
        (OFFER, {"field": "price"}, Offer(Bid(-3.5, 2, "a"), True, ("yes", {"price": -7}))),
        (OFFER, {"field": "notes"}, Offer(Bid(3.5, 2, "a"), True, ("yes", {"price": -7}))),
        (Bid(1.0, 1, "a"), {"field": "whose", "choices": ("a", "z")}, Bid(1.0, 1, "z")),
        (frozenset({1, 2}), {}, frozenset({-1, -2})),
        ([1, [2]], {}, [-1, [-2]]),
        (Picky(0.5), {}, Picky(0.5)),  # what its own type refuses stays as it was
        (Picky(0.5), {"change": "scale"}, Picky(1.0)),
        (Pair(1, 2), {}, Pair(1, 2)),  # a tuple that is made from something else than its items
        (10**400, {"change": "scale"}, -(10**400)),  # too large to be scaled, so negated
        (10**400, {"change": "random"}, -(10**400)),
    ],
)  # fmt: skip
def test_contents_are_altered_by_a_rule_that_is_data(content, lie, heard):
    assert told(content, "b", "c", alter="corrupt", **lie) == {
        "a": [],
        "b": [heard],
        "c": [heard],
        "d": [],
    }
    assert type(told(content, alter="corrupt", **lie)["b"][0]) is type(content)


def test_arrays_and_numpy_numbers():
    whole = told(np.array([1, -2]), alter="corrupt")["b"][0]
    assert whole.tolist() == [-1, 2]
    assert whole.dtype.kind == "i"
    assert told(np.array([1.0]), alter="corrupt", change="scale")["b"][0].tolist() == [2.0]
    assert told(np.int64(5), alter="corrupt", change="scale", factor=1.5)["b"] == [8]
    assert told(np.array(["x"]), alter="corrupt")["b"][0].tolist() == ["x"]
    assert told(np.uint8(3), alter="corrupt")["b"] == [-3]  # not 253
    assert told(np.int8(-128), alter="corrupt")["b"] == [128]
    assert told(np.array([3], np.uint8), alter="corrupt")["b"][0].tolist() == [-3]
    assert told(10, alter="corrupt", change="scale", factor=1e308)["b"] == [math.inf]


def test_to_equivocate_is_to_tell_each_receiver_something_else():
    """The first in order of names hears the truth."""
    assert told(10, "d", "b", "c", change="scale", factor=3) == {"a": [], "b": [10], "c": [30], "d": [50]}
    assert told(10, "b", "c", "d", change="negate") == {"a": [], "b": [10], "c": [-10], "d": [10]}
    heard = told("x", "b", "c", "d", choices=("x", "y", "z"))
    assert (heard["b"], heard["c"], heard["d"]) == (["x"], ["y"], ["z"])
    heard = told(1.0, "b", "c", "d", change="random", factor=5)
    assert len({heard[name][0] for name in "bcd"}) == 3
    assert all(abs(heard[name][0]) <= 5 for name in "bcd")


def test_random_lies_are_the_same_for_all_when_it_corrupts():
    plans = {"a": {t: [("b", 8), ("c", 8)] for t in range(1, 201)}, "b": {}, "c": {}}
    fault = Byzantine(agent="a", at=1, alter="corrupt", change="random")
    model = Office(plans, faults=[fault], seed=1).run(201)
    got = model.got()
    said = [what for _, _, what in got["b"]]
    assert said == [what for _, _, what in got["c"]]
    assert all(isinstance(what, int) and -16 <= what <= 16 for what in said)
    # uniform on -16 to 16: mean 0, variance 32^2 / 12
    assert np.mean(said) == pytest.approx(0, abs=4 * 32 / 12**0.5 / len(said) ** 0.5)
    assert min(said) < -12
    assert max(said) > 12
    coin = Byzantine(agent="a", at=1, change="random", choices=("h", "t"))
    plans = {"a": {t: [("b", "h")] for t in range(1, 401)}, "b": {}}
    tails = [what for _, _, what in Office(plans, faults=[coin], seed=1).run(401).got()["b"]].count("t")
    assert tails == pytest.approx(200, abs=4 * 10)
    assert isinstance(told(True, alter="corrupt", change="random")["b"][0], bool)


def test_forgery_leaves_under_another_name():
    plans = {"a": {t: [("b", t)] for t in range(1, 101)}, "b": {}, "c": {}, "d": {}}
    named = Office(plans, faults=[Byzantine(agent="a", at=3, alter="forge", posing_as="d")], seed=1).run(6)
    assert named.got()["b"] == [(2, "a", 1), (3, "a", 2), (4, "d", 3), (5, "d", 4), (6, "d", 5)]
    anybody = Office(plans, faults=[Byzantine(agent="a", at=1, alter="forge")], seed=1).run(101)
    senders = [sender for _, sender, _ in anybody.got()["b"]]
    assert set(senders) == {"c", "d"}  # never the receiver, never itself
    assert senders.count("c") == pytest.approx(50, abs=4 * 5)
    alone = Office({"a": {1: [("b", 1)]}, "b": {}}, faults=[Byzantine(agent="a", at=1, alter="forge")])
    assert alone.run(2).got()["b"] == [(2, "a", 1)]  # nobody's name to use


def test_a_replay_is_one_of_its_earlier_messages_to_the_same_receiver():
    plans = {"a": {t: [("b", t), ("c", -t)] for t in range(1, 101)}, "b": {}, "c": {}}
    model = Office(plans, faults=[Byzantine(agent="a", at=1, alter="replay")], seed=1).run(101)
    heard = [(tick - 1, what) for tick, _, what in model.got()["b"]]
    assert heard[0] == (1, 1)  # there was none before
    assert all(0 < what < sent for sent, what in heard[1:])
    assert len(heard) == 100  # one for one
    assert min(what for sent, what in heard if sent > 80) >= 80 - 64
    assert all(what < 0 for _, _, what in model.got()["c"])


def test_a_share_of_the_messages():
    plans = {"a": {1: [("b", 1)] * 400, 2: [("b", 1)] * 400}, "b": {}}
    fault = Byzantine(agent="a", at=1, alter="corrupt", share=0.25)
    model = Office(plans, faults=[fault], seed=1).run(3)
    lies = [what for _, _, what in model.got()["b"]].count(-1)
    assert lies == pytest.approx(200, abs=4 * (800 * 0.25 * 0.75) ** 0.5)
    assert model.net.counts["altered"] == lies


def test_lies_on_top_of_each_other():
    both = told(4, alter="corrupt", faults=[Byzantine(agent="a", at=1, alter="forge", posing_as="c")])
    assert both["b"] == [-4]
    plans = {"a": {1: [("b", 4)]}, "b": {}, "c": {}}
    faults = [
        Byzantine(agent="a", at=1, alter="corrupt"),
        Byzantine(agent="a", at=1, alter="forge", posing_as="c"),
    ]
    assert Office(plans, faults=faults, seed=1).run(2).got()["b"] == [(2, "c", -4)]


def test_it_is_the_boundary_and_not_the_agent_that_lies():
    plans = {"a": {1: [("b", 4)]}, "b": {1: [("a", 5)]}}
    fault = Byzantine(agent="a", at=1, alter="corrupt")
    model = Office(plans, faults=[fault], seed=1, log=True).run(2)
    assert model.agent("a").got == [(2, "b", 5)]
    assert [e.data.content for e in model.log.select("sent")] == [4, 5]  # as they were written
    assert [e.data.content for e in model.log.select("delivered")] == [-4, 5]


def test_every_alteration_is_a_row_between_what_was_written_and_what_arrived():
    plans = {"a": {t: [("b", t), ("c", "word")] for t in (1, 2)}, "b": {}, "c": {}}
    for network in ({}, {"latency": (1, 2)}):  # in one batch, and each by itself
        fault = Byzantine(agent="a", at=2, alter="corrupt")
        model = Office(plans, network, faults=[fault], seed=1, log=True).run(4)
        start, lie = model.log.select("fault")
        assert (start.time, start.agent, start.data) == (2, "a", ("starts", fault))
        assert (lie.time, lie.agent, lie.data) == (2, "a", ("alters", fault))
        written = next(e for e in model.log.select("sent") if e.data.content == 2)
        assert set(lie.causes) == {written.id, start.id}
        arrived = next(e for e in model.log.select("delivered") if e.data.content == -2)
        assert arrived.causes == (lie.id,)
        assert model.net.counts["altered"] == 1


def test_a_forger_cannot_be_somewhere_else():
    """Silence, partitions, losses and luck are those of the one who writes, whatever name is on it."""
    plans = {
        "a": {t: [("b", t)] for t in range(1, 9)},
        "b": {},
        "c": {t: [("b", 100 + t)] for t in range(1, 9)},
    }
    forge = Byzantine(agent="a", at=1, alter="forge", posing_as="c")

    def arrived(*faults, **network):
        mail = Office(plans, network, faults=faults, seed=1).run(9).got()["b"]
        return [what for _, _, what in mail if what < 100], [what for _, _, what in mail if what > 100]

    assert arrived(forge, Silence(agent="a", at=1))[0] == []
    assert arrived(forge, Silence(agent="c", at=1)) == (list(range(1, 9)), [])
    assert arrived(forge, Partition(groups=[["a"]], at=1))[0] == []
    assert arrived(forge, Loss(probability=1, sender="c", at=1)) == (list(range(1, 9)), [])
    assert arrived(forge, topology=[("c", "b")])[0] == []
    assert arrived(forge, loss=0.5) == arrived(loss=0.5)  # nobody's luck has changed


@settings(max_examples=30, deadline=None)
@given(
    alter=st.sampled_from(["equivocate", "corrupt", "forge", "replay"]),
    change=st.sampled_from(["negate", "scale", "random"]),
    share=st.sampled_from([0.3, 1.0]),
    at=st.integers(2, 5),
    length=st.integers(1, 3),
    log=st.booleans(),
)
def test_the_same_lies_every_time_and_none_before_or_after(alter, change, share, at, length, log):
    """Also: the log changes nothing, and what others say arrives as it was."""
    plans = {
        "a": {t: [("b", t), ("c", t)] for t in range(1, 11)},
        "b": {t: [("c", 50 + t)] for t in range(1, 11)},
        "c": {},
    }
    fault = Byzantine(agent="a", at=at, until=at + length, alter=alter, change=change, share=share)
    once, again = (
        Office(plans, {"loss": 0.2}, faults=[fault], seed=7, log=on).run(12).got() for on in (log, True)
    )
    calm = Office(plans, {"loss": 0.2}, seed=7).run(12).got()
    assert once == again
    for name, mail in once.items():
        lied = range(at + 1, at + length + 1)
        honest = [one for one in mail if one[0] not in lied or one[2] > 50]
        assert honest == [one for one in calm[name] if one[0] not in lied or one[2] > 50]
        assert len(mail) == len(calm[name])


def test_as_data():
    fault = Byzantine(agent="a", at=1, choices=("x", 1, True, 2.5), change="random", share=0.5)
    assert parse([fault.model_dump(mode="json")]) == [fault]
    assert parse([fault.model_dump(mode="json")])[0].choices[2] is True
    with pytest.raises(UnknownNameError, match="no agent named 'z'"):
        told(1, alter="forge", posing_as="z")
    with pytest.raises(ValueError, match="alter is 'lie'"):
        Byzantine(agent="a", at=1, alter="lie")
    with pytest.raises(ValueError, match="share is 2"):
        Byzantine(agent="a", at=1, share=2)


def test_faults_added_and_ended_while_it_runs():
    plans = {"a": {t: [("b", t)] for t in range(1, 11)}, "b": {}}
    model = Office(plans, seed=1, log=True).run(2)
    lie = model.injector.add(Byzantine(agent="a", at=1, alter="corrupt"))
    assert lie.at == 3  # with the next tick: what is past is past
    model.run(2)
    model.injector.end(lie)
    crash = model.injector.add({"kind": "crash", "agent": "b", "at": 7})
    later = model.injector.add(Silence(agent="a", at=9))
    model.injector.end(later)
    model.run(4)
    model.injector.end(crash)
    model.run(2)
    assert [what for _, _, what in model.got()["b"]] == [1, 2, -3, -4, 5, 8, 9]
    assert [(e.time, e.data[0]) for e in model.log.select("fault") if e.data[0] != "alters"] == [
        (3, "starts"), (5, "ends"), (7, "starts"), (9, "ends"),
    ]  # fmt: skip
    # What was done by hand is a schedule now: the same run again, from data alone.
    twin = Office(plans, seed=1, faults=[f.model_dump() for f in model.injector.faults]).run(10)
    assert twin.got() == model.got()
    with pytest.raises(UnknownNameError, match="fault on the schedule"):
        model.injector.end(later)
    with pytest.raises(UnknownNameError, match="no agent named 'bb'"):
        model.injector.add(Crash(agent="bb", at=1))
    assert len(model.injector.faults) == 2


def test_a_copy_in_the_middle_of_the_lies_goes_on_alike():
    """What can be replayed and what luck is left are part of the model."""
    plans = {"a": {t: [("b", t), ("c", t)] for t in range(1, 31)}, "b": {}, "c": {}}
    faults = [
        Byzantine(agent="a", at=3, alter="replay", share=0.5),
        Byzantine(agent="a", at=5, alter="corrupt", change="random"),
    ]
    model = Office(plans, {"loss": 0.2}, faults=faults, seed=1).run(15)
    twin = pickle.loads(pickle.dumps(model))
    assert twin.run(15).got() == model.run(15).got()
    assert twin.net.counts == model.net.counts
