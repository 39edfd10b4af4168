"""What all auctions share: an auctioneer that calls for bids in rounds, and a bidder that is asked for them.

Every auction ends with a handshake: the winner confirms with an inform that it has heard of its win. Where
no confirmation comes in time, the outcome says so ("unconfirmed"): nothing is sold twice, and nothing is
lost without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import Done, is_amount, is_number, is_something
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import Answer
from mas_kit.protocols.settings import people, ticks

CFP, PROPOSE, REFUSE = Performative.CFP, Performative.PROPOSE, Performative.REFUSE
ACCEPT, REJECT = Performative.ACCEPT_PROPOSAL, Performative.REJECT_PROPOSAL
INFORM, FAILURE = Performative.INFORM, Performative.FAILURE


class Lot(NamedTuple):
    """Content of a call for bids: what is for sale, and at which price (the reserve, or the asking price)."""

    item: Any
    price: float


class Sale(NamedTuple):
    """How an auction ended. Without a winner, `winner` is "" and `price` 0."""

    item: Any
    winner: str
    price: float
    bids: Mapping[str, float]  # the standing bids at the end, as far as the auction makes them known
    rounds: int


def is_lot(content: Any) -> bool:
    """Is it a call for bids?"""
    return (
        content.__class__ is Lot and len(content) == 2 and is_something(content[0]) and is_amount(content[1])
    )


class Auctioneer(Role):
    """The common part of auctioneers: rounds of calls, and who has answered.

    Args:
        item: what is for sale (anything but None).
        bidders: agents, or their names. Of equal bids, that of the bidder listed first wins.
        round_ticks: how many ticks bidders have to answer each call.
        patience: ticks to wait for the winner's confirmation.
    """

    reads: ClassVar[Mapping[Performative, str]] = {PROPOSE: "is_bid"}
    changing: ClassVar[tuple[str, ...]] = ("bids", "passed")

    def __init__(
        self, item: Any, bidders: Iterable[Any], *, round_ticks: float = 5, patience: float = 10
    ) -> None:
        super().__init__()
        self.item, self.bidders = item, people(bidders)
        self.members = frozenset(self.bidders)
        if item is None:
            raise out_of_range("item", item, "anything but None", "say what is for sale")
        for name, value in (("round_ticks", round_ticks), ("patience", patience)):
            if not (is_number(value) and value >= 0):
                raise out_of_range(name, value, "ticks from 0", "two ticks or more, for there and back")
        self.round_ticks, self.patience = round_ticks, patience
        self.round, self.call_id = 0, ""
        self.called: tuple[str, ...] = ()
        self.bids: dict[str, Any] = {}  # of this round
        self.passed: set[str] = set()  # who was called in this round and does not bid
        self.winner, self.price = "", 0.0

    def ask(self, content: Any, whom: Iterable[str]) -> None:
        """Call these for bids: a new round."""
        self.round += 1
        self.call_id = f"{self.conversation_id}/round-{self.round}"
        self.called = tuple(whom)
        self.bids, self.passed = {}, set()
        self.deadline = self.now + self.round_ticks
        self.tell_all(CFP, self.called, content, reply_with=self.call_id, reply_by=self.deadline)

    def is_bid(self, content: Any) -> bool:
        """Can the content be a bid?"""
        return is_amount(content)

    def first_answer(self, message: Message) -> bool:
        """Is it the first answer of one who was called in this round, to this round's call?"""
        name = message.sender
        return (
            message.in_reply_to == self.call_id
            and name in self.called
            and name not in self.bids
            and name not in self.passed
        )

    def note_bid(self, message: Message) -> None:
        """Keep a bid."""
        self.bids[message.sender] = message.content

    def note_pass(self, message: Message) -> None:
        """Somebody does not bid."""
        self.passed.add(message.sender)

    def all_answered(self, _: Any) -> bool:
        """Has everybody who was called in this round answered?"""
        return len(self.bids) + len(self.passed) == len(self.called)

    def from_winner(self, message: Message) -> bool:
        """Does it come from the winner?"""
        return message.sender == self.winner

    def result(self) -> Any:
        """The sale."""
        return Sale(self.item, self.winner, self.price, dict(self.bids), self.round)


class Bidder(Role):
    """The common part of bidders. The question "bid" is answered with propose (the bid) or refuse.

    Args:
        patience: ticks to wait for word from the auctioneer after a call has run out.
    """

    opens: ClassVar[Performative | None] = CFP
    asks: ClassVar[Mapping[str, str]] = {"asked": "bid"}
    reads: ClassVar[Mapping[Performative, str]] = {CFP: "is_call"}

    def __init__(self, *, patience: float = 30) -> None:
        super().__init__()
        self.patience = ticks("patience", patience)
        self.call: Any = None
        self.call_id: Any = None
        self.calls: frozenset[str] = frozenset()
        self.reply_by: float = 0
        self.won: Any = None

    @property
    def auctioneer(self) -> str:
        """Who called."""
        return self.key[1]

    def is_call(self, content: Any) -> bool:
        """Can the content be a call for bids?"""
        return is_lot(content)

    def about(self) -> Any:
        """The call."""
        return self.call

    def result(self) -> Any:
        """What it won, or None."""
        return self.won

    def is_new_call(self, message: Message) -> bool:
        """Is it a call that it has not seen, and that is still open?"""
        name, limit = message.reply_with, message.reply_by
        return isinstance(name, str) and name not in self.calls and is_number(limit) and self.now <= limit  # type: ignore[operator]

    def read_call(self, message: Message) -> None:
        """Keep the call and its time limit."""
        self.call, self.call_id = message.content, message.reply_with
        self.deadline = self.reply_by = message.reply_by or 0
        self.calls |= {str(message.reply_with)}

    def bid(self, answer: Answer) -> None:
        """Bid."""
        self.tell(PROPOSE, self.auctioneer, answer.content, in_reply_to=self.call_id)
        self.wait(answer)

    def decline(self, _: Any) -> None:
        """Do not bid."""
        self.tell(REFUSE, self.auctioneer, None, in_reply_to=self.call_id)
        self.wait(_)

    def wait(self, _: Any) -> None:
        """Wait for word from the auctioneer."""
        self.deadline = max(self.reply_by, self.now) + self.patience

    def confirm(self, message: Message) -> None:
        """Keep what it won, and confirm that it knows."""
        self.won = message.content
        self.tell(INFORM, self.auctioneer, Done())

    def disclaim(self, _: Any) -> None:
        """Say that the award came when it was no longer awaited."""
        self.tell(FAILURE, self.auctioneer, "the award came too late")
