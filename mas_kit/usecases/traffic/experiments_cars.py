"""What the cars reproduce: the flow on a ring, exactly where it is known."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from mas_kit.experiments import Absolute, Computation, Expected, Experiment, Relative, StandardErrors
from mas_kit.usecases.traffic.cars import exact_flow, free_or_full, ring_flow
from mas_kit.usecases.traffic.model import Traffic

if TYPE_CHECKING:
    import pandas as pd

EXACT = "Schadschneider and Schreckenberg (1993), Journal of Physics A 26, L679: the exact flow"
FINITE = "the same on a ring of 200 cells, by summing over its states: cars.ring_flow"
FREE = "without dawdling: everybody free, or every gap used: min(v_max r, 1 - r)"
MEASURED = "simulations by another program, to three digits"
RING = {"world": "cars", "cells": 1000, "record": False}
# Waves of density die out within about cells ** 1.5 steps, so that a short ring is in its long run soon.
SHORT = {"cells": 200, "steps": 14_000, "settle": 5000}
PRECISE = StandardErrors(3.5, at_most=0.001)


def _flow(
    density: float, value: float, source: str, tolerance: Relative | StandardErrors | Absolute
) -> Expected:
    return Expected(
        quantity=f"flow at {density:g}",
        value=value,
        estimator="flow",
        at={"density": density},
        tolerance=tolerance,
        source=source,
    )


slow = Experiment(
    name="cars-limit-1",
    model=Traffic,
    parameters={**RING, **SHORT, "v_max": 1, "dawdling": 0.25},
    design={"density": [0.1, 0.25, 0.5, 0.8]},
    seeds=10,
    metrics=["flow"],
    expected=[
        expected
        for density in (0.1, 0.25, 0.5, 0.8)
        for expected in (
            _flow(density, exact_flow(density, 0.25), EXACT, Relative(0.01)),
            _flow(density, ring_flow(200, round(200 * density), 0.25), FINITE, PRECISE),
        )
    ],
)
orderly = Experiment(
    name="cars-without-dawdling",
    model=Traffic,
    parameters={**RING, "dawdling": 0.0, "steps": 3000, "settle": 2500},
    design={"density": [0.05, 0.1, 0.3, 0.6]},
    seeds=3,
    metrics=["flow"],
    expected=[
        _flow(density, free_or_full(density, 5), FREE, Absolute(1e-9)) for density in (0.05, 0.1, 0.3, 0.6)
    ],
)
usual = Experiment(
    name="cars-limit-5",
    model=Traffic,
    parameters={**RING, "dawdling": 0.25, "steps": 6000, "settle": 2000},
    design={"density": [0.1, 0.12, 0.3]},
    seeds=10,
    metrics=["flow"],
    expected=[
        _flow(density, flow, MEASURED, Relative(0.01))
        for density, flow in ((0.1, 0.470), (0.12, 0.511), (0.3, 0.431))
    ],
)


def _lost(frame: pd.DataFrame, density: float) -> tuple[float, float]:
    """Share of the flow without dawdling that is missing, and its standard error."""
    flow = frame[frame["density"] == density]["flow"].to_numpy()
    best = free_or_full(density, 5)
    return 1 - float(flow.mean()) / best, float(flow.std(ddof=1)) / math.sqrt(len(flow)) / best


jams = Experiment(
    name="cars-jams-out-of-nothing",
    model=Traffic,
    parameters={**RING, "dawdling": 0.25, "steps": 3000, "settle": 1000},
    design={"density": [0.01, 0.3]},
    seeds=10,
    metrics=["flow", "stopped"],
    expected=[
        Expected(
            quantity="share of the flow that dawdling costs, few cars",
            estimator=partial(_lost, density=0.01),
            value=0.25 / 5,  # each dawdles a quarter of the time, and is then one cell slower than 5
            tolerance=Absolute(0.002),
            source="a car alone drives v_max - dawdling on average",
        ),
        Expected(
            quantity="share of the flow that dawdling costs, many cars",
            estimator=partial(_lost, density=0.3),
            low=0.3,
            source="a claim of the model card, Things to notice",
        ),
    ],
)

EXPERIMENTS: list[Experiment | Computation] = [slow, orderly, usual, jams]
