"""Auction algorithm for the assignment problem: who is without an item bids for the best one at its price.

Bertsekas (1988), "The auction algorithm: a distributed relaxation method for the assignment problem", Annals
of Operations Research 14. With n bidders and a minimum rise of epsilon, the total value is within n·epsilon
of the optimum; with whole-number values and epsilon < 1/n it is the optimum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.auctions.parties import Auctioneer, Bidder
from mas_kit.protocols.content import Done, is_amount, is_count, is_number
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Answer, Rule, decides

CFP, PROPOSE, REFUSE = Performative.CFP, Performative.PROPOSE, Performative.REFUSE
ACCEPT, INFORM = Performative.ACCEPT_PROPOSAL, Performative.INFORM
FAILURE, NOT_UNDERSTOOD = Performative.FAILURE, Performative.NOT_UNDERSTOOD


class Prices(NamedTuple):
    """Content of a call: the price of each item so far, and by how much a bid must raise it."""

    prices: tuple[float, ...]
    epsilon: float


class PriceBid(NamedTuple):
    """Content of a bid: the number of an item, and the new price that the bidder offers for it."""

    item: int
    price: float


class Assignment(NamedTuple):
    """Who got which item (by number), at what price; `unconfirmed`: bidders who never said that they know."""

    items: Mapping[str, int]
    prices: tuple[float, ...]
    unconfirmed: tuple[str, ...]
    without: tuple[str, ...]
    rounds: int


def best_bid(values: Sequence[float], call: Prices) -> PriceBid:
    """The bid of the auction algorithm: the item with the highest value less price, raised so far that the
    second best would be as good, and epsilon more. Of equal items, the first."""
    margins = np.asarray(values, dtype=float) - np.asarray(call.prices)
    item = int(np.argmax(margins))
    second = np.delete(margins, item).max(initial=-np.inf)
    rise = (margins[item] - second if np.isfinite(second) else 0.0) + call.epsilon
    return PriceBid(item, float(call.prices[item] + rise))


class AssignmentAuctioneer(Auctioneer):
    """Assigns n items to at most n bidders, one each.

    Args:
        items: how many items there are; at least as many as bidders.
        bidders, round_ticks, patience: as in `Auctioneer`.
        epsilon: the least by which a bid raises a price.
        quiet: how many rounds in a row a bidder may be silent before it is left out.
        rounds: how many rounds there can be at most.

    Final states: "assigned" (everybody has an item and confirmed it), "incomplete". The value is an
    `Assignment`.
    """

    protocol = "assignment-auction"
    name = "auctioneer"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "calling", "open_round", sends=(CFP,)),
        Rule("calling", PROPOSE, "calling", "note_bid", "raises_price"),
        Rule("calling", REFUSE, "calling", "leave_out", "first_answer"),
        Rule("calling", NOT_UNDERSTOOD, "calling", "note_pass", "first_answer"),
        Rule("calling", WHEN, "settled", "settle", "all_answered"),
        Rule("calling", TIMEOUT, "settled", "settle"),
        Rule("settled", WHEN, "calling", "open_round", "goes_on", (CFP,)),
        Rule("settled", WHEN, "closing", "close", "is_over", (ACCEPT, INFORM)),
        Rule("settled", TIMEOUT, "closing", "close", sends=(ACCEPT, INFORM)),
        Rule("closing", INFORM, "closing", "note_confirmed", "is_owner"),
        Rule("closing", FAILURE, "closing", "note_declined", "is_owner"),
        Rule("closing", WHEN, "assigned", "", "all_have_one"),
        Rule("closing", WHEN, "incomplete", "", "all_heard"),
        Rule("closing", TIMEOUT, "incomplete"),
    )
    final: ClassVar[tuple[str, ...]] = ("assigned", "incomplete")
    changing: ClassVar[tuple[str, ...]] = (
        *Auctioneer.changing,
        "prices",
        "owners",
        "silences",
        "out",
        "confirmed",
    )

    def __init__(
        self,
        items: int,
        bidders: Iterable[Any],
        *,
        epsilon: float,
        round_ticks: float = 5,
        patience: float = 10,
        quiet: int = 3,
        rounds: int = 100_000,
    ) -> None:
        super().__init__(items, bidders, round_ticks=round_ticks, patience=patience)
        if not is_count(items) or items < len(self.bidders):
            raise out_of_range("items", items, f"whole numbers from {len(self.bidders)}", "one each")
        if not (is_number(epsilon) and epsilon > 0):
            raise out_of_range("epsilon", epsilon, "numbers above 0", "1/(n+1) is exact for whole values")
        self.epsilon, self.quiet, self.rounds = epsilon, quiet, rounds
        self.prices = [0.0] * items
        self.owners: dict[int, str] = {}
        self.silences: dict[str, int] = {}
        self.out: set[str] = set()
        self.confirmed: set[str] = set()

    def _without(self) -> list[str]:
        owners = set(self.owners.values())
        return [name for name in self.bidders if name not in owners and name not in self.out]

    def open_round(self, _: Any) -> None:
        """Tell those without an item the prices."""
        self.ask(Prices(tuple(self.prices), self.epsilon), self._without())

    def is_bid(self, content: Any) -> bool:
        """Can the content be a bid?"""
        return (
            content.__class__ is PriceBid
            and len(content) == 2
            and is_count(content[0])
            and content[0] < len(self.prices)
            and is_amount(content[1])
        )

    def raises_price(self, message: Message) -> bool:
        """Is it a first answer that raises the item's price by epsilon? (Up to rounding.)"""
        bid = message.content
        least = self.prices[bid.item] + self.epsilon
        return self.first_answer(message) and bid.price >= least - 1e-9 * max(1.0, abs(least))

    def leave_out(self, message: Message) -> None:
        """Who refuses wants none of the items at these prices, which only rise."""
        self.note_pass(message)
        self.out.add(message.sender)

    def settle(self, _: Any) -> None:
        """Each item goes to its highest bid, and whoever held it is without one again."""
        best: dict[int, str] = {}
        for name in self.called:
            bid = self.bids.get(name)
            self.silences[name] = 0 if bid is not None else self.silences.get(name, 0) + 1
            if self.silences[name] > self.quiet:
                self.out.add(name)
            if bid is not None and (bid.item not in best or bid.price > self.bids[best[bid.item]].price):
                best[bid.item] = name
        for item, name in best.items():
            self.owners[item], self.prices[item] = name, float(self.bids[name].price)

    def goes_on(self, _: Any) -> bool:
        """Is somebody without an item who may still bid, and may there be another round?"""
        return self.round < self.rounds and bool(self._without())

    def is_over(self, _: Any) -> bool:
        """Or not?"""
        return not self.goes_on(_)

    def close(self, _: Any) -> None:
        """Tell everybody what it gets."""
        self.deadline = self.now + self.patience
        items = {name: item for item, name in self.owners.items()}
        for name in self.bidders:
            if name in items:
                self.tell(ACCEPT, name, PriceBid(items[name], self.prices[items[name]]))
            else:
                self.tell(INFORM, name, Done())

    def is_owner(self, message: Message) -> bool:
        """Does it come from somebody who was given an item, for the first time?"""
        return message.sender in self.owners.values() and message.sender not in self.confirmed

    def note_confirmed(self, message: Message) -> None:
        """A bidder knows what it has."""
        self.confirmed.add(message.sender)

    def note_declined(self, message: Message) -> None:
        """A bidder does not take its item."""
        self.owners = {item: name for item, name in self.owners.items() if name != message.sender}

    def all_heard(self, _: Any) -> bool:
        """Has every owner confirmed?"""
        return self.confirmed >= set(self.owners.values())

    def all_have_one(self, _: Any) -> bool:
        """Has everybody an item, and confirmed it?"""
        return self.all_heard(_) and len(self.owners) == len(self.bidders)

    def result(self) -> Assignment:
        """The assignment."""
        items = {name: item for item, name in sorted(self.owners.items())}
        return Assignment(
            items,
            tuple(self.prices),
            tuple(name for name in items if name not in self.confirmed),
            tuple(name for name in self.bidders if name not in items),
            self.round,
        )


class AssignmentBidder(Bidder):
    """Bids for the item that is best at its price, whenever it is without one.

    Question "bid" (content: `Prices`): propose with a `PriceBid` (`best_bid` is the algorithm's), or refuse,
    which leaves for good. Final states: "won" (value: `PriceBid`), "lost", "forgotten".
    """

    protocol = "assignment-auction"
    name = "bidder"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", CFP, "asked", "read_call"),
        Rule("asked", decides(PROPOSE), "waiting", "bid", sends=(PROPOSE,)),
        Rule("asked", decides(REFUSE), "waiting", "decline", sends=(REFUSE,)),
        Rule("asked", CFP, "asked", "read_call", "is_new_call"),
        Rule("asked", ACCEPT, "won", "confirm", sends=(INFORM,)),
        Rule("asked", INFORM, "lost"),
        Rule("asked", TIMEOUT, "waiting", "wait"),
        Rule("waiting", CFP, "asked", "read_call", "is_new_call"),
        Rule("waiting", ACCEPT, "won", "confirm", sends=(INFORM,)),
        Rule("waiting", INFORM, "lost"),
        Rule("waiting", NOT_UNDERSTOOD, "waiting", "wait"),
        Rule("waiting", TIMEOUT, "forgotten"),
        Rule("forgotten", ACCEPT, "forgotten", "disclaim", sends=(FAILURE,)),
    )
    final: ClassVar[tuple[str, ...]] = ("won", "lost", "forgotten")
    reads: ClassVar[Mapping[Performative, str]] = {CFP: "is_call", ACCEPT: "is_award"}

    def __init__(self, *, patience: float = 1000) -> None:
        super().__init__(patience=patience)

    def is_call(self, content: Any) -> bool:
        """Can the content be the prices?"""
        return (
            content.__class__ is Prices
            and len(content) == 2
            and isinstance(content[0], tuple)
            and bool(content[0])
            and all(is_amount(price) for price in content[0])
            and is_amount(content[1])
        )

    def is_award(self, content: Any) -> bool:
        """Can the content be an item and its price?"""
        return content.__class__ is PriceBid and len(content) == 2 and is_count(content[0])

    def bid(self, answer: Answer) -> None:
        """Bid for one item."""
        if not self.is_award(answer.content):
            raise out_of_range("content", answer.content, "PriceBid(item number, price)", "see best_bid")
        super().bid(answer)
