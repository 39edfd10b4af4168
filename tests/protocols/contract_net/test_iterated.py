"""Iterated contract net: rounds, their counts, and hostile networks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError, Performative
from mas_kit.protocols import (
    Again,
    Conversations,
    IteratedContractNetInitiator,
    IteratedContractNetParticipant,
    lowest,
)
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts

P = Performative


def press(limit):
    """Call again with a lower ceiling until someone bids at most `limit`."""

    def choose(bids, round):
        best = min(bids.values(), default=None)
        if best is None:
            return ()
        return lowest(bids) if best <= limit else Again(best - 1)

    return choose


def net(floors, choose, script=(), **settings):
    """Workers who bid the ceiling, as long as it is not below their floor."""

    def worker(floor):
        def answer(q):
            if q.kind == "perform":
                return q.answer("inform")
            return q.answer("propose", q.content) if q.content >= floor else q.answer("refuse")

        return answer

    talks = {"boss": Conversations("boss")}
    talks |= {f"w{i}": Conversations(f"w{i}", [IteratedContractNetParticipant]) for i in range(len(floors))}
    line = Wire(talks, {f"w{i}": worker(f) for i, f in enumerate(floors)}, script)
    role = IteratedContractNetInitiator(10, list(talks)[1:], reply_by=4, choose=choose, **settings)
    return line, line.start("boss", role)


@pytest.mark.parametrize(("m", "rounds"), [(1, 1), (3, 2), (5, 4)])
def test_r_rounds_take_2mr_plus_m_plus_1_messages(m, rounds):
    choose = lambda bids, round: lowest(bids) if round == rounds else Again(10)  # noqa: E731
    line, cid = net([0] * m, choose)
    line.run(30)
    assert line.status("boss", cid) == "done"
    assert len(line.sent) == 2 * m * rounds + m + 1


def test_the_price_goes_down_until_one_is_left():
    line, cid = net([3, 5, 8], press(3))
    line.run(60)
    outcome = line.outcome("boss", cid)
    assert outcome.status == "done"
    assert outcome.value.contractors == ("w0",)
    assert outcome.value.proposals == {"w0": 3}


def test_those_not_called_again_are_rejected():
    line, cid = net([0, 0, 0], lambda bids, round: Again(9, ("w1",)) if round == 1 else lowest(bids))
    line.run(30)
    assert [line.status(f"w{i}", cid) for i in range(3)] == ["rejected", "done", "rejected"]


def test_rounds_are_bounded():
    line, _ = net([0], lambda bids, round: Again(9), rounds=3)
    with pytest.raises(LookupError, match="decision in state 'choosing'"):
        line.run(30)


def test_a_call_goes_only_to_those_who_proposed():
    line, _ = net([0, 20], lambda bids, round: Again(9, ("w1",)))
    with pytest.raises(ParameterError, match="Again"):
        line.run(30)


def pressing(bids, round):
    """Three more rounds, then the lowest."""
    if not bids:
        return ()
    return Again(10 - round) if round < 4 else lowest(bids)


def hostile(floors, script):
    line, cid = net(floors, pressing, script, readable=lambda bid: type(bid) is int and 0 <= bid < 100)
    line.policies = {name: careful(policy) for name, policy in line.policies.items()}
    line.run(160)
    assert line.settled()
    accepted = [m.receiver for _, m in line.sent if m.performative is P.ACCEPT_PROPOSAL]
    assert len(accepted) <= 1
    outcome = line.outcome("boss", cid)
    assert list(accepted) == list(outcome.value.contractors)
    return line, cid, outcome


@examples(120)
@given(script=harmless, floors=st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_no_loss_delay_copy_or_forgery_hangs_it_or_awards_twice(script, floors):
    note("iterated contract net: lost, late, repeated, forged")
    line, cid, outcome = hostile(floors, script)
    done = [w for w in line.talks if w != "boss" and line.status(w, cid) == "done"]
    assert set(done) <= set(outcome.value.contractors)
    if outcome.status == "done":
        assert done == list(outcome.value.contractors)


@examples(120)
@given(script=scripts, floors=st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_nor_does_a_member_whose_words_are_garbled(script, floors):
    note("iterated contract net: also malformed, out of place, damaged")
    hostile(floors, script)


def careful(policy):
    """A policy that says not-understood to a task that it cannot read."""

    def answer(q):
        if q.kind == "perform" or (type(q.content) in (int, float) and q.content >= 0):
            return policy(q)
        return q.answer("not-understood", "no number")

    return answer
