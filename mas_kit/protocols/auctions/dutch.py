"""Dutch auction: the price comes down until somebody takes it.

After FIPA XC00032 (Dutch Auction Interaction Protocol): cfp with the asking price; the first propose that
comes in gets the accept-proposal; without one, the next cfp is one step lower, down to the reserve.
It is strategically the same as a first-price sealed-bid auction (Vickrey 1961): who would take it at b first
wins and pays the first asking price that is not above b.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.auctions.english import is_sale
from mas_kit.protocols.auctions.parties import Auctioneer, Bidder, Lot, Sale, is_lot
from mas_kit.protocols.content import is_amount
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Rule, decides

CFP, PROPOSE, REFUSE = Performative.CFP, Performative.PROPOSE, Performative.REFUSE
ACCEPT, REJECT = Performative.ACCEPT_PROPOSAL, Performative.REJECT_PROPOSAL
INFORM, FAILURE, NOT_UNDERSTOOD = Performative.INFORM, Performative.FAILURE, Performative.NOT_UNDERSTOOD


class DutchAuctioneer(Auctioneer):
    """Sells at a falling price.

    Args:
        item, bidders, round_ticks, patience: as in `Auctioneer`.
        start: the first asking price.
        decrement: by how much the price falls each round.
        reserve: the last price that is asked for is at least this.

    A refusal means "not at this price"; when all have refused, the next price comes at once. Final states:
    "sold", "unsold", "unconfirmed" (the winner did not confirm in time), "failed" (it declined).
    """

    protocol = "fipa-dutch-auction"
    name = "auctioneer"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "calling", "open_sale", sends=(CFP,)),
        Rule("calling", PROPOSE, "awarded", "award", "first_answer", (ACCEPT, INFORM)),
        Rule("calling", REFUSE, "calling", "note_pass", "first_answer"),
        Rule("calling", NOT_UNDERSTOOD, "calling", "note_pass", "first_answer"),
        Rule("calling", WHEN, "calling", "go_lower", "falls_early", (CFP,)),
        Rule("calling", WHEN, "unsold", "close", "all_answered", (INFORM,)),
        Rule("calling", TIMEOUT, "calling", "go_lower", "falls", (CFP,)),
        Rule("calling", TIMEOUT, "unsold", "close", sends=(INFORM,)),
        Rule("awarded", PROPOSE, "awarded", "come_too_late", "not_winner", (REJECT,)),
        Rule("awarded", INFORM, "sold", "", "from_winner"),
        Rule("awarded", FAILURE, "failed", "", "from_winner"),
        Rule("awarded", NOT_UNDERSTOOD, "failed", "", "from_winner"),
        Rule("awarded", TIMEOUT, "unconfirmed"),
    )
    final: ClassVar[tuple[str, ...]] = ("sold", "unsold", "unconfirmed", "failed")

    def __init__(
        self,
        item: Any,
        bidders: Iterable[Any],
        *,
        start: float,
        decrement: float = 1.0,
        reserve: float = 0.0,
        round_ticks: float = 5,
        patience: float = 10,
    ) -> None:
        super().__init__(item, bidders, round_ticks=round_ticks, patience=patience)
        if not (is_amount(reserve) and is_amount(start) and reserve <= start):
            raise out_of_range("start", start, f"numbers from the reserve ({reserve!r})", "start high")
        if not (is_amount(decrement) and decrement > 0):
            raise out_of_range("decrement", decrement, "numbers above 0", "the price has to fall")
        self.start = self.asking = start
        self.decrement, self.reserve = decrement, reserve

    def is_bid(self, content: Any) -> bool:
        """A bid names the asking price (or more, which is read as the asking price)."""
        return is_amount(content) and content >= self.asking

    def open_sale(self, _: Any) -> None:
        """Ask for the first price."""
        self.ask(Lot(self.item, self.asking), self.bidders)

    def falls(self, _: Any) -> bool:
        """Is the next price not below the reserve? (A rounding error is not below it.)"""
        return self._next_price() >= self.reserve - 1e-9 * self.decrement

    def _next_price(self) -> float:
        return self.start - self.round * self.decrement

    def falls_early(self, _: Any) -> bool:
        """The same, with all answers in."""
        return self.all_answered(_) and self.falls(_)

    def go_lower(self, _: Any) -> None:
        """Ask for the next lower price."""
        self.asking = max(self.reserve, self._next_price())
        self.open_sale(_)

    def award(self, message: Message) -> None:
        """Sell to the first who takes it, and tell the others."""
        self.note_bid(message)
        self.winner, self.price = message.sender, self.asking
        self.tell(ACCEPT, self.winner, Lot(self.item, self.price))
        self.close(message)

    def close(self, _: Any) -> None:
        """Tell everybody but the winner how it ended."""
        self.deadline = self.now + self.patience
        others = [name for name in self.bidders if name != self.winner]
        self.tell_all(INFORM, others, Sale(self.item, self.winner, self.price, {}, self.round))

    def not_winner(self, message: Message) -> bool:
        """Does it come from somebody else than the winner?"""
        return message.sender != self.winner

    def come_too_late(self, message: Message) -> None:
        """Tell one who wanted it as well that it is sold."""
        self.tell(REJECT, message.sender, None, in_reply_to=self.call_id)


class DutchBidder(Bidder):
    """Is asked for a lower and lower price.

    Question "bid" (content: `Lot(item, asking price)`): propose to take it, or refuse, to wait for the next
    price. Final states: "won" (value: `Lot(item, price)`), "lost", "forgotten".
    """

    protocol = "fipa-dutch-auction"
    name = "bidder"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", CFP, "asked", "read_call"),
        Rule("asked", decides(PROPOSE), "bidding", "bid", sends=(PROPOSE,)),
        Rule("asked", decides(REFUSE), "waiting", "decline", sends=(REFUSE,)),
        Rule("asked", CFP, "asked", "read_call", "is_new_call"),
        Rule("asked", INFORM, "lost"),
        Rule("asked", TIMEOUT, "waiting", "wait"),
        Rule("waiting", CFP, "asked", "read_call", "is_new_call"),
        Rule("waiting", INFORM, "lost"),
        Rule("waiting", TIMEOUT, "forgotten"),
        Rule("bidding", ACCEPT, "won", "confirm", sends=(INFORM,)),
        Rule("bidding", CFP, "asked", "read_call", "is_new_call"),
        Rule("bidding", REJECT, "lost"),
        Rule("bidding", INFORM, "lost"),
        Rule("bidding", NOT_UNDERSTOOD, "waiting", "wait"),
        Rule("bidding", TIMEOUT, "forgotten"),
        Rule("forgotten", ACCEPT, "forgotten", "disclaim", sends=(FAILURE,)),
    )
    final: ClassVar[tuple[str, ...]] = ("won", "lost", "forgotten")
    reads: ClassVar[Mapping[Performative, str]] = {CFP: "is_call", INFORM: "is_end", ACCEPT: "is_award"}

    def is_end(self, content: Any) -> bool:
        """Can the content be the end of the auction?"""
        return is_sale(content)

    def is_award(self, content: Any) -> bool:
        """Can the content be what it won?"""
        return is_lot(content)

    def bid(self, answer: Any) -> None:
        """Take it at the asking price."""
        self.tell(PROPOSE, self.auctioneer, self.call.price, in_reply_to=self.call_id)
        self.wait(answer)
