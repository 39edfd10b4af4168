"""What is published of people in the game of two roads, and what players make of it who learn."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from mas_kit.experiments import Absolute, Computation, Expected, Experiment
from mas_kit.usecases.traffic.lab_game import LabGame

if TYPE_CHECKING:
    import pandas as pd

PAPER = (
    "Selten, Schreckenberg, Pitz, Chmura and Kube (2003), Experiments and simulations on day-to-day route "
    "choice-behaviour, CESifo Working Paper 900"
)
TREATMENTS = ("own road", "both roads")


def _told(frame: pd.DataFrame, told: str) -> pd.DataFrame:
    return frame[frame["told"] == told]


def falling(frame: pd.DataFrame, told: str) -> float:
    """Share of the sessions in which who changes more earns less."""
    return float((_told(frame, told)["correlation"] < 0).mean())


def more_with_own(frame: pd.DataFrame, metric: str) -> tuple[float, float]:
    """How much larger a metric is when only the own road's time is told, and the standard error."""
    own, both = (_told(frame, told)[metric].to_numpy(float) for told in TREATMENTS)
    error = math.sqrt(own.var(ddof=1) / len(own) + both.var(ddof=1) / len(both))
    return float(own.mean() - both.mean()), error


sessions = Experiment(
    name="routes-lab-game-payoff-sums",
    model=LabGame,
    parameters={"record": False},
    design={"told": list(TREATMENTS)},
    seeds=40,
    expected=[
        expected
        for told in TREATMENTS
        for expected in (
            Expected(
                quantity=f"players on the side road, told {told}",
                estimator="mean side road",
                at={"told": told},
                value=6,
                tolerance=Absolute(0.25),
                source=f"{PAPER}: means very near the equilibrium",
            ),
            Expected(
                quantity=f"standard deviation in the second half, told {told}",
                estimator="late sd",
                at={"told": told},
                low=1,
                source=f"{PAPER}: fluctuations persist until the end",
            ),
            Expected(
                quantity=f"share of sessions where who changes more earns less, told {told}",
                estimator=partial(falling, told=told),
                low=0.9,
                source=f"{PAPER}: in all sessions",
            ),
        )
    ]
    + [
        Expected(
            quantity=f"{what}, told own road less told both",
            estimator=partial(more_with_own, metric=metric),
            low=-limit,
            high=limit,
            source="a claim of the model card: to these players it is the same, to people it was not",
        )
        for what, metric, limit in (
            ("standard deviation", "sd", 0.15),
            ("changes of road a round", "changes", 0.4),
        )
    ],
)

EXPERIMENTS: list[Experiment | Computation] = [sessions]
