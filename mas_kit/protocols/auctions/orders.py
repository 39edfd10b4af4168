"""What is said in a continuous double auction: orders, trades and quotes."""

from __future__ import annotations

from typing import NamedTuple

from mas_kit.protocols.content import is_amount, is_count, is_name, is_number, is_record


class Order(NamedTuple):
    """Content of a propose: buy or sell one unit at this price or a better one.

    `trades`: how many trades in this market the sender knows that it has made.
    """

    side: str
    price: float
    trades: int = 0


class Trade(NamedTuple):
    """One unit from seller to buyer."""

    buyer: str
    seller: str
    price: float
    number: int


class Quotes(NamedTuple):
    """What everybody sees: the best bid and ask (None: none), the last price, the time of closing."""

    bid: float | None
    ask: float | None
    last: float | None
    closes: float


class View(NamedTuple):
    """What a trader is asked on: the quotes, its own trades, and its standing order as far as it knows."""

    quotes: Quotes
    trades: tuple[Trade, ...]
    order: Order | None


def is_side(content: object) -> bool:
    """Is it a side of the market?"""
    return content.__class__ is str and content in ("buy", "sell")


def is_order(content: object) -> bool:
    """Is it an order?"""
    return is_record(content, Order, is_side, is_amount, is_count)


def is_trades(content: object) -> bool:
    """Is it a trader's list of trades?"""
    return isinstance(content, tuple) and all(
        is_record(trade, Trade, is_name, is_name, is_amount, is_count) for trade in content
    )


def is_quotes(content: object) -> bool:
    """Are these quotes?"""
    return content.__class__ is Quotes and all(x is None or is_number(x) for x in content)
