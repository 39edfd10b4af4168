"""What a road with cars is measured by: speeds, and the speed of waves."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


class Speeds:
    """Mean and standard deviation of speeds (m/s), over cars and time alike."""

    def __init__(self) -> None:
        self.n, self.total, self.squares = 0, 0.0, 0.0

    def add(self, v: Floats) -> None:
        """The speeds of one moment."""
        self.n += len(v)
        self.total += float(v.sum())
        self.squares += float(v @ v)

    @property
    def mean(self) -> float:
        """NaN before the first moment."""
        return self.total / self.n if self.n else math.nan

    @property
    def std(self) -> float:
        """NaN before the first moment."""
        if not self.n:
            return math.nan
        return math.sqrt(max(self.squares / self.n - self.mean**2, 0.0))


class Fronts:
    """How fast waves travel: when and where one car after the other speeds up through a threshold.

    A car that does so up to `patience` seconds after the car ahead of it belongs to the same front, which has
    moved by the way between the two places in that time. The speed is the ratio of the sums over all pairs.
    """

    def __init__(self, n: int, length: float, threshold: float, patience: float = 6.0) -> None:
        self.length, self.threshold, self.patience = length, threshold, patience
        self._slow = np.zeros(n, dtype=bool)
        self._time = np.full(n, -math.inf)
        self._place = np.zeros(n)
        self.way = self.duration = 0.0
        self.pairs = 0

    def add(self, time: float, x: Floats, v: Floats) -> None:
        """Places and speeds of all cars, in the order of driving, of one moment."""
        slow = v < self.threshold
        for i in np.flatnonzero(self._slow & ~slow).tolist():
            ahead = i - 1
            lag = time - self._time[ahead]
            if 0 < lag <= self.patience:
                way = (x[i] - self._place[ahead] + 0.5 * self.length) % self.length - 0.5 * self.length
                self.way += float(way)
                self.duration += float(lag)
                self.pairs += 1
            self._time[i], self._place[i] = time, x[i]
        self._slow = slow

    @property
    def speed(self) -> float:
        """m/s, negative against the direction of driving; NaN while there were fewer than ten pairs."""
        return self.way / self.duration if self.pairs >= 10 else math.nan
