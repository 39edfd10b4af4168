"""Contract net: counts on a perfect network, the standard's rules, and hostile networks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import Crash, Loss, Message, ParameterError, Performative, UnknownNameError
from mas_kit.protocols import (
    Contract,
    ContractNetInitiator,
    ContractNetParticipant,
    Conversations,
    Done,
    Result,
    highest,
)
from tests.protocols.examples import examples, note
from tests.protocols.room import Room
from tests.protocols.wire import STRANGER, Wire, harmless, scripts

P = Performative


def bidder(cost, *, does=None, refuses=False):
    """A policy: bid that cost, do the work (or report what `does` says)."""

    def answer(question):
        if question.kind == "bid":
            return question.answer("refuse", "busy") if refuses else question.answer("propose", cost)
        return question.answer(*(does or ("inform",)))

    return answer


def wire(policies, script=(), **settings):
    """A boss, and a worker for each policy."""
    talks = {"boss": Conversations("boss")}
    talks |= {name: Conversations(name, [ContractNetParticipant(**settings)]) for name in policies}
    return Wire(talks, policies, script)


def net(policies, script=(), **settings):
    """The same, with a contract net begun."""
    line = wire(policies, script)
    cid = line.start("boss", ContractNetInitiator("dig", list(policies), **{"reply_by": 5, **settings}))
    return line, cid


@pytest.mark.parametrize("m", [1, 2, 5, 40])
def test_a_perfect_network_takes_3m_plus_1_messages(m):
    line, cid = net({f"w{i}": bidder(10 + i) for i in range(m)})
    line.run(8)
    assert line.status("boss", cid) == "done"
    assert line.count() == {"cfp": m, "propose": m, "accept-proposal": 1, "inform": 1} | (
        {"reject-proposal": m - 1} if m > 1 else {}
    )
    assert len(line.sent) == 3 * m + 1
    assert line.settled()


def test_a_refusal_saves_its_rejection():
    workers = {"a": bidder(3), "b": bidder(1), "c": bidder(0, refuses=True), "d": bidder(0, refuses=True)}
    line, cid = net(workers)
    line.run(8)
    assert len(line.sent) == 3 * 4 + 1 - 2
    value = line.outcome("boss", cid).value
    assert value == Contract("dig", ("b",), {"a": 3, "b": 1}, {"c": "busy", "d": "busy"}, {"b": Done()}, {})
    assert [line.status(n, cid) for n in "abcd"] == ["rejected", "done", "refused", "refused"]


def test_every_message_carries_the_conversation_and_the_protocol():
    line, cid = net({"a": bidder(3), "b": bidder(1)})
    line.run(8)
    assert {(m.conversation_id, m.protocol) for _, m in line.sent} == {(cid, "fipa-contract-net")}
    calls = {m.reply_with for _, m in line.sent if m.performative is P.CFP}
    assert {m.in_reply_to for _, m in line.sent if m.performative is P.PROPOSE} == calls
    assert all(m.reply_by == 5 for _, m in line.sent if m.performative is P.CFP)


def test_a_result_and_a_failure_come_back():
    line, cid = net({"a": bidder(1, does=("inform", 42))})
    line.run(8)
    assert line.outcome("boss", cid).value.results == {"a": Result(42)}
    line, cid = net({"a": bidder(1, does=("failure", "spade broke"))})
    line.run(8)
    assert line.status("boss", cid) == "failed"
    assert line.outcome("boss", cid).value.failures == {"a": "spade broke"}


def test_several_winners_and_another_rule():
    two = lambda bids: sorted(bids, key=bids.get)[:2]  # noqa: E731
    line, cid = net({"a": bidder(3), "b": bidder(1), "c": bidder(2)}, choose=two)
    line.run(8)
    assert line.outcome("boss", cid).value.contractors == ("b", "c")
    line, cid = net({"a": bidder(3), "b": bidder(1), "c": bidder(2)}, choose=highest)
    line.run(8)
    assert line.outcome("boss", cid).value.contractors == ("a",)
    line, cid = net({"a": bidder(3), "b": bidder(1)}, choose=lambda bids: ())
    line.run(8)
    assert line.status("boss", cid) == "unassigned"
    assert line.count()["reject-proposal"] == 2


def test_the_agents_policy_can_choose():
    line, cid = net({"a": bidder(3), "b": bidder(1)}, choose=None)
    seen = []

    def boss(question):
        seen.append((question.kind, question.content, question.allowed))
        return question.answer("accept-proposal", "a")

    line.policies["boss"] = boss
    line.run(8)
    assert seen == [("award", {"a": 3, "b": 1}, (P.ACCEPT_PROPOSAL, P.CANCEL, P.REJECT_PROPOSAL))]
    assert line.outcome("boss", cid).value.contractors == ("a",)


def test_a_policy_that_never_chooses_leaves_nobody_waiting():
    line, cid = net({"a": bidder(3)}, choose=None, patience=4)
    line.run(10)
    assert line.status("boss", cid) == "unassigned"
    assert line.status("a", cid) == "rejected"


def test_a_late_proposal_is_treated_as_not_made():
    slow = [("pass", 0, None), ("pass", 0, None), ("delay", 9, None)]  # the cheaper bid comes after reply_by
    line, cid = net({"a": bidder(1), "b": bidder(7)}, slow)
    line.run(30)
    value = line.outcome("boss", cid).value
    assert value.proposals == {"b": 7}
    assert value.contractors == ("b",)
    assert line.talks["boss"].counts["late"] == 1
    assert line.status("a", cid) == "forgotten"  # it waited for an award, and is free


def test_a_proposal_at_the_deadline_counts():
    line, cid = net({"a": bidder(1), "b": bidder(7)}, [("pass", 0, None)] * 2 + [("delay", 3, None)])
    line.run(4)
    assert not line.talks["boss"].outcomes
    line.run(10)  # sent in tick 1, due in tick 5 = reply_by
    assert line.outcome("boss", cid).value.contractors == ("a",)


def test_malformed_content_gets_not_understood():
    line, cid = net({"a": bidder(1), "b": bidder(7)}, [("pass", 0, None)] * 2 + [("corrupt", 0, 2)])
    line.run(30)
    said = [m for _, m in line.sent if m.performative is P.NOT_UNDERSTOOD]
    assert [(m.sender, m.receiver) for m in said] == [("boss", "a")]
    assert line.outcome("boss", cid).value.contractors == ("b",)
    assert line.status("a", cid) == "not understood"


def test_a_forger_is_not_heard():
    line, cid = net({"a": bidder(5), "b": bidder(7)})
    line.tick()
    forged = [
        Message(P.PROPOSE, STRANGER, "boss", 0, cid, "fipa-contract-net"),
        Message(P.ACCEPT_PROPOSAL, STRANGER, "a", "dig", cid, "fipa-contract-net"),
        Message(P.REJECT_PROPOSAL, "b", "a", None, cid, "fipa-contract-net"),
        Message(P.PROPOSE, "a", "boss", 1, "another conversation", "fipa-contract-net"),
    ]
    line.post(forged)
    line.run(10)
    assert line.status("boss", cid) == "done"
    assert line.outcome("boss", cid).value.contractors == ("a",)
    assert line.talks["boss"].counts == {"forged": 1, "unknown conversation": 1}
    assert line.talks["a"].counts == {"forged": 2}


def test_the_first_answer_counts():
    line, cid = net({"a": bidder(5), "b": bidder(7)}, [("pass", 0, None)] * 3 + [("delay", 2, None)])
    line.tick()
    call = next(m.reply_with for _, m in line.sent)
    line.post([Message(P.PROPOSE, "a", "boss", 1, cid, "fipa-contract-net", in_reply_to=call)])
    line.post([Message(P.REFUSE, "a", "boss", "no", cid, "fipa-contract-net", in_reply_to=call)])
    line.run(12)
    value = line.outcome("boss", cid).value
    assert (value.proposals, value.refusals) == ({"a": 5, "b": 7}, {})
    assert line.talks["boss"].counts["duplicate"] == 2


def test_a_lost_report_is_overdue_and_cancelled_and_then_told():
    lose_report = [("pass", 0, None)] * 3 + [("lose", 0, None)]
    line, cid = net({"a": bidder(1)}, [*lose_report[:2], ("pass", 0, None), ("lose", 0, None)], report_by=10)
    line.run(30)
    outcome = line.outcome("boss", cid)
    assert outcome.status == "overdue"
    assert outcome.value.results == {"a": Done()}  # asked to cancel, the worker says that it was done
    assert line.count() == {"cfp": 1, "propose": 1, "accept-proposal": 1, "inform": 2, "cancel": 1}


@pytest.mark.parametrize(("at", "worker"), [(1, "cancelled"), (2, "cancelled"), (3, "cancelled")])
def test_the_initiator_can_cancel_at_any_time(at, worker):
    slow = lambda q: q.answer("propose", 1) if q.kind == "bid" else None  # noqa: E731
    line, cid = net({"a": slow, "b": bidder(0, refuses=True)}, choose=None)
    line.policies["boss"] = lambda q: q.answer("accept-proposal", ["a"]) if at == 3 else None
    line.run(at)
    line.say("boss", cid, "cancel")
    line.run(20)
    assert line.status("boss", cid) == "cancelled"
    assert line.status("a", cid) == worker


def test_a_cancel_that_comes_too_late_is_answered_with_what_was_done():
    line, cid = net({"a": bidder(1)})
    line.run(3)
    line.say("boss", cid, "cancel")
    line.run(20)
    assert line.outcome("boss", cid).value.results == {"a": Done()}


def test_an_award_to_one_who_has_given_up_comes_back_as_a_failure():
    line = wire({"a": bidder(1)}, patience=1)
    cid = line.start("boss", ContractNetInitiator("dig", ["a"], reply_by=3, choose=None, patience=9))
    line.policies["boss"] = lambda q: q.answer("accept-proposal", ["a"]) if line.now >= 7 else None
    line.run(12)
    assert line.status("a", cid) == "forgotten"
    assert line.status("boss", cid) == "failed"


def test_wrong_arguments_say_what_is_right():
    with pytest.raises(ParameterError, match="task"):
        ContractNetInitiator(None, ["a"], reply_by=5)
    with pytest.raises(ParameterError, match="participants"):
        ContractNetInitiator("dig", ["a", "a"], reply_by=5)
    with pytest.raises(ParameterError, match="report_by"):
        ContractNetInitiator("dig", ["a"], reply_by=5, report_by=4)
    line = wire({"a": bidder(1)}).run(9)
    with pytest.raises(ParameterError, match="reply_by"):
        line.start("boss", ContractNetInitiator("dig", ["a"], reply_by=5))
    line, _ = net({"a": bidder(1)}, choose=lambda bids: ["b"])
    with pytest.raises(ParameterError, match="award goes to"):
        line.run(4)
    line, _ = net({"a": lambda q: q.answer("agree")})
    with pytest.raises(UnknownNameError, match="answer to 'bid'"):
        line.run(4)


def safe(line, cid, workers):
    """What must hold whatever the network does. `cid` is the boss's conversation."""
    assert line.settled(), "somebody still waits"
    accepted = [m.receiver for _, m in line.sent if m.performative is P.ACCEPT_PROPOSAL]
    assert len(accepted) <= 1, "awarded twice"
    outcome = line.outcome("boss", cid)
    assert list(accepted) == list(outcome.value.contractors)
    did = [w for w in workers if line.status(w, cid) == "done"]
    assert set(did) <= set(accepted)
    if outcome.status == "done":
        assert did == list(outcome.value.results)
    if outcome.status == "unassigned":
        assert not accepted
        assert not did
    told = [o for who, o in line.told if who == "boss"]
    assert len(told) == 1, "the outcome must be told once, and not be lost"
    return outcome


@examples(250)
@given(script=harmless, costs=st.lists(st.integers(0, 9), min_size=1, max_size=4), slow=st.integers(0, 6))
def test_no_loss_delay_copy_or_forgery_hangs_it_or_awards_twice(script, costs, slow):
    note("contract net: lost, late, repeated, forged")
    workers = {f"w{i}": bidder(cost) for i, cost in enumerate(costs)}
    line, cid = net(workers, script, report_by=5 + slow)
    line.run(80)
    outcome = safe(line, cid, workers)
    if outcome.status == "done":  # nobody put words into the winner's mouth
        (winner,) = outcome.value.contractors
        assert outcome.value.proposals[winner] == costs[int(winner[1:])]


@examples(250)
@given(script=scripts, costs=st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_nor_does_a_member_whose_words_are_garbled(script, costs):
    note("contract net: also malformed, out of place, damaged")
    workers = {f"w{i}": bidder(cost) for i, cost in enumerate(costs)}
    line, cid = net(workers, script)
    line.run(120)
    assert line.settled()
    accepted = [m.receiver for _, m in line.sent if m.performative is P.ACCEPT_PROPOSAL]
    assert len(accepted) <= 1
    assert line.outcome("boss", cid).status in ContractNetInitiator.final


networks = st.fixed_dictionaries(
    {
        "latency": st.tuples(st.integers(0, 2), st.integers(2, 6)),
        "loss": st.sampled_from([0.0, 0.1, 0.3, 0.6]),
        "duplication": st.sampled_from([0.0, 0.3, 1.0]),
        "reordering": st.sampled_from([0.0, 0.5]),
    }
)


@examples(60)
@given(network=networks, seed=st.integers(0, 2**32), crash=st.integers(1, 12))
def test_the_same_over_the_kits_network_with_a_crash(network, seed, crash):
    note("contract net: over mas_kit.Network")
    people = {f"w{i}": ([ContractNetParticipant], bidder(i)) for i in range(4)} | {"boss": ([], None)}
    faults = [Crash(agent="w0", at=crash, until=crash + 20), Loss(probability=0.1, at=2)]
    room = Room(people, network, seed=seed, faults=faults)
    for number in range(3):
        room.begin("boss", ContractNetInitiator("dig", ["w0", "w1", "w2", "w3"], reply_by=8), f"c{number}")
    room.run(120)
    assert room.settled()
    outcomes = room.agent("boss").talks.outcomes
    assert len(outcomes) == 3
    for (cid, _), outcome in outcomes.items():
        ends = {n: room.agent(n).talks.outcome(cid, "boss") for n in ("w0", "w1", "w2", "w3")}
        done = [name for name, end in ends.items() if end is not None and end.status == "done"]
        assert len(done) <= 1
        assert set(done) <= set(outcome.value.contractors)
        if outcome.status == "done":
            assert tuple(done) == outcome.value.contractors
