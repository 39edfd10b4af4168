"""The last ticks, lived once more: to say where a rule broke off, and what an agent saw and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from mas_kit.core import Decision
from mas_kit.population import minds
from mas_kit.population.errors import RuleError
from mas_kit.population.objects import Objects
from mas_kit.population.records import Record

if TYPE_CHECKING:
    from mas_kit.population.columns import Columns
    from mas_kit.population.population import Population


class Past:
    """What columns keep of a population as it was before the last ticks, which is enough to repeat them."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self.kept: dict[str, Any] | None = None
        self._told: tuple[int, dict[int, Any]] = (-1, {})  # what was recalled, by agent, and after which tick

    @property
    def engine(self) -> Columns:
        """The engine of columns."""
        return cast("Columns", self.population.engine)

    def remember(self, ticks: int, longest: int) -> None:
        """Keep how things are; so many ticks are to come.

        As long as nothing was changed from outside, what is kept serves more ticks, up to `longest`.
        """
        population, engine, kept = self.population, self.engine, self.kept
        world: tuple[Any, ...] = tuple((id(record), record.version) for record in population.world.values())
        world += (population.chance,)
        noted = ticks == 1 and bool(engine.was) and not engine.shared
        population.ticks += ticks
        if kept is not None and not noted and self._serves(kept, world) and kept["ticks"] + ticks <= longest:
            kept["ticks"] += ticks
            return
        drawn = population.program is None or population.program.drawn
        self.kept = {
            "ticks": ticks,
            "data": None if noted else self._copies(kept),  # None: the turns note what they change
            "still": engine.still.copy() if kept is None or engine.touched else kept["still"],
            "sights": [sight.save() for sight in population.sees.values()],
            "world": {name: vars(record).copy() for name, record in population.world.items()},
            "versions": world,
            "draws": population.draws.bit_generator.state if drawn else None,
            "turns": population.turns_stream.bit_generator.state
            if population.activation == "random"
            else None,
            "wake": population.wake_stream.bit_generator.state if engine.by_chance else None,
            "chance": population.chance,
            "called": population.called,
        }
        engine.touched = False

    def _serves(self, kept: dict[str, Any], world: tuple[Any, ...]) -> bool:
        """Can the ticks to come be lived again from what was kept for those before?"""
        untouched = not self.engine.touched and not len(self.population.called)
        return untouched and kept["data"] is not None and kept["versions"] == world and not self._arrays()

    def _arrays(self) -> bool:
        """Does the world hold arrays? Who writes into one is not seen."""
        return any(
            f.kind == "array" for record in self.population.world.values() for f in record.fields.values()
        )

    def _copies(self, kept: dict[str, Any] | None) -> dict[str, np.ndarray]:
        """Copies of what the rule may change, in the arrays of the last copies where they fit."""
        engine, before = self.engine, (kept["data"] if kept is not None else None) or {}
        changing = engine.data if engine.lively else engine.program.written
        found = {}
        for name in changing:
            array, room = engine.data[name], before.get(name)
            if room is None or len(room) != len(array):
                found[name] = array.copy()
            else:
                np.copyto(room, array)
                found[name] = room
        return found

    def secure(self, turns: int | None = None) -> None:
        """Make copies of the columns as they were, where the last tick only noted what it changed.

        To be called before anything else changes them. `turns`: how many there were, if it broke off.
        """
        kept, engine = self.kept, self.population.engine
        if kept is None or kept["data"] is not None or isinstance(engine, Objects):
            return
        rows = engine.turns[:turns]
        found = {name: engine.data[name].copy() for name in engine.was}
        for name, was in engine.was.items():
            found[name][rows] = was[: len(rows)]
        kept["data"] = found

    def was(self, name: str) -> np.ndarray | None:
        """(k,) what a field of those who were woken in the last tick was before, in the order of their turns.

        None where it was not kept: by objects, over several ticks, of fields that the rule does not write.
        """
        kept = self.kept
        if kept is None or kept["ticks"] > 1 or not self.engine.by_chance:
            return None
        if kept["data"] is None:
            found = self.engine.was.get(name)
            return None if found is None else found[: len(self.engine.turns)]
        return kept["data"][name][self.engine.turns] if name in kept["data"] else None

    def back(self) -> None:
        """Return to how things were, in the arrays that they are in."""
        kept, population = self.kept, self.population
        assert kept is not None
        for name, array in kept["data"].items():
            self.engine.data[name][:] = array
        for sight, state in zip(population.sees.values(), kept["sights"], strict=True):
            sight.restore(state)
        _wind(population, kept)

    def relive(self, error: Exception, ticks: int, tick: int, at: int) -> None:
        """The loop broke off in one of its `ticks`: run up to that turn again, and take the turn in Python.

        Raises what Python raises there, with the line; RuleError where only columns have a problem.
        """
        kept, population = self.kept, self.population
        assert kept is not None
        self.secure(at + 1)
        population.ticks += tick + 1 - ticks
        again = kept["ticks"] - ticks + tick + 1
        self.back()
        self.engine.touched = True
        self.engine.partly(again, at)
        me = self.engine.agents[self.engine.row_of_turn(at)]
        try:
            minds.dream(population, me)
        except Exception as found:
            population.blame(found, me)
            raise found from None
        finally:
            self._undo(again)
        raise RuleError(
            f"{me.name}, tick {population.ticks}: {error}",
            "run it with engine='objects', or keep the numbers smaller",
        ) from error

    def _undo(self, ticks: int) -> None:
        """Where all act at once, nothing of a tick that broke off counts, even if it was written in place."""
        if not self.engine.program.simultaneous or self.engine.program.buffered:
            return
        streams = _streams(self.population)
        self.back()
        self.engine.partly(ticks - 1, self.engine.n)
        _wind(self.population, streams)

    def recall(self, me: Any) -> tuple[Any, Any]:
        """What an individual of columns perceived and decided in the last tick; (None, None) before that."""
        population, kept = self.population, self.kept
        if kept is None or me.row < 0:
            return None, None
        if self._told[0] != population.ticks:
            self._told = population.ticks, {}
        if me.id not in self._told[1]:
            self._told[1][me.id] = self._recall(me.id)
        found: tuple[Any, Any] = self._told[1][me.id]
        return found

    def _recall(self, number: int) -> tuple[Any, Any]:
        population, engine, kept = self.population, self.engine, self.kept
        assert kept is not None
        self.secure()
        before = {**engine.data, **kept["data"]}
        row = int(np.searchsorted(before["id"], number))
        if row == len(before["id"]) or kept["still"][row]:
            return None, None  # it was born at the end of the tick, or it was down
        now = {
            "data": engine.data,
            "still": engine.still,
            "sights": [sight.save() for sight in population.sees.values()],
            "chance": population.chance,
            "called": population.called,
            **_streams(population),
        }
        touched, order, where = engine.touched, engine.turns.copy(), engine.where.copy()
        world = population.world
        try:
            population.world = {
                name: _as(type(world[name]), values) for name, values in kept["world"].items()
            }
            self._enter({**kept, "data": {name: array.copy() for name, array in before.items()}})
            engine.partly(kept["ticks"], 0)
            last = engine.turn_of_row(row)
            if last < 0:
                return None, Decision(())  # its turn did not come
            self._enter({**kept, "data": {name: array.copy() for name, array in before.items()}})
            engine.partly(kept["ticks"], last)
            me = engine.agents[row]
            percept = minds.look(population, me)
            return percept, Decision(minds.dream(population, me))
        finally:
            population.world = world
            self._enter(now)
            engine.touched, engine.where[:], engine.order[: len(order)] = touched, where, order

    def _enter(self, state: dict[str, Any]) -> None:
        """Go to another state of the population, with as many agents as it had then."""
        population, engine = self.population, self.engine
        engine.data, engine.still = state["data"], state["still"]
        engine.n = len(engine.still)
        population._chance, population.called = state["chance"], state["called"]
        population.settle()
        for sight, saved in zip(population.sees.values(), state["sights"], strict=True):
            sight.restore(saved)
        engine.ready()
        _wind(population, state)


def _as(record: type[Record], values: dict[str, Any]) -> Record:
    """A record with values that were checked before."""
    found = record.__new__(record)
    vars(found).update(values)
    return found


def _streams(population: Population) -> dict[str, Any]:
    """Where the random streams are."""
    return {name: stream.bit_generator.state for name, stream in _named(population).items()}


def _wind(population: Population, state: dict[str, Any]) -> None:
    """Set the random streams."""
    for name, stream in _named(population).items():
        if state[name] is not None:
            stream.bit_generator.state = state[name]


def _named(population: Population) -> dict[str, np.random.Generator]:
    return {"draws": population.draws, "turns": population.turns_stream, "wake": population.wake_stream}
