"""Bayesian belief: what the agent holds likely, what it sees, and what it then does."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.core.errors import ParameterError, out_of_range, unknown
from mas_kit.policies.accessors import Actions, Reads, memory_of, number, options_reader, reader
from mas_kit.policies.choice import best
from mas_kit.policies.utility import compare

Likelihood = Mapping[Any, Mapping[Any, float]] | Callable[[Any, Any], float]
"""P(observation | hypothesis): a table hypothesis -> observation -> probability, or a function of
(observation, hypothesis)."""


class Posterior(NamedTuple):
    """What a Bayesian remembers: the probability of each hypothesis, in the order of the prior."""

    probabilities: tuple[float, ...]


def distribution(what: str, table: Mapping[Any, float]) -> dict[Any, float]:
    """The table, if it is a probability distribution (it sums to 1 within 1e-9); ParameterError if not."""
    for name, probability in table.items():
        if not 0 <= probability <= 1:
            raise out_of_range(f"{what}[{name!r}]", probability, "0 to 1", "it is a probability")
    total = sum(table.values())
    if abs(total - 1) > 1e-9:
        raise ParameterError(
            f"{what} sums to {total:.12g}; allowed: 1 in all; name every case, 'nothing seen' too"
        )
    return dict(table)


def bayes_update(
    prior: Mapping[Any, float], likelihood: Likelihood, observations: Iterable[Any]
) -> dict[Any, float]:
    """The posterior: P(h | o) is in proportion to P(h)·Π P(o | h).

    Observations are independent of each other given the hypothesis. It is put to a sum of 1 after each, so
    that a long row of them does not underflow.

    Raises:
        UnknownNameError: an observation that the table does not have.
        ParameterError: an observation that no hypothesis allows; a likelihood below 0.

    >>> bayes_update({"ill": 0.01, "well": 0.99}, {"ill": {"+": 0.9, "-": 0.1},
    ...              "well": {"+": 0.09, "-": 0.91}}, ["+"])["ill"]  # doctest: +ELLIPSIS
    0.0917...
    """
    belief = dict(prior)
    for observation in observations:
        weights = {h: p and p * _likelihood(likelihood, observation, h) for h, p in belief.items()}
        total = sum(weights.values())
        if total <= 0:
            raise ParameterError(
                f"observation {observation!r} has probability 0 under every hypothesis still possible; "
                "allowed: observations that one of them explains; give rare ones a small likelihood, not 0"
            )
        belief = {h: weight / total for h, weight in weights.items()}
    return belief


def _likelihood(likelihood: Likelihood, observation: Any, hypothesis: Any) -> float:
    if callable(likelihood):
        what = f"likelihood({observation!r}, {hypothesis!r})"
        found = number(what, likelihood(observation, hypothesis), "mend the function")
        if not 0 <= found < float("inf"):
            raise out_of_range(what, found, "0 and above", "mend the function")
        return found
    try:
        return likelihood[hypothesis][observation]
    except (KeyError, TypeError):  # TypeError: an observation that cannot be a key
        known = map(repr, likelihood[hypothesis])
        raise unknown("observation in the likelihood table", observation, known) from None


class Bayesian(Policy):
    """Keeps a posterior over hypotheses and takes the action with the highest posterior expected utility.

    At each decision the belief first moves by `transition` (if the world can change), then by Bayes' rule on
    what was observed; this is the discrete Bayes filter. Ties of utility go to the first action listed.

    Args:
        prior: hypothesis -> probability before anything was seen.
        likelihood: P(observation | hypothesis), as a table or a function, see `Likelihood`.
        observations: where the percept holds what was seen since the last decision: a tuple or list of
            observations, or a single one; None is none. They are independent given the hypothesis.
        actions: what there is to choose from. With nothing, the action is None.
        utility: a table action -> hypothesis -> number, or a function of (percept, action, hypothesis).
        transition: table hypothesis -> hypothesis -> probability, from one decision to the next.

    The percept must have a field `memory`. Cost: O(hypotheses·(observations + actions)), with a transition
    O(hypotheses²) on top.

    Raises:
        ParameterError: a table that is not a distribution; an observation that no hypothesis allows.
        UnknownNameError: a hypothesis or an observation that a table does not have.

    Source: Russell and Norvig, Artificial Intelligence, ch. 12 (Bayes), 14 (filtering) and 16 (decisions).

    >>> from typing import NamedTuple
    >>> class Seen(NamedTuple):
    ...     tests: tuple
    ...     memory: object = None
    >>> doctor = Bayesian(
    ...     prior={"ill": 0.01, "well": 0.99},
    ...     likelihood={"ill": {"+": 0.9, "-": 0.1}, "well": {"+": 0.09, "-": 0.91}},
    ...     observations="tests",
    ...     actions=("treat", "wait"),
    ...     utility={"treat": {"ill": -1, "well": -1}, "wait": {"ill": -20, "well": 0}},
    ... )
    >>> first = doctor.decide(Seen(("+",)), np.random.default_rng(1))
    >>> first.action
    'treat'
    >>> doctor.decide(Seen(("-",), first.memory), np.random.default_rng(1)).action
    'wait'
    """

    name = "Bayesian"

    def __init__(
        self,
        prior: Mapping[Hashable, float],
        likelihood: Likelihood,
        observations: Reads,
        actions: Actions,
        utility: Mapping[Any, Mapping[Any, float]] | Callable[[Any, Any, Any], float],
        transition: Mapping[Any, Mapping[Any, float]] | None = None,
    ) -> None:
        self.prior = distribution("prior", prior)
        self.hypotheses = tuple(self.prior)
        self.likelihood = likelihood if callable(likelihood) else self._rows("likelihood", likelihood)
        self.transition = None if transition is None else self._rows("transition", transition)
        for name, row in (self.transition or {}).items():
            for to in row:
                if to not in self.prior:
                    raise unknown(f"hypothesis (in transition[{name!r}])", to, map(str, self.hypotheses))
        self.utility: Callable[[Any, Any, Any], float] = utility if callable(utility) else _Worth(utility)
        self._observations = reader("observations", observations)
        self._options = options_reader(actions)

    def _rows(self, what: str, table: Mapping[Any, Mapping[Any, float]]) -> dict[Any, dict[Any, float]]:
        for hypothesis in self.hypotheses:
            if hypothesis not in table:
                raise unknown(f"hypothesis (in {what})", hypothesis, map(str, table))
        return {h: distribution(f"{what}[{h!r}]", table[h]) for h in self.hypotheses}

    def belief(self, memory: Posterior | None) -> dict[Any, float]:
        """The probability of each hypothesis, from what the policy remembers."""
        if memory is None or len(memory.probabilities) != len(self.hypotheses):  # of other hypotheses
            return dict(self.prior)
        return dict(zip(self.hypotheses, memory.probabilities, strict=True))

    def predicted(self, percept: Any) -> dict[Any, float]:
        """The belief before this percept's observations: moved on by the transition, if there is one."""
        memory = memory_of(percept, Posterior, self.name)
        before = self.belief(memory)
        if memory is None or self.transition is None:
            return before
        moved = dict.fromkeys(self.hypotheses, 0.0)
        for hypothesis, probability in before.items():
            for to, chance in self.transition[hypothesis].items():
                moved[to] += probability * chance
        return moved

    def seen(self, percept: Any) -> tuple[Any, ...]:
        """The observations in a percept."""
        found = self._observations(percept)
        if found is None:
            return ()
        return tuple(found) if isinstance(found, tuple | list) else (found,)

    def scores(self, percept: Any, belief: Mapping[Any, float], actions: Sequence[Any]) -> list[float]:
        """The expected utility of each action under a belief; what has probability 0 is left out."""
        likely = [(h, p) for h, p in belief.items() if p > 0]
        return [sum(p * self._worth(percept, action, h) for h, p in likely) for action in actions]

    def _worth(self, percept: Any, action: Any, hypothesis: Any) -> float:
        what = f"the utility of action {action!r} under {hypothesis!r}"
        return number(what, self.utility(percept, action, hypothesis), "mend the utility")

    def decide(self, percept: Any, rng: np.random.Generator) -> Decision:
        """Update the belief, then take the action with the highest expected utility."""
        belief = bayes_update(self.predicted(percept), self.likelihood, self.seen(percept))
        memory = Posterior(tuple(belief.values()))
        options = tuple(self._options(percept))
        if not options:
            return Decision(None, memory)
        return Decision(options[best(self.scores(percept, belief, options))], memory)

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """The belief before and after, and each action's expected utility by hypothesis."""
        before, seen = self.predicted(percept), self.seen(percept)
        belief = bayes_update(before, self.likelihood, seen)
        actions = tuple(self._options(percept))
        likely = [(h, p) for h, p in sorted(belief.items(), key=lambda item: -item[1]) if p > 0][:4]
        options = tuple(
            Option(
                action,
                score,
                " + ".join(f"{p:.3g} × {self._worth(percept, action, h):g} ({h})" for h, p in likely),
            )
            for action, score in zip(actions, self.scores(percept, belief, actions), strict=True)
        )
        if seen:
            moves = ", ".join(f"{h} {before[h]:.3g} → {p:.3g}" for h, p in likely)
            story = f"seeing {', '.join(map(str, seen))} moves its belief: {moves}"
        else:
            story = "seeing nothing new, it believes: " + ", ".join(f"{h} {p:.3g}" for h, p in likely)
        why = compare(options, decision.action, "expected utility")
        return Explanation(decision.action, f"{story}; {why}", options)


class _Worth:
    """A table action -> hypothesis -> number as a function of (percept, action, hypothesis)."""

    def __init__(self, table: Mapping[Any, Mapping[Any, float]]) -> None:
        self.table = {action: dict(row) for action, row in table.items()}

    def __call__(self, percept: Any, action: Any, hypothesis: Any) -> float:
        row = self.table.get(action)
        if row is None:
            raise unknown("action in the utility table", action, map(str, self.table))
        if hypothesis not in row:
            raise unknown(f"hypothesis in utility[{action!r}]", hypothesis, map(str, row))
        return float(row[hypothesis])
