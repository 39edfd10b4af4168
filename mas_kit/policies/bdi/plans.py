"""What a BDI agent is made of: desires, goals, plans and the steps of a plan."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mas_kit.core.errors import ParameterError
from mas_kit.policies.accessors import number

Beliefs = Mapping[str, Any]
Ask = Callable[..., Any]
"""A function of (beliefs), or of (beliefs, about) where `about` is what the goal is about."""


class Goal(NamedTuple):
    """Something to achieve: the name of a desire, and what it is about (a parcel, a cell; None: nothing)."""

    name: str
    about: Any = None

    def __str__(self) -> str:
        return self.name if self.about is None else f"{self.name} {self.about}"


def ask(what: str, function: Ask) -> Callable[[Beliefs, Any], Any]:
    """The function with two arguments, whether it was written with one or with two.

    Raises ParameterError if it takes neither (beliefs) nor (beliefs, about).
    """
    if not callable(function):
        raise ParameterError(f"{what} is {function!r}; allowed: a function of (beliefs) or (beliefs, about)")
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    named = [p for p in inspect.signature(function).parameters.values() if p.kind in positional]
    needed = sum(p.default is p.empty for p in named)
    if not named or needed > 2:
        takes = ", ".join(p.name for p in named)
        raise ParameterError(f"{what} takes ({takes}); allowed: a function of (beliefs) or (beliefs, about)")
    return function if needed == 2 else _OneArgument(function)


class _OneArgument:
    def __init__(self, function: Ask) -> None:
        self.function = function

    def __call__(self, beliefs: Beliefs, about: Any) -> Any:
        return self.function(beliefs)


def is_whole(value: object, low: int) -> bool:
    """Is it a whole number of at least `low`?"""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= low


def _optional(what: str, function: Ask | None) -> Callable[[Beliefs, Any], Any] | None:
    return None if function is None else ask(what, function)


class Desire:
    """A state of affairs that the agent may want to bring about.

    Args:
        name: what goals of this kind are called.
        wanted: (beliefs) -> whether it is wanted now; or, for a desire about things, those things as a tuple
            or list (the cells of all holes, say), each of which makes one goal. Left out, it never arises by
            itself: it is only a subgoal of plans.
        worth: (beliefs, about) -> number; deliberation takes the goal worth most. Default 0.
        achieved: (beliefs, about) -> bool. Left out, it counts as achieved when a plan for it has run
            through.
        possible: (beliefs, about) -> bool; whether the agent believes that it can still be brought about.
            Left out, it always does.
    """

    def __init__(
        self,
        name: str,
        wanted: Ask | None = None,
        *,
        worth: Ask | None = None,
        achieved: Ask | None = None,
        possible: Ask | None = None,
    ) -> None:
        self.name = name
        self._wanted = _optional(f"parameter 'wanted' of desire {name!r}", wanted)
        self._worth = _optional(f"parameter 'worth' of desire {name!r}", worth)
        self._achieved = _optional(f"parameter 'achieved' of desire {name!r}", achieved)
        self._possible = _optional(f"parameter 'possible' of desire {name!r}", possible)

    def goals(self, beliefs: Beliefs) -> tuple[Goal, ...]:
        """The goals of this kind that are wanted now, whether or not they are possible or achieved."""
        wanted = None if self._wanted is None else self._wanted(beliefs, None)
        if isinstance(wanted, list | tuple):
            return tuple(Goal(self.name, about) for about in wanted)
        return (Goal(self.name),) if wanted else ()

    def worth(self, beliefs: Beliefs, about: Any) -> float:
        """What achieving it is worth now."""
        if self._worth is None:
            return 0.0
        return number(f"the worth of desire {self.name!r}", self._worth(beliefs, about), "mend 'worth'")

    def achieved(self, beliefs: Beliefs, about: Any) -> bool:
        """Does the agent believe that it has been achieved?"""
        return self._achieved is not None and bool(self._achieved(beliefs, about))

    @property
    def lasts(self) -> bool:
        """Is it pursued until believed achieved, rather than until a plan has run through?"""
        return self._achieved is not None

    def possible(self, beliefs: Beliefs, about: Any) -> bool:
        """Does the agent believe that it can be achieved?"""
        return self._possible is None or bool(self._possible(beliefs, about))


class Act:
    """A step: one action, or the same step again and again until a condition holds.

    Args:
        action: the action, or a function of (beliefs) or (beliefs, about) that gives it.
        until: condition; without one the action is done once. It is asked before each action.
    """

    def __init__(self, action: Any, until: Ask | None = None) -> None:
        self.action = action
        self._action = ask("parameter 'action' of Act", action) if callable(action) else None
        self._until = _optional("parameter 'until' of Act", until)

    def resolve(self, beliefs: Beliefs, about: Any) -> Any:
        """The action, as things are now."""
        return self.action if self._action is None else self._action(beliefs, about)

    @property
    def repeats(self) -> bool:
        """Is it done until a condition holds?"""
        return self._until is not None

    def done(self, beliefs: Beliefs, about: Any) -> bool:
        """Is there nothing left of this step to do?"""
        return self._until is not None and bool(self._until(beliefs, about))


class Achieve:
    """A step: achieve a subgoal first. `about` is what it is about, or a function that tells."""

    def __init__(self, goal: str, about: Any = None) -> None:
        self.goal, self.about = goal, about
        self._about = ask("parameter 'about' of Achieve", about) if callable(about) else None

    def resolve(self, beliefs: Beliefs, about: Any) -> Goal:
        """The subgoal, as things are now."""
        return Goal(self.goal, self.about if self._about is None else self._about(beliefs, about))


class Believe:
    """A step: note something down in the beliefs; takes no time. `value` may be a function that tells."""

    def __init__(self, belief: str, value: Any) -> None:
        self.belief, self.value = belief, value
        self._value = ask("parameter 'value' of Believe", value) if callable(value) else None

    def resolve(self, beliefs: Beliefs, about: Any) -> Any:
        """The value, as things are now."""
        return self.value if self._value is None else self._value(beliefs, about)


Step = Act | Achieve | Believe


class Plan:
    """A way to achieve a goal: AgentSpeak's "goal : context <- body", in plain Python.

    Args:
        name: unique in the library.
        goal: the name of the desire or subgoal that it is for.
        body: steps, one after the other. What is neither Act, Achieve nor Believe is an action.
        context: (beliefs, about) -> bool; the precondition: the plan applies only where it holds. Asked when
            a plan is chosen.
        while_: (beliefs, about) -> bool; must hold as long as the plan runs. When it does not, the plan has
            failed, and another one is tried.
        preference: (beliefs, about) -> number, or a number; of the plans that apply the agent takes the one
            with the highest, the first listed among ties.
    """

    def __init__(
        self,
        name: str,
        goal: str,
        body: Iterable[Any],
        *,
        context: Ask | None = None,
        while_: Ask | None = None,
        preference: Ask | float = 0.0,
    ) -> None:
        self.name, self.goal = name, goal
        self.body: tuple[Step, ...] = tuple(s if isinstance(s, Step) else Act(s) for s in body)
        if not self.body:
            raise ParameterError(f"plan {name!r} has no steps; allowed: at least one; list what to do")
        self._context = _optional(f"parameter 'context' of plan {name!r}", context)
        self._while = _optional(f"parameter 'while_' of plan {name!r}", while_)
        self._preference = ask(f"'preference' of plan {name!r}", preference) if callable(preference) else None
        self._fixed = 0.0 if callable(preference) else float(preference)

    def applies(self, beliefs: Beliefs, about: Any) -> bool:
        """Does its precondition hold?"""
        return self._context is None or bool(self._context(beliefs, about))

    def holds(self, beliefs: Beliefs, about: Any) -> bool:
        """May it go on?"""
        return self._while is None or bool(self._while(beliefs, about))

    def preference(self, beliefs: Beliefs, about: Any) -> float:
        """How much it is preferred to other plans that apply."""
        if self._preference is None:
            return self._fixed
        found = self._preference(beliefs, about)
        return number(f"the preference of plan {self.name!r}", found, "mend 'preference'")


class Library:
    """The desires and plans of an agent.

    Raises ParameterError: a name that is used twice; a goal (a desire's or a step's) that no plan is for.
    """

    def __init__(self, desires: Sequence[Desire], plans: Sequence[Plan]) -> None:
        self.desires = {desire.name: desire for desire in desires}
        self.plans = {plan.name: plan for plan in plans}
        if len(self.desires) < len(desires) or len(self.plans) < len(plans):
            raise ParameterError("two desires or two plans have one name; allowed: each once; rename one")
        if not any(desire._wanted for desire in desires):
            raise ParameterError("no desire has 'wanted', so the agent never wants anything; give one")
        self.by_goal: dict[str, tuple[Plan, ...]] = {}
        for plan in plans:
            self.by_goal[plan.goal] = (*self.by_goal.get(plan.goal, ()), plan)
        steps = [(p.name, s.goal) for p in plans for s in p.body if isinstance(s, Achieve)]
        for where, goal in [*((d.name, d.name) for d in desires), *steps]:
            if goal not in self.by_goal:
                known = ", ".join(sorted(self.by_goal)) or "none"
                raise ParameterError(
                    f"{where!r} needs a plan for goal {goal!r}, and there is none; plans are for: {known}"
                )

    def desire(self, name: str) -> Desire:
        """The desire of a goal; a subgoal that nobody declared is achieved when its plan has run through."""
        return self.desires.get(name) or Desire(name)

    def applicable(self, goal: Goal, beliefs: Beliefs, tried: Sequence[str] = ()) -> list[Plan]:
        """The plans for a goal whose preconditions hold, without those that have failed for it."""
        plans = self.by_goal.get(goal.name, ())
        return [plan for plan in plans if plan.name not in tried and plan.applies(beliefs, goal.about)]
