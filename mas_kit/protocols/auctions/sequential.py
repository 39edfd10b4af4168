"""Sequential single-item auction: one item a round goes to whoever can take it at the least extra cost.

Koenig et al. (2006), "The Power of Sequential Single-Item Auctions for Agent Coordination", AAAI. In each
round every bidder names one of the items that are left and what it would add to its cost; the lowest bid of
all wins that item. With m bidders and k items, all of whom answer: k·(2m + 2) + m messages on a network that
loses nothing (each round m cfp, m propose, 1 accept-proposal, 1 inform; in the end m inform).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.auctions.parties import Auctioneer, Bidder
from mas_kit.protocols.content import Done, is_number
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Answer, Rule, decides

CFP, PROPOSE, REFUSE = Performative.CFP, Performative.PROPOSE, Performative.REFUSE
ACCEPT, INFORM = Performative.ACCEPT_PROPOSAL, Performative.INFORM
FAILURE, NOT_UNDERSTOOD = Performative.FAILURE, Performative.NOT_UNDERSTOOD


class Remaining(NamedTuple):
    """Content of a call: the items that are left. In the question "bid" `mine` are those won so far."""

    items: tuple[Any, ...]
    mine: tuple[Any, ...] = ()


class ItemBid(NamedTuple):
    """Content of a bid: one of the items, and what it would add to the bidder's cost."""

    item: Any
    cost: float


class Allocation(NamedTuple):
    """Who got what. `unconfirmed`: awarded, but the winner never said that it knows; `left`: nobody's."""

    assigned: Mapping[Any, str]
    costs: Mapping[Any, float]
    unconfirmed: Mapping[Any, str]
    left: tuple[Any, ...]
    rounds: int


class SequentialAuctioneer(Auctioneer):
    """Allocates items, one a round, each to the lowest bid.

    Args:
        items: what is to be allocated: hashable, all different.
        bidders, round_ticks: as in `Auctioneer`. Of equal bids, that of the bidder listed first wins.
        tries: how often an award is sent until its winner confirms; then the item counts as unconfirmed,
            is given to nobody else, and that bidder is asked no more.
        quiet: how many rounds in a row may bring no bid at all before the rest counts as left.

    Final states: "allocated" (every item, all confirmed), "incomplete". The value is an `Allocation`.
    """

    protocol = "sequential-single-item-auction"
    name = "auctioneer"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "calling", "open_round", sends=(CFP,)),
        Rule("calling", PROPOSE, "calling", "note_bid", "bids_for_rest"),
        Rule("calling", REFUSE, "calling", "note_pass", "first_answer"),
        Rule("calling", NOT_UNDERSTOOD, "calling", "note_pass", "first_answer"),
        Rule("calling", WHEN, "awarding", "award", "bids_are_in", (ACCEPT,)),
        Rule("calling", WHEN, "incomplete", "close", "all_answered", (INFORM,)),
        Rule("calling", TIMEOUT, "awarding", "award", "has_bids", (ACCEPT,)),
        Rule("calling", TIMEOUT, "calling", "call_quiet_again", "may_be_quiet", (CFP,)),
        Rule("calling", TIMEOUT, "incomplete", "close", sends=(INFORM,)),
        Rule("awarding", INFORM, "awarded", "note_confirmed", "confirms"),
        Rule("awarding", FAILURE, "awarded", "note_declined", "confirms"),
        Rule("awarding", NOT_UNDERSTOOD, "awarded", "note_declined", "confirms"),
        Rule("awarding", TIMEOUT, "awarding", "award_again", "tries_left", (ACCEPT,)),
        Rule("awarding", TIMEOUT, "awarded", "note_unconfirmed"),
        Rule("awarded", WHEN, "calling", "open_round", "goes_on", (CFP,)),
        Rule("awarded", WHEN, "incomplete", "close", "something_missing", (INFORM,)),
        Rule("awarded", WHEN, "allocated", "close", "nothing_missing", (INFORM,)),
        Rule("awarded", TIMEOUT, "incomplete", "close", sends=(INFORM,)),
    )
    final: ClassVar[tuple[str, ...]] = ("allocated", "incomplete")
    changing: ClassVar[tuple[str, ...]] = (
        *Auctioneer.changing,
        "left",
        "assigned",
        "costs",
        "unconfirmed",
        "gone",
    )

    def __init__(
        self,
        items: Iterable[Hashable],
        bidders: Iterable[Any],
        *,
        round_ticks: float = 5,
        tries: int = 3,
        quiet: int = 2,
    ) -> None:
        super().__init__(tuple(items), bidders, round_ticks=round_ticks)
        if not self.item or len(set(self.item)) < len(self.item):
            raise out_of_range("items", self.item, "one or more different items", "name each once")
        self.left: dict[Any, None] = dict.fromkeys(self.item)  # an ordered set
        self.tries, self.quiet = tries, quiet
        self.trial, self.silent_rounds = 0, 0
        self.lot: Any = None
        self.assigned: dict[Any, str] = {}
        self.costs: dict[Any, float] = {}
        self.unconfirmed: dict[Any, str] = {}
        self.gone: set[str] = set()  # who did not confirm an award, or declined one

    def open_round(self, _: Any) -> None:
        """Call for bids on what is left."""
        self.ask(Remaining(tuple(self.left)), [name for name in self.bidders if name not in self.gone])

    def is_bid(self, content: Any) -> bool:
        """Can the content be a bid?"""
        return content.__class__ is ItemBid and len(content) == 2 and is_number(content[1])

    def bids_for_rest(self, message: Message) -> bool:
        """Is it a first answer, and for an item that is left?"""
        return self.first_answer(message) and any(_same(message.content.item, item) for item in self.left)

    def has_bids(self, _: Any) -> bool:
        """Is there a bid?"""
        return bool(self.bids)

    def bids_are_in(self, _: Any) -> bool:
        """Is there a bid, and has everybody answered?"""
        return bool(self.bids) and self.all_answered(_)

    def award(self, _: Any) -> None:
        """The lowest bid wins its item."""
        self.winner = min((n for n in self.bidders if n in self.bids), key=lambda n: self.bids[n].cost)
        self.lot, self.price = self.bids[self.winner]
        del self.left[self.lot]
        self.trial = self.silent_rounds = 0
        self.award_again(_)

    def award_again(self, _: Any) -> None:
        """Tell the winner (once more, if it did not confirm)."""
        self.trial += 1
        self.deadline = self.now + self.round_ticks
        self.tell(ACCEPT, self.winner, ItemBid(self.lot, self.price), reply_with=self._award_id())

    def _award_id(self) -> str:
        return f"{self.call_id}/award"

    def confirms(self, message: Message) -> bool:
        """Is it the winner's answer to this award?"""
        return message.sender == self.winner and message.in_reply_to == self._award_id()

    def tries_left(self, _: Any) -> bool:
        """May the award be sent again?"""
        return self.trial < self.tries

    def note_confirmed(self, _: Any) -> None:
        """The item has its owner."""
        self.assigned[self.lot], self.costs[self.lot] = self.winner, self.price
        self.deadline = self.now

    def note_declined(self, _: Any) -> None:
        """The winner does not take it: it is left again, and that bidder is asked no more."""
        self.left[self.lot] = None
        self.gone.add(self.winner)
        self.deadline = self.now

    def note_unconfirmed(self, _: Any) -> None:
        """The winner may or may not know: nobody else gets it."""
        self.unconfirmed[self.lot], self.costs[self.lot] = self.winner, self.price
        self.gone.add(self.winner)
        self.deadline = self.now

    def goes_on(self, _: Any) -> bool:
        """Is there something left, and somebody to ask?"""
        return bool(self.left) and len(self.gone) < len(self.bidders)

    def something_missing(self, _: Any) -> bool:
        """Is an item left over or unconfirmed?"""
        return bool(self.left or self.unconfirmed)

    def nothing_missing(self, _: Any) -> bool:
        """Has every item a confirmed owner?"""
        return not self.left and not self.unconfirmed

    def may_be_quiet(self, _: Any) -> bool:
        """May there be one more round without any bid?"""
        return self.silent_rounds < self.quiet

    def call_quiet_again(self, _: Any) -> None:
        """Nobody answered: call once more."""
        self.silent_rounds += 1
        self.open_round(_)

    def close(self, _: Any) -> None:
        """Tell everybody that it is over."""
        self.tell_all(INFORM, self.bidders, Done())

    def result(self) -> Allocation:
        """The allocation."""
        return Allocation(
            dict(self.assigned), dict(self.costs), dict(self.unconfirmed), tuple(self.left), self.round
        )


class SequentialBidder(Bidder):
    """Bids for one item a round, knowing what it has won already.

    Question "bid" (content: `Remaining(items, mine)`): propose with `ItemBid(item, extra cost)`, or refuse.
    Final states: "closed", "forgotten" (no word for too long). The value is what it has won, in order.
    """

    protocol = "sequential-single-item-auction"
    name = "bidder"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", CFP, "asked", "read_call"),
        Rule("asked", decides(PROPOSE), "waiting", "bid", sends=(PROPOSE,)),
        Rule("asked", decides(REFUSE), "waiting", "decline", sends=(REFUSE,)),
        Rule("asked", ACCEPT, "asked", "take", "is_award", (INFORM,)),
        Rule("asked", CFP, "asked", "read_call", "is_new_call"),
        Rule("asked", INFORM, "closed"),
        Rule("asked", TIMEOUT, "waiting", "wait"),
        Rule("waiting", CFP, "asked", "read_call", "is_new_call"),
        Rule("waiting", ACCEPT, "waiting", "take", "is_award", (INFORM,)),
        Rule("waiting", NOT_UNDERSTOOD, "waiting", "wait"),
        Rule("waiting", INFORM, "closed"),
        Rule("waiting", TIMEOUT, "forgotten"),
        Rule("closed", ACCEPT, "closed", "take_again", "is_award", (INFORM, FAILURE)),
        Rule("forgotten", ACCEPT, "forgotten", "take_again", "is_award", (INFORM, FAILURE)),
    )
    final: ClassVar[tuple[str, ...]] = ("closed", "forgotten")
    reads: ClassVar[Mapping[Performative, str]] = {CFP: "is_call", ACCEPT: "can_be_award"}

    def __init__(self, *, patience: float = 40) -> None:
        super().__init__(patience=patience)
        self.mine: tuple[Any, ...] = ()
        self.offered: tuple[tuple[Any, Any], ...] = ()  # (call, item) of each bid

    def is_call(self, content: Any) -> bool:
        """Can the content be a call for bids?"""
        return content.__class__ is Remaining and len(content) == 2 and isinstance(content[0], tuple)

    def can_be_award(self, content: Any) -> bool:
        """Can the content be an award?"""
        return content.__class__ is ItemBid and len(content) == 2 and is_number(content[1])

    def about(self) -> Remaining:
        """What is left, and what it has won so far."""
        return Remaining(self.call.items, self.mine)

    def result(self) -> tuple[Any, ...]:
        """What it has won."""
        return self.mine

    def bid(self, answer: Answer) -> None:
        """Bid for one item."""
        if not self.can_be_award(answer.content):
            raise out_of_range("content", answer.content, "ItemBid(item, number)", "say what it would cost")
        self.offered = (*self.offered, (self.call_id, answer.content.item))
        self.tell(PROPOSE, self.auctioneer, answer.content, in_reply_to=self.call_id)
        self.wait(answer)

    def is_award(self, message: Message) -> bool:
        """Is it the award of something that it has bid for?"""
        name = message.reply_with
        return any(
            name == f"{call}/award" and _same(item, message.content.item) for call, item in self.offered
        )

    def take(self, message: Message) -> None:
        """Keep the item (once), and confirm."""
        if not any(_same(item, message.content.item) for item in self.mine):
            self.mine = (*self.mine, message.content.item)
        self.tell(INFORM, self.auctioneer, Done(), in_reply_to=message.reply_with)
        if self.state != "asked":
            self.wait(message)

    def take_again(self, message: Message) -> None:
        """After the end: confirm what it has; decline what it did not know of."""
        known = any(_same(item, message.content.item) for item in self.mine)
        if known:
            self.tell(INFORM, self.auctioneer, Done(), in_reply_to=message.reply_with)
        else:
            self.tell(FAILURE, self.auctioneer, "too late", in_reply_to=message.reply_with)


def _same(a: Any, b: Any) -> bool:
    """Are these the same item? What cannot be compared is not."""
    try:
        return bool(a.__class__ is b.__class__ and a == b)
    except Exception:
        return False
