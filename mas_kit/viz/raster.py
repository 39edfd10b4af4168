"""A raster of places over time: what a space-time diagram shows, and how it travels to the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import ParameterError, out_of_range

NUMBERS = ("step", "start", "bottom", "top", "low", "high")
SHADES = 255  # of the scale from low to high; 0 is for cells where there is nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Raster:
    """What was where: one column for each moment, the newest last; one cell for each stretch of the place.

    ``values``: (columns, cells), NaN where there was nothing; ``step``: the time from one column to the next;
    ``start``: the time of the first; ``bottom``, ``top``: the places at which the cells begin and end;
    ``low``, ``high``: the values at the pale and at the strong end of the colours (low may be the larger
    one); ``x``, ``y``, ``value``: what time, place and value are measured in.

    Raises ParameterError for values that are no table, and for a step, a place or colours without extent.
    """

    values: NDArray[np.floating[Any]]
    step: float
    bottom: float
    top: float
    start: float = 0.0
    low: float = 0.0
    high: float = 1.0
    x: str = ""
    y: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        if np.ndim(self.values) != 2:
            raise out_of_range(
                "values", f"an array of shape {np.shape(self.values)}", "(columns, cells)", "give a table"
            )
        if not self.step > 0:
            raise out_of_range("step", self.step, "numbers above 0", "say how long a column lasts")
        if not self.bottom < self.top:
            raise ParameterError(f"bottom = {self.bottom}, top = {self.top}: allowed is bottom < top")
        if self.low == self.high:
            raise out_of_range(
                "high", self.high, f"anything but low ({self.low:g})", "give the colours a range"
            )

    def shades(self, first: int = 0) -> NDArray[np.uint8]:
        """(columns from `first` on, cells): 0 for nothing, 1 .. 255 from low to high."""
        values = np.asarray(self.values[first:], np.float32)
        nothing = np.isnan(values)
        share = (np.where(nothing, self.low, values) - self.low) / (self.high - self.low)
        share = np.clip(share, 0.0, 1.0)
        shade = (1.5 + share * (SHADES - 1)).astype(np.uint8)
        return np.where(nothing, np.uint8(0), shade)


class RasterFeed:
    """Gives a chart the columns that have come since the last time, or all of them."""

    def __init__(self) -> None:
        self._frame: dict[str, Any] = {}
        self._sent = 0

    def take(self, raster: Raster, *, anew: bool) -> tuple[Mapping[str, Any], bytes]:
        """What to send: where the columns belong, and the columns as bytes.

        All of them go when the raster is another one (a new run, or columns that were merged to make room).
        """
        count, cells = raster.values.shape
        frame: dict[str, Any] = {"cells": cells}
        frame |= {name: float(getattr(raster, name)) for name in NUMBERS}
        frame |= {name: getattr(raster, name) for name in ("x", "y", "value")}
        if anew or frame != self._frame or count < self._sent:
            self._sent = 0
        first, self._frame, self._sent = self._sent, frame, count
        return {"from": first, "count": count, **frame}, raster.shades(first).tobytes()
