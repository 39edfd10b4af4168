"""Double marginalisation and the contract that mends it: closed forms and a simulated season."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.supply_chain.contracts import Market, buy_back, one_owner, price_only

MARKET = Market()


def test_published_numbers():
    assert one_owner(MARKET) == pytest.approx((80, 320))
    alone = price_only(MARKET)
    assert (alone.wholesale, alone.quantity) == pytest.approx((6, 40))
    assert (alone.retailer, alone.supplier, alone.total) == pytest.approx((80, 160, 240))
    assert alone.efficiency == pytest.approx(0.75, abs=1e-12)


@pytest.mark.parametrize("market", [Market(12, 7, 30), Market(3, 0, 1), Market(100, 99, 5)])
def test_three_quarters_whatever_the_market(market):
    assert price_only(market).efficiency == pytest.approx(0.75, abs=1e-12)


def test_the_supplier_has_no_better_wholesale_price():
    best = price_only(MARKET).supplier
    others = [price_only(MARKET, wholesale).supplier for wholesale in np.linspace(2, 10, 81)]
    assert max(others) <= best + 1e-9
    assert sorted(others)[-2] < best, "the best price is one point of the grid"


@pytest.mark.parametrize("share", [0.8, 0.6, 0.4, 1.0])
def test_buy_back_restores_everything_and_splits_it(share):
    terms = buy_back(MARKET, share)
    price, cost, _ = MARKET
    assert (price - terms.wholesale) / (price - terms.buy_back) == pytest.approx((price - cost) / price)
    assert terms.quantity == pytest.approx(80)
    assert terms.efficiency == pytest.approx(1.0, abs=1e-12)
    assert terms.retailer == pytest.approx(share * 320)
    assert terms.supplier == pytest.approx((1 - share) * 320)


@pytest.mark.parametrize("terms", [price_only(MARKET), buy_back(MARKET, 0.6)], ids=["price only", "buy back"])
def test_simulated_seasons(agree, terms):
    demand = np.random.default_rng(75).uniform(0, MARKET.largest, 400_000)
    sold = np.minimum(demand, terms.quantity)
    back = terms.buy_back * (terms.quantity - sold)
    retailer = MARKET.price * sold + back - terms.wholesale * terms.quantity
    supplier = (terms.wholesale - MARKET.cost) * terms.quantity - back
    agree(retailer, terms.retailer, largest_error=0.5)
    assert supplier.mean() == pytest.approx(terms.supplier, abs=0.5)
    own = [
        (MARKET.price * np.minimum(demand, q) + terms.buy_back * (q - np.minimum(demand, q))).mean()
        - terms.wholesale * q
        for q in np.arange(0, 101, 5)
    ]
    assert np.argmax(own) * 5 == pytest.approx(terms.quantity), "no other order is better for the retailer"


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: price_only(MARKET, 11.0), "wholesale"),
        (lambda: buy_back(MARKET, 0.0), "retailer_share"),
        (lambda: one_owner(Market(2, 2)), "cost"),
        (lambda: one_owner(Market(10, 2, 0)), "largest"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ParameterError, match=f"'{name}'"):
        call()
