"""Percepts and small worlds that the tests of the policies share."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from mas_kit import Decision, Explanation, Policy


class Seen(NamedTuple):
    """A percept with what learners need."""

    reward: Any = None
    state: Any = 0
    ended: bool = False
    options: tuple[Any, ...] = ()
    tests: Any = None
    level: float = 0.0
    alarm: bool = False
    memory: Any = None


def stream(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def ask_why(policy: Policy, percept: Any, seed: int = 1) -> tuple[Decision, Explanation]:
    """A decision and its explanation, which must agree on what was chosen."""
    decision = policy.decide(percept, stream(seed))
    why = policy.explain(percept, decision)
    assert why.chosen == decision.action
    assert why.reason
    return decision, why


def z_of(differences: Any) -> float:
    """How many standard errors the mean lies from 0."""
    values = np.asarray(differences, dtype=float)
    return float(values.mean() / (values.std(ddof=1) / np.sqrt(len(values))))


def rises(values: Any) -> bool:
    return all(a < b for a, b in pairwise(values))
