"""Bandits: learn by trying which option pays, and lose little while learning.

All three keep the same memory, a tally of plays and rewards by option, so one can take over from another.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan, log, sqrt
from typing import Any, NamedTuple

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.core.errors import ParameterError, out_of_range
from mas_kit.policies.accessors import Actions, Reads, key, memory_of, number, options_reader, reader
from mas_kit.policies.choice import Epsilon, best, draw
from mas_kit.policies.schedules import Rate
from mas_kit.policies.table import Table
from mas_kit.policies.utility import compare


class Outcome(NamedTuple):
    """What an earlier action brought, where rewards come late or several at once."""

    action: Any
    reward: float


class Tally(NamedTuple):
    """What a bandit remembers.

    `arms`: option -> (plays, sum of rewards), rewards put on a scale from 0 to 1 where the policy has one.
    `plays`: rewards seen in all; `step`: decisions made; `last`: what it did last, in a tuple, empty before
    the first; `scores`: what it chose by, one for each option that it had.
    """

    arms: Table = Table()
    plays: int = 0
    step: int = 0
    last: tuple[Any, ...] = ()
    scores: tuple[float, ...] = ()


def _is_pair(given: Any) -> bool:
    return isinstance(given, tuple | list) and len(given) == 2


def _is_range(given: Any) -> bool:
    return _is_pair(given) and -inf < given[0] < given[1] < inf


class Bandit(Policy):
    """What the bandits share: reading the reward, the tally, and the choice of the highest score.

    Args:
        actions: the options (arms): a tuple or list, or where the percept holds those that are open now.
            Each must be usable as a key of a dict. With none open, the action is None.
        reward: where the percept holds what the last action brought: a number; None when nothing came yet;
            or a tuple of `Outcome`, each naming its action, where rewards come late.
        between: the lowest and the highest reward possible; None where the policy needs no bounds.

    The percept must have a field `memory`. Cost: O(options) a decision.

    Raises:
        ParameterError: a reward out of bounds; an option that cannot be a key.
    """

    def __init__(
        self, actions: Actions, reward: Reads = "reward", between: tuple[float, float] | None = None
    ) -> None:
        self._options = options_reader(actions)
        self._reward = reader("reward", reward)
        if between is not None and not _is_range(between):
            raise out_of_range("between", between, "two numbers, low < high", "give the range of rewards")
        self.between = between

    def decide(self, percept: Any, rng: np.random.Generator) -> Decision:
        """Learn from what the last action brought, then play the option with the highest score."""
        tally = self._learned(percept, rng)
        options = [key("actions", action) for action in self._options(percept)]
        if not options:
            return Decision(None, tally._replace(last=(), scores=()))
        scores = self._scores(tally, options, rng)
        action = options[self._choose(scores, tally.step + 1, rng)]
        return Decision(action, Tally(tally.arms, tally.plays, tally.step + 1, (action,), tuple(scores)))

    def _scores(self, tally: Tally, options: Sequence[Any], rng: np.random.Generator) -> list[float]:
        raise TypeError(f"{type(self).__name__} is a Bandit without _scores(tally, options, rng)")

    def _choose(self, scores: list[float], step: int, rng: np.random.Generator) -> int:
        return best(scores)

    def _learned(self, percept: Any, rng: np.random.Generator) -> Tally:
        tally = memory_of(percept, Tally, self.name) or Tally()
        found = self._reward(percept)
        if found is None:
            return tally
        if isinstance(found, tuple | list):
            outcomes = tuple(found)
        else:
            outcomes = tuple(Outcome(action, found) for action in tally.last)  # none before the first play
        arms = tally.arms
        for action, reward in outcomes:
            plays, total = arms.get(key("actions", action), (0, 0.0))
            arms = arms.put(action, (plays + 1, total + self._scaled(reward, rng)))
        return tally._replace(arms=arms, plays=tally.plays + len(outcomes))

    def _scaled(self, reward: float, rng: np.random.Generator) -> float:
        """The reward on a scale from 0 to 1, if it has bounds."""
        reward = number("parameter 'reward'", reward, "give None where there is nothing to learn from")
        if self.between is None:
            if isnan(reward):
                raise out_of_range("reward", reward, "numbers", "look for 0/0 where it is computed")
            return reward
        low, high = self.between
        if not low <= reward <= high:
            raise out_of_range(
                "reward", reward, f"{low:g} to {high:g}", "say in between=(low, high) how far rewards go"
            )
        return (reward - low) / (high - low)

    def means(self, memory: Tally) -> dict[Any, float]:
        """The mean reward of each option that was played, in the unit of the rewards."""
        return {action: self._unit(total / plays) for action, (plays, total) in memory.arms.items()}

    def _unit(self, score: float) -> float:
        """A score on the scale from 0 to 1, in the unit of the rewards."""
        if self.between is None:
            return score
        low, high = self.between
        return low + score * (high - low)

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """Each option with the score that it was chosen by, and what that is made of."""
        tally = decision.memory
        actions = tuple(self._options(percept))
        if not isinstance(tally, Tally) or len(tally.scores) != len(actions):
            return Explanation(decision.action, f"{self.name} has no record of how it came to this")
        options = tuple(
            Option(action, self._unit(score), self._note(tally, action, score))
            for action, score in zip(actions, tally.scores, strict=True)
        )
        return Explanation(decision.action, self._reason(tally, options, decision.action), options)

    def _note(self, tally: Tally, action: Any, score: float) -> str:
        plays, total = tally.arms.get(action, (0, 0.0))
        return f"mean {self._unit(total / plays):.3g} of {plays}" if plays else "not tried yet"

    def _reason(self, tally: Tally, options: tuple[Option, ...], chosen: Any) -> str:
        return compare(options, chosen, "score")


class EpsilonGreedy(Bandit):
    """Plays the best mean so far, and with chance epsilon any option.

    With a constant epsilon the regret grows for ever, by epsilon times the mean gap a play; with a schedule
    that falls as 1/n it can grow as ln n only (epsilon_n-greedy, Auer et al. 2002, theorem 3).

    Args:
        actions, reward: see `Bandit`.
        epsilon: 0 to 1, or a schedule by decision.
        initial: what an option that was never played is taken to be worth; high values try each option once.

    Source: Sutton and Barto, Reinforcement Learning, ch. 2; Auer, Cesa-Bianchi and Fischer (2002), Machine
    Learning 47, 235-256.
    """

    name = "epsilon-greedy"

    def __init__(
        self, actions: Actions, reward: Reads = "reward", epsilon: Rate = 0.1, initial: float = 0.0
    ) -> None:
        super().__init__(actions, reward)
        self.explore, self.initial = Epsilon(epsilon), float(initial)

    def _scores(self, tally: Tally, options: Sequence[Any], rng: np.random.Generator) -> list[float]:
        found = [tally.arms.get(action) for action in options]
        return [self.initial if arm is None else arm[1] / arm[0] for arm in found]

    def _choose(self, scores: list[float], step: int, rng: np.random.Generator) -> int:
        return draw(self.explore.chances(scores, step), rng)

    def _reason(self, tally: Tally, options: tuple[Option, ...], chosen: Any) -> str:
        if not options:
            return super()._reason(tally, options, chosen)
        epsilon = self.explore.epsilon(tally.step)
        top = options[best([option.score for option in options])]
        if chosen == top.action:
            return f"{compare(options, chosen, 'mean reward')}; it explores {epsilon:.3g} of the time"
        mine = next((option for option in options if option.action == chosen), None)
        known = (
            "has the best mean"
            if mine is None or mine.score < top.score
            else "is listed first, with the same mean"
        )
        return f"explored, as it does {epsilon:.3g} of the time; {top.action} {known} so far"


class UCB1(Bandit):
    """Plays the highest upper confidence bound: mean + sqrt(2·ln(plays in all) / plays of the option).

    Options not played yet come first, in the order listed. It draws nothing at random. Its expected regret
    after n plays is at most 8·Σ ln(n)/gap + (1 + π²/3)·Σ gap, for rewards from 0 to 1.

    Args:
        actions, reward: see `Bandit`.
        between: the lowest and the highest reward possible; the bonus is in proportion to the range.

    Source: Auer, Cesa-Bianchi and Fischer (2002), Machine Learning 47, 235-256, theorem 1.

    >>> class Seen(NamedTuple):
    ...     reward: float | None = None
    ...     memory: Any = None
    >>> policy, seen, played = UCB1(("left", "right")), Seen(), []
    >>> for _ in range(8):
    ...     decision = policy.decide(seen, np.random.default_rng(1))
    ...     played.append(decision.action)
    ...     seen = Seen(1.0 if decision.action == "right" else 0.0, decision.memory)
    >>> played
    ['left', 'right', 'right', 'right', 'right', 'right', 'left', 'right']
    """

    name = "UCB1"

    def __init__(
        self, actions: Actions, reward: Reads = "reward", between: tuple[float, float] = (0.0, 1.0)
    ) -> None:
        super().__init__(actions, reward, between)

    def _scores(self, tally: Tally, options: Sequence[Any], rng: np.random.Generator) -> list[float]:
        spread = 2 * log(tally.plays) if tally.plays else 0.0
        found = [tally.arms.get(action) for action in options]
        return [inf if arm is None else arm[1] / arm[0] + sqrt(spread / arm[0]) for arm in found]

    def _note(self, tally: Tally, action: Any, score: float) -> str:
        plays, total = tally.arms.get(action, (0, 0.0))
        if not plays:
            return "not tried yet"
        mean = self._unit(total / plays)
        return f"mean {mean:.3g} of {plays}, plus {self._unit(score) - mean:.3g} for what it may be worth"

    def _reason(self, tally: Tally, options: tuple[Option, ...], chosen: Any) -> str:
        if any(option.action == chosen and option.score == inf for option in options):
            return "not tried yet, and every option is tried once first"
        return compare(options, chosen, "upper confidence bound")


class ThompsonSampling(Bandit):
    """Draws a success rate for each option from what it believes, and plays the highest draw.

    Beliefs are Beta(a + successes, b + failures). A reward between the bounds counts as a success with a
    chance in proportion (Agrawal and Goyal 2012), which takes one draw.

    Args:
        actions, reward: see `Bandit`.
        prior: (a, b) of the Beta distribution to begin with; (1, 1) is uniform.
        between: the reward of a failure and of a success.

    Raises:
        ParameterError: a prior that is not positive.

    Sources: Thompson (1933), Biometrika 25, 285-294; Agrawal and Goyal (2012), COLT, Analysis of Thompson
    sampling for the multi-armed bandit problem.
    """

    name = "Thompson sampling"

    def __init__(
        self,
        actions: Actions,
        reward: Reads = "reward",
        prior: tuple[float, float] = (1.0, 1.0),
        between: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        super().__init__(actions, reward, between)
        if not _is_pair(prior) or not all(0 < part < inf for part in prior):
            raise ParameterError(
                f"parameter 'prior' is {prior!r}; allowed: two numbers above 0; (1, 1) knows nothing"
            )
        self.prior = prior

    def belief(self, memory: Tally, action: Any) -> tuple[float, float]:
        """The two parameters of the Beta distribution of an option's success rate."""
        plays, wins = memory.arms.get(action, (0, 0.0))
        return self.prior[0] + wins, self.prior[1] + plays - wins

    def _scaled(self, reward: float, rng: np.random.Generator) -> float:
        share = super()._scaled(reward, rng)
        return share if share in (0.0, 1.0) else float(rng.random() < share)

    def _scores(self, tally: Tally, options: Sequence[Any], rng: np.random.Generator) -> list[float]:
        return [float(rng.beta(*self.belief(tally, action))) for action in options]

    def _note(self, tally: Tally, action: Any, score: float) -> str:
        a, b = self.belief(tally, action)
        return f"drawn from Beta({a:g}, {b:g}), mean {self._unit(a / (a + b)):.3g}"

    def _reason(self, tally: Tally, options: tuple[Option, ...], chosen: Any) -> str:
        return compare(options, chosen, "draw from its belief")
