"""Alternating offers: Rubinstein's split, and what a hostile network can do to an agreement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError
from mas_kit.protocols import Conversations, Negotiator, equilibrium, rubinstein
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def talk(first, second, script=(), **settings):
    talks = {"boss": Conversations("boss"), "other": Conversations("other", [Negotiator(**settings)])}
    line = Wire(talks, {"boss": first, "other": second}, script)
    return line, line.start("boss", Negotiator("other", **settings))


def test_rubinsteins_share_by_hand():
    assert rubinstein(0, 0) == 1  # a last word
    assert rubinstein(0.5, 0.5) == pytest.approx(2 / 3)
    assert rubinstein(0.9, 0.8) == pytest.approx(0.2 / 0.28)
    assert rubinstein(0.999, 0.999) == pytest.approx(0.5, abs=1e-3)  # patience: half and half
    with pytest.raises(ParameterError, match="other"):
        rubinstein(0.5, 1)


@pytest.mark.parametrize(("d1", "d2"), [(0.5, 0.5), (0.9, 0.8), (0.3, 0.95), (0.0, 0.7)])
def test_in_equilibrium_they_agree_at_once_on_rubinsteins_split(d1, d2):
    play = lambda q: equilibrium(q, d1, d2)  # noqa: E731
    line, cid = talk(play, play)
    line.run(8)
    assert line.status("boss", cid) == line.status("other", cid) == "agreed"
    assert line.outcome("boss", cid).value == line.outcome("other", cid).value == (1, rubinstein(d1, d2))
    assert len(line.sent) == 3  # propose, accept-proposal, inform


@pytest.mark.parametrize(("d1", "d2"), [(0.5, 0.5), (0.9, 0.8)])
def test_no_one_shot_deviation_pays(d1, d2):
    """A side that asks for more once, or turns down an equilibrium offer once, ends with no more."""
    share = rubinstein(d1, d2)
    play = lambda q: equilibrium(q, d1, d2)  # noqa: E731

    def greedy(q):
        if q.kind == "offer":
            return q.answer("propose", min(share + 0.05, 1))
        return play(q)

    line, cid = talk(greedy, play)
    line.run(15)
    offer = line.outcome("boss", cid).value
    assert offer.number == 2
    assert d1 ** (offer.number - 1) * offer.terms < share

    def stubborn(q):
        return q.answer("propose", 1 - rubinstein(d2, d1)) if q.content.number == 1 else play(q)

    line, cid = talk(play, stubborn)
    line.run(15)
    offer = line.outcome("other", cid).value
    assert d2 ** (offer.number - 1) * (1 - offer.terms) <= 1 - share + 1e-12


def test_breaking_off_silence_and_the_last_offer():
    line, cid = talk(lambda q: q.answer("propose", 0.9), lambda q: q.answer("refuse"))
    line.run(8)
    assert line.status("boss", cid) == line.status("other", cid) == "broken off"
    line, cid = talk(lambda q: q.answer("propose", 0.9), lambda q: None)
    line.run(20)
    assert line.status("boss", cid) == line.status("other", cid) == "broken off"
    haggle = lambda q: q.answer("propose", 0.5)  # noqa: E731
    line, cid = talk(haggle, haggle, offers=4)
    with pytest.raises(LookupError, match="decision in state 'answering'"):
        line.run(30)
    with pytest.raises(ParameterError, match="partner"):
        Negotiator().begin("a", "c")


PASS, LOSE = ("pass", 0, None), ("lose", 0, None)


def yes(q):
    return q.answer("accept-proposal") if q.kind == "answer" else q.answer("propose", 0.5)


def test_what_is_lost_where_decides_how_it_ends():
    for script, ends in (
        ([PASS, LOSE], ("broken off", "broken off")),  # the acceptance: the opener breaks off, and says so
        ([PASS, LOSE, LOSE], ("broken off", "unconfirmed")),  # and that word too
        ([PASS, PASS, LOSE], ("agreed", "unconfirmed")),  # the confirmation
        (
            [PASS, ("delay", 7, None), LOSE],
            ("broken off", "broken off"),
        ),  # too late: the opener says it again
    ):
        line, cid = talk(yes, yes, script)
        line.run(40)
        assert (line.status("boss", cid), line.status("other", cid)) == ends


@examples(150)
@given(script=st.lists(st.sampled_from([PASS, LOSE, ("delay", 7, None)]), max_size=10), low=st.floats(0, 1))
def test_heavy_loss_makes_nobody_believe_what_the_other_denies(script, low):
    note("alternating offers: heavy loss")
    line, cid = talk(haggler(low, True), haggler(1, False), script)
    line.run(250)
    consistent(line, cid)


def haggler(limit, opens):
    """Gives way step by step until its limit, and accepts what is within it."""

    def answer(q):
        want = max(1 - 0.15 * q.content.number, limit) if opens else min(0.15 * q.content.number, limit)
        if q.kind == "answer":
            if (q.content.theirs >= limit) if opens else (q.content.theirs <= limit):
                return q.answer("accept-proposal")
            if q.content.number >= 12:
                return q.answer("refuse")
        return q.answer("propose", want)

    return answer


def consistent(line, cid):
    assert line.settled()
    a, b = line.outcome("boss", cid), line.outcome("other", cid)
    ends = {a.status, b.status if b is not None else "broken off"}
    assert ends != {"agreed", "broken off"}, "one believes in a contract that the other denies"
    if "agreed" in ends:
        assert a.value == b.value


@examples(200)
@given(script=harmless, low=st.floats(0, 1), high=st.floats(0, 1))
def test_no_loss_delay_copy_or_forgery_makes_one_side_believe_what_the_other_denies(script, low, high):
    note("alternating offers: lost, late, repeated, forged")
    line, cid = talk(haggler(low, True), haggler(high, False), script)
    line.run(250)
    consistent(line, cid)


@examples(150)
@given(script=scripts, low=st.floats(0, 1), high=st.floats(0, 1))
def test_nor_does_a_side_whose_words_are_garbled_hang_it(script, low, high):
    note("alternating offers: also malformed, out of place, damaged")
    line, _ = talk(haggler(low, True), haggler(high, False), script)
    line.run(250)
    assert line.settled()
