"""The BDI policy: revise beliefs, keep or drop the intention, deliberate, choose means, act."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.core.errors import MasKitError, out_of_range, unknown
from mas_kit.policies.accessors import Reads, memory_of, reader
from mas_kit.policies.bdi.intentions import LIMIT, Intention, Stack, advance, choose
from mas_kit.policies.bdi.plans import Beliefs, Desire, Goal, Library, Plan, ask, is_whole
from mas_kit.policies.choice import best

Commitment = Literal["blind", "single-minded", "open-minded"]
Reconsider = Literal["bold", "cautious"] | int | Callable[..., bool]


class BDIMemory(NamedTuple):
    """What a BDI agent remembers.

    `beliefs`: name -> value; `stack`: its intention with all subgoals; `since`: actions since it last
    deliberated; `thinking`: decisions that the deliberation still takes; `deliberations`: how often it
    deliberated so far; `weighed`: the goals that it weighed just now, each with its worth; `story`: what went
    on at the last decision, in words.
    """

    beliefs: Beliefs = {}  # noqa: RUF012  (nobody writes to it)
    stack: Stack = ()
    since: int = 0
    thinking: int = 0
    deliberations: int = 0
    weighed: tuple[tuple[Goal, float], ...] = ()
    story: tuple[str, ...] = ()

    @property
    def goal(self) -> Goal | None:
        """What it is committed to."""
        return self.stack[0].goal if self.stack else None


class BDI(Policy):
    """Beliefs, desires, intentions: commits to one goal, and pursues it by plans until it is time to stop.

    A decision: (1) revise beliefs; (2) drop the intention, if its commitment ends; (3) deliberate, if there
    is no intention or it is time to reconsider: of the goals that are wanted, possible, not achieved and have
    a plan that applies, take the one worth most (the current one among ties, else the first listed);
    (4) step the intention stack until it gives an action.

    Args:
        beliefs: belief -> where the percept holds it; or a function (beliefs, percept) -> new beliefs, which
            must leave the old ones as they are. What is read overwrites the belief of that name.
        desires: what may be wanted, see `Desire`.
        plans: how to achieve it, see `Plan`.
        commitment: when a goal is given up. "blind": when believed achieved; "single-minded": also when
            believed impossible, or when every plan for it has failed; "open-minded": also when it is no
            longer wanted. When all plans have failed the action is `idle`; at the next decision a blind
            agent tries them again, and the others deliberate.
        reconsider: when to deliberate although the intention stands. "bold": never; "cautious": at every
            decision; a number k: after k actions; a function of (beliefs) or (beliefs, about): when it says
            so. A goal worth more then replaces the current one, unless the commitment is blind.
        thinking: how many decisions a deliberation takes, with no action meanwhile; the intention then stands
            on beliefs that old. This is what makes reconsidering dear (Kinny and Georgeff's planning time).
        idle: the action while thinking, and when there is nothing to do.

    The percept must have a field `memory`. Cost: with g goals wanted and p plans for each, a deliberation
    asks g·p preconditions; every other decision only looks at its own intention.

    Raises:
        ParameterError: a desire or a subgoal without a plan; a name twice; a number out of range.
        UnknownNameError: an unknown commitment or reconsideration.
        MasKitError: a plan that runs in circles without acting.

    Sources: Rao and Georgeff (1991), KR, 473-484 (the three commitments), and (1995), ICMAS, 312-319 (the
    interpreter); Rao (1996), AgentSpeak(L); Kinny and Georgeff (1991), IJCAI, 82-88 (bold and cautious).

    >>> from mas_kit.policies import Achieve, Act, Plan
    >>> class Seen(NamedTuple):
    ...     at: int
    ...     parcels: tuple[int, ...]
    ...     memory: Any = None
    >>> courier = BDI(
    ...     beliefs={"at": "at", "parcels": "parcels"},
    ...     desires=[Desire("collect", wanted=lambda b: b["parcels"],
    ...                     worth=lambda b, place: -abs(place - b["at"]),
    ...                     possible=lambda b, place: place in b["parcels"])],
    ...     plans=[Plan("go and take", "collect", [Achieve("be at", lambda b, place: place), "take"]),
    ...            Plan("walk", "be at", [Act(lambda b, place: 1 if place > b["at"] else -1,
    ...                                       until=lambda b, place: b["at"] == place)])],
    ... )
    >>> seen = Seen(at=0, parcels=(5, -1))
    >>> decision = courier.decide(seen, np.random.default_rng(1))
    >>> decision.action
    -1
    >>> print(courier.explain(seen, decision).reason.split(" [")[1])
    collect -1 by 'go and take' > be at -1 by 'walk']
    """

    name = "BDI"

    def __init__(
        self,
        beliefs: Mapping[str, Reads] | Callable[[Beliefs, Any], Beliefs],
        desires: Sequence[Desire],
        plans: Sequence[Plan],
        *,
        commitment: Commitment = "single-minded",
        reconsider: Reconsider = "bold",
        thinking: int = 0,
        idle: Any = None,
    ) -> None:
        if commitment not in get_args(Commitment):
            raise unknown("commitment", commitment, get_args(Commitment))
        if isinstance(reconsider, str) and reconsider not in ("bold", "cautious"):
            raise unknown("reconsideration", reconsider, ("bold", "cautious"))
        if not isinstance(reconsider, str) and not callable(reconsider):
            if not is_whole(reconsider, 1):
                allowed = "'bold', 'cautious', whole numbers from 1, or a function"
                raise out_of_range("reconsider", reconsider, allowed, "say 'bold' for never")
            reconsider = int(reconsider)
        if not is_whole(thinking, 0):
            raise out_of_range("thinking", thinking, "whole numbers from 0", "it is a number of decisions")
        self.library = Library(desires, plans)
        self.commitment, self.reconsider, self.thinking, self.idle = commitment, reconsider, thinking, idle
        # How many actions may pass before it deliberates again; None: never, or when a function says so.
        steps = 1 if reconsider == "cautious" else reconsider
        self._every = steps if isinstance(steps, int) else None
        self._when = ask("parameter 'reconsider'", reconsider) if callable(reconsider) else None
        self._revise = beliefs if callable(beliefs) else None
        self._reads = {} if callable(beliefs) else {n: reader("beliefs", at) for n, at in beliefs.items()}

    def decide(self, percept: Any, rng: np.random.Generator) -> Decision:
        """One turn of the interpreter."""
        memory = memory_of(percept, BDIMemory, self.name) or BDIMemory()
        beliefs = self._revised(memory.beliefs, percept)
        if memory.thinking > 0:
            left = memory.thinking - 1
            story: tuple[str, ...] = (f"is thinking, {left} more to go" if left else "ends its thinking",)
            kept = memory._replace(beliefs=beliefs, thinking=left, weighed=(), story=story)
            return Decision(self.idle, kept)
        story, stack, since = (), memory.stack, memory.since
        count, weighed = memory.deliberations, list[tuple[Goal, float]]()
        reason = self._drops(stack[0].goal, beliefs) if stack else ""
        if reason:
            story, stack = (reason,), ()
        again = bool(stack) and self._due(stack[0].goal, beliefs, since)
        for _ in range(LIMIT):
            if again or not stack:
                again, weighed = False, self.options(beliefs)
                told, stack = self._deliberate(stack, weighed)
                story, since, count = (*story, told), 0, count + 1
                if not stack or self.thinking:
                    wait = max(0, self.thinking - 1) if stack else 0
                    kept = BDIMemory(beliefs, stack, since, wait, count, tuple(weighed), story)
                    return Decision(self.idle, kept)
            progress = advance(stack, beliefs, self.library)
            story, stack, beliefs = (*story, *progress.story), progress.stack, progress.beliefs
            if progress.failed:
                stack, note = self._exhausted(stack[0])
                story = (*story, note)
            if progress.acts or progress.failed:
                action = progress.action if progress.acts else self.idle
                kept = BDIMemory(beliefs, stack, since + progress.acts, 0, count, tuple(weighed), story)
                return Decision(action, kept)
        raise MasKitError(
            f"a BDI agent achieved {LIMIT} goals without acting (the last: {story[-1]}); likely a desire "
            "that is wanted again as soon as it is achieved: let its plans act, or declare 'achieved'"
        )

    def _revised(self, beliefs: Beliefs, percept: Any) -> Beliefs:
        if self._revise is not None:
            return dict(self._revise(beliefs, percept))
        return {**beliefs, **{name: read(percept) for name, read in self._reads.items()}}

    def _drops(self, goal: Goal, beliefs: Beliefs) -> str:
        """Why the commitment to a goal ends now; empty if it does not."""
        desire = self.library.desire(goal.name)
        if desire.achieved(beliefs, goal.about):
            return f"{goal} is achieved"
        if self.commitment != "blind" and not desire.possible(beliefs, goal.about):
            return f"gives {goal} up: believed impossible"
        if self.commitment == "open-minded" and goal not in desire.goals(beliefs):
            return f"gives {goal} up: no longer wanted"
        return ""

    def _exhausted(self, intention: Intention) -> tuple[Stack, str]:
        """What is left of an intention all of whose plans have failed."""
        if self.commitment == "blind":
            return (Intention(intention.goal),), f"stays committed to {intention.goal}"
        return (), f"gives {intention.goal} up: every plan has failed"

    def _due(self, goal: Goal, beliefs: Beliefs, since: int) -> bool:
        if self._when is not None:  # not before the first action: or it might think for ever
            return since > 0 and bool(self._when(beliefs, goal.about))
        return self._every is not None and since >= self._every

    def options(self, beliefs: Beliefs) -> list[tuple[Goal, float]]:
        """The goals that can be chosen now, each with its worth, in the order of the desires."""
        return [
            (goal, desire.worth(beliefs, goal.about))
            for desire in self.library.desires.values()
            for goal in desire.goals(beliefs)
            if not desire.achieved(beliefs, goal.about)
            and desire.possible(beliefs, goal.about)
            and self.library.applicable(goal, beliefs)
        ]

    def _deliberate(self, stack: Stack, options: list[tuple[Goal, float]]) -> tuple[str, Stack]:
        """The story, and the stack to go on with: the old one if its goal is still the best."""
        current = stack[0].goal if stack else None
        if not options:
            return (f"keeps to {current}", stack) if stack else ("no goal can be chosen", ())
        ranked = sorted(options, key=lambda option: option[0] != current)  # the current goal wins ties
        goal, worth = ranked[best([worth for _, worth in ranked])]
        among = f"worth {worth:.4g}, the most of {len(options)}" if len(options) > 1 else "the only goal"
        if goal == current:
            return f"reconsiders and keeps to {goal} ({among})", stack
        if current is not None and self.commitment == "blind":
            return f"reconsiders, but is blindly committed to {current}", stack
        instead = f" instead of {current}" if current is not None else ""
        return f"commits to {goal}{instead} ({among})", (Intention(goal),)

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """Goals with their worth when it deliberated, otherwise the plans for its goal by preference."""
        memory = decision.memory
        if not isinstance(memory, BDIMemory):
            return Explanation(decision.action, "it has no record of how it came to this")
        levels = [str(at.goal) + (f" by '{at.plan}'" if at.plan else "") for at in memory.stack]
        story = "; ".join(memory.story) or "goes on with its plan"
        reason = story + (f" [{' > '.join(levels)}]" if levels else "")
        options = self._goals(memory, decision.action) or self._plans(memory, decision.action)
        return Explanation(decision.action, reason, tuple(options))

    def _goals(self, memory: BDIMemory, action: Any) -> list[Option]:
        """The goals that were weighed, each by what it would do first."""
        found = []
        for goal, worth in memory.weighed:
            chosen = goal == memory.goal
            plan = self.library.plans.get(memory.stack[0].plan or "") if chosen else None
            if plan is None:
                plans = self.library.applicable(goal, memory.beliefs)
                plan = choose(plans, goal, memory.beliefs) if plans else None
            first = action if chosen else self._first(goal, plan, memory.beliefs)
            means = f" by '{plan.name}'" if plan else ""
            found.append(Option(first, worth, f"{goal}{means}, worth {worth:.4g}"))
        return found

    def _plans(self, memory: BDIMemory, action: Any) -> list[Option]:
        """The plans for the innermost goal, each by what it would do first."""
        if not memory.stack or memory.stack[-1].plan is None:  # nothing was chosen: it thinks, or has failed
            return []
        level, beliefs = memory.stack[-1], memory.beliefs
        goal, found = level.goal, []
        applicable = self.library.applicable(goal, beliefs, level.tried)
        for plan in self.library.by_goal[goal.name]:
            if plan not in applicable and plan.name != level.plan:
                continue
            preference = plan.preference(beliefs, goal.about)
            first = action if plan.name == level.plan else self._first(goal, plan, beliefs)
            found.append(Option(first, preference, f"{goal} by '{plan.name}', preference {preference:.4g}"))
        return found

    def _first(self, goal: Goal, plan: Plan | None, beliefs: Beliefs) -> Any:
        """What a plan would do first, if it were taken for that goal now."""
        if plan is None:
            return None
        try:
            progress = advance((Intention(goal, plan.name),), beliefs, self.library)
        except Exception:  # it was not taken, so what it needs may not be there
            return f"plan '{plan.name}'"
        return progress.action if progress.acts else f"plan '{plan.name}'"
