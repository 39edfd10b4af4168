"""The two phases of CBBA as pure functions: build a bundle, and agree with a neighbour on who has what.

Choi, Brunet and How (2009), "Consensus-Based Decentralized Auctions for Robust Task Allocation", IEEE
Transactions on Robotics 25(4): Algorithm 3 (bundle construction), Table 1 (action rules) and section III.B.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Score = Callable[[tuple[Any, ...]], float]  # path -> total score of doing its tasks in that order


class Claim(NamedTuple):
    """What somebody believes of one task: who has it, and for which bid. `winner` "" means nobody."""

    winner: str
    bid: float


NOBODY = Claim("", 0.0)


class Beliefs(NamedTuple):
    """What one agent holds: claims by task, its bundle (in the order of adding), its path (in the order of
    doing), and when it last heard of each agent's claims."""

    claims: Mapping[Any, Claim]
    bundle: tuple[Any, ...]
    path: tuple[Any, ...]
    stamps: Mapping[str, float]


def beats(mine: Claim, other: Claim) -> bool:
    """Is the first claim better? Of equal bids, the one whose holder's name comes first."""
    if mine.bid != other.bid:
        return mine.bid > other.bid
    return (
        mine.winner != other.winner and bool(mine.winner) and (not other.winner or mine.winner < other.winner)
    )


def best_place(path: tuple[Any, ...], task: Any, score: Score) -> tuple[float, int]:
    """The marginal score of a task at its best place in a path, and that place."""
    base = score(path)
    gains = [score((*path[:at], task, *path[at:])) - base for at in range(len(path) + 1)]
    at = max(range(len(gains)), key=gains.__getitem__)
    return gains[at], at


def build(me: str, beliefs: Beliefs, tasks: Sequence[Any], score: Score, capacity: int) -> Beliefs:
    """Phase 1: add the task with the highest marginal score that beats its present claim, until none does or
    the bundle is full."""
    claims, bundle, path = dict(beliefs.claims), beliefs.bundle, beliefs.path
    while len(bundle) < capacity:
        best: tuple[float, int, Any] | None = None
        for task in tasks:
            if task in bundle:
                continue
            gain, at = best_place(path, task, score)
            if gain <= 0 or not beats(Claim(me, gain), claims.get(task, NOBODY)):
                continue
            if best is None or gain > best[0]:
                best = (gain, at, task)
        if best is None:
            break
        gain, at, task = best
        bundle, path = (*bundle, task), (*path[:at], task, *path[at:])
        claims[task] = Claim(me, gain)
    return beliefs._replace(claims=claims, bundle=bundle, path=path)


def agree(
    me: str, beliefs: Beliefs, sender: str, theirs: Mapping[Any, Claim], stamps: Mapping[str, float]
) -> dict[Any, Claim]:
    """Phase 2 for one neighbour: this agent's claims after reading what the sender believes.

    Table 1 of the paper. For each task, by whom the sender (k) and the receiver (i) think it is held:
    update (take the sender's claim), reset (nobody), or leave (keep one's own).
    """
    claims = dict(beliefs.claims)

    def ahead(name: str) -> float:
        """Above 0 if the sender has the newer word of that agent, below 0 if the receiver has."""
        return stamps.get(name, -1.0) - beliefs.stamps.get(name, -1.0)

    for task in theirs.keys() | claims.keys():
        claims[task] = _rule(me, sender, claims.get(task, NOBODY), theirs.get(task, NOBODY), ahead)
    return claims


def _rule(me: str, sender: str, own: Claim, other: Claim, ahead: Callable[[str], float]) -> Claim:
    """The seventeen rows of Table 1, by whom the sender and then the receiver take to hold the task."""
    update, reset, leave = other, NOBODY, own
    holder, mine = other.winner, own.winner
    if holder == sender:
        if mine in (sender, "") or beats(other, own):  # rows 1, 2, 4
            return update
        return update if mine != me and ahead(mine) > 0 else leave  # row 3
    if holder in (me, ""):
        if mine in (me, ""):  # rows 5, 8, 14, 17
            return leave
        learned = reset if holder == me else update
        return learned if mine == sender or ahead(mine) > 0 else leave  # rows 6, 7, 15, 16
    return _third(me, sender, own, other, ahead)


def _third(me: str, sender: str, own: Claim, other: Claim, ahead: Callable[[str], float]) -> Claim:
    """Rows 9 to 13: the sender takes a third agent to hold the task."""
    holder, mine = other.winner, own.winner
    fresh = ahead(holder) > 0
    if mine in (holder, ""):  # rows 11, 13
        return other if fresh else own
    if mine == me:  # row 9
        return other if fresh and beats(other, own) else own
    if mine == sender:  # row 10
        return other if fresh else NOBODY
    if fresh and (ahead(mine) > 0 or beats(other, own)):  # row 12
        return other
    return NOBODY if ahead(mine) > 0 and ahead(holder) < 0 else own


def release(me: str, beliefs: Beliefs, claims: Mapping[Any, Claim]) -> Beliefs:
    """Give up the first task of the bundle that is lost to another, and all that were added after it: their
    scores were worked out with it in the path."""
    lost = next((at for at, task in enumerate(beliefs.bundle) if claims[task].winner != me), None)
    if lost is None:
        return beliefs._replace(claims=claims)
    freed = {task: NOBODY for task in beliefs.bundle[lost + 1 :] if claims[task].winner == me}
    kept = beliefs.bundle[:lost]
    path = tuple(task for task in beliefs.path if task in kept)
    return beliefs._replace(claims={**claims, **freed}, bundle=kept, path=path)


def sequential_greedy(
    agents: Sequence[str], tasks: Sequence[Any], scores: Mapping[str, Score], capacity: int
) -> tuple[dict[str, tuple[Any, ...]], float]:
    """What CBBA comes to, computed in one place: the best (agent, task) pair first, and so on.

    Returns the paths by agent and the total score. At least half of the optimum where scores have
    diminishing marginal gains (section V of the paper).
    """
    paths: dict[str, tuple[Any, ...]] = dict.fromkeys(agents, ())
    left = list(tasks)
    while left:
        best: tuple[Claim, int, Any] | None = None
        for name in agents:
            if len(paths[name]) < capacity:
                for task in left:
                    gain, at = best_place(paths[name], task, scores[name])
                    if gain > 0 and (best is None or beats(Claim(name, gain), best[0])):
                        best = (Claim(name, gain), at, task)
        if best is None:
            break
        (name, _), at, task = best
        paths[name] = (*paths[name][:at], task, *paths[name][at:])
        left.remove(task)
    return paths, sum(scores[name](path) for name, path in paths.items())
