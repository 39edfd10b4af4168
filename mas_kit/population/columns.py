"""The engine of columns: one array a field, and a compiled loop over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.population import threads
from mas_kit.population.errors import Refusal
from mas_kit.population.kernel import compile_program
from mas_kit.population.records import DTYPES
from mas_kit.population.views import Views
from mas_kit.population.waking import NOBODY

if TYPE_CHECKING:
    from mas_kit.population.population import Population

PIECE = 2_000_000  # agent-steps between two looks from outside: long enough to be fast, short enough to stop


class Columns:
    """A population as arrays. The arrays are the truth; individuals are views of a row."""

    name = "columns"

    def __init__(self, population: Population, data: dict[str, np.ndarray]) -> None:
        assert population.program is not None
        self.population, self.program = population, population.program
        self.data = data  # the fields by name, and "id"
        self.n = len(data["id"])
        self.still = np.zeros(self.n, np.bool_)
        self.where = np.zeros(3, np.int64)  # which tick, which turn, how many turns there are by chance
        self.order = np.empty(0, np.int32)  # the rows in the order of their turns, where it is not theirs
        self.by_chance = population.chance is not None
        self.kernel = compile_program(self.program, population.activation, self.by_chance)
        self.agents = Views(self)
        self._fixed: dict[str, Any] = {}
        self.compiled = False
        self._touched = True
        self.threads = threads.how_many(population, self.n)
        self.lively = self.program.dies or self.program.spawns
        self.dead = np.zeros(self.n, np.bool_)
        self.count_born = np.zeros(1, np.int64)
        self.born: dict[str, np.ndarray] = {}
        self.was: dict[
            str, np.ndarray
        ] = {}  # what noted fields of the woken were, in the order of their turns
        self.last_woken = NOBODY  # the numbers of those who were woken last, some of whom may be dead

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes: not what the loop is given, among it addresses that are good here only."""
        return {**vars(self), "_fixed": {}, "_touched": True}

    @property
    def touched(self) -> bool:
        """Was anything written from outside since the past was last kept?"""
        return self._touched

    @touched.setter
    def touched(self, value: bool) -> None:
        if value:
            self.population.past.secure()
        self._touched = value

    def column(self, name: str) -> np.ndarray:
        """The values of a field, read only, in the order of the agents."""
        view = self.data[name].view()
        view.flags.writeable = False
        return view

    def write(self, name: str, values: np.ndarray) -> None:
        """Give a field new values."""
        self.touched = True
        self.data[name][:] = values

    def ready(self) -> None:
        """Gather what the loop is given; call it when the arrays or the neighbourhoods are others."""
        from mas_kit.population.compiled import addresses

        population, data = self.population, self.data
        self.touched = True
        fixed: dict[str, Any] = {"n": self.n, "still": self.still, "where": self.where}
        fixed.update({f"{name}_of": array for name, array in data.items()})
        fixed.update({f"{name}_after": data[name].copy() for name in self.program.buffered})
        if population.activation == "random":
            double, state = addresses(population.turns_stream)
            fixed.update(turns_double_=double, turns_state_=state)
        if self.by_chance:
            double, state = addresses(population.wake_stream)
            fixed.update(wake_double_=double, wake_state_=state)
        if len(self.order) != self.n:
            self.order, self.where[2] = np.empty(self.n, np.int32), 0
            self.was = {name: np.empty_like(data[name]) for name in self.program.noted if self.by_chance}
        fixed.update(order_=self.order, **{f"{name}_was": array for name, array in self.was.items()})
        double, state = addresses(population.draws)
        fixed.update(draws=population.draws, double_=double, state_=state)
        if self.lively:
            self.dead = np.zeros(self.n, np.bool_)
            room = len(next(iter(self.born.values()))) if self.born else max(64, self.n)
            self.make_room(room)
            fixed.update(dead_=self.dead, born_=self.count_born)
        for name, sight in population.sees.items():
            fixed.update(sight.columns(name))
        self._fixed = fixed
        self.agents.refresh()
        if not self.compiled:
            self._compile()

    def _compile(self) -> None:
        """Compile by running no tick at all."""
        from numba.core.errors import NumbaError

        try:
            self.kernel.run(*self._arguments(0, self.n))
        except NumbaError as error:
            text = " ".join(str(error).split())
            rule = self.population.rule
            raise Refusal(
                f"the rule {rule.__name__} does not compile: {text[:500]}",
                "run it with engine='objects', and report the rule",
                rule.__code__.co_filename,
                rule.__code__.co_firstlineno,
            ) from error
        self.compiled = True

    def make_room(self, room: int) -> None:
        """Arrays for so many newborn."""
        record = self.population.record
        self.born = {name: np.empty(room, DTYPES[field.kind]) for name, field in record.fields.items()}
        self.count_born[0] = 0

    def _arguments(self, ticks: int, last: int, tick: int = 0) -> list[Any]:
        if not self._fixed:
            self.ready()
        known = self._fixed
        known.update({f"{name}_born": array for name, array in self.born.items()})
        known["ticks"], known["last"] = ticks, last
        known["first"], known["opening"], known["closing"] = 0, True, True
        called = self.population.called if tick == 0 else NOBODY
        known["chance_"], known["called_"], known["calls_"] = self.population.chance, called, len(called)
        for name, record in self.population.world.items():
            for field in record.fields:
                known[f"{field}_of_{name}"] = getattr(record, field)
        return [known[name] for name in self.kernel.names]

    def run(self, ticks: int) -> None:
        """So many ticks. An error in the rule is raised as Python raises it, at the agent and the line."""
        longest = 1 if self.lively else max(1, PIECE // max(self.n, 1))
        while ticks > 0:
            piece = min(ticks, longest)
            if not self._fixed:  # in a copy: getting ready closes what was kept before, not what now begins
                self.ready()
            self.population.past.remember(piece, longest)
            try:
                self._piece(piece)
            finally:
                self.population.called = NOBODY
            if self.lively:
                self.last_woken = self.data["id"][self.turns]
                self._turnover()
            ticks -= piece

    def _piece(self, ticks: int) -> None:
        from mas_kit.population.compiled import Full

        while True:
            try:
                if self.shared:
                    for tick in range(ticks):
                        threads.run_tick(self, tick, self._arguments(1, self.n, tick))
                else:
                    self.kernel.run(*self._arguments(ticks, self.n))
                return
            except Full:
                self.population.past.back()
                self.make_room(2 * len(next(iter(self.born.values()))))
                self.dead[:] = False
            except Exception as error:
                self.population.past.relive(error, ticks, int(self.where[0]), int(self.where[1]))
                raise

    def _turnover(self) -> None:
        """The dead leave and the newborn come."""
        born = int(self.count_born[0])
        if not born and not self.dead.any():
            return
        stay = ~self.dead
        for number in self.data["id"][self.dead].tolist():
            gone = self.agents.kept.get(number)
            if gone is not None:
                gone.row = -1
        ids = self.population.new_ids(born)
        self.data = {
            name: np.concatenate([array[stay], ids if name == "id" else self.born[name][:born]])
            for name, array in self.data.items()
        }
        self.still = np.concatenate([self.still[stay], np.zeros(born, np.bool_)])
        self.n = len(self.still)
        self.population.settle()

    @property
    def shared(self) -> bool:
        """Do several cores take the turns of the coming tick?"""
        return self.threads > 1 and threads.is_worth(self)

    @property
    def turns(self) -> np.ndarray:
        """The rows in the order of their turns, in the tick that was begun last."""
        if self.by_chance:
            return self.order[: self.where[2]]
        return self.order if self.population.activation == "random" else np.arange(self.n)

    def row_of_turn(self, turn: int) -> int:
        """Whose turn it was, in the tick that was begun last."""
        return int(self.turns[turn])

    def turn_of_row(self, row: int) -> int:
        """When somebody's turn was, in the tick that was begun last; -1: it had none."""
        found = np.flatnonzero(self.turns == row)
        return int(found[0]) if len(found) else -1

    @property
    def woken(self) -> np.ndarray:
        """The numbers of those whose turn came in the last tick."""
        if self.lively:
            return self.last_woken
        return self.turns.astype(np.int64)  # as long as nobody comes or goes, numbers are rows

    def partly(self, ticks: int, last: int) -> None:
        """So many ticks, of which the last one stops before turn number `last`."""
        self.count_born[0] = 0
        self.dead[:] = False
        self.kernel.run(*self._arguments(ticks, last))
