"""Voting rules: from ballots to a winner. Pure functions, with every step of the count kept.

A ranking is a tuple of candidates, the best first; candidates that it leaves out count as tied below. An
approval ballot is a set of candidates. Ties are broken by the order in which the candidates are listed,
unless the rule says otherwise; `tied` says that there was one. A ballot that names somebody who is not a
candidate raises UnknownNameError, a ranking that names one twice ParameterError. Definitions after Brandt,
Conitzer, Endriss, Lang and Procaccia (2016), Handbook of Computational Social Choice, chapters 2 to 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from mas_kit.core.errors import ParameterError, out_of_range, unknown

Ranking = Sequence[str]


class Count(NamedTuple):
    """The result of a count. `scores`: by candidate, higher is better; `rounds`: the scores of each round."""

    winner: str
    scores: Mapping[str, float]
    tied: bool = False
    rounds: tuple[Mapping[str, float], ...] = ()


def _best(scores: Mapping[str, float], rounds: tuple[Mapping[str, float], ...] = ()) -> Count:
    if not scores:
        raise out_of_range("candidates", (), "one or more", "name the candidates")
    top = max(scores.values())
    leaders = [name for name, score in scores.items() if score == top]
    return Count(leaders[0], scores, len(leaders) > 1, rounds)


def _check(candidates: Sequence[str], ballots: Sequence[Ranking], *, ranked: bool = True) -> None:
    """Can these ballots be counted? A name too many would be a vote for nobody, or two votes."""
    known = set(candidates)
    for ballot in ballots:
        if not known.issuperset(ballot):
            raise unknown("candidate", next(name for name in ballot if name not in known), candidates)
        if ranked and len(set(ballot)) < len(ballot):
            raise ParameterError(
                f"a ballot is {ballot!r}; allowed: each candidate once; strike the others out"
            )


def plurality(candidates: Sequence[str], ballots: Sequence[Ranking]) -> Count:
    """Most first places."""
    _check(candidates, ballots)
    scores = dict.fromkeys(candidates, 0.0)
    for ballot in ballots:
        if ballot:
            scores[ballot[0]] += 1
    return _best(scores)


def borda(candidates: Sequence[str], ballots: Sequence[Ranking]) -> Count:
    """With m candidates, m - 1 points for a first place, m - 2 for a second, and so on (Borda 1781).

    Those left out share the points of the places that are left equally.
    """
    _check(candidates, ballots)
    m = len(candidates)
    scores = dict.fromkeys(candidates, 0.0)
    for ballot in ballots:
        for place, name in enumerate(ballot):
            scores[name] += m - 1 - place
        unranked = [name for name in candidates if name not in ballot]
        for name in unranked:
            scores[name] += (len(unranked) - 1) / 2
    return _best(scores)


def approval(candidates: Sequence[str], ballots: Sequence[Ranking]) -> Count:
    """Most approvals (Brams and Fishburn 1978); each ballot names all that the voter approves of."""
    _check(candidates, ballots, ranked=False)
    scores = dict.fromkeys(candidates, 0.0)
    for ballot in ballots:
        for name in set(ballot):
            scores[name] += 1
    return _best(scores)


def pairwise(candidates: Sequence[str], ballots: Sequence[Ranking]) -> dict[tuple[str, str], int]:
    """How many voters rank the first of a pair above the second."""
    _check(candidates, ballots)
    wins = {(a, b): 0 for a in candidates for b in candidates if a != b}
    for ballot in ballots:
        place = {name: at for at, name in enumerate(ballot)}
        for a, b in wins:
            wins[a, b] += place.get(a, len(place)) < place.get(b, len(place))
    return wins


def condorcet(candidates: Sequence[str], ballots: Sequence[Ranking]) -> str | None:
    """Who beats every other candidate in a majority of the ballots that rank one above the other; None where
    there is no such candidate (Condorcet 1785)."""
    wins = pairwise(candidates, ballots)
    for a in candidates:
        if all(wins[a, b] > wins[b, a] for b in candidates if b != a):
            return a
    return None


def copeland(candidates: Sequence[str], ballots: Sequence[Ranking]) -> Count:
    """Most pairwise wins, a draw counting one half (Copeland 1951). Elects the Condorcet winner if any."""
    wins = pairwise(candidates, ballots)
    scores = dict.fromkeys(candidates, 0.0)
    for a, b in wins:
        scores[a] += 1.0 if wins[a, b] > wins[b, a] else 0.5 if wins[a, b] == wins[b, a] else 0.0
    return _best(scores)


def single_transferable(candidates: Sequence[str], ballots: Sequence[Ranking]) -> Count:
    """Single transferable vote for one seat (instant runoff, Hare): until somebody has more than half of the
    ballots that still name anyone, whoever has the fewest goes out and those ballots move on.

    Of equally few, the one listed last goes out; `tied` is set then.
    """
    _check(candidates, ballots)
    if not candidates:
        return _best({})  # which says so
    left, rounds, tied = list(candidates), [], False
    while True:
        first = dict.fromkeys(left, 0.0)
        for ballot in ballots:
            top = next((name for name in ballot if name in first), None)
            if top is not None:
                first[top] += 1
        rounds.append(first)
        total = sum(first.values())
        leader = max(left, key=first.__getitem__)
        if len(left) == 1 or first[leader] * 2 > total:
            break
        fewest = min(first.values())
        losers = [name for name in left if first[name] == fewest]
        tied = tied or len(losers) > 1
        left.remove(losers[-1])
    reached = {name: float(sum(name in each for each in rounds) - 1) for name in candidates}
    reached[leader] = float(len(rounds))
    return Count(leader, reached, tied, tuple(rounds))


RULES: Mapping[str, Callable[[Sequence[str], Sequence[Ranking]], Count]] = {
    "plurality": plurality,
    "borda": borda,
    "approval": approval,
    "copeland": copeland,
    "single transferable": single_transferable,
}


def rule(name: str) -> Callable[[Sequence[str], Sequence[Ranking]], Count]:
    """The rule of that name; UnknownNameError if there is none."""
    if name not in RULES:
        raise unknown("voting rule", name, RULES)
    return RULES[name]


def is_ballot(candidates: Sequence[str], content: Any) -> bool:
    """Is it a tuple of candidates, each named at most once?"""
    return (
        content.__class__ is tuple
        and all(name.__class__ is str and name in candidates for name in content)
        and len(set(content)) == len(content)
    )
