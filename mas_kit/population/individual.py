"""One agent of a population: an agent like any other to look at, whose turn its population takes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from mas_kit.core import Agent, Decision, Explanation, MasKitError, TickError
from mas_kit.population.errors import RuleError
from mas_kit.population.records import coerce
from mas_kit.population.sights import Absent, Crowd, Others

if TYPE_CHECKING:
    from mas_kit.population.population import Population


class Change(NamedTuple):
    """One thing that a rule did: it gave a field of an agent a value."""

    agent: str
    field: str
    value: Any


class Individual(Agent):
    """An agent whose fields are attributes and whose rule decides: perceive, decide and act as everybody's.

    Attributes:
        population: the population that it belongs to.
        id: its number there, for good; row: its place in the columns now.
    """

    population: Population
    id: int
    row: int

    def perceive(self) -> Any:
        """A frozen record of its own fields and of what it sees."""
        return self.population.look(self)

    def decide(self, percept: Any) -> Any:
        """What the rule would change, as a tuple of `Change`."""
        return self.population.dream(self)

    def act(self, action: Any) -> None:
        """Make the changes."""
        self.population.make(action)

    def die(self: Any) -> None:
        """Leave the population at the end of the tick: what a rule asks for itself."""
        self.population.leaving.append(self)

    def spawn(self: Any, **fields: Any) -> None:
        """Let another agent come at the end of the tick, with these fields, else the defaults."""
        self.population.newborn.append(fields)

    def explain(self) -> Explanation:
        """The rule, where it is written, and what it changed."""
        if self.population.ticks and self.population.dozes(self):
            return Explanation((), self.population.why_not())
        decision: Decision | None = self.decision
        if decision is None:
            raise TickError(f"agent {self.name!r} has decided nothing yet; step its population first")
        return Explanation(decision.action, self.population.reason)


class Draft:
    """An agent as the rule sees it while it decides: what it writes is noted, and nothing changes."""

    __slots__ = ("_agent", "_journal", "_mine")

    def __init__(self, agent: Any, journal: dict[tuple[Any, str], Any], mine: bool) -> None:
        object.__setattr__(self, "_agent", agent)
        object.__setattr__(self, "_journal", journal)
        object.__setattr__(self, "_mine", mine)

    def __getattr__(self, name: str) -> Any:
        found = self._journal.get((self._agent, name), self)
        return getattr(self._agent, name) if found is self else found

    def __setattr__(self, name: str, value: Any) -> None:
        agent, population = self._agent, self._agent.population
        if not self._mine:
            frame = sys._getframe(1)
            raise RuleError(
                f"in a simultaneous rule an agent writes only to itself, and this writes {name!r} "
                f"of {agent.name}",
                "let the other one read it of me, or declare activation='random' or 'in order'",
                frame.f_code.co_filename,
                frame.f_lineno,
            )
        fields = population.record.fields
        if name not in fields:
            raise RuleError(
                f"{population.record.__name__} has no field {name!r}",
                f"declare it, or use one of {', '.join(fields)}",
            )
        value = coerce(fields[name], value, population.record.__name__)
        self._journal[agent, name] = value
        if (
            name in population.movers
        ):  # each move counts, since it changes which cells are free, and in what order
            self._journal[agent, f"{name} {len(self._journal)}"] = value

    def die(self) -> None:
        """Leave at the end of the tick."""
        self._journal[self._agent, "die"] = True

    def spawn(self, **fields: Any) -> None:
        """Let another agent come."""
        self._journal[self._agent, f"spawn {len(self._journal)}"] = fields


class Desk:
    """Where one decision is drafted: each agent has one draft, by whatever way the rule comes to it."""

    def __init__(self, me: Any, only_me: bool) -> None:
        self.journal: dict[tuple[Any, str], Any] = {}
        self.me, self.only_me = me, only_me
        self.drafts: dict[Any, Draft] = {me: Draft(me, self.journal, True)}

    def draft(self, agent: Any) -> Any:
        """The draft of an agent; others as they were, where they are not to be changed."""
        if agent is None or isinstance(agent, Absent):
            return agent
        if agent is self.me and self.only_me:  # as its neighbour sees it: as it was
            return Draft(agent, {}, False)
        found = self.drafts.get(agent)
        if found is None:
            found = self.drafts[agent] = Draft(
                agent, self.journal if not self.only_me else {}, not self.only_me
            )
        return found

    def argument(self, seen: Any) -> Any:
        """What a rule is given, with drafts in the place of agents."""
        if isinstance(seen, Individual | Absent):
            return self.draft(seen)
        if isinstance(seen, Crowd):
            found = copy(seen)
            found[:] = [self.draft(agent) for agent in seen]
            return found
        if isinstance(seen, Others):
            return Others(_Drafts(self, seen.agents), seen.row)
        return seen

    def changes(self) -> tuple[Change, ...]:
        """What the rule did, in the order in which it first touched each field."""
        movers = self.me.population.movers
        return tuple(
            Change(agent.name, field.split(" ")[0], value)
            for (agent, field), value in self.journal.items()
            if field not in movers
        )


class _Drafts(Sequence[Any]):
    """Drafts of a sequence of agents, made when they are asked for."""

    def __init__(self, desk: Desk, agents: Sequence[Any]) -> None:
        self.desk, self.agents = desk, agents

    def __len__(self) -> int:
        return len(self.agents)

    def __getitem__(self, row: Any) -> Any:
        return self.desk.draft(self.agents[row])

    def __iter__(self) -> Iterator[Any]:
        return (self.desk.draft(agent) for agent in self.agents)


def refuse_biases(population: Population) -> None:
    """Raises MasKitError where a fault would bend what an individual of this population perceives."""
    for fault, _ in population.model.biases:
        if population.find(fault.agent) is not None:
            raise MasKitError(
                f"a Bias on {fault.agent!r}: a rule reads fields, not a percept that a fault could bend; "
                f"declare a field, such as `offset: float = 0.0`, that the rule adds to what it reads"
            )
