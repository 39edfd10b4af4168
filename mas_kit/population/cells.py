"""Cells of a grid, each with one agent or with any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mas_kit.core.errors import out_of_range
from mas_kit.population import grids
from mas_kit.population.errors import RuleError
from mas_kit.population.kinds import INT, Chance
from mas_kit.population.sights import PICK, Crowd, Shown, Sight, needs

if TYPE_CHECKING:
    from mas_kit.population.population import Population


class Cells(Sight):
    """The agents on the cells around, on a grid: `for other in cells`, `len(cells)`, `cells.pick(rng)`.

    A cell is a whole number, `row * width + column`. With one agent a cell, `me.cell = cells.empty(rng)`
    moves to an empty one, and who stands where counts at once; the neighbours are those at the start of the
    turn. With `many`, any number of agents share a cell, and who is where is settled when the tick begins.

    Args:
        cell: the int field that holds the cell.
        width, height: the size of the grid in cells.
        torus: do the edges meet?
        neighbours: "moore" (the square around) or "von neumann" (the diamond).
        reach: how many cells far.
        many: may several agents share a cell?

    Raises:
        ParameterError, UnknownNameError: sizes out of range; no such field; two agents on one cell.
        RuleError: a simultaneous rule moves agents that cannot share a cell.
    """

    fixed = False

    def __init__(
        self,
        cell: str = "cell",
        *,
        width: int,
        height: int,
        torus: bool = True,
        neighbours: Literal["moore", "von neumann"] = "moore",
        reach: int = 1,
        many: bool = False,
    ) -> None:
        for label, value in (("width", width), ("height", height), ("reach", reach)):
            if not isinstance(value, int) or value < 1:
                raise out_of_range(label, value, "whole numbers from 1", "count cells")
        if neighbours not in ("moore", "von neumann"):
            raise out_of_range("neighbours", neighbours, "'moore', 'von neumann'", "choose one")
        if torus and 2 * reach + 1 > min(width, height):
            raise out_of_range(
                "reach", reach, "up to (width - 1) / 2 on a torus, else one is seen twice", "less"
            )
        self.cell, self.width, self.height, self.torus = cell, width, height, torus
        self.moore, self.reach, self.many_a_cell = neighbours == "moore", reach, many
        self.methods = PICK if many else {**PICK, "empty": ((Chance,), INT)}
        self.arrays: dict[str, np.ndarray] = {}
        self.plain: dict[str, Any] = {}
        self.left = 0

    def key(self) -> tuple[Any, ...]:
        return (self.cell, self.many_a_cell, self.eight)

    @property
    def eight(self) -> bool:
        """Is it the commonest grid, which has a loop of its own?"""
        return self.torus and self.moore and self.reach == 1 and not self.many_a_cell

    @property
    def moves(self) -> str:
        """The field whose writing moves an agent at once."""
        return "" if self.many_a_cell else self.cell

    def check(self, population: Population, name: str) -> None:
        needs(population, "Cells", self.cell, "int")

    def allow(self, simultaneous: bool, written: set[str]) -> None:
        """May the rule write the cell?"""
        if simultaneous and self.moves in written:
            raise RuleError(
                "two agents could move to one cell at the same instant",
                "declare activation='random' or 'in order', or Cells(..., many=True)",
            )

    def bind(self, population: Population) -> None:
        """See who stands where."""
        cells, places = self.width * self.height, population.engine.column(self.cell)
        if len(places) and not (places.min() >= 0 and places.max() < cells):
            raise out_of_range(
                self.cell, f"{places.min()} to {places.max()}", f"0 to {cells - 1}", "mind the grid"
            )
        n, around = len(places), (2 * self.reach + 1) ** 2
        if self.many_a_cell:
            sizes = {"start": cells + 1, "who": n, "found": n}
            self.arrays = {key: np.zeros(size, np.int64) for key, size in sizes.items()}
        else:
            if len(np.unique(places)) < n:
                raise out_of_range(
                    self.cell, "shared by some agents", "one agent a cell", "or Cells(many=True)"
                )
            # 32 bits: looking around is a matter of what fits into the cache.
            at, slot = np.full(cells, -1, np.int32), np.full(cells, -1, np.int32)
            at[places] = np.arange(n)
            free = np.flatnonzero(at < 0).astype(np.int32)
            slot[free] = np.arange(len(free))
            self.left = len(free)
            self.arrays = {"at": at, "slot": slot, "free": free, "found": np.zeros(around, np.int64)}
        self.plain = {key: memoryview(array) for key, array in self.arrays.items()}

    def _shape(self, name: str) -> str:
        return ", ".join(f"{name}_{key}_seen" for key in ("width", "height", "torus", "moore", "reach"))

    def shown(self, name: str) -> Shown:
        """Look around at the start of a turn."""
        s = f"{name}_%s_seen"
        begin: tuple[str, ...] = ()
        how, lists = "single", s % "at"
        if self.many_a_cell:
            how, lists = "many", f"{s % 'start'}, {s % 'who'}"
            cells = f"{s % 'width'} * {s % 'height'}"
            begin = (f"kit.sort_cells(n, {cells}, {self.cell}_of, {lists})",)
        around = f"me, {self.cell}_of[me], {self._shape(name)}, {lists}, {s % 'found'}"
        if self.eight:
            how, around = (
                "eight",
                f"{self.cell}_of[me], {s % 'width'}, {s % 'height'}, {lists}, {s % 'found'}",
            )
        before = (f"{s % 'count'} = kit.near_{how}({around})",)
        return Shown(s % "count", f"{s % 'found'}[{{k}}]", (s % "found",), before, begin, s % "count")

    def columns(self, name: str) -> dict[str, Any]:
        """The arrays, and the shape as numbers."""
        shape = ("width", "height", "torus", "moore", "reach", "left")
        found: dict[str, Any] = {f"{name}_{key}_seen": getattr(self, key) for key in shape}
        return found | {f"{name}_{key}_seen": array for key, array in self.arrays.items()}

    def calls(self, name: str) -> dict[str, tuple[str, tuple[str, ...]]]:
        """`cells.empty(rng)`."""
        arrays = ("double_", "state_", f"{name}_free_seen", f"{name}_left_seen")
        return {"empty": (f"kit.empty({', '.join(arrays)})", arrays)}

    def moved(self, name: str) -> tuple[str, tuple[str, ...]]:
        """How the compiled loop moves agent {agent} to {cell}, and the names that it needs."""
        arrays = tuple(f"{name}_{key}_seen" for key in ("width", "height", "at", "free", "slot"))
        width, height, *lists = arrays
        return f"kit.move({{agent}}, {{old}}, {{cell}}, {width} * {height}, {', '.join(lists)})", arrays

    def begin(self, population: Population) -> None:
        """See who is where, for objects."""
        if self.many_a_cell:
            places = memoryview(np.ascontiguousarray(population.engine.column(self.cell)))
            p = self.plain
            grids.sort_cells(population.engine.n, self.width * self.height, places, p["start"], p["who"])

    def of(self, agents: Sequence[Any], row: int) -> Any:
        """Those around the agent in that row."""
        p, found, place = self.plain, self.plain["found"], getattr(agents[row], self.cell)
        shape = (self.width, self.height, self.torus, self.moore, self.reach)
        if self.eight:
            count = grids.near_eight(place, self.width, self.height, p["at"], found)
        elif self.many_a_cell:
            count = grids.near_many(row, place, *shape, p["start"], p["who"], found)
        else:
            count = grids.near_single(row, place, *shape, p["at"], found)
        around = Around([agents[j] for j in found[:count].tolist()])
        around.sight = self
        return around

    def put(self, agent: Any, cell: int) -> None:
        """Move an agent, as an assignment to its cell in a rule does."""
        p = self.plain
        old = getattr(agent, self.cell)
        grids.move(agent.row, old, cell, self.width * self.height, p["at"], p["free"], p["slot"])
        setattr(agent, self.cell, cell)

    def save(self) -> Any:
        """Copies of what a move changes."""
        return {} if self.many_a_cell else {key: self.arrays[key].copy() for key in ("at", "slot", "free")}

    def restore(self, state: Any) -> None:
        """Put the copies back, in place."""
        for key, array in state.items():
            self.arrays[key][:] = array


class Around(Crowd):
    """The agents on the cells around."""

    sight: Cells

    def empty(self, rng: Any) -> int:
        """An empty cell anywhere on the grid, each with the same chance."""
        if self.sight.left < 1:
            raise ValueError("no cell is empty")
        return int(self.sight.plain["free"][int(rng.random() * self.sight.left)])
