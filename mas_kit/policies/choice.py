"""Choosing by scores: the best, with ties settled by rule, or by chance that favours the better ones."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, isfinite, isnan

import numpy as np

from mas_kit.core.errors import ParameterError
from mas_kit.policies.schedules import Checked, Rate

TIE = 1e-12  # relative; sums of the same numbers in another order differ by less


def best(scores: Sequence[float]) -> int:
    """The index of the highest score; among ties, the first.

    Scores within 1e-12 (relative, and absolute below 1) of the highest are tied, so that the order in which
    a machine adds up does not decide. Raises ParameterError for a score that is not a number.

    >>> best([0.3, 0.1 + 0.2, 0.2])
    0
    """
    top = max(scores)
    slack = TIE * max(1.0, abs(top)) if isfinite(top) else 0.0
    first = -1
    for i, score in enumerate(scores):
        if score >= top - slack:
            if first < 0:
                first = i
        elif isnan(score):
            first = -1
            break
    if first < 0 or isnan(top):
        raise ParameterError(
            f"scores are {list(scores)!r}; allowed: numbers; one is not a number (nan), so nothing is best: "
            "look for 0/0 or inf - inf in the utility or the reward"
        )
    return first


def draw(chances: Sequence[float], rng: np.random.Generator) -> int:
    """An index drawn with these chances, which sum to 1. Takes one number from the stream."""
    left = rng.random()
    last = 0
    for i, chance in enumerate(chances):
        if chance > 0:
            if left < chance:
                return i
            left -= chance
            last = i
    return last  # the sum was a rounding error below 1


class Exploration:
    """How a learner trades the best known option against the others. Pure: scores to chances."""

    def chances(self, scores: Sequence[float], step: int) -> list[float]:
        """The chance of each option at the step-th decision (1, 2, ...)."""
        raise TypeError(f"{type(self).__name__} is an Exploration without chances(scores, step)")


class Epsilon(Exploration):
    """With chance epsilon any option, all alike; otherwise the best (the first one among ties).

    Args:
        epsilon: 0 to 1, or a schedule by decision, such as `Decay(1.0, 0.999, 0.05)`.
    """

    def __init__(self, epsilon: Rate = 0.1) -> None:
        self.epsilon = Checked("epsilon", epsilon)

    def chances(self, scores: Sequence[float], step: int) -> list[float]:
        """epsilon/k for each of k options, and the rest for the best."""
        epsilon = self.epsilon(step)
        found = [epsilon / len(scores)] * len(scores)
        found[best(scores)] += 1.0 - epsilon
        return found

    def __repr__(self) -> str:
        return f"Epsilon({self.epsilon.rate or self.epsilon.constant!r})"


class Softmax(Exploration):
    """Chances in proportion to exp(score / temperature) (Luce's rule, Boltzmann exploration).

    Args:
        temperature: above 0, in the unit of the scores, or a schedule by decision. High explores.
    """

    def __init__(self, temperature: Rate = 1.0) -> None:
        self.temperature = Checked("temperature", temperature, low=1e-300, high=inf)

    def chances(self, scores: Sequence[float], step: int) -> list[float]:
        """Computed from the best score down, so that nothing overflows."""
        top = scores[best(scores)]
        if not isfinite(top):
            found = [1.0 if score == top else 0.0 for score in scores]
        else:
            temperature = self.temperature(step)
            found = [exp((score - top) / temperature) if score > -inf else 0.0 for score in scores]
        total = sum(found)  # at least 1, for the best
        return [chance / total for chance in found]

    def __repr__(self) -> str:
        return f"Softmax({self.temperature.rate or self.temperature.constant!r})"
