"""What an agent sees of the others: the one ahead, or anyone at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.errors import ParameterError, out_of_range, unknown
from mas_kit.population.kinds import Agent, Chance, Kind, Seen
from mas_kit.population.records import coerce

if TYPE_CHECKING:
    from mas_kit.population.population import Population


@dataclass(frozen=True)
class Shown:
    """What the compiled loop needs to show a neighbourhood: how many there are, and who is number k.

    `count` and `at` are expressions over the names in `arrays` (each a key of `Sight.columns`), `n` and `me`;
    `at` has `{k}` where the number goes. `before` are lines that run at the start of each agent's turn,
    `begin` those at the start of a tick.
    """

    count: str
    at: str
    arrays: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    begin: tuple[str, ...] = ()
    made: str = ""  # a name that `before` makes


class Sight:
    """A neighbourhood: which of the others an agent sees. The subclasses say how.

    A sight is declared once and bound to its population, which calls `bind` when it is made.
    """

    methods: Mapping[str, tuple[tuple[type[Kind], ...], Kind]] = {}
    many = True  # shows any number of agents; otherwise one, or none
    fixed = True  # does it stay as it is from tick to tick, or is it looked up at each turn?

    arrays: dict[str, np.ndarray]
    plain: dict[str, Any]  # memoryviews of the arrays, for objects

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes: not the memoryviews, which are of these arrays here."""
        return {name: value for name, value in vars(self).items() if name != "plain"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if "arrays" in state:
            self.plain = {key: memoryview(array) for key, array in state["arrays"].items()}

    def kind(self, name: str) -> Kind:
        """What the argument of that name stands for in a rule."""
        return Seen(name, self)

    def key(self) -> tuple[Any, ...]:
        """What of this sight is part of the compiled loop."""
        return ()

    @property
    def moves(self) -> str:
        """A field whose writing by a rule moves an agent at once."""
        return ""

    def allow(self, simultaneous: bool, written: set[str]) -> None:
        """May the rule write what it writes? Raises RuleError if not."""

    def check(self, population: Population, name: str) -> None:
        """Does it fit the population? Raises ParameterError if not."""

    def bind(self, population: Population) -> None:
        """Look at the population as it is now: at the start, and when agents were born or died."""

    def shown(self, name: str) -> Shown:
        """The pieces of the compiled loop."""
        raise NotImplementedError

    def columns(self, name: str) -> dict[str, Any]:
        """The arrays and numbers that the compiled loop is given, by name."""
        return {}

    def of(self, agents: Sequence[Any], row: int) -> Any:
        """What the agent in that row sees: the argument of its rule."""
        raise NotImplementedError

    def begin(self, population: Population) -> None:
        """A tick begins, for objects. (The compiled loop has `Shown.begin`.)"""

    def put(self, agent: Any, value: int) -> None:
        """Write the field that `moves` an agent."""
        raise NotImplementedError

    def save(self) -> Any:
        """What a turn may change of this neighbourhood, so that it can be undone."""

    def restore(self, state: Any) -> None:
        """Go back to what `save` gave."""

    def calls(self, name: str) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Methods besides `pick`: how the compiled loop calls each, and the arrays that it needs."""
        return {}


def needs(population: Population, name: str, field: str, kind: str) -> None:
    """Is there such a field of that kind?"""
    fields = population.record.fields
    if field not in fields:
        raise unknown(f"field of {population.record.__name__}", field, fields)
    if fields[field].kind != kind:
        raise ParameterError(f"{name} needs the field {field!r} to be {kind}; declare `{field}: {kind}`")


class Crowd(list[Any]):
    """Some other agents, in a fixed order."""

    def pick(self, rng: Any) -> Any:
        """One of them, each with the same chance."""
        if not self:
            raise ValueError("there is nobody to pick")
        return self[int(rng.random() * len(self))]


class Others:
    """Everybody but one: nothing is copied."""

    __slots__ = ("agents", "count", "row")

    def __init__(self, agents: Sequence[Any], row: int) -> None:
        self.agents, self.row, self.count = agents, row, len(agents) - 1

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Any:
        return (agent for row, agent in enumerate(self.agents) if row != self.row)

    def pick(self, rng: Any) -> Any:
        """One of them, each with the same chance."""
        if self.count < 1:
            raise ValueError("there is nobody to pick")
        k = int(rng.random() * self.count)
        return self.agents[k if k < self.row else k + 1]


PICK: Mapping[str, tuple[tuple[type[Kind], ...], Kind]] = {"pick": ((Chance,), Agent())}


class Anyone(Sight):
    """Everybody else, well mixed: `others.pick(rng)`, `len(others)`, `for other in others` (in order)."""

    methods = PICK

    def shown(self, name: str) -> Shown:
        """Everybody but me, in order."""
        return Shown("(n - 1)", "({k} + ({k} >= me))")

    def of(self, agents: Sequence[Any], row: int) -> Any:
        """A view of the others."""
        return Others(agents, row)


class Leader(Sight):
    """The next agent ahead on a ring or on an open lane.

    Who is ahead of whom is settled at the start (and again when agents are born or die) by position, ties by
    number: on a lane nobody overtakes. `population.reorder()` settles it anew.

    Args:
        position: the field with the place on the lane; it grows in the direction of travel.
        around: on a ring, the name of the world's field that holds its length; the first is then ahead of the
            last. Without it the lane is open and the first has nobody ahead.
        lane: an int field; only agents with the same value see each other.
        default: for the first on an open lane: the values of the fields that its rule reads of a leader who
            is not there. A rule can ask `if leader is None` too.

    Raises:
        ParameterError, UnknownNameError: no such field; a ring with a default.
    """

    many = False

    def __init__(
        self,
        position: str,
        around: str | None = None,
        *,
        lane: str | None = None,
        default: Mapping[str, float] | None = None,
    ) -> None:
        if around is not None and default is not None:
            raise out_of_range("default", dict(default), "none on a ring", "everybody has a leader there")
        self.position, self.around, self.lane = position, around, lane
        self.default: dict[str, Any] = dict(default or {})
        self.ahead = np.empty(0, np.int64)

    def kind(self, name: str) -> Kind:
        """An agent, who may be missing on an open lane."""
        return Agent(maybe="" if self.around is not None else name)

    def key(self) -> tuple[Any, ...]:
        """The defaults are constants of the compiled loop."""
        return (self.around is None, tuple((k, repr(v)) for k, v in sorted(self.default.items())))

    def check(self, population: Population, name: str) -> None:
        """Are the fields there?"""
        fields = population.record.fields
        for wanted, kinds in ((self.position, ("float", "int")), (self.lane, ("int",))):
            if wanted is None:
                continue
            if wanted not in fields:
                raise unknown(f"field of {population.record.__name__}", wanted, fields)
            if fields[wanted].kind not in kinds:
                raise ParameterError(f"Leader needs {wanted!r} to be {' or '.join(kinds)}; declare it so")
        worlds = [f"{w}.{f}" for w, r in population.world.items() for f in r.fields]
        if self.around is not None and not any(w.split(".")[1] == self.around for w in worlds):
            raise unknown("field of the world", self.around, worlds)
        for field, value in list(self.default.items()):
            if field not in fields:
                raise unknown(f"field of {population.record.__name__}", field, fields)
            self.default[field] = coerce(fields[field], value, f"{name}'s default")

    def bind(self, population: Population) -> None:
        """Put them in order: by lane, then place, then number."""
        places = population.engine.column(self.position)
        lanes = population.engine.column(self.lane) if self.lane else np.zeros(len(places), np.int64)
        order = np.lexsort((np.arange(len(places)), places, lanes))
        ahead = np.full(len(places), -1, np.int64)
        ahead[order[:-1]] = order[1:]
        edge = np.flatnonzero(np.diff(lanes[order])) if len(places) else np.empty(0, np.int64)
        lasts, firsts = np.append(edge, len(order) - 1), np.append(0, edge + 1)
        if len(places):
            ahead[order[lasts]] = order[firsts] if self.around is not None else -1
        self.ahead = ahead

    def save(self) -> Any:
        """Who was ahead of whom."""
        return self.ahead

    def restore(self, state: Any) -> None:
        """As it was."""
        self.ahead = state

    def shown(self, name: str) -> Shown:
        """One, looked up."""
        return Shown("1", f"{name}_seen[me]", (f"{name}_seen",))

    def columns(self, name: str) -> dict[str, Any]:
        """Who is ahead of whom."""
        return {f"{name}_seen": self.ahead}

    def of(self, agents: Sequence[Any], row: int) -> Any:
        """The one ahead; where there is none, the declared default, or None."""
        ahead = int(self.ahead[row])
        return agents[ahead] if ahead >= 0 else Absent(self.default) if self.default else None


class Absent:
    """The leader who is not there: it has the declared default values and no others."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"nobody is ahead, and the default of Leader gives no {name!r}")
