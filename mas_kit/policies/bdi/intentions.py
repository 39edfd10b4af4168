"""The intention stack: what the agent is doing, for which goal, and why. Data only; stepping it is pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from mas_kit.core.errors import MasKitError
from mas_kit.policies.bdi.plans import Act, Beliefs, Believe, Goal, Library, Plan, Step
from mas_kit.policies.choice import best

LIMIT = 1000  # steps without an action in one decision; more is a plan that runs in circles


class Intention(NamedTuple):
    """One level of the stack.

    `goal`: what for; `plan`: the name of the plan, None while none is chosen; `step`: the index of the next
    step in its body; `tried`: plans that have failed for this goal since it was adopted.
    """

    goal: Goal
    plan: str | None = None
    step: int = 0
    tried: tuple[str, ...] = ()


Stack = tuple[Intention, ...]
"""Intentions from the goal that was deliberated about (first) to the innermost subgoal (last)."""


class Progress(NamedTuple):
    """What came of stepping a stack: an action or none, and what is left.

    `acts`: whether there is an action; `failed`: whether all means for the first goal have failed; an empty
    `stack` that has not failed has achieved it. `story`: what happened, in words.
    """

    stack: Stack
    beliefs: Beliefs
    action: Any = None
    acts: bool = False
    failed: bool = False
    story: tuple[str, ...] = ()


def choose(plans: list[Plan], goal: Goal, beliefs: Beliefs) -> Plan:
    """The plan that is preferred; the first listed among ties."""
    return plans[best([plan.preference(beliefs, goal.about) for plan in plans])]


def advance(stack: Stack, beliefs: Beliefs, library: Library) -> Progress:
    """Step the innermost intention until it acts, or until the stack is done or has failed.

    A goal is achieved when it is believed to be, or, where nothing says when, when a plan has run through.
    A plan whose `while_` no longer holds has failed, and so has one whose subgoal has; then the next plan
    that applies is tried. When none is left, the goal has failed.

    Raises MasKitError for a plan that does nothing without end.
    """
    story: tuple[str, ...] = ()
    now = Progress(stack, beliefs)
    for _ in range(LIMIT):
        if now.acts or now.failed or not now.stack:
            return now._replace(story=story)
        now = _move(now.stack, now.beliefs, library)
        story += now.story
    names = " > ".join(f"{level.plan or '?'} for {level.goal}" for level in now.stack[-3:])
    raise MasKitError(
        f"a BDI agent took {LIMIT} steps without acting (innermost: {names}); likely a subgoal that achieves "
        "nothing, or a goal whose 'achieved' never comes true by its plan: let the plan act, or end"
    )


def _move(stack: Stack, beliefs: Beliefs, library: Library) -> Progress:
    """One move of the innermost intention: leave it, choose its plan, or take one step of the plan."""
    top, rest = stack[-1], stack[:-1]
    goal, desire = top.goal, library.desire(top.goal.name)
    if desire.achieved(beliefs, goal.about):
        return Progress(_next(rest), beliefs, story=(f"{goal} is achieved",))
    if top.plan is None:
        return _adopt(stack, beliefs, library)
    plan = library.plans[top.plan]
    if not plan.holds(beliefs, goal.about):
        return Progress(_fail(stack), beliefs, story=(f"plan '{plan.name}' can no longer go on",))
    if top.step < len(plan.body):
        return _take(stack, plan.body[top.step], beliefs)
    if desire.lasts:  # its plan has run through and the goal stands: choose the means anew
        return Progress((*rest, top._replace(plan=None, step=0)), beliefs)
    return Progress(_next(rest), beliefs, story=(f"plan '{plan.name}' has run through",))


def _adopt(stack: Stack, beliefs: Beliefs, library: Library) -> Progress:
    """Choose the means for the innermost goal, or fail for want of any."""
    top, rest = stack[-1], stack[:-1]
    plans = library.applicable(top.goal, beliefs, top.tried)
    if not plans:
        story = (f"no plan for {top.goal} applies" + (" any more" if top.tried else ""),)
        return Progress(_fail(rest) if rest else stack, beliefs, failed=not rest, story=story)
    plan = choose(plans, top.goal, beliefs)
    others = f", preferred of {len(plans)} that apply" if len(plans) > 1 else ""
    story = (f"takes plan '{plan.name}' for {top.goal}{others}",)
    return Progress((*rest, top._replace(plan=plan.name, step=0)), beliefs, story=story)


def _take(stack: Stack, step: Step, beliefs: Beliefs) -> Progress:
    """Take one step of the innermost plan."""
    about = stack[-1].goal.about
    if isinstance(step, Act):
        if step.repeats and step.done(beliefs, about):
            return Progress(_next(stack), beliefs)
        action = step.resolve(beliefs, about)
        return Progress(stack if step.repeats else _next(stack), beliefs, action, acts=True)
    if isinstance(step, Believe):
        return Progress(_next(stack), {**beliefs, step.belief: step.resolve(beliefs, about)})
    subgoal = step.resolve(beliefs, about)
    return Progress((*stack, Intention(subgoal)), beliefs, story=(f"needs {subgoal} first",))


def _next(stack: Stack) -> Stack:
    """The stack with its innermost plan one step further."""
    return (*stack[:-1], stack[-1]._replace(step=stack[-1].step + 1)) if stack else ()


def _fail(stack: Stack) -> Stack:
    """The stack with its innermost plan given up, to look for another one."""
    top = stack[-1]
    assert top.plan is not None
    return (*stack[:-1], top._replace(plan=None, step=0, tried=(*top.tried, top.plan)))
