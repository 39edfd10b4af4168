"""Everybody within a radius."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.errors import out_of_range
from mas_kit.population import grids
from mas_kit.population.sights import PICK, Crowd, Shown, Sight, needs

if TYPE_CHECKING:
    from mas_kit.population.population import Population


class Within(Sight):
    """Everybody within a radius in the plane: `for other in near`, `len(near)`, `near.pick(rng)`.

    Who is near is settled by where everybody stands when the tick begins; what a rule then reads of them is
    as new as its activation says. The order is that of a cell list, the same in both engines.

    Args:
        radius: how far one sees, in the unit of the places; the distance counts itself in.
        x, y: the float fields with the place, from 0 to width and height.
        width, height: the size of the plane.
        torus: do the edges meet?

    Raises:
        ParameterError, UnknownNameError: sizes that are not above 0; no such field.
    """

    methods = PICK
    fixed = False

    def __init__(
        self, radius: float, x: str = "x", y: str = "y", *, width: float, height: float, torus: bool = True
    ) -> None:
        for label, value in (("radius", radius), ("width", width), ("height", height)):
            if not (0 < value < math.inf):
                raise out_of_range(label, value, "numbers above 0", "give it in the unit of the places")
        if torus and 2 * radius > min(width, height):
            raise out_of_range("radius", radius, "up to half the width and height of a torus", "see less far")
        self.radius, self.x, self.y = float(radius), x, y
        self.width, self.height, self.torus = float(width), float(height), torus
        self.n = self.nx = self.ny = 0
        self.arrays: dict[str, np.ndarray] = {}
        self.plain: dict[str, Any] = {}

    def key(self) -> tuple[Any, ...]:
        return (self.x, self.y)

    def check(self, population: Population, name: str) -> None:
        needs(population, "Within", self.x, "float")
        needs(population, "Within", self.y, "float")

    def bind(self, population: Population) -> None:
        """Choose the cells: at least as wide as the radius, and about as many as there are agents at most."""
        n = self.n = population.engine.n
        most = max(1, math.isqrt(2 * n + 16))
        grown = self.radius * (1.0 + 1e-9)  # so that rounding a place never hides somebody two cells away
        self.nx = max(1, min(int(self.width / grown), most))
        self.ny = max(1, min(int(self.height / grown), most))
        sizes = {"cell": n, "start": self.nx * self.ny + 1, "who": n, "found": n}
        self.arrays = {key: np.zeros(size, np.int64) for key, size in sizes.items()}
        self.arrays |= {"px": np.zeros(n), "py": np.zeros(n)}
        self.plain = {key: memoryview(array) for key, array in self.arrays.items()}

    def shown(self, name: str) -> Shown:
        """Sort all at the start of a tick, look around at the start of a turn."""
        s, size = f"{name}_%s_seen", f"{name}_width_seen, {name}_height_seen, {name}_nx_seen, {name}_ny_seen"
        lists = f"{s % 'cell'}, {s % 'start'}, {s % 'who'}"
        px, py = s % "px", s % "py"
        begin = (
            "for row in range(n):",
            f"    {px}[row] = {self.x}_of[row]",
            f"    {py}[row] = {self.y}_of[row]",
            f"kit.sort_points(n, {px}, {py}, {size}, {lists})",
        )
        before = (
            f"{s % 'count'} = kit.near_points(me, {px}, {py}, {s % 'radius'}, {size}, {s % 'torus'}, "
            f"{lists}, {s % 'found'})",
        )
        return Shown(s % "count", f"{s % 'found'}[{{k}}]", (s % "found",), before, begin, s % "count")

    def columns(self, name: str) -> dict[str, Any]:
        """The arrays, and the sizes as numbers."""
        scalars = ("radius", "width", "height", "nx", "ny", "torus")
        found: dict[str, Any] = {f"{name}_{key}_seen": getattr(self, key) for key in scalars}
        return found | {f"{name}_{key}_seen": array for key, array in self.arrays.items()}

    def begin(self, population: Population) -> None:
        """Sort all, for objects."""
        self.arrays["px"][:] = population.engine.column(self.x)
        self.arrays["py"][:] = population.engine.column(self.y)
        p = self.plain
        grids.sort_points(
            self.n,
            p["px"],
            p["py"],
            self.width,
            self.height,
            self.nx,
            self.ny,
            p["cell"],
            p["start"],
            p["who"],
        )

    def of(self, agents: Sequence[Any], row: int) -> Any:
        """Those near the agent in that row."""
        p, found = self.plain, self.plain["found"]
        sizes = (self.radius, self.width, self.height, self.nx, self.ny, self.torus)
        count = grids.near_points(row, p["px"], p["py"], *sizes, p["cell"], p["start"], p["who"], found)
        return Crowd([agents[j] for j in found[:count].tolist()])
