"""From objects to columns in the middle of a run, when the compiler is done: nobody waits, nobody notices."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.population.errors import RuleError
from mas_kit.population.kernel import is_cached

if TYPE_CHECKING:
    from mas_kit.population.columns import Columns
    from mas_kit.population.population import Population


class HandOver:
    """A compilation in the background. `take` moves the population when it is done.

    Attributes:
        refusal: why it could not be compiled, if so: then the population stays with objects.
    """

    def __init__(self, population: Population) -> None:
        from mas_kit.population.columns import Columns

        self.population = population
        self.refusal: RuleError | None = None
        self._columns: Columns | None = None
        data = {name: population[name].copy() for name in ("id", *population.record.fields)}
        self._thread = threading.Thread(
            target=self._compile, args=(Columns, data), name="mas_kit compiles a rule"
        )
        self._thread.start()

    def _compile(self, columns: type[Columns], data: dict[str, Any]) -> None:
        try:
            made = columns(self.population, data)
            made.ready()
            self._columns = made
        except RuleError as refusal:
            self.refusal = refusal

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the compiler; True when it is done."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def take(self) -> bool:
        """Move the population to columns if the compiler is done; True when nothing is left to do."""
        if self._thread.is_alive():
            return False
        if self._columns is not None:
            move(self.population, self._columns)
        return True


def move(population: Population, columns: Columns) -> None:
    """The objects become views of the columns: who holds one keeps it."""
    objects: Any = population.engine
    columns.data = {name: objects.column(name).copy() for name in columns.data}
    columns.still = np.array([not agent.alive for agent in objects.agents], np.bool_)
    columns.n = objects.n
    population.engine = columns
    columns.agents.adopt(objects.agents)
    columns.ready()
    if columns.by_chance:
        columns.order[: len(objects.order)], columns.where[2] = objects.order, len(objects.order)
        columns.last_woken = objects.woken


def worth_waiting(population: Population) -> bool:
    """Is the compiled rule at hand, so that columns can begin at once?"""
    return population.program is not None and is_cached(
        population.program, population.activation, population.chance is not None
    )
