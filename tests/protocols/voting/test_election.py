"""Elections by message: counts, ballots that cannot be read, and hostile networks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import Message, ParameterError, Performative
from mas_kit.protocols import Conversations
from mas_kit.protocols.voting import Chair, Elected, Voter, borda
from tests.protocols.examples import examples, note
from tests.protocols.wire import STRANGER, Wire, harmless, scripts


def election(ballots, script=(), **settings):
    def voter(ballot):
        return lambda q: q.answer("inform", ballot) if ballot is not None else q.answer("refuse")

    names = [f"v{i}" for i in range(len(ballots))]
    talks = {"boss": Conversations("boss")} | {n: Conversations(n, [Voter]) for n in names}
    line = Wire(talks, {n: voter(b) for n, b in zip(names, ballots, strict=True)}, script)
    return line, line.start("boss", Chair(list("abc"), names, **{"reply_by": 6, "by": "borda", **settings}))


def test_it_counts_and_tells():
    line, cid = election([tuple("abc"), tuple("bca"), tuple("bac"), None])
    line.run(10)
    poll = line.outcome("boss", cid).value
    assert poll.tally == borda("abc", [tuple("abc"), tuple("bca"), tuple("bac")])
    assert poll.tally.winner == "b"
    assert poll.abstained == ("v3",)
    assert {line.outcome(f"v{i}", cid).value for i in range(4)} == {Elected("b", 3)}
    assert len(line.sent) == 3 * 4


def test_a_spoilt_ballot_can_be_sent_again_in_time():
    line, cid = election([("a",), ("b",)], [("pass", 0, None)] * 2 + [("corrupt", 0, 2)])
    line.run(10)
    assert line.outcome("boss", cid).value.ballots == {"v0": ("a",), "v1": ("b",)}
    assert line.count()["not-understood"] == 1


def test_one_voter_one_vote_and_strangers_none():
    line, cid = election([("a",), ("a",)], [("pass", 0, None)] * 2 + [("pass", 0, None), ("delay", 3, None)])
    line.run(1)
    stuffing = Message(Performative.INFORM, "v0", "boss", ("b",), cid, "election")
    line.post([stuffing, stuffing, stuffing._replace(sender=STRANGER)])
    line.run(20)
    assert line.outcome("boss", cid).value.ballots == {"v0": ("a",), "v1": ("a",)}
    assert line.talks["boss"].counts["duplicate"] == 2
    assert line.talks["boss"].counts["forged"] == 1


def test_a_quorum():
    line, cid = election([None, None, ("a",)], quorum=2)
    line.run(10)
    assert line.status("boss", cid) == "no quorum"
    assert line.outcome("v0", cid).value == Elected("", 1)
    with pytest.raises(ParameterError, match="quorum"):
        Chair(["a", "b"], ["v"], reply_by=3, quorum=2)
    with pytest.raises(ParameterError, match="candidates"):
        Chair(["a", "a"], ["v"], reply_by=3)


choices = st.lists(st.one_of(st.none(), st.permutations("abc").map(tuple)), min_size=1, max_size=5)


@examples(150)
@given(script=harmless, votes=choices)
def test_no_loss_delay_copy_or_forgery_makes_a_vote_count_twice_or_change(script, votes):
    note("election: lost, late, repeated, forged")
    line, cid = election(votes, script)
    line.run(100)
    assert line.settled()
    poll = line.outcome("boss", cid).value
    assert all(ballot == votes[int(name[1:])] for name, ballot in poll.ballots.items())
    assert len(poll.ballots) + len(poll.abstained) + len(poll.silent) == len(votes)
    for i in range(len(votes)):
        end = line.outcome(f"v{i}", cid)
        if end is not None and end.status == "told" and poll.tally is not None:
            assert end.value == Elected(poll.tally.winner, len(poll.ballots))


@examples(150)
@given(script=scripts, votes=choices)
def test_nor_does_a_member_whose_words_are_garbled_stop_it(script, votes):
    note("election: also malformed, out of place, damaged")
    line, _ = election(votes, script)
    line.run(100)
    assert line.settled()
