"""Faults are data: each kind does what it says, from its tick to its end, and is in the log."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mas_kit.core import (
    Agent,
    Bias,
    Byzantine,
    Crash,
    Delay,
    Loss,
    MasKitError,
    Model,
    Network,
    ParameterError,
    Partition,
    Scripted,
    Silence,
    UnknownNameError,
)  # fmt: skip
from mas_kit.core.faults import parse
from tests.core.worlds import Office, Seen, Shop

DAILY = {t: [("b", t)] for t in range(1, 11)}
PLANS = {"a": DAILY, "b": {}}


def office(*faults, plans=PLANS, ticks=10, **network):
    return Office(plans, network, faults=faults, seed=1, log=True).run(ticks)


def days(model, name="b"):
    return [content for _, _, content in model.got()[name]]


def test_crash_drops_mail_and_restarts():
    model = office(Crash(agent="b", at=4, until=6))
    assert days(model) == [1, 2, 5, 6, 7, 8, 9]  # sent in 3 and 4, due in 4 and 5
    assert model.net.counts["dropped: receiver down"] == 2
    assert [e.time for e in model.log.select("percept", agent="b")] == [1, 2, 3, 6, 7, 8, 9, 10]
    assert model.agent("b").alive


def test_crash_holds_mail_until_the_restart():
    model = office(Crash(agent="b", at=4, until=6), when_down="hold")
    assert [(t, c) for t, _, c in model.got()["b"]] == [
        (2, 1), (3, 2), (6, 3), (6, 4), (6, 5), (7, 6), (8, 7), (9, 8), (10, 9),
    ]  # fmt: skip
    assert not model.net.held()


def test_a_crash_for_good():
    model = office(Crash(agent="a", at=4))
    assert days(model) == [1, 2, 3]
    assert not model.agent("a").alive


def test_crashes_that_overlap():
    model = office(Crash(agent="b", at=3, until=6), Crash(agent="b", at=5, until=8))
    assert [e.time for e in model.log.select("percept", agent="b")] == [1, 2, 8, 9, 10]


@pytest.mark.parametrize(("forget", "memory"), [(False, 5), (True, 3)])
def test_memory_survives_a_crash_unless_it_is_forgotten(forget, memory):
    fault = Crash(agent="bob", at=3, until=5, forget=forget)
    model = Shop(seed=1, faults=[fault]).run(7)
    assert model.agent("bob").memory == memory
    assert model.agent("bob").stock == 5  # its own attributes are on disk
    assert model.agent("ann").memory == 7


@pytest.mark.parametrize("activation", ["random", "in order"])
def test_a_crash_where_agents_take_turns(activation):
    turns = type("Turns", (Shop,), {"activation": activation})
    model = turns(seed=1, faults=[Crash(agent="bob", at=3, until=5)]).run(6)
    assert model.agent("bob").stock == 4
    assert model.agent("ann").stock == 6


def test_silence():
    model = office(Silence(agent="a", at=3, until=5))
    assert days(model) == [1, 2, 5, 6, 7, 8, 9]
    assert model.net.counts["dropped: silence"] == 2
    assert {e.data[1] for e in model.log.select("dropped")} == {"silence"}
    assert model.log.select("action", agent="a", since=3, until=4)  # it goes on acting


def two_networks(*faults):
    class Two(Model):
        def build(self):
            for name in ("left", "right"):
                Network(self, name)
            self.got = []
            Caller(self, "a")
            Listener(self, "b")

    class Caller(Agent):
        def decide(self, percept):
            return None

        def act(self, action):
            self.send("inform", "b", "left", network="left")
            self.send("inform", "b", "right", network="right")

    class Listener(Agent):
        def decide(self, percept):
            return None

        def act(self, action):
            self.model.got += [(self.model.tick, m.content) for m in self.inbox]

    model = Two(seed=1, faults=faults).run(4)
    return [content for _, content in model.got].count("left"), len(model.got)


def test_faults_of_one_network_leave_the_other_alone():
    assert two_networks() == (3, 6)
    assert two_networks(Silence(agent="a", at=1)) == (0, 0)
    assert two_networks(Silence(agent="a", network="left", at=1)) == (0, 3)
    assert two_networks(Loss(probability=1, network="left", at=1)) == (0, 3)
    assert two_networks(Delay(extra=9, network="left", at=1)) == (0, 3)
    assert two_networks(Partition(groups=[["a"]], network="left", at=1)) == (0, 3)
    with pytest.raises(UnknownNameError, match="say which"):
        two_networks(Delay(extra=1, at=1))


def test_delay():
    model = office(Delay(extra=3, at=2, until=4))
    arrived = {c: t for t, _, c in model.got()["b"]}
    assert arrived[1] == 2
    assert (arrived[2], arrived[3]) == (6, 7)
    assert arrived[4] == 5
    both = office(Delay(extra=1, at=2, until=4), Delay(extra=2, at=3))
    arrived = {c: t for t, _, c in both.got()["b"]}
    assert (arrived[2], arrived[3], arrived[4]) == (4, 7, 7)


def test_loss_of_everything_from_somebody_or_to_somebody():
    plans = {"a": DAILY, "b": {}, "c": DAILY}
    from_a = office(Loss(probability=1, sender="a", at=1), plans=plans)
    assert {sender for _, sender, _ in from_a.got()["b"]} == {"c"}
    to_b = office(Loss(probability=1, receiver="b", at=3, until=5), plans=plans)
    assert days(to_b) == [1, 1, 2, 2, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]
    assert to_b.net.counts["dropped: lost"] == 4


def test_two_losses_multiply():
    n = 4000
    plans = {"a": {1: [("b", i) for i in range(n)]}, "b": {}}
    model = office(Loss(probability=0.5, at=1), Loss(probability=0.5, at=1), plans=plans, loss=0.5, ticks=2)
    assert len(days(model)) == pytest.approx(n / 8, abs=4 * (n * 7 / 64) ** 0.5)


def test_partition_ends_and_leaves_the_models_own_partition_alone():
    model = office(Partition(groups=[["a"]], at=3, until=5))
    assert days(model) == [1, 2, 5, 6, 7, 8, 9]

    class Split(Office):
        def build(self):
            super().build()
            self.net.partition(["a"], ["c"])

    split = Split({"a": {t: [("b", t), ("c", t)] for t in range(1, 9)}, "b": {}, "c": {}},
                  faults=[Partition(groups=[["b"]], at=2, until=4)], seed=1).run(9)  # fmt: skip
    assert split.net.counts["dropped: partition"] == 16
    assert split.net.counts["delivered"] == 0


def test_partitions_that_overlap_both_hold():
    plans = {n: {2: [(m, 1) for m in "abc" if m != n]} for n in "abc"}
    model = office(Partition(groups=[["a"]], at=1), Partition(groups=[["b"]], at=1), plans=plans, ticks=4)
    assert model.net.counts["dropped: partition"] == 6


def test_bias_on_a_percept_and_on_an_action():
    seen = Bias(agent="bob", field="stock", factor=2.0, offset=1.0, at=3, until=4)
    model = Shop(seed=1, faults=[seen], log=True).run(4)
    percepts = {e.time: e.data.stock for e in model.log.select("percept", agent="bob")}
    assert percepts == {1: 0, 2: 1, 3: 5.0, 4: 3}  # it saw 2 * 2 + 1; its real stock was 2
    done = Bias(agent="bob", field="", where="action", offset=4.0, at=2, until=3)
    model = Shop(seed=1, faults=[done], log=True).run(3)
    assert model.agent("bob").stock == 1 + 5 + 1
    assert model.agent("ann").stock == 3


@dataclass(frozen=True)
class Look:
    heat: float


@pytest.mark.parametrize("percept", [Look(3.0), 3.0, np.float32(3.0), np.int64(3)])
def test_bias_on_other_kinds_of_percept(percept):
    class Sees(Agent):
        def perceive(self):
            return percept

        def decide(self, percept):
            return percept

    class Room(Model):
        def build(self):
            Sees(self, "a")

    model = Room(seed=1, faults=[Bias(agent="a", field="heat", factor=2.0, offset=1.0, at=1)]).run(1)
    expected = Look(7.0) if isinstance(percept, Look) else 7.0
    assert model.agent("a").decision.action == expected


def test_faults_on_agents_that_are_not_there():
    with pytest.raises(UnknownNameError, match="no agent named 'bbo'; did you mean 'bob'"):
        Shop(seed=1, faults=[Crash(agent="bbo", at=1)])
    with pytest.raises(UnknownNameError, match="no network named 'nte'; did you mean 'net'"):
        Shop(seed=1, faults=[Silence(agent="bob", network="nte", at=1)])
    with pytest.raises(UnknownNameError, match="no agent named 'x'"):
        Shop(seed=1, faults=[Loss(probability=1, sender="x", at=1)])


def test_bias_on_a_field_that_is_not_there():
    model = Shop(seed=1, faults=[Bias(agent="bob", field="stok", at=1)])
    with pytest.raises(UnknownNameError, match="no field of Seen named 'stok'; did you mean 'stock'"):
        model.step()


def test_a_fault_on_an_agent_that_left_is_harmless():
    model = Shop(seed=1, faults=[Crash(agent="bob", at=3, until=5)]).run(1)
    model.agent("bob").remove()
    assert model.run(5).tick == 6


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Crash(agent="a", at=0), "Crash: at is 0; Input should be greater than or equal to 1"),
        (lambda: Crash(agent="a", at=5, until=5), "'until' is 5; allowed: ticks after 'at' (5), or None"),
        (lambda: Loss(probability=1.5, at=1), "Loss: probability is 1.5"),
        (lambda: Delay(extra=0, at=1), "Delay: extra is 0"),
        (lambda: Crash(agnt="a", at=1), "agnt"),
        (lambda: Bias(agent="a", field="x", where="mind", at=1), "'percept' or 'action'"),
        (lambda: parse([{"kind": "crush", "agent": "a", "at": 1}]), "'crash'"),
        (lambda: parse([{"kind": "crash", "agent": "a", "at": -1}]), "at is -1"),
    ],
)
def test_bad_declarations_are_named(make, message):
    with pytest.raises(ParameterError) as raised:
        make()
    assert message in str(raised.value)
    assert isinstance(raised.value, MasKitError)


def test_records_and_plain_dicts_are_the_same():
    fault = Partition(groups=[["a", "b"], ["c"]], at=2, until=4)
    assert parse([fault.model_dump()]) == [fault] == parse([fault])


def test_the_log_tells_when_a_fault_starts_and_ends():
    model = office(Crash(agent="b", at=3, until=5))
    rows = model.log.select("fault")
    assert [(e.time, e.agent, e.data[0]) for e in rows] == [(3, "b", "starts"), (5, "b", "ends")]
    assert rows[1].causes == (rows[0].id,)
    back = model.log.select("percept", agent="b", since=5)[0]
    assert set(back.causes) >= {
        rows[0].id,
        rows[1].id,
    }  # what it sees then is due to the crash and the restart


def test_what_a_bias_changed_names_it_as_a_cause():
    seen = Bias(agent="bob", field="stock", offset=1.0, at=2)
    done = Bias(agent="bob", field="", where="action", offset=1.0, at=2)
    model = Shop(seed=1, faults=[seen, done], log=True).run(3)
    faults = {e.id for e in model.log.select("fault")}
    for time in (2, 3):
        percept = model.log.select("percept", agent="bob", since=time, until=time)[0]
        decision = model.log.select("decision", agent="bob", since=time, until=time)[0]
        assert len(faults & set(percept.causes)) == 1
        assert len(faults & set(decision.causes)) == 1
        assert percept.id in decision.causes
    assert not faults & set(model.log.select("percept", agent="ann")[1].causes)


KINDS = st.sampled_from(
    [
        lambda at, until: Crash(agent="bob", at=at, until=until),
        lambda at, until: Crash(agent="bob", at=at, until=until, forget=True),
        lambda at, until: Silence(agent="ann", at=at, until=until),
        lambda at, until: Delay(extra=2, at=at, until=until),
        lambda at, until: Loss(probability=0.5, at=at, until=until),
        lambda at, until: Partition(groups=[["ann"]], at=at, until=until),
        lambda at, until: Bias(agent="cid", field="stock", offset=1.0, at=at, until=until),
        lambda at, until: Byzantine(agent="ann", alter="corrupt", at=at, until=until),
    ]
)


@settings(max_examples=60, deadline=None)
@given(kind=KINDS, at=st.integers(2, 5), length=st.integers(1, 3), log=st.booleans())
def test_before_a_fault_nothing_shows_and_after_it_all_is_as_before(kind, at, length, log):
    calm = Shop(seed=1, log=log).run(12)
    hit = Shop(seed=1, log=log, faults=[kind(at, at + length)]).run(12)
    assert hit.history[: at - 1] == calm.history[: at - 1]
    assert all(agent.alive for agent in hit.agents)
    assert not hit.biases
    assert not hit.anyone_down
    net = hit.networks["net"]
    assert (net.extra_delay, net.link_loss, net.silent, net.splits, net.traitors) == (0, [], set(), [], [])


def test_a_partition_names_agents_that_exist_each_in_one_group():
    with pytest.raises(UnknownNameError, match="no agent named 'bbo'; did you mean 'bob'"):
        Shop(seed=1, faults=[Partition(groups=[["bbo"]], at=1)])
    with pytest.raises(ParameterError, match="groups' is 'bob'; allowed: each name in one group"):
        Partition(groups=[["ann", "bob"], ["bob"]], at=1)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (Crash(agent="bob", at=1), r"one fault; .* \[Crash\(kind='crash'"),
        ({"kind": "crash", "agent": "bob", "at": 1}, r"one fault; .* \[\{'kind': 'crash'"),
        (["crash"], "'crash'; allowed: Fault records or dicts"),
    ],
)
def test_a_schedule_is_a_list_of_faults(schedule, message):
    with pytest.raises(ParameterError, match=message):
        Shop(seed=1, faults=schedule)


class Bids(Agent):
    """Does in turn what it was given."""

    def __init__(self, model, *actions):
        super().__init__(model, "bids", Scripted(actions))
        self.done = []

    def perceive(self):
        return Seen(self.model.tick, 0.0, (), None)

    def act(self, action):
        self.done.append(action)


class Bid(NamedTuple):
    price: float | None
    note: str = "x"


def biased_actions(field, *actions):
    class Room(Model):
        def build(self):
            Bids(self, *actions)

    fault = Bias(agent="bids", where="action", field=field, factor=2.0, offset=1.0, at=1)
    return Room(seed=1, faults=[fault]).run(len(actions)).agent("bids").done


def test_where_there_is_no_number_nothing_is_off():
    """An agent that does nothing this time, or names no price, is not what the fault is about."""
    assert biased_actions("price", Bid(3.0), None, Bid(None)) == [Bid(7.0), None, Bid(None)]


def test_bias_on_a_dict_and_on_an_array():
    assert biased_actions("price", {"price": 3, "to": "a"}) == [{"price": 7.0, "to": "a"}]
    assert biased_actions("price", Bid(np.array([1.0, 2.0])))[0].price.tolist() == [3.0, 5.0]
    with pytest.raises(UnknownNameError, match="no field of dict named 'prize'; did you mean 'price'"):
        biased_actions("prize", {"price": 3})


def test_bias_on_what_is_not_a_number_is_named():
    with pytest.raises(ParameterError, match="field 'note' of Bid is 'x'; allowed: numbers"):
        biased_actions("note", Bid(3.0))


def test_a_network_made_during_a_fault_is_under_it():
    class Grows(Office):
        def world(self):
            if self.tick == 3:
                self.late = Network(self, "late")

    for fault, came in (
        (Silence(agent="a", at=2), []),
        (Byzantine(agent="a", alter="corrupt", at=2), [(5, "a", -1)]),
    ):
        model = Grows({"a": {}, "b": {}}, faults=[fault], seed=1).run(3)
        model.agent("a").send("inform", "b", 1, network=model.late)
        assert model.run(2).got()["b"] == came
