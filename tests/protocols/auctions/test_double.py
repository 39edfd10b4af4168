"""The continuous double auction: its rules by hand, and on hostile networks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mas_kit.protocols import Conversations, DoubleAuctioneer, Order, Trade, Trader
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def market(policies, script=(), **settings):
    talks = {"boss": Conversations("boss")} | {n: Conversations(n, [Trader]) for n in policies}
    line = Wire(talks, policies, script)
    return line, line.start("boss", DoubleAuctioneer(list(policies), **{"closes": 20, **settings}))


def scripted(line_of, **orders):
    """A trader that sends these orders at these ticks."""
    plan = {int(at[1:]): order for at, order in orders.items()}

    def answer(q):
        order = plan.get(line_of[0].now)
        return None if order is None else q.answer("propose", order) if order else q.answer("cancel")

    return answer


def test_orders_cross_at_the_price_that_was_there_first():
    at = []
    line, cid = market(
        {
            "b": scripted(at, t2=Order("buy", 5)),
            "c": scripted(at, t2=Order("buy", 6)),
            "s": scripted(at, t4=Order("sell", 4)),  # meets the best bid: 6
            "t": scripted(at, t6=Order("sell", 9), t8=Order("sell", 5)),  # the second one meets 5
        }
    )
    at.append(line)
    line.run(25)
    assert line.outcome("boss", cid).value == (Trade("c", "s", 6, 0), Trade("b", "t", 5, 1))
    assert line.outcome("c", cid).value == (Trade("c", "s", 6, 0),)
    assert line.settled()


def test_a_withdrawn_order_does_not_trade_and_of_equals_the_older_does():
    at = []
    line, cid = market(
        {
            "a": scripted(at, t2=Order("buy", 9), t4=()),
            "b": scripted(at, t3=Order("buy", 6)),
            "c": scripted(at, t4=Order("buy", 6)),
            "s": scripted(at, t8=Order("sell", 1)),
        }
    )
    at.append(line)
    line.run(25)
    assert line.outcome("boss", cid).value == (Trade("b", "s", 6, 0),)


def zero_intelligence(seed, values, costs, ticks):
    """Gode and Sunder's constrained traders: random quotes that never lose money; one unit each."""
    rngs = {}

    def trader(name, side, limit):
        rng = rngs[name] = np.random.default_rng([seed, len(rngs)])

        def answer(q):
            if q.content.trades or rng.random() < 0.5:
                return None
            low, high = (0, limit) if side == "buy" else (limit, 20)
            return q.answer("propose", Order(side, float(rng.uniform(low, high))))

        return answer

    policies = {f"b{i}": trader(f"b{i}", "buy", v) for i, v in enumerate(values)}
    policies |= {f"s{i}": trader(f"s{i}", "sell", c) for i, c in enumerate(costs)}
    line, cid = market(policies, closes=ticks)
    line.run(ticks + 30)
    return line.outcome("boss", cid).value, line


def test_zero_intelligence_traders_take_most_of_the_surplus():
    values, costs = [18, 16, 14, 12, 10, 8], [2, 4, 6, 8, 10, 12]
    best = sum(max(v - c, 0) for v, c in zip(values, costs, strict=True))
    efficiencies = []
    for seed in range(12):
        trades, _ = zero_intelligence(seed, values, costs, 60)
        gained = sum(values[int(t.buyer[1:])] - costs[int(t.seller[1:])] for t in trades)
        assert all(costs[int(t.seller[1:])] <= t.price <= values[int(t.buyer[1:])] for t in trades)
        efficiencies.append(gained / best)
    assert np.mean(efficiencies) > 0.9
    assert max(efficiencies) <= 1


def one_unit(side, price):
    """Wants one unit, and repeats its quote until it knows that it has it."""
    return lambda q: None if q.content.trades else q.answer("propose", Order(side, price))


@examples(80)
@given(script=harmless, prices=st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=5))
def test_nobody_trades_more_than_it_wants_whatever_is_lost(script, prices):
    note("double auction: lost, late, repeated, forged")
    people = {f"t{i}": one_unit("buy" if buys else "sell", p) for i, (buys, p) in enumerate(prices)}
    line, cid = market(people, script, closes=25)
    line.run(120)
    assert line.settled()
    trades = line.outcome("boss", cid).value
    for i, (buys, price) in enumerate(prices):
        mine = [t for t in trades if f"t{i}" in (t.buyer, t.seller)]
        assert len(mine) <= 1
        for trade in mine:
            assert (trade.buyer == f"t{i}") == buys
            assert trade.price <= price if buys else trade.price >= price
        end = line.outcome(f"t{i}", cid)
        if end is not None:
            assert set(end.value) <= set(mine)


@examples(80)
@given(script=scripts, prices=st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=5))
def test_nor_does_a_member_whose_words_are_garbled_stop_it(script, prices):
    note("double auction: also malformed, out of place, damaged")
    people = {f"t{i}": one_unit("buy" if buys else "sell", p) for i, (buys, p) in enumerate(prices)}
    line, cid = market(people, script, closes=25)
    line.run(120)
    assert line.settled()
    assert line.status("boss", cid) == "closed"
