"""What goes wrong in the fleet, and how much of the service is left, for each way of allocating."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.faults import Byzantine, Crash, Fault, Loss, Partition
from mas_kit.experiments import Resilience, Trouble, ratio_of_means
from mas_kit.usecases.drones.model import DroneFleet

if TYPE_CHECKING:
    import pandas as pd

CARD = "a claim of the model card, Things to notice"
START = 51  # every trouble begins in this tick
TICKS = 150
DRONES = 6
TEAMS = ("consensus", "contract net", "sequential auction", "dispatcher", "dispatcher and backup")
LONE = "one drone alone"


def _killed(drones: int) -> Trouble:
    faults = [Crash(agent=f"drone-{i + 1}", at=START) for i in range(drones)]
    return Trouble(faults, f"{drones} drone{'s' if drones > 1 else ''} killed")


def _desk(who: str) -> list[Fault]:
    """The desk is the dispatcher where there is one, and the first ground station where there is none."""
    return [Crash(agent="station-1" if who in TEAMS[:3] else "dispatcher", at=START)]


def _split(who: str) -> list[Fault]:
    """The odd drones stay with the first station (and the dispatcher), the even ones with the second (and the
    backup), until the end; the wire between the stations is cut too."""
    even = tuple(f"drone-{i}" for i in range(2, DRONES + 1, 2))
    backup = ("backup",) if who.endswith("backup") else ()
    return [Partition(network="radio", groups=(("station-2", *even, *backup),), at=START)]


def _overbids(times: float) -> Trouble:
    """One drone's bids arrive so many times as high as they are; neither it nor anybody else knows."""
    lie = Byzantine(agent="drone-1", at=START, alter="corrupt", change="scale", factor=times, field="bid")
    return Trouble([lie], "1 drone overbids")


# family -> severity -> what goes wrong
TROUBLES: Mapping[str, Mapping[float, Any]] = {
    "drones killed": {killed: _killed(killed) for killed in (1, 2, 3)},
    "desk killed": {1: Trouble(_desk, "desk killed")},
    "loss": {share: [Loss(network="radio", probability=share, at=START)] for share in (0.1, 0.3, 0.5)},
    "split": {1: Trouble(_split, "split")},
    "bids too high": {10: _overbids(10)},
}


def value_after(model: DroneFleet, ticks: int = TICKS) -> float:
    """The value delivered in the first so many ticks of the trouble."""
    rows = model.history
    last = min(START - 1 + ticks, len(rows))
    return float(rows[last - 1]["value"] - rows[START - 2]["value"])


def late_duplicates(model: DroneFleet) -> float:
    """Duplicate deliveries since the trouble began."""
    return float(model.history[-1]["duplicates"] - model.history[START - 2]["duplicates"])


study = Resilience(
    model=DroneFleet,
    teams={
        **{who: {"allocation": who, "drones": DRONES} for who in TEAMS},
        LONE: {"allocation": "dispatcher", "drones": 1},  # a dispatcher with a single drone
    },
    lone=LONE,
    also_alone=["1 drone killed"],
    parameters={"ticks": TICKS, "rate": 0.2},
    troubles=TROUBLES,
    score=value_after,
    metrics=["value", "reallocation", "orphans", "adopted", "messages", late_duplicates],
    units={"drones killed": "drones killed of 6", "loss": "share of messages lost"},
)
fleet = study.make


def adoption(frame: pd.DataFrame, who: str, trouble: str) -> tuple[float, float]:
    """Mean ticks from a breakdown until another drone has the order, over all orders; and its standard error.

    Orders of the same run are not independent, so the standard error is that of a ratio of means over runs.
    """
    ticks = np.nan_to_num(study.values(frame, trouble, who, "reallocation"))
    count = study.values(frame, trouble, who, "adopted").to_numpy()
    if not count.any():
        return math.nan, math.nan
    return ratio_of_means(ticks * count, count)[:2]


def curve(frame: pd.DataFrame) -> pd.DataFrame:
    """The results of the experiment `resilience` as curves.

    To the columns of `Resilience.table` come: retained (the value as a share of the same team's without
    trouble) and its s.e., duplicates, reallocation (ticks) and its s.e.
    """
    table = study.table(frame)
    cells = list(zip(table["trouble"], table["who"], strict=True))
    kept = [study.retained(frame, trouble, who) for trouble, who in cells]
    ticks = [adoption(frame, who, trouble) for trouble, who in cells]
    return table.assign(
        **{
            "retained": [share for share, _ in kept],
            "retained s.e.": [error for _, error in kept],
            "duplicates": [study.values(frame, *cell, late_duplicates).mean() for cell in cells],
            "reallocation": [mean for mean, _ in ticks],
            "reallocation s.e.": [error for _, error in ticks],
        }
    )
