"""Individuals of a population in columns: each is a view of one row, made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self, cast

from mas_kit.core.errors import MasKitError
from mas_kit.population.individual import Individual
from mas_kit.population.records import coerce

if TYPE_CHECKING:
    from mas_kit.population.columns import Columns


class _Memory(dict[str, Any]):
    """A memoryview of each column, made when asked for: its elements are Python's numbers, at no cost."""

    def __init__(self, views: Views) -> None:
        super().__init__()
        self.views = views

    def __missing__(self, name: str) -> Any:
        found = self[name] = memoryview(cast(Any, self.views.engine.data[name]))
        return found


class Views(Sequence[Any]):
    """The individuals of a population in columns: made when somebody asks for one, and then kept."""

    def __init__(self, engine: Columns) -> None:
        self.engine = engine
        self.kept: dict[int, Any] = {}  # by id
        fields = engine.population.record.fields
        space: dict[str, Any] = {name: _attribute(name) for name in fields}
        self.cls = type(engine.population.record.__name__, (View,), space)
        self.memory = _Memory(self)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes: not the memoryviews, which are of these arrays here."""
        return {**vars(self), "memory": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.memory = _Memory(self)

    def refresh(self) -> None:
        """The arrays are others now, or agents came or left: mind the rows."""
        data = self.engine.data
        self.memory.clear()
        if self.kept:
            rows = {number: row for row, number in enumerate(data["id"].tolist()) if number in self.kept}
            for number, view in list(self.kept.items()):
                if number in rows:
                    view.row = rows[number]
                else:
                    del self.kept[number]

    def adopt(self, agents: Sequence[Any]) -> None:
        """Objects become views: their fields go to the columns, and they stay who they are."""
        for agent in agents:
            state = vars(agent)
            for name in self.engine.population.record.fields:
                del state[name]
            for name in ("alive", "percept", "decision"):
                state.pop(name, None)
            agent.__class__ = self.cls
            agent._views = self
            self.kept[agent.id] = agent

    def __len__(self) -> int:
        return self.engine.n

    def __getitem__(self, row: Any) -> Any:
        number = self.memory["id"][row]
        found = self.kept.get(number)
        if found is None:
            made: Any = View.__new__(self.cls)
            found = self.kept[number] = made.stand(self.engine, number, row)
        return found

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(self.engine.n))


class View(Individual):
    """One row of the columns as an agent: its attributes read and write the arrays."""

    def stand(self, engine: Columns, number: int, row: int) -> Self:
        """Become the view of a row; in place of `__init__`, which registers what is to stay."""
        population = engine.population
        self.model, self.population, self.pos = population.model, population, None
        self.id, self.row, self.unique_id = number, row, number
        self.name = f"{population.name}-{number}"
        self._views = engine.agents
        self.inbox, self.arrivals, self.memory, self.cause = [], [], None, None
        self._rng, self._policy = None, None
        return self

    @property
    def alive(self) -> bool:
        """False while a fault keeps it down, when its rule is skipped, and after its death."""
        return self.row >= 0 and not self._views.engine.still[self.row]

    @alive.setter
    def alive(self, value: bool) -> None:
        self._views.engine.still[self.row] = not value
        self._views.engine.touched = True

    @property
    def percept(self) -> Any:
        """What it saw in the last tick."""
        return self.population.past.recall(self)[0]

    @percept.setter
    def percept(self, value: Any) -> None:
        raise AttributeError("what an agent of columns saw is worked out, not kept")

    @property
    def decision(self) -> Any:
        """What it decided in the last tick."""
        return self.population.past.recall(self)[1]

    @decision.setter
    def decision(self, value: Any) -> None:
        raise AttributeError("what an agent of columns decided is worked out, not kept")


def _attribute(name: str) -> Any:
    def get(view: View) -> Any:
        if view.row < 0:
            raise MasKitError(f"{view.name} is not in its population any more")
        return view._views.memory[name][view.row]

    def put(view: View, value: Any) -> None:
        record = view.population.record
        view._views.engine.touched = True
        view._views.memory[name][view.row] = coerce(record.fields[name], value, record.__name__)

    return property(get, put)
