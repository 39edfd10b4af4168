"""The world "cars": the cellular automaton of Nagel and Schreckenberg, one rule for every car on a ring.

Source: Nagel and Schreckenberg (1992), Journal de Physique I 2(12), 2221-2229.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import out_of_range
from mas_kit.population import Leader, Population, Record, field
from mas_kit.usecases.traffic.world import World

if TYPE_CHECKING:
    from mas_kit.usecases.traffic.model import Traffic

type Cells = NDArray[np.int64]


class Car(Record):
    """A car in one cell of a ring."""

    x: int = field(unit="cells", help="place on the ring")
    v: int = field(0, unit="cells/step", help="speed in the last step")


class Ring(Record):
    """The ring and what holds for all who drive on it."""

    cells: int = field(200, unit="cells", help="length")
    v_max: int = field(5, unit="cells/step", help="speed limit")
    dawdling: float = field(0.25, help="chance to be one slower than possible")


def drive(me: Any, leader: Any, road: Any, rng: Any) -> None:
    """Speed up by one, brake for the car ahead, dawdle by chance, drive."""
    gap = (leader.x - me.x - 1) % road.cells
    v = min(me.v + 1, road.v_max, gap)
    if rng.random() < road.dawdling:
        v = max(v - 1, 0)
    me.v = v
    me.x = (me.x + v) % road.cells


class CarWorld(World):
    """Cars on a ring of cells, who move at the same time; at the start at rest in cells drawn at random."""

    def __init__(self, model: Traffic) -> None:
        super().__init__(model)
        p = self.p
        self.number = max(1, round(p.density * p.cells))
        self._n = 0
        self._flow = self._speed = self._stopped = 0.0

    @property
    def horizon(self) -> int:
        """The last step."""
        return int(self.p.steps)

    def build(self) -> None:
        """One population, whose rule is `drive`."""
        p = self.p
        places = np.sort(self.model.stream("start").permutation(p.cells)[: self.number])
        self.cars = Population(
            Car,
            self.number,
            rule=drive,
            sees={"leader": Leader("x", around="cells")},
            world={"road": Ring(cells=p.cells, v_max=p.v_max, dawdling=p.dawdling)},
            activation="simultaneous",
            engine=p.engine,
            columns={"x": places.astype(np.int64)},
            model=self.model,
            name="car",
        )

    def advance(self) -> None:
        """The cars have moved already; count."""
        if self.model.tick > self.p.settle:
            v = self.cars["v"]
            self._n += 1
            self._flow += float(v.sum()) / self.p.cells
            self._speed += float(v.mean())
            self._stopped += float((v == 0).mean())

    def observe(self) -> Mapping[str, Any]:
        """Flow (cars a step past a point, mean over the ring), mean speed, share of cars that stand."""
        v = self.cars["v"]
        return {
            "flow": float(v.sum()) / self.p.cells,
            "mean speed": float(v.mean()),
            "stopped": float((v == 0).mean()),
        }

    def metrics(self) -> dict[str, float]:
        """The same, mean over the steps after `settle`; NaN before."""
        n = self._n
        return {
            "flow": self._flow / n if n else math.nan,
            "mean speed": self._speed / n if n else math.nan,
            "stopped": self._stopped / n if n else math.nan,
        }


def exact_flow(density: float, dawdling: float) -> float:
    """Flow for a speed limit of 1 on a long ring, in cars a step: (1 - sqrt(1 - 4 (1 - p) r (1 - r))) / 2.

    Source: Schadschneider and Schreckenberg (1993), Journal of Physics A 26(15), L679-L683.

    >>> exact_flow(0.5, 0.25)
    0.25
    """
    _check(density, dawdling)
    return (1 - math.sqrt(1 - 4 * (1 - dawdling) * density * (1 - density))) / 2


def ring_flow(cells: int, cars: int, dawdling: float) -> float:
    """Flow for a speed limit of 1 on a ring of any length, exactly.

    In the long run a state in which m cars can move has a probability proportional to dawdling ** -m. There
    are cells / m * C(cars - 1, m - 1) * C(cells - cars - 1, m - 1) such states, and each has a flow of
    (1 - dawdling) * m / cells.

    Raises:
        ParameterError: no car, no empty cell, or a chance of 0 or 1 (the state then never mixes).
    """
    if not 0 < cars < cells or cars != int(cars) or cells != int(cells):
        raise out_of_range(
            "cars", cars, f"whole numbers from 1 to {cells - 1}", "leave at least one cell empty"
        )
    if not 0 < dawdling < 1:
        raise out_of_range("dawdling", dawdling, "above 0 and below 1", "use exact_flow at the ends")
    logs = []
    for m in range(1, int(min(cars, cells - cars)) + 1):
        states = math.log(cells / m) + _log_choose(cars - 1, m - 1) + _log_choose(cells - cars - 1, m - 1)
        logs.append(states - m * math.log(dawdling))
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    mean = sum(m * weight for m, weight in enumerate(weights, 1)) / sum(weights)
    return (1 - dawdling) * mean / cells


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def free_or_full(density: float, v_max: int) -> float:
    """Flow without dawdling: everybody free, or every gap used: min(v_max r, 1 - r)."""
    _check(density, 0.0)
    if v_max < 1:
        raise out_of_range("v_max", v_max, "whole numbers from 1", "give the speed limit in cells a step")
    return min(v_max * density, 1 - density)


def _check(density: float, dawdling: float) -> None:
    if not 0 <= density <= 1:
        raise out_of_range("density", density, "0 to 1 cars a cell", "divide cars by cells")
    if not 0 <= dawdling <= 1:
        raise out_of_range("dawdling", dawdling, "0 to 1", "give a probability")


def in_arrays(places: Cells, cells: int, v_max: int, chances: NDArray[np.float64]) -> tuple[Cells, Cells]:
    """The same automaton as an array program, to check the rule against: places and speeds at the end.

    Args:
        places: of the cars, ascending, shape (cars,).
        cells, v_max: of the ring.
        chances: True where a car dawdles, shape (steps, cars).
    """
    x, v = places.copy(), np.zeros(len(places), dtype=np.int64)
    for dawdles in chances:
        gap = (np.roll(x, -1) - x - 1) % cells
        v = np.minimum(np.minimum(v + 1, v_max), gap)
        v = np.maximum(v - dawdles.astype(np.int64), 0)
        x = (x + v) % cells
    return x, v
