"""What the signals make of links that can be full, after an incident; and what hangs on a tie."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.experiments import Expected, Experiment
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.usecases.traffic.resilience_signals import CARD

if TYPE_CHECKING:
    import pandas as pd

type Sample = NDArray[np.float64]

GRID = {"world": "signals", "record": False}  # 4 by 4 one-way streets


def _ratio(top: Sample, bottom: Sample) -> tuple[float, float]:
    """Ratio of two means over the same replicates, and its standard error by the delta method."""
    ratio = top.mean() / bottom.mean()
    rest = top - ratio * bottom
    return float(ratio), float(rest.std(ddof=1) / math.sqrt(len(rest)) / abs(bottom.mean()))


def of(frame: pd.DataFrame, metric: str, **at: Any) -> Sample:
    """A metric of the runs with these settings, by replicate."""
    for name, label in at.items():
        frame = frame[frame[name] == label]
    return frame.sort_values("replicate")[metric].to_numpy(dtype=np.float64)


def _settings(name: str) -> dict[str, str]:
    """What a name such as "longest queue, by chance" stands for: a controller and its rule at ties."""
    controller, _, ties = name.partition(", ")
    return {"controller": controller, "ties": ties or "keep"}


def over(frame: pd.DataFrame, this: str, that: str, metric: str = "vehicles") -> tuple[float, float]:
    """How many times the vehicles of one controller another one has in the grid, and the standard error."""
    return _ratio(*(of(frame, metric, **_settings(name)) for name in (this, that)))


def recovered(frame: pd.DataFrame, name: str) -> float:
    """Share of runs that end with fewer than 100 vehicles in the grid."""
    return float((of(frame, "vehicles", **_settings(name)) < 100).mean())


def claim(quantity: str, estimator: Any, source: str = CARD, **wanted: Any) -> Expected:
    """A claim of the model card."""
    return Expected(quantity=quantity, estimator=estimator, source=source, **wanted)


# Two full links of 20 are a tie of queues: what a rule does then decides whether it locks.
WHO = ["max pressure", "capacity aware", "longest queue", "longest queue, by chance", "fixed", "tuned"]

# Nobody turns, 0.85 of capacity; the incident leaves 0.2 of 0.55 vehicles a step for 1,000 steps.
incident = Experiment(
    name="signals-incident",
    model=Traffic,
    parameters={
        **GRID,
        "turning": 0.0,
        "storage": 20,
        "rate_ns": 0.55,
        "rate_ew": 0.30,
        "incident_at": 500,
        "incident_for": 1000,
        "steps": 2000,
    },
    design=[_settings(name) for name in WHO],
    seeds=10,
    metrics=["vehicles", "mean vehicles"],
    expected=[
        claim(f"{this} over {that}", partial(over, this=this, that=that), low=low, high=high)
        for this, that, low, high in (
            ("fixed", "capacity aware", 1.8, 2.5),
            ("longest queue", "fixed", 4.0, 6.0),
            ("longest queue, by chance", "max pressure", 0.9, 1.15),
            ("max pressure", "capacity aware", 1.3, 1.8),
            ("tuned", "capacity aware", 0.9, 1.1),
        )
    ],
)

# One in five turns, 0.8 of capacity; the incident leaves 0.2 of 0.4 vehicles a step for 500 steps.
gridlock = Experiment(
    name="signals-gridlock",
    model=Traffic,
    parameters={**GRID, "incident_at": 500, "incident_for": 500, "steps": 3000},
    design=[_settings(name) for name in WHO],
    seeds=10,
    metrics=["vehicles", "mean vehicles"],
    expected=[
        *(
            claim(f"share of runs that recover, {name}", partial(recovered, name=name), low=0.9)
            for name in ("max pressure", "capacity aware")
        ),
        *(
            claim(f"share of runs that recover, {name}", partial(recovered, name=name), high=0.1)
            for name in ("longest queue", "fixed", "tuned")
        ),
        claim(
            "share of runs that recover, longest queue, by chance",
            partial(recovered, name="longest queue, by chance"),
            low=0.3,
            high=0.95,
        ),
    ],
)
