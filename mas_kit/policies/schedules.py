"""Rates that change with experience: learning rates by visits, exploration by decisions."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import NamedTuple

from mas_kit.core.errors import ParameterError, out_of_range


class Harmonic(NamedTuple):
    """scale / n**power, at most 1: a learning rate that falls with the n-th visit.

    Powers above 1/2 and up to 1 make its sum infinite and the sum of its squares finite, which is what
    Q-learning needs to converge (Watkins and Dayan 1992). 1 takes the plain mean; about 0.8 forgets early,
    wrong estimates sooner (Even-Dar and Mansour 2003, Journal of Machine Learning Research 5, 1-25).
    """

    power: float = 1.0
    scale: float = 1.0

    def __call__(self, n: int) -> float:
        """The rate at the n-th time."""
        return min(1.0, self.scale / float(n**self.power))


class Decay(NamedTuple):
    """floor + (start − floor)·factor**(n − 1): explores much at first, and less each time."""

    start: float = 1.0
    factor: float = 0.99
    floor: float = 0.0

    def __call__(self, n: int) -> float:
        """The rate at the n-th time."""
        return float(self.floor + (self.start - self.floor) * self.factor ** (n - 1))


Rate = float | Callable[[int], float] | Harmonic | Decay
"""A constant, or a function of how many times (1, 2, ...) there has been an occasion.

(The two above are such functions too; mypy does not see it of a named tuple.)
"""


class Checked:
    """A rate that is inside its bounds whenever it is asked for.

    Raises ParameterError: a constant out of bounds when made, a function's value when it gives one.
    """

    __slots__ = ("allowed", "constant", "high", "low", "parameter", "rate")

    def __init__(self, parameter: str, rate: Rate, low: float = 0.0, high: float = 1.0) -> None:
        self.parameter, self.low, self.high = parameter, low, high
        self.allowed = f"{low:g} to {high:g}" if isfinite(high) else f"{low:g} and above"
        self.rate: Callable[[int], float] | Harmonic | Decay | None = None
        self.constant = 0.0
        if callable(rate):
            self.rate = rate
        elif isinstance(rate, int | float):
            self.constant = self._check(float(rate))
        else:
            raise ParameterError(
                f"parameter {parameter!r} is {rate!r}; allowed: a number, {self.allowed}, or a function of "
                "how many times; give one of the two"
            )

    def __call__(self, n: int) -> float:
        """The rate at the n-th time, n = 1, 2, ..."""
        return self.constant if self.rate is None else self._check(self.rate(n))

    def _check(self, rate: float) -> float:
        if not self.low <= rate <= self.high:
            raise out_of_range(self.parameter, rate, self.allowed, "change the rate or its schedule")
        return rate
