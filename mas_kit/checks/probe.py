"""A run under observation: every agent's percepts and decisions are looked at while the model runs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mas_kit.checks import percept as percepts
from mas_kit.checks import purity, snapshot
from mas_kit.checks.report import Failure, Report
from mas_kit.checks.spy import LOCAL, Spy
from mas_kit.core import Agent, Model, TickError

STILL = "percept stays as it was"
CHECKS = (percepts.FROZEN, percepts.LEAK, STILL, purity.PURE, LOCAL)

_PER_TICK, _IN_ALL = 4, 16  # how many agents of one kind are looked at; a look costs a walk over the world
_TRACKED = 64  # percepts that are compared with themselves later


class Probe:
    """Watches the agents of a model, those that join later too; a person's seat is left alone.

    Args:
        model: the model, before it runs.
        only: the agents to watch, by name; None watches all.
    """

    def __init__(self, model: Model, only: set[str] | None = None) -> None:
        self.model, self.only = model, only
        self.failures: list[tuple[str, type, Failure]] = []
        self.seen = self.decided = 0  # percepts and decisions that were looked at
        self.spy = Spy()
        self._in_all: Counter[Any] = Counter()
        self._tick: Counter[Any] = Counter()
        self._tracked: list[tuple[Agent, Any, snapshot.Snapshot]] = []
        enrol = model.enrol

        def enrol_and_watch(agent: Agent) -> None:
            enrol(agent)
            self._watch(agent)

        model.enrol = enrol_and_watch  # type: ignore[method-assign]
        for agent in list(model.by_name.values()):
            self._watch(agent)

    def run(self, ticks: int) -> None:
        """Run the model; what its code raises comes through."""
        for _ in range(ticks):
            if self.model.finished:
                break
            self._tick.clear()
            try:
                with self.spy.on_the_lookout():
                    self.model.step()
            except TickError:
                if not self.model.waiting_for():
                    raise
                break  # somebody else in the model is a person: what was seen until now counts
            self._compare()

    def into(self, report: Report) -> None:
        """Write the findings into a report."""
        self.failures += [(LOCAL, kind, failure) for kind, failure in self.spy.found.items()]
        for check in CHECKS:
            if self.decided or (self.seen and check in {percepts.FROZEN, percepts.LEAK}):
                report.add(check, [failure for name, _, failure in self.failures if name == check])
            else:
                report.skip(check, "no decision was made, or none before a person had to answer")

    def _watch(self, agent: Agent) -> None:
        if self.only is not None and agent.name not in self.only:
            return
        perceive, decide, act = agent.perceive, agent.decide, agent.act

        def watched_perceive() -> Any:
            with self.spy.turn(agent, "perceive"):
                percept = perceive()
            if self._worth_it(agent):
                self.seen += 1
                self._note(agent, percepts.FROZEN, percepts.frozen(agent.name, percept))
                self._note(agent, percepts.LEAK, percepts.leaks(agent, percept))
            return percept

        def watched(percept: Any) -> Any:
            with self.spy.turn(agent, "decide"):
                return decide(percept)

        def watched_act(action: Any) -> Any:
            with self.spy.turn(agent, "act"):
                return act(action)

        def watched_decide(percept: Any) -> Any:
            if not self._worth_it(agent):
                return watched(percept)
            self._count(agent)
            if len(self._tracked) < _TRACKED and not self._found(percepts.LEAK, agent):
                self._tracked.append((agent, percept, snapshot.take({"percept": percept})))
            roots = purity.roots_of_agent(agent, percept)
            leave_out = purity.leave_out_of_agent(agent)
            decision, found = purity.guarded(agent.name, roots, lambda: watched(percept), leave_out)
            self._note(agent, purity.PURE, found)
            return decision

        agent.perceive = watched_perceive  # type: ignore[method-assign]
        agent.decide = watched_decide  # type: ignore[method-assign]
        agent.act = watched_act  # type: ignore[method-assign]

    def _worth_it(self, agent: Agent) -> bool:
        policy = agent.policy
        if policy is not None and policy.is_person:
            return False
        kind = type(agent), type(policy)
        return self._tick[kind] < _PER_TICK and self._in_all[kind] < _IN_ALL

    def _count(self, agent: Agent) -> None:
        kind = type(agent), type(agent.policy)
        self._tick[kind] += 1
        self._in_all[kind] += 1
        self.decided += 1

    def _found(self, check: str, agent: Agent) -> bool:
        return any(name == check and kind is type(agent) for name, kind, _ in self.failures)

    def _note(self, agent: Agent, check: str, failures: list[Failure]) -> None:
        for failure in failures:  # once for a kind of agent, not once for each of a thousand
            if not self._found(check, agent):
                self.failures.append((check, type(agent), failure))

    def _compare(self) -> None:
        """Are percepts still what they were when they were seen?"""
        for agent, percept, before in self._tracked:
            if self._found(STILL, agent) or self._found(purity.PURE, agent):
                continue
            told = snapshot.changes(before, snapshot.take({"percept": percept}))
            if told:
                failure = Failure(
                    STILL,
                    f"{agent.name}: after the tick, {'; '.join(told)}",
                    "the percept holds a view of something that the world goes on changing, "
                    "so the log and later explanations tell a false story",
                    "copy what is seen when it is seen: tuple(...), array.copy()",
                )
                self._note(agent, STILL, [failure])
