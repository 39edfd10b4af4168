"""Expected utility: weigh what may come of each option by how likely it is, and take the best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isnan
from typing import Any

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.core.errors import ParameterError
from mas_kit.policies.accessors import Actions, number, options_reader, same
from mas_kit.policies.choice import best

Outcomes = Callable[[Any, Any], Mapping[Any, float] | Iterable[tuple[Any, float]]]
Utility = Callable[[Any, Any], float]


class ExpectedUtility(Policy):
    """Takes the option with the highest expected utility; ties go to the first listed.

    EU(a) = Σ_o P(o | a, percept)·U(percept, o). Ties are scores within 1e-12 of the highest (relative, and
    absolute below 1).

    Args:
        actions: what there is to choose from: a tuple or list, or where the percept holds it. With nothing
            to choose from, the action is None.
        utility: (percept, outcome) -> number, higher is better; minus infinity rules an outcome out.
        outcomes: (percept, action) -> what may come of it: a mapping outcome -> probability, or pairs
            (outcome, probability). Left out, the outcome of an action is the action itself.

    Cost: one call of `utility` for each outcome of each option.

    Raises:
        ParameterError: probabilities that are negative or do not sum to 1 (within 1e-9), and a utility that
            is not a number; the message names the action.

    Source: von Neumann and Morgenstern (1944); Russell and Norvig, Artificial Intelligence, ch. 16.

    >>> bet = ExpectedUtility(
    ...     ("safe", "risky"),
    ...     utility=lambda percept, money: money,
    ...     outcomes=lambda percept, action: {4: 1.0} if action == "safe" else {10: 0.5, 0: 0.5},
    ... )
    >>> decision = bet.decide(None, np.random.default_rng(1))
    >>> decision.action
    'risky'
    >>> [(option.action, option.score) for option in bet.explain(None, decision).options]
    [('safe', 4.0), ('risky', 5.0)]
    """

    name = "expected utility"

    def __init__(self, actions: Actions, utility: Utility, outcomes: Outcomes | None = None) -> None:
        for parameter, given in (("utility", utility), ("outcomes", outcomes)):
            if given is not None and not callable(given):
                raise ParameterError(
                    f"parameter {parameter!r} is {given!r}; allowed: a function of (percept, "
                    f"{'outcome' if parameter == 'utility' else 'action'}); write it as one"
                )
        self._options = options_reader(actions)
        self.utility, self.outcomes = utility, outcomes

    def score(self, percept: Any, action: Any) -> float:
        """The expected utility of one action."""
        if self.outcomes is None:
            return self._worth(percept, action, action)
        total = expected = 0.0
        for outcome, probability in self._chances(percept, action):
            if not 0 <= probability <= 1:
                raise ParameterError(
                    f"the probability of outcome {outcome!r} of action {action!r} is {probability!r}; "
                    "allowed: 0 to 1; mend outcomes(percept, action)"
                )
            total += probability
            if probability > 0:  # what cannot happen counts for nothing, be it ever so bad
                expected += probability * self._worth(percept, action, outcome)
        if abs(total - 1) > 1e-9:
            raise ParameterError(
                f"the probabilities of the outcomes of action {action!r} sum to {total:.12g}; allowed: 1; "
                "name every outcome, 'nothing happens' too"
            )
        return expected

    def _chances(self, percept: Any, action: Any) -> Iterable[tuple[Any, float]]:
        assert self.outcomes is not None
        found = self.outcomes(percept, action)
        if not isinstance(found, Iterable):
            raise ParameterError(
                f"the outcomes of action {action!r} are {found!r}; allowed: a mapping outcome -> "
                "probability, or pairs of both; mend outcomes(percept, action)"
            )
        return found.items() if isinstance(found, Mapping) else found

    def _worth(self, percept: Any, action: Any, outcome: Any) -> float:
        worth = number(
            f"the utility of outcome {outcome!r} of action {action!r}",
            self.utility(percept, outcome),
            "mend utility(percept, outcome)",
        )
        if isnan(worth):
            raise ParameterError(
                f"the utility of outcome {outcome!r} of action {action!r} is nan; allowed: numbers; "
                "mend utility(percept, outcome)"
            )
        return worth

    def decide(self, percept: Any, rng: np.random.Generator) -> Decision:
        """The option with the highest expected utility."""
        options = tuple(self._options(percept))
        if not options:
            return Decision(None)
        return Decision(options[best([self.score(percept, action) for action in options])])

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """Every option with its expected utility, and what may come of it."""
        options = tuple(
            Option(action, self.score(percept, action), self._note(percept, action))
            for action in self._options(percept)
        )
        return Explanation(decision.action, compare(options, decision.action, "expected utility"), options)

    def _note(self, percept: Any, action: Any) -> str:
        if self.outcomes is None:
            return ""
        parts = [
            f"{probability:.3g} × {self._worth(percept, action, outcome):g} ({outcome})"
            for outcome, probability in self._chances(percept, action)
            if probability > 0
        ]
        return " + ".join(parts[:6]) + (f" + {len(parts) - 6} more" if len(parts) > 6 else "")


def compare(options: tuple[Option, ...], chosen: Any, what: str) -> str:
    """In words: how the chosen option stands against the others."""
    if not options:
        return "there is nothing to choose from"
    mine = next((option for option in options if same(option.action, chosen)), None)
    top = options[best([option.score for option in options])]
    if mine is None:
        return (
            f"this was not among its options; of those, {top.action} has the highest {what} ({top.score:.4g})"
        )
    others = [option for option in options if option is not mine]
    if not others:
        return f"it is the only option ({what} {mine.score:.4g})"
    rival = others[best([option.score for option in others])]
    if mine is not top:
        return f"{what} {mine.score:.4g}, although {top.action} has more ({top.score:.4g})"
    if rival.score >= mine.score:
        return f"{what} {mine.score:.4g}, the same as {rival.action}, which is listed later"
    return f"{what} {mine.score:.4g}, the highest; next is {rival.action} with {rival.score:.4g}"
