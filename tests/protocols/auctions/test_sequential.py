"""The sequential single-item auction against the same greedy rule computed in one place."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError, Performative
from mas_kit.protocols import Conversations, SequentialAuctioneer, SequentialBidder
from mas_kit.protocols.auctions import ItemBid
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def tour(start, places):
    """Length of the shortest open path from a start through places."""
    routes = itertools.permutations(places)
    return min(sum(np.hypot(*np.subtract(a, b)) for a, b in itertools.pairwise([start, *r])) for r in routes)


def extra(start, mine, item):
    return tour(start, [*mine, item]) - tour(start, mine)


def auction(starts, items, script=(), **settings):
    names = [f"r{i}" for i in range(len(starts))]
    talks = {"boss": Conversations("boss")} | {n: Conversations(n, [SequentialBidder]) for n in names}

    def robot(start):
        def answer(q):
            known = [item for item in q.content.items if item in items]
            if not known:
                return q.answer("refuse")
            costs = [(float(extra(start, q.content.mine, item)), item) for item in known]
            cost, item = min(costs)
            return q.answer("propose", ItemBid(item, cost))

        return answer

    line = Wire(talks, {n: robot(s) for n, s in zip(names, starts, strict=True)}, script)
    return line, line.start("boss", SequentialAuctioneer(items, names, **settings))


def greedy(starts, items):
    """The same rule, with everything known in one place."""
    mine = {i: [] for i in range(len(starts))}
    left = list(items)
    while left:
        bids = [min((float(extra(s, mine[i], item)), item) for item in left) for i, s in enumerate(starts)]
        winner = min(range(len(starts)), key=lambda i: bids[i][0])
        mine[winner].append(bids[winner][1])
        left.remove(bids[winner][1])
    return {item: f"r{i}" for i, items in mine.items() for item in items}


points = st.tuples(st.integers(0, 20), st.integers(0, 20))


@examples(25)
@given(st.lists(points, min_size=1, max_size=3), st.lists(points, min_size=1, max_size=5, unique=True))
def test_it_is_the_greedy_rule(starts, items):
    line, cid = auction(starts, items)
    line.run(60)
    outcome = line.outcome("boss", cid)
    assert outcome.status == "allocated"
    assert outcome.value.assigned == greedy(starts, items)
    m, k = len(starts), len(items)
    assert len(line.sent) == k * (2 * m + 2) + m
    for i in range(m):
        assert set(line.outcome(f"r{i}", cid).value) == {
            p for p, n in greedy(starts, items).items() if n == f"r{i}"
        }


def test_a_dead_winner_keeps_its_item_and_is_asked_no_more():
    line, cid = auction([(0, 0), (9, 9)], [(0, 1), (9, 8), (1, 1)], round_ticks=3)
    line.tick()
    line.talks["r0"].hear_nothing = True
    real = line.talks["r0"].hear
    line.talks["r0"].hear = lambda inbox, now: real(
        [m for m in inbox if m.performative != "accept-proposal"], now
    )
    line.run(200)
    outcome = line.outcome("boss", cid)
    assert outcome.status == "incomplete"
    assert set(outcome.value.unconfirmed.values()) == {"r0"}
    assert len(outcome.value.unconfirmed) == 1
    assert set(outcome.value.assigned.values()) == {"r1"}
    assert not outcome.value.left
    awards = [
        m for _, m in line.sent if m.performative is Performative.ACCEPT_PROPOSAL and m.receiver == "r0"
    ]
    assert len(awards) == 3  # tries


def test_items_are_named_once():
    with pytest.raises(ParameterError, match="items"):
        SequentialAuctioneer([1, 1], ["a"])


@examples(90)
@given(script=harmless, m=st.integers(1, 3), k=st.integers(1, 4))
def test_no_loss_delay_copy_or_forgery_hangs_it_or_gives_an_item_to_two(script, m, k):
    note("sequential auction: lost, late, repeated, forged")
    items = [(3 * i, 7 - i) for i in range(k)]
    line, cid = auction([(5 * i, i) for i in range(m)], items, script)
    line.run(500)
    assert line.settled()
    value = line.outcome("boss", cid).value
    assert {*value.assigned, *value.unconfirmed, *value.left} == set(items), "an item is lost without a word"
    assert len(value.assigned) + len(value.unconfirmed) + len(value.left) == k
    have = [(item, n) for n in line.talks if n != "boss" and (e := line.outcome(n, cid)) for item in e.value]
    assert len({item for item, _ in have}) == len(have), "two have the same item"
    for item, name in have:
        assert {**value.assigned, **value.unconfirmed}.get(item) == name
    for item, name in value.assigned.items():
        assert (item, name) in have


@examples(90)
@given(script=scripts, m=st.integers(1, 3), k=st.integers(1, 4))
def test_nor_does_a_member_whose_words_are_garbled(script, m, k):
    note("sequential auction: also malformed, out of place, damaged")
    line, cid = auction([(5 * i, i) for i in range(m)], [(3 * i, 7 - i) for i in range(k)], script)
    line.run(700)
    assert line.settled()
    value = line.outcome("boss", cid).value
    assert len(value.assigned) + len(value.unconfirmed) + len(value.left) == k
