"""English auction: the price goes up until nobody goes higher.

After FIPA XC00031 (English Auction Interaction Protocol): cfp with the asking price, propose from those who
would pay it, accept-proposal to the one who leads and reject-proposal to the others, a new cfp one increment
higher to all but the leader; when nobody answers it, an inform tells everybody who has won at what price.
With an increment d and bidders who stay in while the price is at most their value, the winner's value is
above the highest value less d, and the price is within d of the second highest value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.auctions.parties import Auctioneer, Bidder, Lot, Sale
from mas_kit.protocols.content import is_amount, is_count
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Rule, decides

CFP, PROPOSE, REFUSE = Performative.CFP, Performative.PROPOSE, Performative.REFUSE
ACCEPT, REJECT = Performative.ACCEPT_PROPOSAL, Performative.REJECT_PROPOSAL
INFORM, FAILURE, NOT_UNDERSTOOD = Performative.INFORM, Performative.FAILURE, Performative.NOT_UNDERSTOOD


def is_sale(content: Any) -> bool:
    """Is it word of how the auction ended?"""
    return (
        content.__class__ is Sale
        and len(content) == 5
        and isinstance(content[1], str)
        and is_amount(content[2])
    )


class EnglishAuctioneer(Auctioneer):
    """Sells at a rising price.

    Args:
        item, bidders, round_ticks, patience: as in `Auctioneer`.
        start: the first asking price, which is the reserve.
        increment: by how much the price rises each round.
        rounds: how many rounds there can be at most; then the leader wins.

    A bidder that refuses is out for good; one that is silent is asked again in the next round. Final states:
    "sold", "unsold", "unconfirmed" (the winner did not confirm in time), "failed" (it declined).
    """

    protocol = "fipa-english-auction"
    name = "auctioneer"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "calling", "open_sale", sends=(CFP,)),
        Rule("calling", PROPOSE, "calling", "note_bid", "first_answer"),
        Rule("calling", REFUSE, "calling", "note_pass", "first_answer"),
        Rule("calling", NOT_UNDERSTOOD, "calling", "note_pass", "first_answer"),
        Rule("calling", WHEN, "calling", "go_higher", "rises_early", (ACCEPT, REJECT, CFP)),
        Rule("calling", WHEN, "closing", "close", "closes_early", (ACCEPT, REJECT, INFORM)),
        Rule("calling", WHEN, "unsold", "close", "all_answered", (INFORM,)),
        Rule("calling", TIMEOUT, "calling", "go_higher", "rises", (ACCEPT, REJECT, CFP)),
        Rule("calling", TIMEOUT, "closing", "close", "closes", (ACCEPT, REJECT, INFORM)),
        Rule("calling", TIMEOUT, "unsold", "close", sends=(INFORM,)),
        Rule("closing", INFORM, "sold", "", "from_winner"),
        Rule("closing", FAILURE, "failed", "", "from_winner"),
        Rule("closing", NOT_UNDERSTOOD, "failed", "", "from_winner"),
        Rule("closing", TIMEOUT, "unconfirmed"),
    )
    final: ClassVar[tuple[str, ...]] = ("sold", "unsold", "unconfirmed", "failed")
    changing: ClassVar[tuple[str, ...]] = (*Auctioneer.changing, "out")

    def __init__(
        self,
        item: Any,
        bidders: Iterable[Any],
        *,
        start: float = 0.0,
        increment: float = 1.0,
        rounds: int = 1000,
        round_ticks: float = 5,
        patience: float = 10,
    ) -> None:
        super().__init__(item, bidders, round_ticks=round_ticks, patience=patience)
        if not is_amount(start):
            raise out_of_range("start", start, "numbers from 0", "the price below which nothing is sold")
        if not (is_amount(increment) and increment > 0):
            raise out_of_range("increment", increment, "numbers above 0", "the price has to rise")
        if not (is_count(rounds) and rounds >= 1):
            raise out_of_range("rounds", rounds, "whole numbers from 1", "how many rounds there can be")
        self.asking, self.increment, self.rounds = start, increment, rounds
        self.out: set[str] = set()

    def open_sale(self, _: Any) -> None:
        """Ask for the first price."""
        self.ask(Lot(self.item, self.asking), self.bidders)

    def is_bid(self, content: Any) -> bool:
        """A bid names the asking price (or more, which is read as the asking price)."""
        return is_amount(content) and content >= self.asking

    def note_pass(self, message: Message) -> None:
        """A bidder leaves for good."""
        super().note_pass(message)
        self.out.add(message.sender)

    def _others(self, leader: str) -> list[str]:
        return [name for name in self.bidders if name != leader and name not in self.out]

    def rises(self, _: Any) -> bool:
        """Was there a bid, is somebody left to outbid it, and may there be another round?"""
        return bool(self.bids) and self.round < self.rounds and bool(self._others(next(iter(self.bids))))

    def rises_early(self, _: Any) -> bool:
        """The same, with all answers in."""
        return self.all_answered(_) and self.rises(_)

    def closes(self, _: Any) -> bool:
        """Is there somebody to sell to?"""
        return bool(self.bids) or bool(self.winner)

    def closes_early(self, _: Any) -> bool:
        """The same, with all answers in."""
        return self.all_answered(_) and self.closes(_)

    def _take_bids(self) -> None:
        """The first bid that came in leads now."""
        for at, name in enumerate(self.bids):
            if at == 0:
                self.winner, self.price = name, self.asking
                self.tell(ACCEPT, name, Lot(self.item, self.price))
            else:
                self.tell(REJECT, name, Lot(self.item, self.price))

    def go_higher(self, _: Any) -> None:
        """Let the first bidder lead, and ask the others for more."""
        self._take_bids()
        self.asking += self.increment
        self.ask(Lot(self.item, self.asking), self._others(self.winner))

    def close(self, _: Any) -> None:
        """Tell everybody who has won."""
        self._take_bids()
        self.deadline = self.now + self.patience
        there = [name for name in self.bidders if name not in self.out or name == self.winner]
        self.tell_all(INFORM, there, Sale(self.item, self.winner, self.price, {}, self.round))


class EnglishBidder(Bidder):
    """Is asked for a higher and higher price.

    Question "bid" (content: `Lot(item, asking price)`): propose with that price, or refuse, which leaves the
    auction. Final states: "won" (value: the `Sale`), "lost", "out", "forgotten".
    """

    protocol = "fipa-english-auction"
    name = "bidder"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", CFP, "asked", "read_call"),
        Rule("asked", decides(PROPOSE), "waiting", "bid", sends=(PROPOSE,)),
        Rule("asked", decides(REFUSE), "out", "decline", sends=(REFUSE,)),
        Rule("asked", CFP, "asked", "read_call", "is_new_call"),
        Rule("asked", INFORM, "won", "confirm", "is_mine", (INFORM,)),
        Rule("asked", INFORM, "lost"),
        Rule("asked", TIMEOUT, "waiting", "wait"),
        Rule("waiting", CFP, "asked", "read_call", "is_new_call"),
        Rule("waiting", ACCEPT, "leading", "wait"),
        Rule("waiting", REJECT, "waiting", "wait"),
        Rule("waiting", NOT_UNDERSTOOD, "waiting", "wait"),
        Rule("waiting", INFORM, "won", "confirm", "is_mine", (INFORM,)),
        Rule("waiting", INFORM, "lost"),
        Rule("waiting", TIMEOUT, "forgotten"),
        Rule("leading", CFP, "asked", "read_call", "is_new_call"),
        Rule("leading", INFORM, "won", "confirm", "is_mine", (INFORM,)),
        Rule("leading", INFORM, "lost"),
        Rule("leading", TIMEOUT, "forgotten"),
        Rule("forgotten", INFORM, "forgotten", "disclaim", "is_mine", (FAILURE,)),
    )
    final: ClassVar[tuple[str, ...]] = ("won", "lost", "out", "forgotten")
    reads: ClassVar[Mapping[Performative, str]] = {CFP: "is_call", INFORM: "is_end"}

    def is_end(self, content: Any) -> bool:
        """Can the content be the end of the auction?"""
        return is_sale(content)

    def is_mine(self, message: Message) -> bool:
        """Has it won itself?"""
        return bool(message.content.winner == self.me)
