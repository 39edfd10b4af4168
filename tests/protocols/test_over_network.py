"""Every protocol over `mas_kit.Network`: loss, copies, late and overtaking messages, and a crash; and a
stranger who repeats and garbles what he overhears. All conversations end, and no agent fails."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import Crash, Performative
from mas_kit.protocols import (
    Again,
    AssignmentAuctioneer,
    AssignmentBidder,
    AverageConsensus,
    Blackboard,
    BundleMember,
    Chair,
    ContractNetInitiator,
    ContractNetParticipant,
    DoubleAuctioneer,
    DutchAuctioneer,
    DutchBidder,
    EnglishAuctioneer,
    EnglishBidder,
    FirstPriceAuctioneer,
    FirstPriceBidder,
    General,
    ItemBid,
    IteratedContractNetInitiator,
    IteratedContractNetParticipant,
    Negotiator,
    Order,
    PushGossip,
    RingMember,
    SequentialAuctioneer,
    SequentialBidder,
    Source,
    Trader,
    VickreyAuctioneer,
    VickreyBidder,
    Voter,
    best_bid,
    lowest,
)
from tests.protocols.examples import examples, note
from tests.protocols.room import Room, Talker
from tests.protocols.wire import JUNK, STRANGER

NAMES = ["m0", "m1", "m2", "m3"]


def others(name):
    return [other for other in NAMES if other != name]


def ring(i):
    return [NAMES[i - 1], NAMES[(i + 1) % 4]]


def clients(roles, answer):
    return dict.fromkeys(NAMES, (roles, answer))


# By protocol: who is there, and who begins in which role.
def peers(make):
    return {name: ([], None) for name in NAMES}, [(name, make(i, name)) for i, name in enumerate(NAMES)]


def served(roles, answer, role):
    return {"boss": ([], None), **clients(roles, answer)}, [("boss", role)]


def sequential(q):
    return q.answer("propose", ItemBid(q.content.items[0], float(len(q.content.mine))))


def quote(q):
    side = "buy" if q.key[0] and len(q.content.trades) == 0 and q.content.order is None else None
    return q.answer("propose", Order(side, 5.0)) if side else None


def work(q):
    """Bids what the call's price is worth to it, and does the work."""
    return q.answer("propose", 7) if q.kind == "bid" else q.answer("inform")


def pay(q):
    """Pays up to 8, whatever the auction."""
    price = q.content.price
    return q.answer("propose", max(price, 1)) if price <= 8 else q.answer("refuse")


def thrice(bids, round):
    return Again(10 - round) if bids and round < 3 else lowest(bids) if bids else ()


CAST = {
    "contract net": lambda: served(
        [ContractNetParticipant], work, ContractNetInitiator("dig", NAMES, reply_by=9)
    ),
    "iterated contract net": lambda: served(
        [IteratedContractNetParticipant],
        work,
        IteratedContractNetInitiator(10, NAMES, reply_by=9, round_ticks=9, choose=thrice),
    ),
    "first-price": lambda: served([FirstPriceBidder], pay, FirstPriceAuctioneer("vase", NAMES)),
    "vickrey": lambda: served([VickreyBidder], pay, VickreyAuctioneer("vase", NAMES)),
    "english": lambda: served([EnglishBidder], pay, EnglishAuctioneer("vase", NAMES, increment=2)),
    "dutch": lambda: served([DutchBidder], pay, DutchAuctioneer("vase", NAMES, start=12, decrement=2)),
    "assignment": lambda: served(
        [AssignmentBidder(patience=60)],
        lambda q: q.answer("propose", best_bid([3, 1, 4, 1], q.content)),
        AssignmentAuctioneer(4, NAMES, epsilon=0.5),
    ),
    "sequential": lambda: served([SequentialBidder], sequential, SequentialAuctioneer("abc", NAMES)),
    "double": lambda: served([Trader], quote, DoubleAuctioneer(NAMES, closes=30)),
    "election": lambda: served(
        [Voter], lambda q: q.answer("inform", "b"), Chair(["a", "b"], NAMES, reply_by=12)
    ),
    "negotiation": lambda: (
        {"m0": ([], haggle), "m1": ([Negotiator], haggle)},
        [("m0", Negotiator("m1"))],
    ),
    "consensus": lambda: peers(lambda i, _: AverageConsensus(i, ring(i), step=0.3, rounds=6)),
    "gossip": lambda: peers(
        lambda i, name: PushGossip(others(name), until=20, seed=i, rumour="fire" if i == 0 else None)
    ),
    "ring": lambda: peers(
        lambda i, _: RingMember(i, successor=ring(i)[1], predecessor=ring(i)[0], patience=50)
    ),
    "byzantine": lambda: peers(lambda i, _: General(NAMES, traitors=1, order="attack", round_ticks=3)),
    "cbba": lambda: peers(lambda i, _: BundleMember("abc", ring(i), score=len, capacity=2, rounds=6)),
    "blackboard": lambda: (
        {"m0": ([], None), **{name: ([], write) for name in NAMES[1:]}},
        [("m0", Blackboard(NAMES[1:], until=40)), *[(n, Source("m0", until=40)) for n in NAMES[1:]]],
    ),
}


def haggle(q):
    return (
        q.answer("accept-proposal")
        if q.kind == "answer" and q.content.number > 2
        else q.answer("propose", 0.5)
    )


def write(q):
    return q.answer("request", ("k", 1)) if q.content.last in ("", "refused") else None


SINGLE_ITEM = {
    role.protocol for role in (FirstPriceAuctioneer, VickreyAuctioneer, EnglishAuctioneer, DutchAuctioneer)
}


class Eavesdropper(Talker):
    """Hears everything, and sends it on: as it was, under another act, or with other content."""

    def __init__(self, model, seed):
        super().__init__(model, STRANGER, [], None)
        self.draw, self.heard = np.random.default_rng(seed), deque(maxlen=200)

    def act(self, action):
        self.heard += self.model.net.outbox
        for _ in range(3 if self.heard else 0):
            message = self.heard[int(self.draw.integers(len(self.heard)))]
            kind = int(self.draw.integers(3))
            act = list(Performative)[int(self.draw.integers(22))] if kind == 1 else message.performative
            content = JUNK[int(self.draw.integers(len(JUNK)))] if kind == 2 else message.content
            self.model.net.send(message._replace(sender=STRANGER, performative=act, content=content))


class Haunted(Room):
    """A room with an eavesdropper in it, who acts last."""

    def build(self):
        super().build()
        Eavesdropper(self, self.seed % 2**32)


networks = st.fixed_dictionaries(
    {
        "latency": st.sampled_from([0, 1, (0, 3), (1, 6)]),
        "loss": st.sampled_from([0.0, 0.2, 0.6]),
        "duplication": st.sampled_from([0.0, 0.5]),
        "reordering": st.sampled_from([0.0, 0.5]),
        "when_down": st.sampled_from(["drop", "hold"]),
    }
)


@pytest.mark.parametrize("name", CAST)
@examples(12)
@given(network=networks, seed=st.integers(0, 2**32), crash=st.integers(1, 20))
def test_every_conversation_ends_and_no_agent_fails(name, network, seed, crash):
    note(f"over mas_kit.Network with a crash and an eavesdropper: {name}")
    cast, begin = CAST[name]()
    room = Haunted(cast, network, seed=seed, faults=[Crash(agent="m1", at=crash, until=crash + 10)])
    for who, role in begin:
        room.begin(who, role, "c")
    room.run(200)
    assert room.settled()
    for who, role in begin:
        outcome = room.agent(who).talks.outcome("c")
        assert outcome is not None
        assert outcome.status in role.final
        safe(room, outcome)


def safe(room, outcome):
    """Of one task, or one thing for sale, there is at most one contractor or winner, and both sides know."""
    ends = {name: agent.talks.outcome("c", "boss") for name, agent in room.by_name.items()}
    got = {name for name, end in ends.items() if end is not None and end.status in ("done", "won")}
    if outcome.role == "initiator":
        assert len(outcome.value.contractors) <= 1
        assert got <= set(outcome.value.contractors)
        assert outcome.status != "done" or got == set(outcome.value.contractors)
    elif outcome.protocol in SINGLE_ITEM:
        assert got <= {outcome.value.winner}
        assert outcome.status != "sold" or got == {outcome.value.winner}


@pytest.mark.parametrize("name", CAST)
def test_on_a_perfect_network_each_comes_to_its_good_end(name):
    good = {
        "assignment": "assigned", "sequential": "allocated", "double": "closed", "election": "elected",
        "negotiation": "agreed", "consensus": "done", "gossip": "informed", "byzantine": "decided",
        "cbba": "settled", "blackboard": "closed", "contract net": "done", "iterated contract net": "done",
        "first-price": "sold", "vickrey": "sold", "english": "sold", "dutch": "sold",
    }  # fmt: skip
    cast, begin = CAST[name]()
    room = Room(cast, seed=1)
    for who, role in begin:
        room.begin(who, role, "c")
    room.run(120)
    ends = [room.agent(who).talks.outcome("c").status for who, _ in begin]
    if name == "ring":
        assert sorted(ends) == ["follower"] * 3 + ["leader"]
    else:
        assert set(ends) == {good[name]}
