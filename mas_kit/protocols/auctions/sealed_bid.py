"""Sealed-bid auctions: everybody bids once, unseen by the others; the highest bid wins.

First price: the winner pays its bid. Second price (Vickrey 1961, "Counterspeculation, Auctions, and
Competitive Sealed Tenders", Journal of Finance 16(1)): it pays the highest bid of the others, or the
reserve; then to bid one's own value is a dominant strategy. With n bidders who all bid, 3n + 1 messages on
a network that loses nothing: n cfp, n propose, 1 accept-proposal, n - 1 reject-proposal, 1 inform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Performative
from mas_kit.protocols.auctions.parties import Auctioneer, Bidder, Lot
from mas_kit.protocols.content import is_amount
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Rule, decides

CFP, PROPOSE, REFUSE = Performative.CFP, Performative.PROPOSE, Performative.REFUSE
ACCEPT, REJECT = Performative.ACCEPT_PROPOSAL, Performative.REJECT_PROPOSAL
INFORM, FAILURE, NOT_UNDERSTOOD = Performative.INFORM, Performative.FAILURE, Performative.NOT_UNDERSTOOD


class FirstPriceAuctioneer(Auctioneer):
    """Sells to the highest sealed bid, at that price.

    Args:
        item, bidders, round_ticks, patience: as in `Auctioneer`.
        reserve: bids below it do not count.

    Final states: "sold", "unsold", "unconfirmed" (awarded, but the winner did not confirm in time), "failed"
    (the winner declined). The value is a `Sale`.
    """

    protocol = "first-price-auction"
    name = "auctioneer"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "calling", "open_sale", sends=(CFP,)),
        Rule("calling", PROPOSE, "calling", "note_bid", "first_answer"),
        Rule("calling", REFUSE, "calling", "note_pass", "first_answer"),
        Rule("calling", NOT_UNDERSTOOD, "calling", "note_pass", "first_answer"),
        Rule("calling", WHEN, "awarded", "award", "sells_early", (ACCEPT, REJECT)),
        Rule("calling", WHEN, "unsold", "reject_all", "all_answered", (REJECT,)),
        Rule("calling", TIMEOUT, "awarded", "award", "sells", (ACCEPT, REJECT)),
        Rule("calling", TIMEOUT, "unsold", "reject_all", sends=(REJECT,)),
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
        reserve: float = 0.0,
        round_ticks: float = 5,
        patience: float = 10,
    ) -> None:
        super().__init__(item, bidders, round_ticks=round_ticks, patience=patience)
        if not is_amount(reserve):
            raise out_of_range("reserve", reserve, "numbers from 0", "0 sells at any price")
        self.reserve = reserve

    def open_sale(self, _: Any) -> None:
        """Call for bids."""
        self.ask(Lot(self.item, self.reserve), self.bidders)

    def sells(self, _: Any) -> bool:
        """Is there a bid that counts?"""
        return any(bid >= self.reserve for bid in self.bids.values())

    def sells_early(self, _: Any) -> bool:
        """Is there one, and has everybody answered?"""
        return self.all_answered(_) and self.sells(_)

    def pays(self, others: list[float]) -> float:
        """What the winner pays, given the bids of the others."""
        return float(self.bids[self.winner])

    def award(self, _: Any) -> None:
        """Sell to the highest bid; reject the others."""
        self.winner = max((n for n in self.bidders if n in self.bids), key=self.bids.__getitem__)
        self.price = self.pays([bid for name, bid in self.bids.items() if name != self.winner])
        self.deadline = self.now + self.patience
        self.tell(ACCEPT, self.winner, Lot(self.item, self.price))
        self._reject()

    def reject_all(self, _: Any) -> None:
        """No bid reached the reserve."""
        self._reject()

    def _reject(self) -> None:
        self.tell_all(REJECT, [name for name in self.bids if name != self.winner])


class VickreyAuctioneer(FirstPriceAuctioneer):
    """Sells to the highest sealed bid, at the price of the second highest (or the reserve)."""

    protocol = "vickrey-auction"

    def pays(self, others: list[float]) -> float:
        """The highest of the others' bids, and at least the reserve."""
        return float(max([self.reserve, *others]))


class FirstPriceBidder(Bidder):
    """Bids once, and hears whether it has won.

    Question "bid" (content: `Lot(item, reserve)`): propose with an amount, or refuse. Final states: "won"
    (value: `Lot(item, price to pay)`), "lost", "out" (refused), "silent", "forgotten", "not understood".
    """

    protocol = "first-price-auction"
    name = "bidder"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", CFP, "asked", "read_call"),
        Rule("asked", decides(PROPOSE), "bidding", "bid", sends=(PROPOSE,)),
        Rule("asked", decides(REFUSE), "out", "decline", sends=(REFUSE,)),
        Rule("asked", TIMEOUT, "silent"),
        Rule("bidding", ACCEPT, "won", "confirm", sends=(INFORM,)),
        Rule("bidding", REJECT, "lost"),
        Rule("bidding", NOT_UNDERSTOOD, "not understood"),
        Rule("bidding", TIMEOUT, "forgotten"),
        Rule("forgotten", ACCEPT, "forgotten", "disclaim", sends=(FAILURE,)),
    )
    final: ClassVar[tuple[str, ...]] = ("won", "lost", "out", "silent", "forgotten", "not understood")
    reads: ClassVar[Mapping[Performative, str]] = {CFP: "is_call", ACCEPT: "is_call"}


class VickreyBidder(FirstPriceBidder):
    """A bidder of a second-price auction; questions and final states as in `FirstPriceBidder`."""

    protocol = "vickrey-auction"
