"""Linear theory of car following: equilibrium, string stability, and how fast waves on a ring grow.

A driver's acceleration is a function f(s, v, l) of its gap, its speed and the leader's speed. Small
disturbances of a row of equal cars in equilibrium follow its three partial derivatives alone.
Source: Wilson and Ward (2011), Transportation Planning and Technology 34(1), 3-18.
"""

from __future__ import annotations

import cmath
import math
from typing import NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.usecases.vehicles.checks import at_least, positive
from mas_kit.usecases.vehicles.drivers import optimal_speed


class Partials(NamedTuple):
    """Derivatives of the acceleration by gap (1/s²), own speed (1/s) and the leader's speed (1/s)."""

    s: float
    v: float
    leader: float

    @property
    def criterion(self) -> float:
        """(f_v² - f_l²) / 2 - f_s in 1/s²: a long row of cars is string stable where this is not negative."""
        return (self.v**2 - self.leader**2) / 2.0 - self.s

    @property
    def string_stable(self) -> bool:
        """Does an endless row of cars damp every wave?"""
        return self.criterion >= 0.0


def idm_equilibrium(gap: float, v0: float, headway: float, s0: float) -> float:
    """The speed (m/s) at which IDM cars keep that gap (m) for ever; 0 up to the gap at standstill."""
    if gap <= s0:
        return 0.0
    low, high = 0.0, v0
    for _ in range(200):
        v = 0.5 * (low + high)
        if not low < v < high:
            break
        if idm_gap(v, v0, headway, s0) < gap:
            low = v
        else:
            high = v
    return low


def idm_gap(v: float, v0: float, headway: float, s0: float) -> float:
    """The gap (m) that IDM cars keep at that speed (m/s), for ever.

    Raises ParameterError for a speed that they never keep.
    """
    if not 0.0 <= v < v0:
        raise out_of_range("v", v, f"from 0 to below v0 ({v0:g})", "drive slower, or raise v0")
    return (s0 + v * headway) / math.sqrt(1.0 - (v / v0) ** 4)


def idm_partials(gap: float, v0: float, headway: float, a: float, b: float, s0: float) -> Partials:
    """Of the intelligent driver model in the equilibrium at that gap (m).

    Raises ParameterError for a gap at which cars stand: there is no flow to disturb.
    """
    positive(v0=v0, headway=headway, a=a, b=b)
    if not gap > s0:
        raise out_of_range("gap", gap, f"numbers above s0 ({s0:g})", "give the cars room to move")
    v = idm_equilibrium(gap, v0, headway, s0)
    wanted = s0 + v * headway
    root = 2.0 * math.sqrt(a * b)
    slope = 2.0 * a * wanted / gap**2  # by the wanted gap
    return Partials(
        s=slope * wanted / gap,
        v=-4.0 * a * v**3 / v0**4 - slope * (headway + v / root),
        leader=slope * v / root,
    )


def ovm_partials(headway: float, sensitivity: float) -> Partials:
    """Of Bando's optimal velocity model at that headway, in the model's own units."""
    positive(sensitivity=sensitivity)
    slope = 1.0 - (optimal_speed(headway) - math.tanh(2.0)) ** 2  # of tanh
    return Partials(s=sensitivity * slope, v=-sensitivity, leader=0.0)


def ovm_critical_headway(sensitivity: float, cars: int | None = None) -> float:
    """The smaller headway at which a ring of that many cars (None: endlessly many) turns unstable.

    The wave of k = 2 pi / N grows where V'(h) > a / (2 cos²(pi / N)); V' = 1 / cosh²(h - 2) is at most 1.
    Source: Bando et al. (1995), Physical Review E 51, 1035.

    Raises:
        ParameterError: drivers so quick that no headway is unstable.
    """
    if cars is not None:
        at_least(3, "two cars have no wave to grow", cars=cars)
    slope = sensitivity / 2.0 if cars is None else sensitivity / (2.0 * math.cos(math.pi / cars) ** 2)
    if not 0.0 < slope < 1.0:
        raise out_of_range(
            "sensitivity", sensitivity, "numbers whose critical slope is below 1", "slower drivers make jams"
        )
    return 2.0 - math.acosh(1.0 / math.sqrt(slope))


def ring_modes(partials: Partials, cars: int) -> list[complex]:
    """The dominant eigenvalue (1/s) of each wave 0 .. cars - 1 on a ring.

    Roots of l² - l (f_v + f_l e^ik) - f_s (e^ik - 1) = 0 with k = 2 pi m / cars: the real part is the rate of
    growth, the imaginary part the angular frequency.
    """
    at_least(2, "a ring has a car and a leader", cars=cars)
    found = []
    for mode in range(cars):
        turn = cmath.exp(2j * math.pi * mode / cars)
        found.append(_larger(partials.v + partials.leader * turn, partials.s * (turn - 1.0)))
    return found


def tick_modes(partials: Partials, cars: int, dt: float) -> list[complex]:
    """The same for cars that move in ticks of `dt` seconds as `drivers.drive` moves them.

    Speeds change by the acceleration at the start of a tick, places by the mean of the speeds before and
    after.
    A tick multiplies a wave by z; the eigenvalue is log(z) / dt. For dt -> 0 it is that of `ring_modes`.
    """
    at_least(2, "a ring has a car and a leader", cars=cars)
    positive(dt=dt)
    found = []
    for mode in range(cars):
        turn = cmath.exp(2j * math.pi * mode / cars)
        own = 1.0 + dt * (partials.v + partials.leader * turn)  # speed -> speed
        by_gap = dt * partials.s  # headway -> speed
        half = 0.5 * dt * (turn - 1.0)  # speeds -> headway
        trace, determinant = (
            own + 1.0 + half * by_gap,
            own * (1.0 + half * by_gap) - by_gap * half * (1.0 + own),
        )
        root = cmath.sqrt(trace * trace / 4.0 - determinant)
        z = max(trace / 2.0 + root, trace / 2.0 - root, key=abs)
        found.append(cmath.log(z) / dt)
    return found


def growth(modes: list[complex]) -> tuple[float, int]:
    """The largest rate of growth (1/s) of any wave but the uniform one, and the number of that wave."""
    mode = max(range(1, len(modes)), key=lambda m: modes[m].real)
    return modes[mode].real, min(mode, len(modes) - mode)


def _larger(p: complex, q: complex) -> complex:
    """The root of l² - p l - q with the larger real part."""
    root = cmath.sqrt(p * p / 4.0 + q)
    return max(p / 2.0 + root, p / 2.0 - root, key=lambda value: value.real)
