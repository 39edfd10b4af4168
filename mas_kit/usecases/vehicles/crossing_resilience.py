"""What goes wrong at the crossing, whether anybody is hurt, and what is left of the gain of a manager."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core import Crash
from mas_kit.core.errors import unknown
from mas_kit.experiments import Absolute, Expected, Experiment
from mas_kit.usecases.vehicles.model import Vehicles

if TYPE_CHECKING:
    import pandas as pd

CARD = "a claim of the model card"
DOWN = (Crash(agent="manager", at=600, until=1800),)
TROUBLES: dict[str, dict[str, Any]] = {
    "none": {},
    "one message in ten lost": {"loss": 0.1},
    "one message in three lost": {"loss": 0.33},
    "one in three lost, slots in order": {"loss": 0.33, "in_order": True},
    "manager down for 2 minutes": {"faults": DOWN},
    "ghosts, 20 a minute": {"ghosts": 20.0},
    "ghosts and a camera": {"ghosts": 20.0, "camera": True},
    "clocks off by 0.1 s": {"clock_sd": 0.1},
    "clocks off by 1 s": {"clock_sd": 1.0},
}


def troubled(*, seed: int, who: str, trouble: str = "none", **parameters: Any) -> Vehicles:
    """Seven minutes of the crossing with 600 vehicles an hour on each road, and one trouble.

    Args:
        who: `FCFS`, `batch`, `all-way stop` (nobody talks) or `none` (nobody looks)
        trouble: one of `TROUBLES`
        parameters: of `Vehicles`, in place of the setting's own
    """
    if trouble not in TROUBLES:
        raise unknown("trouble", trouble, TROUBLES)
    settings = {"world": "crossing", "coordination": who, "flow": 600, "duration": 420, "record": False}
    return Vehicles(seed=seed, **{**settings, **TROUBLES[trouble], **parameters})


def gain_left(frame: pd.DataFrame, who: str, trouble: str) -> tuple[float, float]:
    """(delay alone - delay under trouble) / (delay alone - delay without), and its standard error.

    Alone is the all-way stop, where nobody talks to anybody. 1: nothing lost; below 0: worse than alone.
    Replicates have the same cars, so the ratio's error is of paired means (delta method).
    """

    def delays(one: str, what: str) -> Any:
        rows = frame[(frame["who"] == one) & (frame["trouble"] == what)].sort_values("replicate")
        return rows["delay"].to_numpy(dtype=np.float64)

    alone = delays("all-way stop", "none")
    part, whole = alone - delays(who, trouble), alone - delays(who, "none")
    ratio = float(part.mean() / whole.mean())
    rest = part - ratio * whole
    return ratio, float(rest.std(ddof=1)) / math.sqrt(len(rest)) / abs(float(whole.mean()))


def _total(frame: pd.DataFrame, column: str, safe: bool) -> float:
    """Collisions in all runs of the settings that ought to be safe, or in those that ought not."""
    broken = (frame["who"] == "none") | (frame["trouble"] == "clocks off by 1 s")
    return float(frame.loc[~broken if safe else broken, column].sum())


def _left(who: str, trouble: str, **claimed: Any) -> Expected:
    return Expected(
        quantity=f"gain left, {who}, {trouble}",
        estimator=partial(gain_left, who=who, trouble=trouble),
        source=CARD,
        **claimed,
    )


resilience = Experiment(
    name="crossing-resilience",
    model=troubled,
    design=[
        {"who": "all-way stop", "trouble": "none"},
        {"who": "none", "trouble": "none"},
        *({"who": who, "trouble": trouble} for who in ("FCFS", "batch") for trouble in TROUBLES),
    ],
    seeds=12,
    metrics=["delay", "throughput", "collisions", "rear-end collisions", "closest", "messages"],
    expected=[
        Expected(
            quantity=f"{what} where the protocol is kept",
            value=0,
            estimator=partial(_total, column=what, safe=True),
            source="the manager's slots and the all-way stop leave tc between cars of different roads",
        )
        for what in ("collisions", "rear-end collisions")
    ]
    + [
        Expected(
            quantity="collisions where nobody looks, or clocks are wrong",
            low=20,
            estimator=partial(_total, column="collisions", safe=False),
            source=CARD,
        ),
        _left("batch", "one message in ten lost", low=0.8),
        _left("FCFS", "one message in three lost", high=0.5),
        _left("batch", "one message in three lost", low=0.5),
        _left("FCFS", "one in three lost, slots in order", low=0.8),
        _left("FCFS", "ghosts, 20 a minute", high=0),
        _left("FCFS", "ghosts and a camera", value=1, tolerance=Absolute(1e-12)),
        _left("batch", "ghosts, 20 a minute", low=0.8),
    ],
)
