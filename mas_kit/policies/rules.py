"""Condition-action rules: when this is so, do that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isnan
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.core.errors import ParameterError, unknown
from mas_kit.policies.accessors import memory_of, same
from mas_kit.policies.choice import draw

Condition = Callable[[Any], bool]
Resolution = Literal["priority", "order", "specificity", "random"]

_WHY = {
    "priority": "has the highest priority",
    "order": "comes first in the list",
    "specificity": "has the most conditions",
}


class Rule:
    """One rule.

    Args:
        name: what to call it; unique in its policy.
        when: a condition of the percept, or several that must all hold.
        then: the action, or a function of the percept that gives it.
        priority: higher goes first, where conflicts are resolved by priority.
        once: fire once each time the condition comes true, not at every tick that it stays true
            (refraction, as production systems call it).
    """

    def __init__(
        self,
        name: str,
        when: Condition | Sequence[Condition],
        then: Any,
        priority: float = 0.0,
        *,
        once: bool = False,
    ) -> None:
        conditions = (when,) if callable(when) else tuple(when)
        if not all(callable(condition) for condition in conditions):
            raise ParameterError(
                f"parameter 'when' of rule {name!r} is {when!r}; allowed: functions of the percept; "
                "write it as lambda percept: ..."
            )
        if isnan(priority):
            raise ParameterError(f"the priority of rule {name!r} is nan; allowed: numbers; higher goes first")
        self.name, self.conditions, self.then = name, conditions, then
        self.priority, self.once = float(priority), once

    def holds(self, percept: Any) -> bool:
        """Do all conditions hold? A rule without conditions always does."""
        return all(condition(percept) for condition in self.conditions)

    def action(self, percept: Any) -> Any:
        """What the rule does."""
        return self.then(percept) if callable(self.then) else self.then

    def __repr__(self) -> str:
        return f"Rule({self.name!r}, priority={self.priority:g})"


class RulesMemory(NamedTuple):
    """The once-rules that have fired and whose conditions have held ever since, in the order of the list."""

    fired: tuple[str, ...] = ()


class ConditionAction(Policy):
    """A rule-based agent: of the rules whose conditions hold, the conflict resolution picks one.

    Args:
        rules: the rules, in order.
        resolve: how to choose where several rules apply (the conflict set). "priority": the highest;
            "order": the first listed; "specificity": the one with the most conditions; "random": any, all
            alike. Ties go to the first listed, except in "random".
        otherwise: the action when no rule applies.

    Cost: every condition is asked once a decision.

    Raises:
        ParameterError: no rules, or two of one name. UnknownNameError: an unknown `resolve`.

    Sources: simple reflex agents, Russell and Norvig, Artificial Intelligence, ch. 2; conflict resolution
    and refraction, McDermott and Forgy (1978), Production system conflict resolution strategies.

    >>> from typing import NamedTuple
    >>> class Seen(NamedTuple):
    ...     battery: float
    ...     parcel: bool
    >>> drone = ConditionAction([
    ...     Rule("low battery", lambda seen: seen.battery < 0.2, "charge", priority=2),
    ...     Rule("has a parcel", lambda seen: seen.parcel, "deliver", priority=1),
    ... ], otherwise="wait")
    >>> seen = Seen(battery=0.1, parcel=True)
    >>> decision = drone.decide(seen, np.random.default_rng(1))
    >>> decision.action
    'charge'
    >>> drone.explain(seen, decision).reason
    "2 rules apply (low battery, has a parcel); 'low battery' has the highest priority"
    """

    name = "rules"

    def __init__(
        self, rules: Sequence[Rule], resolve: Resolution = "priority", otherwise: Any = None
    ) -> None:
        self.rules = tuple(rules) if isinstance(rules, Iterable) else (rules,)
        odd = [rule for rule in self.rules if not isinstance(rule, Rule)]
        if odd:
            raise ParameterError(
                f"parameter 'rules' holds {odd[0]!r}; allowed: Rule; write Rule(name, when, then)"
            )
        names = [rule.name for rule in self.rules]
        if not names:
            raise ParameterError("parameter 'rules' is empty; allowed: at least one Rule; list the rules")
        twice = [name for i, name in enumerate(names) if name in names[:i]]
        if twice:
            raise ParameterError(
                f"parameter 'rules' has two rules named {twice[0]!r}; allowed: each name once; rename one"
            )
        if resolve not in get_args(Resolution):
            raise unknown("conflict resolution", resolve, get_args(Resolution))
        self.resolve, self.otherwise = resolve, otherwise
        self._remembers = any(rule.once for rule in self.rules)

    def decide(self, percept: Any, rng: np.random.Generator) -> Decision:
        """The action of the rule that wins."""
        holding = [rule for rule in self.rules if rule.holds(percept)]
        fired = self._fired(percept)
        conflict = [rule for rule in holding if rule.name not in fired]
        chosen: Rule | None = None
        if conflict:
            if self.resolve == "random":
                chosen = conflict[draw([1 / len(conflict)] * len(conflict), rng)]
            else:
                chosen = max(conflict, key=self._rank)  # max keeps the first of equals
        action = self.otherwise if chosen is None else chosen.action(percept)
        if not self._remembers:
            return Decision(action)
        now = tuple(r.name for r in holding if r.once and (r.name in fired or r is chosen))
        return Decision(action, RulesMemory(now))

    def _fired(self, percept: Any) -> tuple[str, ...]:
        if not self._remembers:
            return ()
        memory = memory_of(percept, RulesMemory, "a rule that fires once")
        return () if memory is None else memory.fired

    def _rank(self, rule: Rule) -> float:
        """How far up a rule stands under the conflict resolution."""
        if self.resolve == "priority":
            return rule.priority
        if self.resolve == "specificity":
            return float(len(rule.conditions))
        return 0.0 if self.resolve == "random" else -float(self.rules.index(rule))

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """The conflict set, the rank of each rule in it, and which rule won."""
        fired = self._fired(percept)
        holding = [rule for rule in self.rules if rule.holds(percept)]
        conflict = [rule for rule in holding if rule.name not in fired]
        spent = [rule.name for rule in holding if rule.name in fired]
        options = tuple(Option(rule.action(percept), self._rank(rule), rule.name) for rule in conflict)
        tail = f"; {', '.join(spent)} still hold but have fired" if spent else ""
        if not conflict:
            return Explanation(decision.action, "no rule applies, so it does what is left" + tail, options)
        won = [option.note for option in options if same(option.action, decision.action)]
        if not won:
            return Explanation(decision.action, "none of the rules that apply asks for this" + tail, options)
        if len(conflict) == 1:
            return Explanation(decision.action, f"only {won[0]!r} applies{tail}", options)
        if self.resolve == "random":
            winner, why = " or ".join(map(repr, won)), "was drawn, all alike"  # each asks for the same
        else:
            top = max(option.score for option in options)
            first, *ties = [option for option in options if option.score == top]
            if not same(first.action, decision.action):
                reason = f"{won[0]!r} asks for this, although {first.note!r} ranks higher"
                return Explanation(decision.action, reason + tail, options)
            winner, why = repr(first.note), _WHY[self.resolve]
            why += " and is listed first" if ties else ""
        listed = ", ".join(rule.name for rule in conflict)
        reason = f"{len(conflict)} rules apply ({listed}); {winner} {why}{tail}"
        return Explanation(decision.action, reason, options)
