"""Policies: what an agent does with what it sees. Pure, swappable, and able to say why."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from mas_kit.core.errors import MasKitError, ParameterError, TickError


class Decision(NamedTuple):
    """What a policy decided, and what it wants to remember until the next time."""

    action: Any
    memory: Any = None


class Option(NamedTuple):
    """One thing that could have been done, with its score (higher is better) and a note."""

    action: Any
    score: float
    note: str = ""


class Explanation(NamedTuple):
    """Why a decision came out as it did."""

    chosen: Any
    reason: str
    options: tuple[Option, ...] = ()


class Policy:
    """A way to decide. Subclass it, or hand a plain function to an agent.

    Deciding is pure: it changes nothing, reads only the percept, and draws only from the stream that it is
    given. What it must remember it returns as `Decision.memory`; the agent keeps it and puts it in the
    next percept. So a decision can be replayed, explained later, or handed to a person.
    """

    name: str = ""
    is_person: bool = False
    answered: bool = True  # a person's policy says here whether there is an answer

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        declared = cls.__dict__.get("decide")
        if inspect.isfunction(declared):
            signature = inspect.signature(declared)
            try:
                signature.bind(None, None, None)
            except TypeError:
                raise TypeError(
                    f"{cls.__name__}.decide takes ({', '.join(signature.parameters)}); "
                    "write it as decide(self, percept, rng)"
                ) from None

    def decide(self, percept: Any, rng: np.random.Generator) -> Any:
        """The decision (a `Decision`, or the bare action) for this percept."""
        raise TypeError(
            f"{type(self).__name__} is a Policy without decide(percept, rng); write it and return an action"
        )

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """Why that decision followed from that percept. Called after the fact, so it costs a run nothing."""
        return Explanation(decision.action, f"{self.name or type(self).__name__} chose it")

    def __repr__(self) -> str:
        return f"<policy {self.name or type(self).__name__}>"


class FunctionPolicy(Policy):
    """A plain function as a policy: `f(percept)` or `f(percept, rng)`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        try:
            named = inspect.signature(function).parameters.values()
        except ValueError:
            raise ParameterError(
                f"{function!r} cannot decide: it does not say what it takes; "
                "wrap it in a function of (percept) or (percept, rng)"
            ) from None
        arguments = [p for p in named if p.kind in positional]
        needed = [p for p in arguments if p.default is p.empty]
        if not arguments or len(needed) > 2:
            raise ParameterError(
                f"{function!r} cannot decide: a policy function takes (percept) or (percept, rng), "
                f"this one takes ({', '.join(p.name for p in arguments)})"
            )
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        # A second argument with a default is the function's own, as in `lambda seen, target=12: ...`.
        self._wants_rng = len(needed) == 2 or (len(arguments) > 1 and arguments[1].name == "rng")

    def decide(self, percept: Any, rng: np.random.Generator) -> Any:
        """Call the function."""
        return self.function(percept, rng) if self._wants_rng else self.function(percept)

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """The function's own first line of documentation, if it has one."""
        first = (inspect.getdoc(self.function) or "").split("\n")[0]
        return Explanation(decision.action, first or f"the function {self.name} returned it")


def _keeping(percept: Any, action: Any) -> Decision:
    """An action by someone who learns nothing, and leaves what another policy remembered where it is."""
    return Decision(action, getattr(percept, "memory", None))


class Scripted(Policy):
    """A list of actions, one a tick; the last one is repeated. `first` is the tick of the first entry.

    The percept must have a field `time`. Raises ParameterError for a list that is empty or none.
    """

    def __init__(self, actions: list[Any] | tuple[Any, ...], first: int = 1) -> None:
        if isinstance(actions, str):
            raise ParameterError(
                f"parameter 'actions' is {actions!r}; allowed: a list of actions; give [{actions!r}]"
            )
        self.actions, self.first = tuple(actions), first
        if not self.actions:
            raise ParameterError(
                "parameter 'actions' is empty; allowed: at least one action; list what to do"
            )
        self.name = "scripted"

    def _line(self, percept: Any) -> int:
        """How many lines after the first one this tick's would stand, if the script had no end."""
        try:
            return int(percept.time) - self.first
        except AttributeError:
            raise MasKitError(
                f"a script goes by the tick, but {type(percept).__name__} has no field 'time'; "
                "add one to the percept and fill it with self.model.tick in perceive()"
            ) from None

    def decide(self, percept: Any, rng: np.random.Generator) -> Any:
        """The entry for this tick; the percept must carry `time`."""
        return _keeping(percept, self.actions[min(max(self._line(percept), 0), len(self.actions) - 1)])

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """Which line of the script it is."""
        line, last = self._line(percept), len(self.actions) - 1
        reason = f"line {min(max(line, 0), last) + 1} of the script"
        if line < 0:
            reason += f", which begins at tick {self.first}"
        elif line > last:
            reason += ", the last, which is repeated"
        return Explanation(decision.action, reason)


class Person(Policy):
    """A person decides. The tick waits (see `Model.begin_tick`) until `answer` was called.

    `given` holds the answers that were used, in order: what a run with a person needs to be repeated.
    """

    name = "person"
    is_person = True

    def __init__(self) -> None:
        self._answers: list[Any] = []
        self.given: list[Any] = []

    @property
    def answered(self) -> bool:  # type: ignore[override]
        """Is there an answer for the coming decision?"""
        return bool(self._answers)

    def answer(self, action: Any) -> None:
        """What the person wants done at the next decision."""
        self._answers.append(action)

    def decide(self, percept: Any, rng: np.random.Generator) -> Any:
        """The person's answer, used once."""
        if not self._answers:
            raise TickError("a person has not answered yet; call policy.answer(action) first")
        self.given.append(self._answers.pop(0))
        return _keeping(percept, self.given[-1])

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """Only the person knows."""
        return Explanation(decision.action, "a person chose it")


def as_policy(policy: Policy | Callable[..., Any]) -> Policy:
    """A policy from a policy, a policy class or a plain function."""
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, type) and issubclass(policy, Policy):
        try:
            return policy()
        except TypeError as error:
            raise ParameterError(
                f"{policy.__name__} cannot decide before it is made: {error}; "
                f"give {policy.__name__}(...) with what it needs"
            ) from None
    if callable(getattr(policy, "decide", None)):
        return FunctionPolicy(policy.decide)  # type: ignore[union-attr]
    if callable(policy):
        return FunctionPolicy(policy)
    raise ParameterError(
        f"{policy!r} is not a policy; give a Policy, or a function of (percept) or (percept, rng)"
    )
