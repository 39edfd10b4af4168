"""Networks: what is sent arrives, or is accounted for."""

from collections import Counter

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mas_kit.core import (
    Agent,
    MasKitError,
    Message,
    Model,
    Network,
    ParameterError,
    Performative,
    UnknownNameError,
)
from tests.core.worlds import Office, Post

NAMES = ("a", "b", "c", "d")
CHANCE = st.sampled_from([0.0, 0.0, 0.3, 1.0])
SETTINGS = st.fixed_dictionaries(
    {
        "latency": st.sampled_from([0, 1, 3, (0, 2), (1, 4)]),
        "loss": CHANCE,
        "duplication": CHANCE,
        "reordering": CHANCE,
        "when_down": st.sampled_from(["drop", "hold"]),
        "topology": st.sampled_from([None, [("a", "b"), ("b", "a"), ("c", "a")]]),
    }
)
LETTERS = st.lists(st.tuples(st.sampled_from([*NAMES, "nobody"]), st.integers()), max_size=4)
PLANS = st.fixed_dictionaries({n: st.dictionaries(st.integers(1, 6), LETTERS, max_size=4) for n in NAMES})
FAULTS = st.lists(
    st.sampled_from(
        [
            {"kind": "crash", "agent": "b", "at": 2, "until": 5},
            {"kind": "crash", "agent": "c", "at": 3, "forget": True},
            {"kind": "silence", "agent": "a", "at": 2, "until": 4},
            {"kind": "delay", "extra": 2, "at": 1, "until": 3},
            {"kind": "loss", "probability": 0.5, "receiver": "a", "at": 2},
            {"kind": "partition", "groups": [["a", "b"]], "at": 3, "until": 6},
        ]
    ),
    unique_by=str,
)


def accounted(net):
    arrived = net.counts["delivered"] + net.counts["dropped"]
    return arrived + len(net.in_flight()) + len(net.held())


@settings(max_examples=200, deadline=None)
@given(plans=PLANS, net=SETTINGS, faults=FAULTS, seed=st.integers(0, 9), log=st.booleans())
def test_every_message_is_accounted_for(plans, net, faults, seed, log):
    model = Office(plans, net, faults=faults, seed=seed, log=log)
    asked = 0
    for _ in range(12):
        model.step()
        tick = model.tick
        down = {f["agent"] for f in faults if f["kind"] == "crash" and tick >= 2}
        asked = model.net.counts["sent"]
        assert asked + model.net.counts["duplicated"] == accounted(model.net)
        assert not model.net.outbox
        assert all(due > tick for _, due in model.net.in_flight())
        assert {m.receiver for m in model.net.held()} <= down
    assert model.net.counts["delivered"] == sum(len(got) for got in model.got().values())
    reasons = sum(n for what, n in model.net.counts.items() if what.startswith("dropped: "))
    assert reasons == model.net.counts["dropped"]
    if log:
        kinds = Counter(event.kind for event in model.log)
        assert kinds["sent"] == asked
        assert kinds["delivered"] + kinds["late"] == model.net.counts["delivered"]
        assert kinds["dropped"] == model.net.counts["dropped"]
        assert kinds["duplicated"] == model.net.counts["duplicated"]


@settings(max_examples=100, deadline=None)
@given(plans=PLANS, net=SETTINGS, faults=FAULTS, seed=st.integers(0, 9))
def test_the_log_changes_no_number(plans, net, faults, seed):
    off = Office(plans, net, faults=faults, seed=seed).run(12)
    on = Office(plans, net, faults=faults, seed=seed, log=True).run(12)
    assert on.got() == off.got()
    assert on.net.counts == off.net.counts
    assert on.net.in_flight() == off.net.in_flight()


@settings(max_examples=100, deadline=None)
@given(plans=PLANS, net=SETTINGS, seed=st.integers(0, 9), more=st.dictionaries(st.integers(1, 6), LETTERS))
def test_another_sender_changes_nobodys_luck(plans, net, seed, more):
    """What arrives from a sender, where and when, does not hang on what others send."""
    few = Office(plans, net, seed=seed).run(12).got()
    many = Office({"new": more, **plans}, net, seed=seed).run(12).got()
    for name in NAMES:
        assert few[name] == [letter for letter in many[name] if letter[1] != "new"]


@settings(max_examples=50, deadline=None)
@given(plans=PLANS, seed=st.integers(0, 9), loss=st.floats(0, 1))
def test_one_probability_leaves_the_luck_of_the_others(plans, seed, loss):
    """A message that is not lost takes as long as it would have without any loss."""
    sure = Office(plans, {"latency": (1, 4)}, seed=seed).run(12).got()
    risky = Office(plans, {"latency": (1, 4), "loss": loss}, seed=seed).run(12).got()
    for name in NAMES:
        assert not Counter(risky[name]) - Counter(sure[name])


@pytest.mark.parametrize(("latency", "due"), [(1, {2}), (3, {4}), ((2, 4), {3, 4, 5})])
def test_latency(latency, due):
    plans = {"a": {1: [("b", i) for i in range(200)]}, "b": {}}
    got = Office(plans, {"latency": latency}, seed=1).run(8).got()["b"]
    assert len(got) == 200
    assert {tick for tick, _, _ in got} == due


def test_chance_does_what_was_declared():
    """20,000 messages; each share within 4 standard errors of its probability."""
    n = 20_000
    plans = {"a": {1: [("b", i) for i in range(n)]}, "b": {}}
    model = Office(plans, {"loss": 0.2, "duplication": 0.3, "reordering": 0.1, "latency": 1}, seed=5).run(6)
    counts, got = model.net.counts, model.got()["b"]
    assert counts["dropped: lost"] == pytest.approx(0.2 * n, abs=4 * (0.16 * n) ** 0.5)
    kept = n - counts["dropped"]
    assert counts["duplicated"] == pytest.approx(0.3 * kept, abs=4 * (0.21 * kept) ** 0.5)
    late = sum(tick == 3 for tick, _, _ in got)
    assert late == pytest.approx(0.1 * len(got), abs=6 * (0.09 * len(got)) ** 0.5)
    order = [content for tick, _, content in got]
    assert order != sorted(order)


def test_without_reordering_messages_keep_their_order():
    plans = {"a": {t: [("b", 10 * t + i) for i in range(5)] for t in range(1, 5)}, "b": {}}
    got = [content for _, _, content in Office(plans, {"loss": 0.3}, seed=1).run(8).got()["b"]]
    assert got == sorted(got)


class Echo(Post):
    """Answers every message at once."""

    def act(self, action):
        super().act(action)
        for message in self.inbox:
            self.send("inform", message.sender, message.content + 1)


class EchoOffice(Office):
    def build(self):
        self.net = Network(self, **self.settings)
        Echo(self, "a", {1: [("b", 0)]})
        Echo(self, "b")


def test_messages_without_delay_arrive_within_the_tick_in_bounded_rounds():
    model = EchoOffice({}, {"latency": 0}, seed=1, log=True)
    model.max_rounds = 10
    model.step()
    contents = [e.data.content for e in model.log.select("delivered")]
    assert contents == list(range(10))
    assert {e.time for e in model.log.select("delivered")} == {1}
    model.step()
    contents = [e.data.content for e in model.log.select("delivered")]
    assert contents == list(range(len(contents)))  # goes on where the bound stopped it
    assert model.net.counts["sent"] == accounted(model.net)


def test_a_chain_without_delay_is_done_in_one_tick():
    class Relay(Post):
        def act(self, action):
            super().act(action)
            for message in self.inbox:
                if message.content:
                    self.send("inform", f"r{message.content - 1}", message.content - 1)

    class Chain(Office):
        def build(self):
            Network(self, latency=0)
            for i in range(20):
                Relay(self, f"r{i}", {1: [("r19", 19)]} if i == 0 else {})

    model = Chain({}, seed=1).run(1)
    assert model.got()["r0"] == [(1, "r1", 0)]


def test_what_the_world_sends_without_delay_arrives_in_the_next_tick():
    class Weather(Office):
        def world(self):
            self.net.send(Message(Performative.INFORM, "sky", "a", self.tick))

    model = Weather({"a": {}}, {"latency": 0}, seed=1, log=True).run(4)
    assert model.got()["a"] == [(2, "sky", 1), (3, "sky", 2), (4, "sky", 3)]


def test_topology():
    graph = nx.path_graph(["a", "b", "c"])
    plans = {n: {1: [(m, 0) for m in "abc"]} for n in "abc"}
    model = Office(plans, {"topology": graph}, seed=1).run(3)
    assert [s for _, s, _ in model.got()["b"]] == ["a", "c"]
    assert [s for _, s, _ in model.got()["a"]] == ["b"]
    assert model.net.counts["dropped: no link"] == 5
    directed = Office(plans, {"topology": nx.DiGraph([("a", "b")])}, seed=1).run(3)
    assert directed.got() == {"a": [], "b": [(2, "a", 0)], "c": []}


def test_topology_of_agents():
    class Pair(Office):
        def build(self):
            a, b = Post(self, "a", {1: [("b", 1)]}), Post(self, "b")
            Network(self, topology=[(a, b)])

    assert Pair({}, seed=1).run(2).got()["b"] == [(2, "a", 1)]


def test_partition_and_healing():
    plans = {n: {t: [(m, t) for m in "abc" if m != n] for t in (1, 3)} for n in "abc"}
    model = Office(plans, seed=1)
    model.net.partition(["a"], ["b"])  # c is in no group: a group of its own kind
    model.run(2)
    assert model.net.counts["dropped: partition"] == 6
    model.net.heal()
    model.run(2)
    assert model.net.counts["delivered"] == 6


def test_a_receiver_that_left_or_never_was():
    model = Office({"a": {1: [("b", 1), ("nobody", 2)]}, "b": {}}, seed=1, log=True).run(1)
    model.agent("b").remove()
    model.run(1)
    assert model.net.counts["dropped: unknown receiver"] == 2
    assert [e.data[1] for e in model.log.select("dropped")] == ["unknown receiver"] * 2


def test_an_answer_after_its_deadline_is_logged_as_late():
    class Asker(Post):
        def act(self, action):
            if self.model.tick == 1:
                self.send("query-ref", "b", reply_with="q", reply_by=3)
                self.send("query-ref", "b", reply_with="r", reply_by=9)

    class Answerer(Post):
        def act(self, action):
            for message in self.inbox:
                self.model.net.send(message.reply(Performative.INFORM, 1))

    class Desk(Office):
        def build(self):
            self.net = Network(self, latency=2)
            Asker(self, "a")
            Answerer(self, "b")

    model = Desk({}, seed=1, log=True).run(8)
    late = model.log.select("late")
    assert [(e.time, e.data.in_reply_to) for e in late] == [(5, "q")]
    assert [e.data.in_reply_to for e in model.log.select("delivered", agent="a")] == ["r"]


def test_a_message_after_its_own_deadline_is_late():
    class Caller(Post):
        def act(self, action):
            if self.model.tick == 1:
                self.send("cfp", "b", reply_by=2)

    class Desk(Office):
        def build(self):
            self.net = Network(self, latency=4)
            Caller(self, "a")
            Post(self, "b")

    assert [e.time for e in Desk({}, seed=1, log=True).run(6).log.select("late")] == [5]


def test_receivers_by_name_by_agent_and_by_enum():
    from enum import StrEnum

    class Role(StrEnum):
        BUYER = "b"

    class Talker(Post):
        def act(self, action):
            if self.model.tick == 1:
                for receiver in ("b", self.model.agent("b"), Role.BUYER):
                    sent = self.send(Performative.INFORM, receiver, 1)
                    assert sent.receiver == "b"
                with pytest.raises(MasKitError, match="cannot go to 3"):
                    self.send("inform", 3)

    class Desk(Office):
        def build(self):
            self.net = Network(self)
            Talker(self, "a")
            Post(self, "b")

    assert len(Desk({}, seed=1).run(2).got()["b"]) == 3


def test_a_network_of_ones_own_class():
    class Mail(Network):
        pass

    class Talker(Post):
        def act(self, action):
            self.send("inform", "b", 1, network=self.model.mail)

    class Desk(Office):
        def build(self):
            self.net, self.mail = Network(self), Mail(self, "mail")
            Talker(self, "a")
            Post(self, "b")

    assert Desk({}, seed=1).run(2).mail.counts["delivered"] == 1


def test_which_network():
    model = Office({"a": {}}, seed=1)
    Network(model, "second")
    agent = model.agent("a")
    with pytest.raises(UnknownNameError, match="say which: network="):
        agent.send("inform", "a")
    with pytest.raises(UnknownNameError, match="did you mean 'second'"):
        agent.send("inform", "a", network="secnd")
    with pytest.raises(UnknownNameError, match="did you mean 'inform'"):
        agent.send("infrom", "a", network="second")


def test_send_keeps_every_parameter():
    model = Office({"a": {}}, seed=1)
    sent = model.agent("a").send(
        "propose", "b", 5, "c1", "contract-net", reply_with="r1", in_reply_to="q1", reply_by=7.0,
        reply_to="clerk", language="sl0", encoding="utf-8", ontology="prices",
    )  # fmt: skip
    assert sent == Message(
        Performative.PROPOSE,
        "a",
        "b",
        5,
        "c1",
        "contract-net",
        "r1",
        "q1",
        7.0,
        "clerk",
        "sl0",
        "utf-8",
        "prices",
    )


@pytest.mark.parametrize("log", [False, True])
def test_several_at_once_fare_as_one_by_one(log):
    class Crier(Post):
        def act(self, action):
            if self.model.tick == 1:
                self.model.sent = self.say(["b", self.model.agent("c"), "nobody"])

        def say(self, names):
            return self.send_many("cfp", names, "dig", "c1", reply_by=4, network="network")

    class OneByOne(Crier):
        def say(self, names):
            return [self.send("cfp", name, "dig", "c1", reply_by=4, network="network") for name in names]

    def run(crier):
        class Square(Office):
            def build(self):
                super().build()
                crier(self, "a")

        return Square({"b": {}, "c": {}}, {"loss": 0.5}, seed=3, log=log).run(3)

    at_once, one_by_one = run(Crier), run(OneByOne)
    assert at_once.sent == one_by_one.sent
    assert [message.receiver for message in at_once.sent] == ["b", "c", "nobody"]
    assert {message.performative for message in at_once.sent} == {Performative.CFP}
    assert at_once.net.counts == one_by_one.net.counts
    assert at_once.net.counts["sent"] == 3
    assert not log or list(at_once.log) == list(one_by_one.log)
    with pytest.raises(UnknownNameError, match="did you mean 'inform'"):
        at_once.agent("a").send_many("infrom", ["b"])
    with pytest.raises(MasKitError, match="cannot go to 7"):
        at_once.agent("a").send_many("inform", ["b", 7])
    assert at_once.net.outbox == []


def test_a_network_takes_several_at_once():
    model = Office({"a": {}, "b": {}}, seed=1, log=True)
    letters = [Message(Performative.INFORM, "a", name, 1) for name in ("a", "b", "b")]
    model.net.send_many(letters, 7)
    assert model.net.causes == [7, 7, 7]
    model.run(2)
    assert model.got() == {"a": [(2, "a", 1)], "b": [(2, "a", 1), (2, "a", 1)]}


@pytest.mark.parametrize(
    "bad",
    [
        {"loss": 1.5}, {"loss": -0.1}, {"loss": float("nan")}, {"loss": "often"}, {"duplication": 2},
        {"reordering": -1}, {"latency": -1}, {"latency": (3, 1)}, {"latency": 0.5}, {"latency": (1, 2, 3)},
        {"latency": float("inf")}, {"latency": "soon"}, {"latency": None}, {"when_down": "wait"},
    ],
)  # fmt: skip
def test_bad_settings_are_named(bad):
    with pytest.raises(ParameterError, match=f"parameter '{next(iter(bad))}' is"):
        Office({}, bad, seed=1)


def test_a_range_may_be_a_list():
    assert Office({}, {"latency": [1, 3]}, seed=1).net.latency == (1, 3)


def test_two_networks_of_one_name():
    class Twice(Office):
        def build(self):
            Network(self)
            Network(self)

    with pytest.raises(MasKitError, match="a network named 'network' already"):
        Twice({}, seed=1)


def test_what_is_in_transit_at_the_start():
    class Begun(Office):
        def build(self):
            super().build()
            for due in (1, 2):
                self.net.post(Message(Performative.INFORM, "x", "a", due), due)

    model = Begun({"a": {}}, seed=1)
    assert [due for _, due in model.net.in_flight()] == [1, 2]
    assert model.run(3).got()["a"] == [(1, "x", 1), (2, "x", 2)]
    assert model.net.counts == {"sent": 2, "delivered": 2}


def test_groups_of_a_partition_are_checked():
    model = Office({"ann": {1: [("bob", 1)], 2: [("bob", 2)]}, "bob": {}}, seed=1)
    with pytest.raises(ParameterError, match=r"parameter 'groups' is 'ann'; allowed: .*\['ann'\]"):
        model.net.partition("ann", "bob")  # a text has letters, which are nobody's names
    with pytest.raises(ParameterError, match="parameter 'groups' is 'ann'; allowed: each name in one group"):
        model.net.partition(["ann"], ["ann", "bob"])
    assert model.net.groups is None
    model.net.partition([model.agent("ann")], [model.agent("bob")])  # agents do as well as their names
    assert model.run(3).got()["bob"] == []
    assert model.net.counts["dropped: partition"] == 2


def test_receivers_are_several_and_not_a_text():
    model = Office({"ann": {}, "bob": {}}, seed=1)
    with pytest.raises(MasKitError, match=r"'bob' is one receiver; .* \['bob'\]"):
        model.agent("ann").send_many("inform", "bob", 1)
    assert model.net.outbox == []


def test_a_message_without_any_network_says_how_to_make_one():
    model = Model(seed=1)
    ann = Agent(model, "ann", lambda percept: 1)
    with pytest.raises(UnknownNameError, match=r"no network; make one in build: Network\(self\)"):
        ann.send("inform", "ann")


@pytest.mark.parametrize("due", [2.5, float("nan"), "soon", None])
def test_what_is_in_transit_is_due_in_a_tick(due):
    """Anything else would never be delivered, nor counted as dropped."""
    model = Office({"a": {}}, seed=1)
    with pytest.raises(ParameterError, match="parameter 'due' is"):
        model.net.post(Message(Performative.INFORM, "x", "a"), due)
    assert model.net.counts["sent"] == 0


def test_whose_deadline_it_is_depends_on_who_asked():
    """Two agents may use the same `reply_with`; only an answer to oneself is judged by one's own limit."""
    model = Office({name: {} for name in ("ann", "bob", "cat", "dan")}, seed=1, log=True)
    ask = {"reply_with": "q1"}
    model.agent("ann").send("request", "bob", 1, reply_by=3, **ask)
    model.agent("cat").send("request", "dan", 1, reply_by=30, **ask)
    model.agent("dan").send("request", "bob", 1, reply_by=5, reply_to="ann", reply_with="q2")
    model.run(6)
    for receiver, about in (("ann", "q1"), ("cat", "q1"), ("ann", "q2")):
        model.agent("bob").send("inform", receiver, about, in_reply_to=about)
    model.run(2)
    came = [(e.agent, e.data.content, e.kind) for e in model.log.select(("late", "delivered"), since=7)]
    assert came == [("ann", "q1", "late"), ("cat", "q1", "delivered"), ("ann", "q2", "late")]


def test_receivers_in_a_set_are_put_in_order():
    """The order of a set of texts changes from one run of Python to the next, and so would the luck."""
    names = [f"agent {i}" for i in range(30)]
    model = Office({name: {} for name in reversed(names)}, seed=1)
    ann = model.agent("agent 0")
    assert [m.receiver for m in ann.send_many("inform", set(names))] == sorted(names)
    assert [m.receiver for m in ann.send_many("inform", frozenset(model.by_name.values()))] == sorted(names)
    assert [m.receiver for m in ann.send_many("inform", names[::-1])] == names[::-1]


@pytest.mark.parametrize(
    "odd",
    [
        {"reply_by": "soon"}, {"reply_by": (1, 2)}, {"reply_with": [1], "reply_by": 3},
        {"in_reply_to": [1]}, {"reply_to": [1], "reply_by": 3, "reply_with": "x"}, {"reply_by": float("nan")},
    ],
)  # fmt: skip
@pytest.mark.parametrize("log", [False, True])
def test_what_cannot_be_read_breaks_no_run_and_the_log_changes_nothing(odd, log):
    model = Office({"ann": {}, "bob": {}}, seed=1, log=log)
    model.agent("ann").send("request", "bob", 1, **odd)
    model.agent("ann").send("request", "bob", 2, reply_with="q", reply_by=1)
    assert [content for _, _, content in model.run(3).got()["bob"]] == [1, 2]
    if log:
        assert [e.data.content for e in model.log.select("late")] == [2]


def test_settings_can_be_changed_on_the_way():
    """On a network that began without any, too: there all messages used to fare alike for good."""
    model = Office({"a": {t: [("b", t)] for t in range(1, 9)}, "b": {}}, seed=1).run(1)
    model.net.loss = 1.0
    model.run(1)
    model.net.loss, model.net.links = 0, {"b": {"a"}}
    model.run(1)
    model.net.links, model.net.latency = None, 3
    model.run(1)
    model.net.latency, model.net.duplication = (1, 1), 1
    model.run(1)
    assert [content for _, _, content in model.run(4).got()["b"]] == [1, 5, 5, 4, 6, 6, 7, 7, 8, 8]
    assert model.net.counts["dropped: lost"] == model.net.counts["dropped: no link"] == 1
    for name, value in (("loss", 2), ("latency", -1), ("when_down", "wait"), ("reordering", None)):
        before = getattr(model.net, name)
        with pytest.raises(ParameterError, match=f"parameter '{name}' is"):
            setattr(model.net, name, value)
        assert getattr(model.net, name) == before
