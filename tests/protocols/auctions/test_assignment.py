"""The assignment auction against the exact optimum, and on hostile networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from mas_kit import ParameterError
from mas_kit.protocols import AssignmentAuctioneer, AssignmentBidder, Conversations, best_bid
from mas_kit.protocols.auctions import PriceBid, Prices
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def auction(values, epsilon, script=(), patience=60.0, **settings):
    """Bidders with these rows of values, and the auction begun."""
    names = [f"b{i}" for i in range(len(values))]
    talks = {"boss": Conversations("boss")}
    talks |= {n: Conversations(n, [AssignmentBidder(patience=patience)]) for n in names}

    def bidder(row):
        return lambda q: q.answer("propose", best_bid(row, q.content))

    line = Wire(talks, {n: bidder(row) for n, row in zip(names, values, strict=True)}, script)
    return line, line.start("boss", AssignmentAuctioneer(len(values[0]), names, epsilon=epsilon, **settings))


def total(values, items):
    return sum(values[int(name[1:])][item] for name, item in items.items())


def optimum(values):
    rows, columns = linear_sum_assignment(np.asarray(values), maximize=True)
    return np.asarray(values)[rows, columns].sum()


def run_out(line):
    while not line.settled():
        line.tick()
        assert line.now < 20_000


sizes = st.integers(1, 6).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 30), min_size=n, max_size=n), min_size=n, max_size=n)
)


@examples(60)
@given(sizes)
def test_below_1_over_n_it_is_optimal_for_whole_values(values):
    n = len(values)
    line, cid = auction(values, 1 / (n + 1), patience=10_000)
    run_out(line)
    outcome = line.outcome("boss", cid)
    assert outcome.status == "assigned"
    assert sorted(outcome.value.items.values()) == list(range(n))
    assert total(values, outcome.value.items) == optimum(values)
    assert all(line.outcome(name, cid).value.item == item for name, item in outcome.value.items.items())


@pytest.mark.parametrize("epsilon", [5, 1, 0.1])
def test_it_is_within_n_epsilon_of_the_optimum(epsilon):
    for seed in range(4):
        values = np.random.default_rng(seed).uniform(0, 40, (12, 12)).tolist()
        line, cid = auction(values, epsilon, patience=10_000)
        run_out(line)
        gap = optimum(values) - total(values, line.outcome("boss", cid).value.items)
        assert -1e-9 <= gap <= 12 * epsilon + 1e-9


def test_more_items_than_bidders():
    values = np.random.default_rng(5).integers(0, 20, (3, 6)).tolist()
    line, cid = auction(values, 0.2, patience=10_000)
    run_out(line)
    assert total(values, line.outcome("boss", cid).value.items) == optimum(values)


def test_best_bid_by_hand():
    # Margins 10 - 2 = 8, 7 - 0 = 7, 3 - 0 = 3: item 0, raised by 8 - 7 and 0.5 more.
    assert best_bid([10, 7, 3], Prices((2, 0, 0), 0.5)) == PriceBid(0, 3.5)
    assert best_bid([10], Prices((4,), 0.5)) == PriceBid(0, 4.5)


def test_wrong_arguments_say_what_is_right():
    with pytest.raises(ParameterError, match="items"):
        AssignmentAuctioneer(1, ["a", "b"], epsilon=0.1)
    with pytest.raises(ParameterError, match="epsilon"):
        AssignmentAuctioneer(2, ["a", "b"], epsilon=0)


@examples(80)
@given(values=sizes, script=harmless)
def test_no_loss_delay_copy_or_forgery_hangs_it_or_assigns_twice(values, script):
    note("assignment auction: lost, late, repeated, forged")
    line, cid = auction(values, 1.0, script)
    run_out(line)
    outcome = line.outcome("boss", cid)
    won = {
        n: e.value.item
        for n in line.talks
        if n != "boss" and (e := line.outcome(n, cid)) and e.status == "won"
    }
    assert len(set(won.values())) == len(won)
    assert won.items() <= outcome.value.items.items()
    assert set(outcome.value.items) | set(outcome.value.without) == {f"b{i}" for i in range(len(values))}
    if outcome.status == "assigned":
        assert won == outcome.value.items


@examples(80)
@given(values=sizes, script=scripts)
def test_nor_does_a_member_whose_words_are_garbled(values, script):
    note("assignment auction: also malformed, out of place, damaged")
    line, cid = auction(values, 1.0, script)
    run_out(line)
    assert line.outcome("boss", cid).status in AssignmentAuctioneer.final
