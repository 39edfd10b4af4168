"""Voting rules against counts made by hand: the paradoxes that every textbook shows."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError, UnknownNameError
from mas_kit.protocols.voting import (
    approval,
    borda,
    condorcet,
    copeland,
    pairwise,
    plurality,
    single_transferable,
)
from mas_kit.protocols.voting.rules import rule
from tests.protocols.examples import examples


def ballots(**groups):
    """ballots(abc=3, bca=2): three ballots a > b > c and two b > c > a."""
    return [tuple(order) for order, number in groups.items() for _ in range(number)]


def test_condorcets_paradox():
    """Three voters, a cycle: each beats one and loses to one (Condorcet 1785). 2 : 1 three times over."""
    cycle = ballots(abc=1, bca=1, cab=1)
    assert pairwise("abc", cycle) == {
        ("a", "b"): 2, ("b", "a"): 1, ("b", "c"): 2, ("c", "b"): 1, ("c", "a"): 2, ("a", "c"): 1,
    }  # fmt: skip
    assert condorcet("abc", cycle) is None
    assert copeland("abc", cycle).scores == {"a": 1, "b": 1, "c": 1}
    assert copeland("abc", cycle).tied


def test_bordas_example():
    """21 voters (Borda 1781, after Black 1958): plurality elects whom 13 of 21 rank last.

    1 abc, 7 acb, 7 bca, 6 cba. First places 8, 7, 6. Points with 2, 1, 0: a 16, b 2·7 + 1 + 6 = 21,
    c 2·6 + 7 + 7 = 26. Pairs: b beats a 13 : 8, c beats a 13 : 8, c beats b 13 : 8.
    """
    votes = ballots(abc=1, acb=7, bca=7, cba=6)
    assert plurality("abc", votes).scores == {"a": 8, "b": 7, "c": 6}
    assert plurality("abc", votes).winner == "a"
    assert borda("abc", votes).scores == {"a": 16, "b": 21, "c": 26}
    assert condorcet("abc", votes) == copeland("abc", votes).winner == "c"
    wins = pairwise("abc", votes)
    assert (wins["b", "a"], wins["c", "a"], wins["c", "b"]) == (13, 13, 13)


def test_borda_can_pass_over_a_condorcet_winner():
    """Five voters: 3 abc, 2 bca. a beats both 3 : 2, and b has 7 points to a's 6."""
    votes = ballots(abc=3, bca=2)
    assert condorcet("abc", votes) == "a"
    assert borda("abc", votes).scores == {"a": 6, "b": 7, "c": 2}


def test_five_rules_five_winners():
    """55 voters, five candidates (Malkevitch 1990): every rule elects somebody else.

    18 adecb, 12 bedca, 10 cbeda, 9 dceba, 4 ebdca, 2 ecdba. Plurality: a with 18. Borda: d, with
    18·3 + 12·2 + 10·1 + 9·4 + 4·2 + 2·2 = 136. Condorcet: e, which beats a 37:18, b 33:22, c 36:19, d 28:27.
    Single transferable: e (6) out, then d (9), then b (16) goes out and its ballots elect c with 37.
    """
    votes = ballots(adecb=18, bedca=12, cbeda=10, dceba=9, ebdca=4, ecdba=2)
    assert plurality("abcde", votes).winner == "a"
    assert borda("abcde", votes).winner == "d"
    assert borda("abcde", votes).scores["d"] == 136
    assert condorcet("abcde", votes) == copeland("abcde", votes).winner == "e"
    wins = pairwise("abcde", votes)
    assert [wins["e", other] for other in "abcd"] == [37, 33, 36, 28]
    count = single_transferable("abcde", votes)
    assert count.winner == "c"
    assert count.rounds == (
        {"a": 18, "b": 12, "c": 10, "d": 9, "e": 6},
        {"a": 18, "b": 16, "c": 12, "d": 9},
        {"a": 18, "b": 16, "c": 21},
        {"a": 18, "c": 37},
    )


def test_single_transferable_vote_is_not_monotone():
    """17 voters: 6 abc, 5 cab, 4 bca, 2 bac. c goes out and a wins 11 : 6. When the two bac raise a to the
    top, b goes out instead, and c beats a 9 : 8: a lost by gaining votes."""
    assert single_transferable("abc", ballots(abc=6, cab=5, bca=4, bac=2)).winner == "a"
    assert single_transferable("abc", ballots(abc=8, cab=5, bca=4)).winner == "c"


def test_approval_counts_each_name_once():
    assert approval("abc", [("a", "b"), ("b",), ("c", "b"), ()]).scores == {"a": 1, "b": 3, "c": 1}


def test_short_ballots():
    assert borda("abc", [("a",)]).scores == {"a": 2, "b": 0.5, "c": 0.5}
    assert pairwise("ab", [("b",)])["b", "a"] == 1
    assert single_transferable("ab", []).winner == "a"
    assert plurality("ab", [(), ()]).tied
    with pytest.raises(ParameterError, match="candidates"):
        plurality("", [])
    with pytest.raises(LookupError, match="plurality"):
        rule("plurarity")


RANKED = (plurality, borda, copeland, single_transferable, condorcet, pairwise)


@pytest.mark.parametrize("count", [*RANKED, approval])
def test_a_vote_for_nobody_is_refused(count):
    with pytest.raises(UnknownNameError, match="no candidate named 'd'"):
        count("abc", [("a", "b"), ("b", "d")])


@pytest.mark.parametrize("count", RANKED)
def test_nobody_is_ranked_twice(count):
    """In a Borda count it would be two votes."""
    with pytest.raises(ParameterError, match=r"a ballot is \('a', 'b', 'a'\); allowed: each candidate once"):
        count("abc", [("a", "b", "a")])


def test_an_election_needs_candidates():
    for count in (plurality, borda, approval, copeland, single_transferable):
        with pytest.raises(ParameterError, match="parameter 'candidates'"):
            count((), [])


orders = st.lists(st.permutations("abcd").map(tuple), min_size=1, max_size=9)


@examples(100)
@given(orders)
def test_what_holds_for_every_profile(votes):
    names = "abcd"
    n, m = len(votes), len(names)
    assert sum(plurality(names, votes).scores.values()) == n
    assert sum(borda(names, votes).scores.values()) == n * m * (m - 1) / 2
    assert sum(copeland(names, votes).scores.values()) == m * (m - 1) / 2
    wins = pairwise(names, votes)
    assert all(wins[a, b] + wins[b, a] == n for a, b in itertools.combinations(names, 2))
    for a in names:  # Borda's score is the row sum of the pairwise matrix
        assert borda(names, votes).scores[a] == sum(wins[a, b] for b in names if b != a)
    best = condorcet(names, votes)
    if best is not None:
        assert copeland(names, votes).winner == best
        assert not copeland(names, votes).tied
    first = plurality(names, votes)
    if max(first.scores.values()) * 2 > n:
        assert first.winner == best == single_transferable(names, votes).winner
