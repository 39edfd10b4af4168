"""What goes wrong in the fleet, and how much of the service is left, for each way of allocating."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import unknown
from mas_kit.core.faults import Crash, Fault, Loss, Partition
from mas_kit.usecases.drones.model import DroneFleet

if TYPE_CHECKING:
    import pandas as pd

type Values = NDArray[np.float64]

CARD = "a claim of the model card, Things to notice"
START = 51  # every trouble begins in this tick
TICKS = 150
DRONES = 6
LATER = (24, 49, 99)  # ticks after the start for which the value so far is kept
TEAMS = ("consensus", "contract net", "sequential auction", "dispatcher", "dispatcher and backup")
LONE = "one drone alone"
TROUBLES = (
    "none",
    "1 drone killed",
    "2 drones killed",
    "3 drones killed",
    "desk killed",
    "loss 0.1",
    "loss 0.3",
    "loss 0.5",
    "split",
)


def faults_of(trouble: str, who: str) -> tuple[Fault, ...]:
    """A trouble as data.

    The desk is the dispatcher where there is one, and the first ground station where there is none. A split
    leaves the odd drones with the first station (and the dispatcher) and the even ones with the second (and
    the backup), until the end; the wire between the stations is cut too.

    Raises UnknownNameError for a trouble that is not in `TROUBLES`.
    """
    if trouble not in TROUBLES:
        raise unknown("trouble", trouble, TROUBLES)
    if trouble == "none":
        return ()
    if trouble.startswith("loss"):
        return (Loss(network="radio", probability=float(trouble.split()[1]), at=START),)
    if trouble == "desk killed":
        return (Crash(agent="dispatcher" if who.startswith("dispatcher") else "station-1", at=START),)
    if trouble == "split":
        even = tuple(f"drone-{i}" for i in range(2, DRONES + 1, 2))
        groups = (("station-2", *even, *(("backup",) if who.endswith("backup") else ())),)
        return (Partition(network="radio", groups=groups, at=START),)
    return tuple(Crash(agent=f"drone-{i + 1}", at=START) for i in range(int(trouble[0])))


def fleet(*, seed: int, who: str = "consensus", trouble: str = "none", **parameters: Any) -> DroneFleet:
    """Six drones with work enough, and one trouble from tick START on.

    Args:
        who: one of `TEAMS`, or "one drone alone": a dispatcher with a single drone
        trouble: one of `TROUBLES`
        parameters: of `DroneFleet`, in place of the setting's own
    """
    if who not in (*TEAMS, LONE):
        raise unknown("team", who, (*TEAMS, LONE))
    settings: dict[str, Any] = {
        "allocation": "dispatcher" if who == LONE else who,
        "drones": 1 if who == LONE else DRONES,
        "ticks": TICKS,
        "rate": 0.2,
        **parameters,
    }
    return DroneFleet(seed=seed, faults=faults_of(trouble, settings["allocation"]), **settings)


def value_after(model: DroneFleet, ticks: int = TICKS) -> float:
    """The value delivered in the first so many ticks of the trouble."""
    rows = model.history
    last = min(START - 1 + ticks, len(rows))
    return float(rows[last - 1]["value"] - rows[START - 2]["value"])


def late_duplicates(model: DroneFleet) -> float:
    """Duplicate deliveries since the trouble began."""
    return float(model.history[-1]["duplicates"] - model.history[START - 2]["duplicates"])


def _column(frame: pd.DataFrame, who: str, trouble: str, metric: str) -> Values:
    rows = frame[(frame["who"] == who) & (frame["trouble"] == trouble)].sort_values("replicate")
    if rows.empty:
        raise unknown(
            "run",
            f"{who}, {trouble}",
            {f"{a}, {b}" for a, b in zip(frame["who"], frame["trouble"], strict=True)},
        )
    return rows[metric].to_numpy(dtype=np.float64)


def _ratio(part: Values, whole: Values) -> tuple[float, float]:
    """Ratio of two means over the same replicates, and its standard error by the delta method."""
    ratio = part.mean() / whole.mean()
    rest = part - ratio * whole
    return float(ratio), float(rest.std(ddof=1) / math.sqrt(len(rest)) / abs(whole.mean()))


def retained(frame: pd.DataFrame, who: str, trouble: str, metric: str = "value_after") -> tuple[float, float]:
    """Value delivered after the trouble, as a share of the same team's without; and its standard error."""
    return _ratio(_column(frame, who, trouble, metric), _column(frame, who, "none", metric))


def gain_left(frame: pd.DataFrame, who: str, trouble: str) -> tuple[float, float]:
    """(score under trouble - score alone) / (score without trouble - score alone), and its standard error.

    The score is the value delivered after the trouble began; alone is one drone with nothing going wrong.
    """
    alone = _column(frame, LONE, "none", "value_after")
    hurt, well = (_column(frame, who, which, "value_after") for which in (trouble, "none"))
    return _ratio(hurt - alone, well - alone)


def against(
    frame: pd.DataFrame, who: str, other: str, trouble: str, metric: str = "value_after"
) -> tuple[float, float]:
    """One team's value as a share of another's in the same trouble, and its standard error."""
    return _ratio(_column(frame, who, trouble, metric), _column(frame, other, trouble, metric))


def adoption(frame: pd.DataFrame, who: str, trouble: str) -> tuple[float, float]:
    """Mean ticks from a breakdown until another drone has the order, over all orders; and its standard error.

    Orders of the same run are not independent, so the standard error is that of a ratio of means over runs.
    """
    ticks = np.nan_to_num(_column(frame, who, trouble, "reallocation"))
    count = _column(frame, who, trouble, "adopted")
    if not count.any():
        return math.nan, math.nan
    return _ratio(ticks * count, count)


def curve(frame: pd.DataFrame) -> pd.DataFrame:
    """The results of the experiment `resilience`: one row a team and trouble.

    Columns: who, trouble, value (after the trouble began), retained, s.e., gain left, its s.e., duplicates,
    reallocation (ticks), its s.e.
    """
    import pandas as pd

    rows = []
    for who in TEAMS:
        for trouble in TROUBLES:
            kept, kept_error = retained(frame, who, trouble)
            gain, gain_error = gain_left(frame, who, trouble)
            ticks, ticks_error = adoption(frame, who, trouble)
            rows.append(
                {
                    "who": who,
                    "trouble": trouble,
                    "value": _column(frame, who, trouble, "value_after").mean(),
                    "retained": kept,
                    "s.e.": kept_error,
                    "gain left": gain,
                    "gain left s.e.": gain_error,
                    "duplicates": _column(frame, who, trouble, "late_duplicates").mean(),
                    "reallocation": ticks,
                    "reallocation s.e.": ticks_error,
                }
            )
    return pd.DataFrame(rows)
