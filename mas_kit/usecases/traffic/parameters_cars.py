"""The parameters of the world "cars": a ring of cells."""

from __future__ import annotations

from typing import Literal

from mas_kit.core import Parameters, parameter


class CarParameters(Parameters):
    """What belongs to the cars on the ring; a step is 1 s, a cell 7.5 m. `steps` and `settle` count too."""

    cells: int = parameter(200, ge=2, le=1_000_000, unit="cells", group="cars", help="length of the ring")
    density: float = parameter(
        0.15, ge=0.001, le=1, step=0.01, unit="cars/cell", group="cars", help="cars on the ring, a cell"
    )
    v_max: int = parameter(5, ge=1, le=20, unit="cells/step", group="cars", help="speed limit")
    dawdling: float = parameter(
        0.25, ge=0, le=1, step=0.05, group="cars", help="chance of a car to be one slower than it could"
    )
    engine: Literal["auto", "objects", "columns"] = parameter(
        "auto", group="cars", help="the rule on Python objects, or compiled over columns: the same numbers"
    )
