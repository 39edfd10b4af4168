"""A record of who was where at which speed, in a room that does not grow: what a space-time diagram shows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


class Trace:
    """Columns of mean speeds by place; when the room is full, columns are merged two by two.

    Args:
        length: of the road, in m
        body: of a car, in m: it covers so much road behind its nose
        step: seconds from one column to the next, at first
        cells, columns: how fine the record is at most; `columns` is even
    """

    def __init__(
        self, length: float, body: float, step: float, cells: int = 240, columns: int = 1200
    ) -> None:
        if body == 0:  # places are numbers of cars, and each has a cell
            cells = min(cells, max(1, round(length)))
        self.length, self.step, self.cells = length, step, cells
        self.count = 0
        self.values = np.full((columns, cells), np.nan, np.float32)
        self._reach = np.arange(max(1, round(body * cells / length)))
        self._due = 0.0

    def add(self, time: float, x: Floats, v: Floats) -> None:
        """Places (m) and speeds (m/s) at a time (s); what comes before the next column is due is left out."""
        if time < self._due - 1e-9:
            return
        if self.count == len(self.values):
            self._merge()
        nose = (x * (self.cells / self.length)).astype(np.int64)
        at = ((nose[:, None] - self._reach) % self.cells).ravel()
        total = np.bincount(at, np.repeat(v, len(self._reach)), self.cells)
        number = np.bincount(at, minlength=self.cells)
        with np.errstate(invalid="ignore"):
            self.values[self.count] = total / number
        self.count += 1
        self._due = self.count * self.step

    def _merge(self) -> None:
        """Each column with the next: the mean where both saw something, else what one of them saw."""
        one, other = self.values[0::2], self.values[1::2]
        half = len(one)
        merged = np.where(np.isnan(one), other, np.where(np.isnan(other), one, 0.5 * (one + other)))
        self.values[:half] = merged
        self.values[half:] = math.nan
        self.count, self.step = half, 2 * self.step
        self._due = self.count * self.step
