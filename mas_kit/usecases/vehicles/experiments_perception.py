"""Perception: the filter and the fusion of tracks, against closed forms and exact recursions."""

from __future__ import annotations

import math

import numpy as np

from mas_kit.core.chance import SeedTree
from mas_kit.experiments import Absolute, Computation, Expected, StandardErrors
from mas_kit.usecases.vehicles.filters import kalata, riccati, tracking_index
from mas_kit.usecases.vehicles.fusion import WAYS, expected, watch

KALATA = "Kalata (1984), IEEE Trans. Aerospace and Electronic Systems 20(2), 174-182: closed form"
RICCATI = "discrete algebraic Riccati equation: filters.riccati"
RECURSION = "exact recursion of the joint error covariance: fusion.expected"
STEP, WANDERS, RADAR = 0.1, 1.0, 0.5  # s, m/s², m: the radar of the use case
RUNS, STEPS = 400, 200


def _gains() -> dict[str, float]:
    steady = riccati(STEP, WANDERS, RADAR)
    found = {"alpha": steady.alpha, "beta": steady.beta}
    return found | {f"s.d. with {n} sensors": riccati(STEP, WANDERS, RADAR, n).sd for n in (1, 2, 4, 8)}


def _closed_form(sensors: int) -> float:
    """The steady variance after a measurement is alpha times the variance of the (joint) measurement."""
    sd = RADAR / math.sqrt(sensors)
    return math.sqrt(kalata(tracking_index(STEP, WANDERS, sd))[0]) * sd


_ALPHA, _BETA = kalata(tracking_index(STEP, WANDERS, RADAR))
gains = Computation(
    name="alpha-beta-filter",
    compute=_gains,
    expected=[
        Expected(quantity="alpha", value=_ALPHA, tolerance=Absolute(1e-9), source=KALATA),
        Expected(quantity="beta", value=_BETA, tolerance=Absolute(1e-9), source=KALATA),
        *(
            Expected(
                quantity=f"s.d. with {n} sensors",
                value=_closed_form(n),
                tolerance=Absolute(1e-9),
                source=KALATA,
            )
            for n in (1, 2, 4, 8)
        ),
    ],
)


def _mean(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))


def _consistency() -> dict[str, tuple[float, float]]:
    tree, found = SeedTree(62), {}
    for way in WAYS:
        runs = watch(way, tree.stream(way), runs=RUNS, steps=STEPS)
        found[f"NEES, {way}"] = _mean(runs.nees)
        found[f"mean square error, {way}"] = _mean(runs.error**2)
    runs = watch("solo", tree.stream("dropout"), runs=RUNS, steps=STEPS, dropout=0.5)
    found["NEES, solo, half of the measurements missing"] = _mean(runs.nees)
    runs = watch("central", tree.stream("bias"), runs=RUNS, steps=STEPS, bias=0.5)
    found["NEES, central, one sensor biased by 0.5 m"] = _mean(runs.nees)
    ci = "covariance intersection"
    runs = watch(ci, tree.stream("ghosts"), runs=RUNS, steps=STEPS, ghosts=0.05)
    found["error in m, covariance intersection, 1 message in 20 a ghost"] = _mean(runs.error)
    runs = watch(ci, tree.stream("gate"), runs=RUNS, steps=STEPS, ghosts=0.05, gated=True)
    found["error in m, the same with a gate"] = _mean(runs.error)
    return found


def _exact(way: str, what: str, bias: float = 0.0) -> float:
    exact = expected(way, steps=STEPS, bias=bias)
    values = exact.nees if what == "nees" else exact.error**2
    return float(values[STEPS // 2 :].mean())


consistency = Computation(
    name="fusion-consistency",
    compute=_consistency,
    expected=[
        *(
            Expected(
                quantity=f"NEES, {way}",
                value=_exact(way, "nees"),
                tolerance=StandardErrors(3.5, at_most=0.1 * _exact(way, "nees")),
                source=RECURSION,
            )
            for way in WAYS
        ),
        *(
            Expected(
                quantity=f"mean square error, {way}",
                value=_exact(way, "error"),
                tolerance=StandardErrors(3.5, at_most=0.1 * _exact(way, "error")),
                source=RECURSION,
            )
            for way in WAYS
        ),
        Expected(
            quantity="NEES, solo, half of the measurements missing",
            value=2,
            tolerance=StandardErrors(3.5, at_most=0.1),
            source="a Kalman filter is consistent whatever it misses",
        ),
        Expected(
            quantity="NEES, central, one sensor biased by 0.5 m",
            value=_exact("central", "nees", 0.5),
            tolerance=StandardErrors(3.5, at_most=0.5),
            source=RECURSION,
        ),
        Expected(
            quantity="error in m, covariance intersection, 1 message in 20 a ghost",
            low=5,
            source="a claim of the model card: it is no protection from a lie",
        ),
        Expected(
            quantity="error in m, the same with a gate",
            high=0.2,
            source="a claim of the model card: what contradicts one's own track is refused",
        ),
    ],
)

EXPERIMENTS: tuple[Computation, ...] = (gains, consistency)
