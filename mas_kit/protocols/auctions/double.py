"""Continuous double auction: buyers and sellers quote at any time; quotes that cross trade at once.

The market of Smith (1962), "An Experimental Study of Competitive Market Behavior", Journal of Political
Economy 70(2), with the rules of Gode and Sunder (1993), JPE 101(1): an order is for one unit, a new order of
a trader replaces its old one, and a trade is made at the price of the order that was there first. Of orders
at one price, the older one trades first.

An order says how many trades its sender knows of. An order from a trader who has traded meanwhile, and does
not know it yet, is rejected: so a lost or late message cannot make anybody trade more than it wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.auctions.orders import (
    Order,
    Quotes,
    Trade,
    View,
    is_order,
    is_quotes,
    is_trades,
)
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, Answer, Rule, decides
from mas_kit.protocols.settings import after, people, ticks

CFP, PROPOSE, CANCEL = Performative.CFP, Performative.PROPOSE, Performative.CANCEL
ACCEPT, REJECT, INFORM = Performative.ACCEPT_PROPOSAL, Performative.REJECT_PROPOSAL, Performative.INFORM
NOT_UNDERSTOOD = Performative.NOT_UNDERSTOOD


class DoubleAuctioneer(Role):
    """The market: keeps the order book and the record of trades.

    Args:
        traders: agents, or their names.
        closes: the last tick in which orders are taken.
        announce: tell everybody when the best quotes change.

    Final state: "closed"; the value is the tuple of trades, which is the record that counts. A trader
    learns of each of its trades by accept-proposal, and of all of them once more in the closing inform.
    """

    protocol = "continuous-double-auction"
    name = "auctioneer"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "open", "open_market", sends=(CFP,)),
        Rule("open", PROPOSE, "open", "take_order", "is_new_order", (ACCEPT, REJECT, INFORM)),
        Rule("open", CANCEL, "open", "withdraw", "has_order", (INFORM,)),
        Rule("open", TIMEOUT, "closed", "close", sends=(INFORM,)),
    )
    final: ClassVar[tuple[str, ...]] = ("closed",)
    reads: ClassVar[Mapping[Performative, str]] = {PROPOSE: "is_order"}
    changing: ClassVar[tuple[str, ...]] = ("book", "trades", "seen")

    def __init__(self, traders: Iterable[Any], *, closes: float, announce: bool = True) -> None:
        super().__init__()
        self.traders = people(traders)
        self.members = frozenset(self.traders)
        self.closes, self.announce = closes, announce
        self.book: dict[str, tuple[int, Order]] = {}  # by trader: its order, with the number of its arrival
        self.trades: list[Trade] = []
        self.seen: set[Any] = set()
        self.arrivals = 0

    def open_market(self, _: Any) -> None:
        """Invite orders."""
        self.deadline = after(self.now, self.closes, "closes")
        call_id = f"{self.conversation_id}/open"
        self.tell_all(CFP, self.traders, self.quotes(), reply_with=call_id, reply_by=self.closes)

    def best(self, side: str, but: str = "") -> str:
        """Whose order is the best on that side, the oldest of equals; "" if there is none."""
        sign = -1 if side == "buy" else 1
        found = [(sign * o.price, at, n) for n, (at, o) in self.book.items() if o.side == side and n != but]
        return min(found)[2] if found else ""

    def quotes(self) -> Quotes:
        """The best quotes and the last price."""
        bid, ask = self.best("buy"), self.best("sell")
        return Quotes(
            self.book[bid][1].price if bid else None,
            self.book[ask][1].price if ask else None,
            self.trades[-1].price if self.trades else None,
            self.closes,
        )

    def is_order(self, content: Any) -> bool:
        """Can the content be an order?"""
        return is_order(content)

    def is_new_order(self, message: Message) -> bool:
        """Has it a name of its own, and was it not seen before?"""
        return isinstance(message.reply_with, str) and (message.sender, message.reply_with) not in self.seen

    def trades_of(self, name: str) -> tuple[Trade, ...]:
        """The trades that somebody has made."""
        return tuple([trade for trade in self.trades if name in (trade.buyer, trade.seller)])

    def take_order(self, message: Message) -> None:
        """Trade if the order meets one on the other side, or else let it stand in the book."""
        name, order, before = message.sender, message.content, self.quotes()
        self.seen.add((name, message.reply_with))
        mine = self.trades_of(name)
        if order.trades != len(mine):
            self.tell(REJECT, name, mine, in_reply_to=message.reply_with)
            return
        self.book.pop(name, None)
        other = self.best("sell" if order.side == "buy" else "buy", but=name)
        price = self.book[other][1].price if other else 0.0
        if other and (price <= order.price if order.side == "buy" else price >= order.price):
            buyer, seller = (name, other) if order.side == "buy" else (other, name)
            del self.book[other]
            self.trades.append(Trade(buyer, seller, float(price), len(self.trades)))
            for who in (buyer, seller):
                self.tell(ACCEPT, who, self.trades_of(who))
        else:
            self.arrivals += 1
            self.book[name] = (self.arrivals, order)
        self._announce(before)

    def _announce(self, before: Quotes) -> None:
        quotes = self.quotes()
        if self.announce and quotes != before:
            self.tell_all(INFORM, self.traders, quotes)

    def has_order(self, message: Message) -> bool:
        """Has the sender an order?"""
        return message.sender in self.book

    def withdraw(self, message: Message) -> None:
        """Take an order out of the book."""
        before = self.quotes()
        del self.book[message.sender]
        self._announce(before)

    def close(self, _: Any) -> None:
        """Close, and tell each trader all its trades."""
        for name in self.traders:
            self.tell(INFORM, name, self.trades_of(name))

    def result(self) -> tuple[Trade, ...]:
        """All trades."""
        return tuple(self.trades)


class Trader(Role):
    """Quotes in a continuous double auction.

    Question "quote" (content: `View`) is asked in every tick while the market is open: propose with an
    `Order` (its `trades` is filled in), cancel to withdraw, or no answer. Final states: "closed",
    "forgotten" (the market closed without a word). The value is the tuple of its trades.
    """

    protocol = "continuous-double-auction"
    name = "trader"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", CFP, "trading", "enter"),
        Rule("trading", decides(PROPOSE), "trading", "quote", sends=(PROPOSE,)),
        Rule("trading", decides(CANCEL), "trading", "withdraw", sends=(CANCEL,)),
        Rule("trading", ACCEPT, "trading", "note_trades", "brings_trades"),
        Rule("trading", REJECT, "trading", "note_rejection", "is_latest"),
        Rule("trading", INFORM, "closed", "note_trades", "is_closing"),
        Rule("trading", INFORM, "trading", "note_quotes", "brings_quotes"),
        Rule("trading", NOT_UNDERSTOOD, "trading"),
        Rule("trading", TIMEOUT, "forgotten"),
        Rule("forgotten", INFORM, "forgotten", "note_trades", "is_closing"),
    )
    final: ClassVar[tuple[str, ...]] = ("closed", "forgotten")
    opens: ClassVar[Performative | None] = CFP
    asks: ClassVar[Mapping[str, str]] = {"trading": "quote"}
    reads: ClassVar[Mapping[Performative, str]] = {
        CFP: "is_call",
        INFORM: "is_news",
        ACCEPT: "is_mine",
        REJECT: "is_mine",
    }

    def __init__(self, *, patience: float = 20) -> None:
        super().__init__()
        self.patience = ticks("patience", patience)
        self.quotes: Any = None
        self.trades: tuple[Trade, ...] = ()
        self.order: Order | None = None
        self.number = 0

    @property
    def market(self) -> str:
        """Who keeps the book."""
        return self.key[1]

    def is_call(self, content: Any) -> bool:
        """Can the content be the opening quotes?"""
        return is_quotes(content)

    def is_mine(self, content: Any) -> bool:
        """Can the content be a list of one's trades?"""
        return is_trades(content) and all(self.me in (trade.buyer, trade.seller) for trade in content)

    def is_news(self, content: Any) -> bool:
        """Can the content be quotes, or a list of one's trades?"""
        return is_quotes(content) or self.is_mine(content)

    def about(self) -> View:
        """What it knows of the market."""
        return View(self.quotes, self.trades, self.order)

    def result(self) -> tuple[Trade, ...]:
        """Its trades."""
        return self.trades

    def enter(self, message: Message) -> None:
        """The market is open."""
        self.quotes = message.content
        self.deadline = (message.reply_by or 0) + self.patience

    def quote(self, answer: Answer) -> None:
        """Send an order."""
        if not is_order(answer.content):
            raise out_of_range("content", answer.content, "Order('buy' or 'sell', price)", "one unit a time")
        self.order = answer.content._replace(trades=len(self.trades))
        self.number += 1
        self.tell(PROPOSE, self.market, self.order, reply_with=self._order_id())

    def _order_id(self) -> str:
        return f"{self.me}/{self.number}"

    def withdraw(self, _: Any) -> None:
        """Take the order back. Until the market has closed it may trade all the same."""
        self.order = None
        self.tell(CANCEL, self.market)

    def brings_trades(self, message: Message) -> bool:
        """Does it tell of trades that it does not know of yet?"""
        return len(message.content) > len(self.trades)

    def note_trades(self, message: Message) -> None:
        """Keep the trades; the order is gone with the trade."""
        if len(message.content) > len(self.trades):
            self.trades, self.order = message.content, None

    def is_latest(self, message: Message) -> bool:
        """Does it answer the latest order?"""
        return message.in_reply_to == self._order_id()

    def note_rejection(self, message: Message) -> None:
        """The order came from one who did not know of a trade; now it does."""
        self.order = None
        self.note_trades(message)

    def is_closing(self, message: Message) -> bool:
        """Is it the closing word?"""
        return message.content.__class__ is tuple

    def brings_quotes(self, message: Message) -> bool:
        """Are these quotes?"""
        return message.content.__class__ is Quotes

    def note_quotes(self, message: Message) -> None:
        """Keep the quotes."""
        self.quotes = message.content
