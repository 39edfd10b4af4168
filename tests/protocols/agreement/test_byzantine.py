"""Byzantine agreement: it holds for n > 3f against every script of the traitors, and breaks at n = 3f."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import Byzantine, ParameterError
from mas_kit.protocols import Conversations, General, Relay
from tests.protocols.examples import examples, note
from tests.protocols.room import Room
from tests.protocols.wire import JUNK, Wire, scripts

LIES = (0, 1, "say nothing of it")


class War(Wire):
    """Traitors among the generals: for each thing to tell, a script says what they tell instead."""

    def __init__(self, n, f, traitors, order, lies, junk=()):
        names = [f"g{i}" for i in range(n)]
        super().__init__({name: Conversations(name) for name in names})
        self.traitors, self.lies, self.junk = traitors, iter(lies), iter(junk)
        self.order = order
        for name in names:
            role = General(names, traitors=f, order=order if name == "g0" else None, otherwise=0)
            self.start(name, role, "c")
        self.run(3 * (f + 1) + 3)

    def post(self, messages):
        super().post([self.lie(m) if m.sender in self.traitors else m for m in messages])

    def lie(self, message):
        if not isinstance(message.content, Relay):
            return message
        said = []
        for path, word in message.content.said:
            lie = next(self.lies, word)
            if lie != LIES[2]:
                said.append((path, lie))
        junk = next(self.junk, None)
        if junk is not None:
            return message._replace(content=junk)
        return message._replace(content=Relay(message.content.round, tuple(said)))

    def decisions(self):
        return {n: self.outcome(n, "c").value for n in self.talks if n not in self.traitors}

    def holds(self):
        """IC1 and IC2 of the paper."""
        assert self.settled()
        decided = self.decisions()
        followers = {word for name, word in decided.items() if name != "g0"}
        ic1 = len(followers) <= 1
        ic2 = "g0" in self.traitors or followers == {self.order}
        return ic1 and ic2


@pytest.mark.parametrize(("n", "f"), [(2, 0), (4, 1), (5, 1), (7, 2)])
def test_without_traitors_everybody_obeys(n, f):
    war = War(n, f, (), 1, ())
    assert set(war.decisions().values()) == {1}
    assert len(war.sent) == (n - 1) + f * (n - 1) * (n - 2)


def test_four_generals_hold_against_every_script_of_one_traitor():
    """All 3^6 scripts of a lying lieutenant (two things to tell) and commander (three): exhaustive."""
    for order in (0, 1):
        for lies in itertools.product(LIES, repeat=2):
            assert War(4, 1, ("g2",), order, lies).holds()
        for lies in itertools.product(LIES, repeat=3):
            assert War(4, 1, ("g0",), order, lies).holds()


def test_three_generals_break():
    """n = 3f: the commander says 1 to both, the traitor tells the other that he was told 0. He cannot know
    who lies; with 0 for undecided cases he disobeys a loyal commander, and with 1 the mirror image does."""
    war = War(3, 1, ("g2",), 1, (0,))
    assert war.decisions() == {"g0": 1, "g1": 0}
    assert not war.holds()


def test_six_generals_with_two_traitors_break():
    """n = 3f again: two lieutenants who say 0 of everything outvote, at every level, the loyal three."""
    war = War(6, 2, ("g2", "g5"), 1, [0] * 200)
    assert war.decisions() == {"g0": 1, "g1": 0, "g3": 0, "g4": 0}
    assert not war.holds()
    assert War(7, 2, ("g2", "g5"), 1, [0] * 200).holds()


lies = st.lists(st.sampled_from(LIES), max_size=60)
junk = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from(JUNK),
        st.builds(
            Relay,
            st.sampled_from([0, 1, 2, 3, 9, "1"]),
            st.sampled_from([(), JUNK, (((), 1),), ((("g0",), 1),) * 3]),
        ),
    ),
    max_size=12,
)


@examples(150)
@given(data=st.data())
def test_it_holds_for_n_above_3f_against_any_script(data):
    note("byzantine agreement: traitors' scripts, n > 3f")
    n, f = data.draw(st.sampled_from([(4, 1), (5, 1), (7, 2)]))
    traitors = data.draw(st.sets(st.sampled_from([f"g{i}" for i in range(n)]), min_size=f, max_size=f))
    war = War(n, f, tuple(traitors), data.draw(st.sampled_from([0, 1])), data.draw(lies), data.draw(junk))
    assert war.holds()


@examples(80)
@given(script=scripts)
def test_no_network_hangs_or_crashes_it(script):
    note("byzantine agreement: hostile network")
    names = [f"g{i}" for i in range(4)]
    line = Wire({name: Conversations(name) for name in names}, script=script)
    for name in names:
        line.start(name, General(names, traitors=1, order="attack"), "c")
    line.run(30)
    assert line.settled()


def test_wrong_arguments_say_what_is_right():
    with pytest.raises(ParameterError, match="traitors"):
        General(["a", "b"], traitors=1)
    with pytest.raises(ParameterError, match="order"):
        General(["a", "b"], traitors=0).begin("a", "c")
    with pytest.raises(ParameterError, match="round_ticks"):
        General(["a", "b"], traitors=0, round_ticks=0)


# ---- by the fault alone: the generals are loyal, their messages over mas_kit.Network are not

WORDS = ("attack", "retreat")


def war(n, *faults, f=1, order="attack", seed=1):
    """What the loyal generals decide."""
    names = [f"g{i}" for i in range(n)]
    room = Room({name: ([], None) for name in names}, seed=seed, faults=faults)
    for name in names:
        room.begin(name, General(names, traitors=f, order=order if name == "g0" else None), "c")
    room.run(3 * (f + 1) + 3)
    assert room.settled()
    lying = {fault.agent for fault in faults}
    return {name: room.agent(name).talks.outcome("c").value for name in names if name not in lying}


def holds(decided, order):
    """IC1 and IC2 of the paper."""
    followers = {word for name, word in decided.items() if name != "g0"}
    return len(followers) == 1 and ("g0" not in decided or followers == {order})


def liar(agent, **how):
    return Byzantine(agent=agent, at=1, choices=WORDS, **how)


def test_one_byzantine_general_breaks_three_and_not_four():
    assert war(3) == dict.fromkeys(["g0", "g1", "g2"], "attack")
    faulty = liar("g2", alter="corrupt")
    assert war(3, faulty) == {"g0": "attack", "g1": "retreat"}  # a loyal one disobeys a loyal commander
    assert not holds(war(3, faulty), "attack")
    assert war(4, faulty) == {"g0": "attack", "g1": "attack", "g3": "attack"}


@pytest.mark.parametrize(("n", "f"), [(4, 1), (7, 2)])
@pytest.mark.parametrize(
    "how",
    [
        {"alter": "corrupt"},
        {"alter": "equivocate"},
        {"alter": "corrupt", "change": "random", "share": 0.7},
        {"alter": "equivocate", "change": "random"},
        {"alter": "replay"},
    ],
    ids=str,
)
def test_more_than_three_times_as_many_hold(n, f, how):
    for order in WORDS:
        for liars in itertools.combinations(range(n), f):
            if f == 1 or liars[0] < 2:  # the lieutenants are all alike
                faults = [liar(f"g{i}", **how) for i in liars]
                assert holds(war(n, *faults, f=f, order=order, seed=liars[0]), order)


def test_where_names_can_be_forged_four_do_not_hold():
    """Oral messages are of a known sender (A2 of the paper). One who also speaks in g3's name, and first,
    outvotes the commander."""
    forger = [liar("g2", alter="corrupt"), liar("g2", alter="forge", posing_as="g3")]
    assert war(4, *forger)["g1"] == "retreat"
    assert not holds(war(4, *forger), "attack")
