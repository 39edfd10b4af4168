"""What goes wrong on the roads of Sioux Falls, and how soon travellers have learnt to live with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from mas_kit.core.faults import Crash, Delay
from mas_kit.experiments import Recovery, Resilience, Trouble
from mas_kit.usecases.traffic.model import Traffic

CARD = "a claim of the model card, Things to notice"
START, DAYS, TWENTY = 101, 250, 121  # troubles begin on day 101; those that end do so after 20 days

TEAMS: dict[str, dict[str, Any]] = {
    "averages": {"choice": "averages"},
    "a twentieth a day": {"choice": "constant", "rate": 0.05},
    "a third a day": {"choice": "constant", "rate": 0.3},
}
LONE = "nobody hears the news"  # everybody for itself, by the map


def _closed(*links: str) -> list[Crash]:
    return [Crash(agent=link, at=START, until=TWENTY) for link in links]


def cost_in_trouble(model: Traffic) -> float:
    """Mean total travel time over the optimum's, from the day on which troubles begin."""
    return float(np.mean([row["tstt over so"] for row in model.history[START - 1 :]]))


def worst_day(model: Traffic) -> float:
    """The largest total travel time over the optimum's from then on."""
    return float(max(row["tstt over so"] for row in model.history[START - 1 :]))


def days_to_return(model: Traffic) -> float:
    """Days from the end of a closure until total travel time stays within 1 % of the undisturbed town's.

    0 where nothing was closed; 130, the rest of the run, where it does not come back.
    """
    if not any(isinstance(fault, Crash) for fault in model.injector.faults):
        return 0.0  # it takes a second run to know
    return max(0.0, _RETURN(model) - (TWENTY - START))


_RETURN = Recovery("tstt over so", within=0.0104, start=START, name="days until it has returned")

study = Resilience(
    model=Traffic,
    teams={**TEAMS, LONE: {"choice": "averages", "ignore": 1.0}},
    lone=LONE,
    parameters={"world": "sioux falls", "packet": 100, "days": DAYS},
    troubles={
        "links closed": {
            1: Trouble(_closed("16-10"), "16-10 closed"),
            2: Trouble(_closed("9-10", "10-9"), "9-10 closed both ways"),
        },
        "days late": {
            late: Trouble([Delay(network="reports", extra=late, at=START)], f"news {late} days late")
            for late in (1, 5, 20)
        },
        "share that ignores": {
            share: Trouble(parameters={"ignore": share}, label=f"{share:.0%} ignore the news")
            for share in (0.05, 0.2)
        },
    },
    score=cost_in_trouble,
    metrics=[worst_day, days_to_return, "gap"],
    units={"days late": "days", "links closed": "links", "share that ignores": "share of travellers"},
)
town = study.make
