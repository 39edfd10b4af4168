"""CBBA without an end: orders come and go, and so do drones.

The rules by which two drones compare what they believe are those of `mas_kit.protocols.allocation` (Choi,
Brunet and How (2009), Table 1). What is added here is what a fleet needs beyond one allocation: tasks leave
when they are done, and a winner of whom there has been no word for a while loses what it has claimed. A bid
is never higher than those before it in the same bundle, so that bids diminish whatever the score (Johnson,
Choi and How (2012), AIAA Guidance, Navigation and Control); where gains diminish anyway it changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mas_kit.protocols.allocation.bundle import NOBODY, Beliefs, Claim, agree, beats, release

# (task, path so far) -> what it would add, and at which place of the path
type Gain = Callable[[int, tuple[int, ...]], tuple[float, int]]

UNTOUCHED = Beliefs({}, (), (), {})


class Table(NamedTuple):
    """What a drone tells its neighbours: who has which order, and when it last had word of each drone.

    With it go the newest board of open orders that it knows, and which of these it knows to be delivered.
    Everybody who gets it holds the same one, so nothing in it can be changed.
    """

    sender: str
    claims: tuple[tuple[int, Claim], ...]
    stamps: tuple[tuple[str, float], ...]
    board: Any = None
    done: frozenset[int] = frozenset()


def table_of(me: str, beliefs: Beliefs) -> Table:
    """What a drone with these beliefs has to tell."""
    return Table(me, tuple(beliefs.claims.items()), tuple(beliefs.stamps.items()))


def listen(me: str, beliefs: Beliefs, tables: Iterable[Table], now: int) -> Beliefs:
    """Take in what neighbours believe, and give up what another has won."""
    for table in tables:
        claims = agree(me, beliefs, table.sender, dict(table.claims), dict(table.stamps))
        stamps = dict(beliefs.stamps)
        for name, tick in table.stamps:
            if name != me and tick > stamps.get(name, -math.inf):
                stamps[name] = tick
        stamps[table.sender] = max(now, stamps.get(table.sender, -math.inf))
        beliefs = release(me, beliefs._replace(stamps=stamps), claims)
    return beliefs


def forget(me: str, beliefs: Beliefs, now: int, patience: int) -> Beliefs:
    """Free again: what a drone claims of which there was no word for longer than `patience` ticks."""
    claims = {
        task: claim
        for task, claim in beliefs.claims.items()
        if claim.winner == me
        or (claim.winner and now - beliefs.stamps.get(claim.winner, -math.inf) <= patience)
    }
    return beliefs if len(claims) == len(beliefs.claims) else beliefs._replace(claims=claims)


def keep_only(beliefs: Beliefs, tasks: Iterable[int]) -> Beliefs:
    """Tasks that are done leave; the rest of the bundle stays as it is, with its bids."""
    there = set(tasks)
    if beliefs.claims.keys() <= there and there.issuperset(beliefs.bundle):
        return beliefs
    return beliefs._replace(
        claims={task: claim for task, claim in beliefs.claims.items() if task in there},
        bundle=tuple(task for task in beliefs.bundle if task in there),
        path=tuple(task for task in beliefs.path if task in there),
    )


def build(me: str, beliefs: Beliefs, tasks: Sequence[int], gain: Gain, limit: int) -> Beliefs:
    """Take, one after the other, the task with the highest own bid among those it can win, up to `limit`."""
    claims, bundle, path = dict(beliefs.claims), beliefs.bundle, beliefs.path
    cap = min((claims[task].bid for task in bundle), default=math.inf)
    while len(bundle) < limit:
        best: tuple[Claim, int, int] | None = None
        for task in tasks:
            if task in bundle:
                continue
            added, place = gain(task, path)
            bid = Claim(me, min(added, cap))
            if (
                bid.bid > 0
                and beats(bid, claims.get(task, NOBODY))
                and (best is None or bid.bid > best[0].bid)
            ):
                best = (bid, task, place)
        if best is None:
            break
        claim, task, place = best
        cap, claims[task] = claim.bid, claim
        bundle, path = (*bundle, task), (*path[:place], task, *path[place:])
    return beliefs if bundle == beliefs.bundle else Beliefs(claims, bundle, path, beliefs.stamps)


class Agreement(NamedTuple):
    """What CBBA came to: each agent's path, the rounds of talking that it took, and whether it settled."""

    paths: Mapping[str, tuple[int, ...]]
    rounds: int
    settled: bool

    @property
    def conflicts(self) -> int:
        """How many tasks are in more than one path."""
        claimed = [task for path in self.paths.values() for task in path]
        return len(claimed) - len(set(claimed))


def settle(
    tasks: Sequence[int],
    gains: Mapping[str, Gain],
    links: Mapping[str, Iterable[str]],
    limit: int,
    most: int = 1000,
) -> Agreement:
    """CBBA by itself, in synchronous rounds: all build, tell their neighbours, and compare.

    Args:
        gains: for each agent, what a task adds to its path.
        links: who hears whom.
        limit: the largest bundle.
        most: rounds after which it is given up as not settled.
    """
    states = {name: build(name, UNTOUCHED, tasks, gain, limit) for name, gain in gains.items()}
    changed = 0
    for now in range(1, most + 1):
        told = {name: table_of(name, state) for name, state in states.items()}
        before, states = states, {}
        for name, state in before.items():
            heard = listen(name, state, [told[other] for other in links[name]], now)
            states[name] = build(name, heard, tasks, gains[name], limit)
        if any(_held(states[name]) != _held(before[name]) for name in states):
            changed = now
        elif now - changed > len(states):  # by then a change would have been seen everywhere
            return Agreement({name: state.path for name, state in states.items()}, changed, True)
    return Agreement({name: state.path for name, state in states.items()}, changed, False)


def _held(beliefs: Beliefs) -> tuple[object, ...]:
    return {task: claim for task, claim in beliefs.claims.items() if claim.winner}, beliefs.path
