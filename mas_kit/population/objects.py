"""The engine of objects: one agent each, for reading, debugging, explaining and changing by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core import Decision
from mas_kit.core.tick import turn
from mas_kit.population.arithmetic import permutation, shuffled, woken
from mas_kit.population.individual import Individual
from mas_kit.population.records import DTYPES
from mas_kit.population.sights import Sight
from mas_kit.population.waking import NOBODY

if TYPE_CHECKING:
    from mas_kit.population.population import Population


class Objects:
    """A population as agents of the model, their fields plain attributes.

    With the model's log on, or a bias in force, each turn is perceive, decide, act with its rows in the log.
    Otherwise the rule runs without the record keeping; the numbers are the same.
    """

    name = "objects"

    def __init__(self, population: Population, data: dict[str, np.ndarray]) -> None:
        self.population = population
        self.fields = tuple(population.record.fields)
        self.cls: Any = type(population.record.__name__, (Individual,), {})
        lists = [data[name].tolist() for name in self.fields]
        self.agents: list[Any] = [
            self.make(number, row, values)
            for row, (number, *values) in enumerate(zip(data["id"].tolist(), *lists, strict=True))
        ]
        self.seen: list[Any] = []  # what each sees, for every argument of the rule; None: looked up, or given
        written = population.program.written if population.program else set(self.fields)
        self._load, self._store = _copiers(self.fields, sorted(written))
        self._turns = _turns([population.sees.get(name) for name in population.arguments])
        self.drafts: list[Any] = []
        self.order: list[
            int
        ] = []  # the rows of those whose turn came in the last tick, where it does by chance
        self.woken = NOBODY  # their numbers

    def make(self, number: int, row: int, values: Iterable[Any]) -> Any:
        """One more agent."""
        population = self.population
        agent = self.cls.__new__(self.cls)
        agent.population, agent.id, agent.row = population, number, row
        agent.__init__(population.model, f"{population.name}-{number}")
        agent.__dict__.update(zip(self.fields, values, strict=True))
        return agent

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.agents)

    def column(self, name: str) -> np.ndarray:
        """The values of a field, read only, in the order of the agents."""
        dtype = DTYPES["int" if name == "id" else self.population.record.fields[name].kind]
        found = np.array([getattr(agent, name) for agent in self.agents], dtype)
        found.flags.writeable = False
        return found

    def write(self, name: str, values: np.ndarray) -> None:
        """Give a field new values."""
        for agent, value in zip(self.agents, values.tolist(), strict=True):
            setattr(agent, name, value)

    def ready(self) -> None:
        """Gather what each agent's rule is given; call it when agents or neighbourhoods are others."""
        population = self.population
        sights = [population.sees.get(name) for name in population.arguments]
        self.seen = [
            [sight.of(self.agents, row) for row in range(self.n)]
            if sight is not None and sight.fixed
            else None
            for sight in sights
        ]
        self.drafts = (
            [_Draft(population, agent) for agent in self.agents]
            if population.activation == "simultaneous"
            else []
        )

    def run(self, ticks: int) -> None:
        """So many ticks."""
        for _ in range(ticks):
            self.population.ticks += 1
            self.tick()

    def tick(self) -> None:
        """One tick."""
        population, model = self.population, self.population.model
        population.leaving, population.newborn = [], []
        for sight in population.sees.values():
            sight.begin(population)
        order: Any = range(self.n)
        if population.chance is not None:
            order = self._by_chance(population.chance)
        elif population.activation == "random":
            order = permutation(population.turns_stream, self.n)
        if model.anyone_down:
            order = [row for row in order if self.agents[row].alive]
        if model.log is not None or model.biases or population.rewritten is None:
            self._told(order)
        elif population.activation == "simultaneous":
            self._at_once(order)
        else:
            self._take_turns(order, self.agents)
        if population.leaving or population.newborn:
            self._turnover()

    def _by_chance(self, chance: float) -> list[int]:
        """Whose turn comes in this tick, in the order of their turns."""
        population = self.population
        order = woken(population.wake_stream, chance, self.n, population.called.tolist())
        if population.activation == "random":
            shuffled(population.turns_stream, order)
        population.called, self.order = NOBODY, order
        self.woken = np.array([self.agents[row].id for row in order], np.int64)
        return order

    def _turnover(self) -> None:
        """The dead leave and the newborn come."""
        population = self.population
        dead = {agent.id for agent in population.leaving}
        for agent in self.agents:
            if agent.id in dead:
                agent.remove()
        self.agents = [agent for agent in self.agents if agent.id not in dead]
        fields = population.record.fields
        for number, given in zip(
            population.new_ids(len(population.newborn)).tolist(), population.newborn, strict=True
        ):
            values = [given.get(name, field.default) for name, field in fields.items()]
            self.agents.append(self.make(number, 0, values))
        for row, agent in enumerate(self.agents):
            agent.row = row
        population.settle()

    def _told(self, order: Any) -> None:
        """Perceive, decide, act, with everything in the log."""
        model, agents = self.population.model, self.agents
        if self.population.chance is not None:
            for row in set(range(self.n)).difference(self.order):  # the mind inspector shows the last tick
                agents[row].percept, agents[row].decision = None, Decision(())
        if self.population.activation == "simultaneous":
            turn(model, [agents[row] for row in order])
            return
        for row in order:
            turn(model, [agents[row]])

    def _at_once(self, order: Any) -> None:
        """Each on a draft of itself; then all drafts count."""
        drafts, agents = self.drafts, self.agents
        if order == range(self.n):
            pairs = list(zip(drafts, agents, strict=True))
        else:
            pairs = [(drafts[row], agents[row]) for row in order]
        self._load(pairs)
        self._take_turns(order, drafts)
        self._store(pairs)

    def _take_turns(self, order: Any, mine: list[Any]) -> None:
        """The rule, for each of these rows on what is its own: the agent, or its draft."""
        population, given = self.population, []
        for name, seen in zip(population.arguments, self.seen, strict=True):
            if name not in population.sees:
                given.append(population.given(name))
            else:
                given.append(population.sees[name].of if seen is None else seen)
        self._turns(population.rewritten, population.blame, order, mine, self.agents, *given)


class _Draft:
    """What a simultaneous rule writes on."""

    def __init__(self, population: Population, agent: Any) -> None:
        self.population, self.id, self.row = population, agent.id, agent.row

    die, spawn = Individual.die, Individual.spawn


def _copiers(fields: tuple[str, ...], written: list[str]) -> tuple[Callable[..., None], Callable[..., None]]:
    """Two loops written out for these fields: from agents to drafts, and the written ones back."""
    load = "".join(f"        draft.{name} = agent.{name}\n" for name in fields)
    store = "".join(f"        agent.{name} = draft.{name}\n" for name in written) or "        pass\n"
    loop = "    for draft, agent in pairs:\n"
    space: dict[str, Any] = {}
    exec(f"def load(pairs):\n{loop}{load}\ndef store(pairs):\n{loop}{store}", space)
    return space["load"], space["store"]


def _turns(sights: list[Sight | None]) -> Callable[..., None]:
    """The loop over turns, written out for a rule's arguments: by row, looked up, or the same for all."""
    names = [f"argument_{k}" for k in range(len(sights))]
    given = [
        name if sight is None else f"{name}[row]" if sight.fixed else f"{name}(agents, row)"
        for name, sight in zip(names, sights, strict=True)
    ]
    text = f"""
def turns({", ".join(["rule", "blame", "order", "mine", "agents", *names])}):
    me = None
    try:
        for row in order:
            me = mine[row]
            rule({", ".join(["me", *given])})
    except Exception as error:
        blame(error, me)
        raise
"""
    space: dict[str, Any] = {}
    exec(text, space)
    found: Callable[..., None] = space["turns"]
    return found
