"""Running sums, so that a run of a million weeks needs no history."""

from __future__ import annotations

import math


class Tally:
    """Count, total, variance and peak of a number that comes once a week, and the cost beside it.

    The variance is the population's, by Welford's recursion (Technometrics 4(3), 1962, 419-420).
    """

    __slots__ = ("_mean", "_squares", "cost", "n", "peak", "peak_at", "total")

    def __init__(self) -> None:
        self.n = 0
        self.total = self.cost = self._mean = self._squares = 0.0
        self.peak, self.peak_at = -math.inf, 0.0

    def add(self, value: float, cost: float, week: int) -> None:
        """Take in one week."""
        self.n += 1
        self.total += value
        self.cost += cost
        step = value - self._mean
        self._mean += step / self.n
        self._squares += step * (value - self._mean)
        if value > self.peak:
            self.peak, self.peak_at = value, float(week)

    @property
    def variance(self) -> float:
        """Mean square deviation; NaN before the first value."""
        return self._squares / self.n if self.n else math.nan
