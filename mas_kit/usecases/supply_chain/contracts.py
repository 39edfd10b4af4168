"""Two firms and one selling season: what a contract loses against one owner, and what mends it.

A supplier makes goods at `cost` and sells them to a retailer, who orders once, before demand is known, and
sells at `price`. Nothing left over has a value unless the supplier buys it back.
"""

from __future__ import annotations

from typing import NamedTuple

from mas_kit.core.errors import out_of_range


class Market(NamedTuple):
    """The season: price and unit cost in money, demand uniform from 0 to `largest` goods."""

    price: float = 10.0
    cost: float = 2.0
    largest: float = 100.0


class Outcome(NamedTuple):
    """What a contract leads to: goods ordered, expected profits, the share of one owner's profit earned."""

    wholesale: float
    buy_back: float
    quantity: float
    retailer: float
    supplier: float
    efficiency: float

    @property
    def total(self) -> float:
        return self.retailer + self.supplier


def one_owner(market: Market) -> tuple[float, float]:
    """(quantity, expected profit) of a firm that owns both: the newsvendor at F(q) = (price − cost)/price."""
    _check(market)
    quantity = _quantity(market, market.cost, 0.0)
    return quantity, market.price * _sales(market, quantity) - market.cost * quantity


def price_only(market: Market, wholesale: float | None = None) -> Outcome:
    """The retailer pays a wholesale price and keeps what is left over.

    Without `wholesale` the supplier sets the price that is best for itself, (price + cost)/2 for this
    demand. Then the pair earns exactly 3/4 of what one owner would: double marginalisation. Source:
    Lariviere and Porteus (2001), Manufacturing and Service Operations Management 3(4), 293-305.
    """
    _check(market)
    return _outcome(market, (market.price + market.cost) / 2 if wholesale is None else wholesale, 0.0)


def buy_back(market: Market, retailer_share: float) -> Outcome:
    """The supplier takes back what is left, on terms that give the retailer `retailer_share` of all profit.

    Any terms with (price − wholesale)/(price − buy_back) = (price − cost)/price make the retailer want
    exactly what one owner would order, so nothing is lost; where on that line they stand only divides the
    profit. Source: Pasternack (1985), Marketing Science 4(2), 166-176.
    """
    _check(market)
    if not 0 < retailer_share <= 1:
        raise out_of_range(
            "retailer_share", retailer_share, "above 0, at most 1", "the retailer must gain by ordering"
        )
    wholesale = market.price - retailer_share * (market.price - market.cost)
    return _outcome(market, wholesale, market.price * (1 - retailer_share))


def _outcome(market: Market, wholesale: float, back: float) -> Outcome:
    if not back <= wholesale <= market.price:
        fix = "a retailer who gains on unsold goods, or on none, has no finite order"
        raise out_of_range("wholesale", wholesale, f"{back:g} to {market.price:g}", fix)
    quantity = _quantity(market, wholesale, back)
    sales = _sales(market, quantity)
    returned = quantity - sales
    retailer = market.price * sales + back * returned - wholesale * quantity
    supplier = (wholesale - market.cost) * quantity - back * returned
    return Outcome(
        wholesale, back, quantity, retailer, supplier, (retailer + supplier) / one_owner(market)[1]
    )


def _quantity(market: Market, paid: float, back: float) -> float:
    """The order where the chance of selling one more unit no longer pays for it."""
    return market.largest * (market.price - paid) / (market.price - back)


def _sales(market: Market, quantity: float) -> float:
    """E[min(quantity, demand)] for uniform demand."""
    return quantity - quantity * quantity / (2 * market.largest)


def _check(market: Market) -> None:
    if not 0 <= market.cost < market.price:
        raise out_of_range("cost", market.cost, f"0 to below the price {market.price:g}", "sell above cost")
    if not market.largest > 0:
        raise out_of_range("largest", market.largest, "above 0", "give the largest possible demand")
