"""What roles and conversations are made with is checked when they are made, and named."""

import pytest

from mas_kit import MasKitError, ParameterError, UnknownNameError
from mas_kit.protocols import (
    Again,
    Chair,
    ContractNetInitiator,
    ContractNetParticipant,
    Conversations,
    Done,
    DutchAuctioneer,
    EnglishBidder,
    IteratedContractNetInitiator,
    IteratedContractNetParticipant,
    VickreyAuctioneer,
    Voter,
)
from mas_kit.protocols.settings import chosen
from tests.protocols.wire import Wire

NAN, INF = float("nan"), float("inf")
NAMES = [f"agent {i}" for i in range(30)]


@pytest.mark.parametrize("who", ["bob", "amy", None, 3])
@pytest.mark.parametrize(
    "make",
    [
        lambda who: ContractNetInitiator("dig", who, reply_by=5),
        lambda who: VickreyAuctioneer("vase", who),
        lambda who: Chair(["x", "y"], who, reply_by=5),
    ],
)
def test_who_takes_part_is_a_list(who, make):
    """A text would be taken letter by letter: "amy" as three agents."""
    with pytest.raises(ParameterError, match=r"parameter 'participants' is .* a list of agents or names"):
        make(who)


def test_those_of_a_set_have_an_order():
    """That of a set of texts changes from one run of Python to the next."""
    assert ContractNetInitiator("dig", set(NAMES), reply_by=5).participants == tuple(sorted(NAMES))
    assert ContractNetInitiator("dig", NAMES[::-1], reply_by=5).participants == tuple(NAMES[::-1])
    assert Chair(set(NAMES), ["a"], reply_by=5).candidates == tuple(sorted(NAMES))
    assert chosen(set(NAMES), NAMES[::-1]) == tuple(NAMES[::-1])


@pytest.mark.parametrize("wait", [-1, None, NAN, INF, "5"])
@pytest.mark.parametrize(
    "make",
    [
        lambda wait: ContractNetInitiator("dig", ["a"], reply_by=5, patience=wait),
        lambda wait: IteratedContractNetInitiator("dig", ["a"], reply_by=5, choose=None, round_ticks=wait),
        lambda wait: ContractNetParticipant(patience=wait),
        lambda wait: EnglishBidder(patience=wait),
        lambda wait: Voter(patience=wait),
    ],
)
def test_a_wait_is_a_finite_number_of_ticks(wait, make):
    """Else the conversation would fail, or wait for ever, long after it was made."""
    with pytest.raises(ParameterError, match=r"parameter '(patience|round_ticks)' is"):
        make(wait)


@pytest.mark.parametrize("limit", [NAN, INF, None, "5"])
def test_a_call_ends_at_a_tick(limit):
    """Every participant would answer to a call without an end that it does not understand it."""
    with pytest.raises(ParameterError, match="parameter 'reply_by' is"):
        ContractNetInitiator("dig", ["a"], reply_by=limit)


def test_candidates_are_a_list():
    with pytest.raises(ParameterError, match=r"parameter 'candidates' is 'xyz'; allowed: a list"):
        Chair("xyz", ["a"], reply_by=5)


def test_what_chooses_is_a_function():
    with pytest.raises(ParameterError, match="parameter 'choose' is 'lowest'; allowed: a function"):
        ContractNetInitiator("dig", ["a"], reply_by=5, choose="lowest")
    with pytest.raises(ParameterError, match="parameter 'rounds' is 0"):
        IteratedContractNetInitiator("dig", ["a"], reply_by=5, choose=None, rounds=0)


def works(question):
    return question.answer(*(("propose", 3) if question.kind == "bid" else ("inform", Done())))


@pytest.mark.parametrize(
    ("choose", "winners"),
    [
        (lambda bids: "bob", ("bob",)),
        (lambda bids: None, ()),
        (lambda bids: {"ann", "bob"}, ("bob", "ann")),  # in the order in which they were listed
        (lambda bids: iter(["ann"]), ("ann",)),
    ],
)
@pytest.mark.parametrize("iterated", [False, True])
def test_a_rule_names_the_winners_as_it_likes(choose, winners, iterated):
    role = IteratedContractNetParticipant if iterated else ContractNetParticipant
    talks = {"boss": Conversations("boss"), **{n: Conversations(n, [role]) for n in ("ann", "bob")}}
    line = Wire(talks, {"ann": works, "bob": works})
    if iterated:
        initiator = IteratedContractNetInitiator(
            "dig", ["bob", "ann"], reply_by=5, choose=lambda bids, n: Again("dig!") if n < 2 else choose(bids)
        )
    else:
        initiator = ContractNetInitiator("dig", ["bob", "ann"], reply_by=5, choose=choose)
    cid = line.start("boss", initiator)
    line.run(30)
    assert line.status("boss", cid) == ("done" if winners else "unassigned")
    assert line.outcome("boss", cid).value.contractors == winners


def test_nobody_opens_a_conversation_with_itself():
    """It would play both sides of one conversation and hear its own answers on neither."""
    talks = Conversations("ann", [ContractNetParticipant])
    with pytest.raises(MasKitError, match="'ann' opens fipa-contract-net with itself"):
        talks.start(ContractNetInitiator("dig", ["bob", "ann"], reply_by=5), now=0)
    assert not talks.open


def test_what_is_no_role_is_told():
    with pytest.raises(ParameterError, match="parameter 'roles' is 5"):
        Conversations("ann", [5])
    with pytest.raises(ParameterError, match="parameter 'roles' is 'fipa-contract-net'"):
        Conversations("ann", [ContractNetInitiator])
    with pytest.raises(ParameterError, match="parameter 'role' is <class"):
        Conversations("ann").start(ContractNetInitiator)


def test_to_say_what_is_no_performative():
    talks = Conversations("ann")
    cid = talks.start(ContractNetInitiator("dig", ["bob"], reply_by=5), now=0)
    with pytest.raises(UnknownNameError, match="no performative named 'cancle'; did you mean 'cancel'"):
        talks.say(cid, "cancle")


@pytest.mark.parametrize(("start", "step", "reserve"), [(0.3, 0.1, 0.0), (1.0, 0.1, 0.5), (9, 2, 1)])
def test_a_dutch_auction_comes_down_to_its_reserve(start, step, reserve):
    """0.3 - 0.1 - 0.1 - 0.1 is a little below 0, which must not keep the lot unsold at 0."""
    sale = DutchAuctioneer("vase", ["a"], start=start, decrement=step, reserve=reserve).begin("me", "c").role
    asked = []
    while sale.outcome is None:
        asked.append(sale.asking)
        sale = sale.step((), sale.deadline + 1).role
    assert asked[-1] == reserve
    assert asked == pytest.approx([start - k * step for k in range(round((start - reserve) / step) + 1)])


def test_an_id_is_free_again_once_it_is_forgotten():
    """Also where nothing has happened since, so that nothing was put in order."""
    talks = Conversations("ann", memory=10)
    talks.start(ContractNetInitiator("dig", ["bob"], reply_by=5), "c1", now=0)
    talks.act(talks.hear((), 6))  # nobody proposed
    with pytest.raises(MasKitError, match="has a conversation 'c1'"):
        talks.start(ContractNetInitiator("dig", ["bob"], reply_by=20), "c1", now=16)
    assert talks.start(ContractNetInitiator("dig", ["bob"], reply_by=20), "c1", now=17) == "c1"
