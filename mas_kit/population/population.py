"""A population: many agents with the same declared fields and one rule, as objects or in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, Self, get_args

import numpy as np

from mas_kit.core import MasKitError, Model
from mas_kit.core.errors import out_of_range, unknown
from mas_kit.core.model import Activation
from mas_kit.population import for_objects, minds, program
from mas_kit.population.errors import Refusal, RuleError
from mas_kit.population.handover import HandOver, worth_waiting
from mas_kit.population.individual import Individual, refuse_biases
from mas_kit.population.objects import Objects
from mas_kit.population.past import Past
from mas_kit.population.records import Record, column
from mas_kit.population.sights import Sight
from mas_kit.population.start import Engine, check_parts, start_values
from mas_kit.population.waking import Waking

if TYPE_CHECKING:
    import pandas as pd

    from mas_kit.population.columns import Columns


class Population(Waking):
    """Agents of one kind. Their rule is a plain function about one of them, and runs in either engine.

    Args:
        record: the declared fields of an agent.
        size: how many; without it as many as the longest of `columns`.
        rule: `def rule(me, ...)`; its other arguments are named in `sees` and `world`, or `rng`.
        sees: neighbourhoods by the name that the rule knows them by.
        world: records of the world by name. A rule reads them; the model may change them between ticks.
        activation: "simultaneous" (each reads everybody's old state and writes only to itself), "in order" or
            "random" (one after the other, a new order each tick; writes count at once). Else the model's.
        chance: the probability with which an agent's turn comes in a tick, each one's independently; columns
            take a time that grows with those who act. `population.chance = 0.3` changes it between ticks, and
            `population.wake(...)` gives a turn for sure. Without it everybody acts in every tick.
        engine: "objects", "columns" (compiled), or "auto": objects until a thread in the background has
            compiled the rule (columns at once where it is in the cache; objects for good where it cannot be)
        columns: start values by field: an array, or one value for all; the declared default otherwise.
        model: the model that it lives in and whose ticks it takes part in; without one it stands alone.
        seed: seed of a population that stands alone.
        threads: how many cores columns may use where the rule is simultaneous and draws nothing; by default
            all of them from 100,000 agents on, else one. The numbers are the same.
        name: its name; its agents are called `name-0`, `name-1`, ...

    The same seed gives the same numbers in both engines, to the last bit.

    Raises:
        RuleError: no engine can run the rule; or engine="columns" and it cannot be compiled (file, line, why,
        and what to write instead). ParameterError, UnknownNameError: anything else that does not fit.
    """

    def __init__(
        self,
        record: type[Record],
        size: int | None = None,
        *,
        rule: Callable[..., Any],
        sees: Mapping[str, Sight] | None = None,
        world: Mapping[str, Record] | None = None,
        activation: Activation | None = None,
        engine: Engine = "auto",
        columns: Mapping[str, Any] | None = None,
        model: Model | None = None,
        seed: int | None = None,
        name: str | None = None,
        threads: int | None = None,
        chance: float | None = None,
    ) -> None:
        self.record, self.rule, self.threads = record, rule, threads
        self.sees, self.world = dict(sees or {}), dict(world or {})
        self.name = name or record.__name__.lower()
        self._settle(activation, engine, model, seed)
        self._set_waking(chance)
        data = start_values(record, size, columns or {})
        self.ticks = 0
        self.arguments = program.arguments(rule, self.sees, self.world)
        for seen, sight in self.sees.items():
            sight.check(self, seen)
        self.program: program.Program | None = None
        self.rewritten: Callable[..., Any] | None = None
        self.refusal: RuleError | None = None
        self._understand()
        self.past = Past(self)
        self.leaving: list[Any] = []
        self.newborn: list[dict[str, Any]] = []
        self._next_id = len(data["id"])
        self.engine: Objects | Columns
        background = engine == "auto" and not worth_waiting(self)
        self.engine = Objects(self, data) if engine == "objects" or background else self._columns(data)
        self.settle()
        self.compiling: HandOver | None = None
        if background and self.program is not None:
            self.compiling = HandOver(self)
        self.model.populations[self.name] = self

    # ---- setting up

    def _settle(self, activation: Any, engine: Any, model: Model | None, seed: int | None) -> None:
        if model is not None and seed is not None:
            raise out_of_range("seed", seed, "none beside a model", "the model's seed counts; leave it out")
        self.alone = model is None
        self.model = Model(seed=seed) if model is None else model
        self.activation: str = activation or ("simultaneous" if self.alone else self.model.activation)
        if self.activation not in get_args(Activation):
            raise out_of_range(
                "activation", activation, ", ".join(map(repr, get_args(Activation))), "choose one"
            )
        check_parts(engine, self.threads, self.world, self.sees)
        if self.name in self.model.populations:
            raise MasKitError(f"the model has a population named {self.name!r} already; give name=...")
        # Each population binds neighbourhoods of its own.
        self.sees = {label: copy(sight) for label, sight in self.sees.items()}
        self.movers = {sight.moves for sight in self.sees.values()} - {""}
        self.turns_stream = self.model.stream(f"{self.name}/activation")
        self.draws = self.model.stream(f"{self.name}/draws")

    def _understand(self) -> None:
        simultaneous = self.activation == "simultaneous"
        try:
            self.program = program.understand(self.rule, self.record, simultaneous, self.sees, self.world)
            self.rewritten = for_objects.build(self.program)
        except Refusal as refusal:
            self.program, self.refusal = None, refusal

    def _columns(self, data: dict[str, np.ndarray]) -> Columns:
        if self.refusal is not None:
            raise self.refusal
        from mas_kit.population.columns import Columns

        return Columns(self, data)

    def settle(self) -> None:
        """Look at everybody anew: at the start, and when agents came or left."""
        for sight in self.sees.values():
            sight.bind(self)
        self.engine.ready()

    # ---- running

    def step(self) -> None:
        """One tick of this population. A model calls it in its own tick, before its world()."""
        self.run(1)

    def run(self, ticks: int) -> Self:
        """So many ticks; returns the population."""
        if ticks < 0:
            raise out_of_range("ticks", ticks, "whole numbers from 0", "say how many ticks to run")
        while self.compiling is not None and ticks > 0:
            if self.compiling.take():
                self.refusal, self.compiling = self.compiling.refusal, None
                break
            self._run(1)
            ticks -= 1
        self._run(ticks)
        return self

    def _run(self, ticks: int) -> None:
        refuse_biases(self)
        if self.alone:
            self.model.tick += ticks
        self.engine.run(ticks)

    def reorder(self) -> None:
        """Settle the neighbourhoods anew from where everybody is now: who leads whom, for example."""
        self.settle()

    # ---- reading and writing

    def __len__(self) -> int:
        return self.engine.n

    def __iter__(self) -> Iterator[Any]:
        return iter(self.engine.agents)

    def __getitem__(self, key: str | int) -> Any:
        """A column by a field's name (read only), or the individual with that number."""
        if isinstance(key, str):
            if key != "id" and key not in self.record.fields:
                raise unknown(f"field of {self.record.__name__}", key, [*self.record.fields, "id"])
            return self.engine.column(key)
        return self.agent(f"{self.name}-{key}")

    def set(self, **columns: Any) -> None:
        """Give fields new values, each an array or one value for all."""
        for field, values in columns.items():
            if field not in self.record.fields:
                raise unknown(f"field of {self.record.__name__}", field, self.record.fields)
            what = self.record.fields[field]
            self.engine.write(field, column(what, values, len(self), self.record.__name__))
        if self.movers & set(columns):
            self.settle()

    def frame(self) -> pd.DataFrame:
        """All columns as a table, a row for each agent; `id` first."""
        import pandas as pd

        return pd.DataFrame({field: self[field].copy() for field in ("id", *self.record.fields)})

    def agent(self, name: str) -> Individual:
        """The individual of that name ("car-3"); UnknownNameError if there is none."""
        found = self.find(name)
        if found is None:
            raise unknown("agent", name, [f"{self.name}-{number}" for number in self["id"][:8]])
        return found

    def find(self, name: str) -> Individual | None:
        """The individual of that name, if there is one."""
        head, _, number = name.rpartition("-")
        if head != self.name or not (number.isascii() and number.isdigit()):
            return None
        ids = self.engine.column("id") if self.in_columns else None
        if ids is None:
            return next((agent for agent in self.engine.agents if agent.id == int(number)), None)
        row = int(np.searchsorted(ids, int(number)))  # ids only grow, and those who leave close their gap
        return self.engine.agents[row] if row < len(ids) and ids[row] == int(number) else None

    @property
    def agents(self) -> Any:
        """The individuals, in order. In columns each is made when it is asked for."""
        return self.engine.agents

    @property
    def in_columns(self) -> bool:
        """Does it run in columns now?"""
        return not isinstance(self.engine, Objects)

    @property
    def source(self) -> str:
        """The compiled loop as text. Raises RuleError where the rule cannot be compiled."""
        if self.program is None:
            assert self.refusal is not None
            raise self.refusal
        from mas_kit.population.kernel import text_of

        return text_of(self.program, self.activation, self.chance is not None)[0].replace(
            "cache=CACHED", "cache=True"
        )

    @property
    def reason(self) -> str:
        """What the mind inspector says of a decision: the rule, and where it is written."""
        return minds.reason(self)

    def given(self, name: str) -> Any:
        """What a rule is given under a name that is not of a neighbourhood."""
        return self.draws if name == "rng" else minds.plain(self.world[name])

    # ---- for the engines

    def blame(self, error: Exception, me: Any) -> None:
        """Note on an error whose turn it was."""
        if not getattr(error, "__notes__", None):
            error.add_note(f"in the rule {self.rule.__name__} of {self.name}-{me.id}, tick {self.ticks}")

    def new_ids(self, count: int) -> np.ndarray:
        """Numbers that no agent had before."""
        self._next_id += count
        return np.arange(self._next_id - count, self._next_id)

    def look(self, me: Any) -> Any:
        """What an individual perceives."""
        return minds.look(self, me)

    def dream(self, me: Any) -> Any:
        """What an individual decides."""
        return minds.dream(self, me)

    def make(self, changes: Any) -> None:
        """Bring changes about."""
        minds.make(self, changes)

    def put(self, agent: Any, field: str, value: Any) -> None:
        """Give a field of an individual a value; neighbourhoods that watch the field are told."""
        if field == "die":
            self.leaving.append(agent)
            return
        if field == "spawn":
            self.newborn.append(value)
            return
        for sight in self.sees.values():
            if sight.moves == field:
                sight.put(agent, value)
                return
        setattr(agent, field, value)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes: not the compiler in the background."""
        return {**vars(self), "compiling": None}

    def __repr__(self) -> str:
        return f"<population {self.name!r}: {len(self)} {self.record.__name__} in {self.engine.name}>"
