"""What the travellers of Sioux Falls make of it, against the assignment, and what troubles do to them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.experiments import Computation, Expected, Experiment, Relative
from mas_kit.usecases.traffic import resilience
from mas_kit.usecases.traffic.daytoday import RouteChoice
from mas_kit.usecases.traffic.experiments_routes import BECKMANN, OURS, PLANNED
from mas_kit.usecases.traffic.model import Traffic

if TYPE_CHECKING:
    import pandas as pd


def _town(name: str, expected: list[Expected], *, seeds: int = 3, **parameters: Any) -> Experiment:
    settings = {"world": "sioux falls", "days": 400, "packet": 10, **parameters}
    return Experiment(name=name, model=Traffic, parameters=settings, seeds=seeds, expected=expected)


def _near(what: str) -> list[Expected]:
    return [
        Expected(quantity="tstt over ue", value=1, tolerance=Relative(0.01), source=f"{OURS}, {what}"),
        Expected(quantity="rmse", high=0.02, source=f"{OURS}, {what}: of the mean link flow"),
    ]


def _ignoring() -> dict[str, float]:
    model = Traffic(seed=1, world="sioux falls", packet=10, days=400, ignore=0.2, record=False).run()
    world = model.place
    assert isinstance(world, RouteChoice)
    exact = world.beside_those_who_keep()
    return {
        "total time over the exact one": world.total_time / exact.total_time,
        "rmse": world.rmse(exact.flow),
    }


town = [
    _town("sioux-falls-travellers", _near("400 days, packets of 10")),
    _town("sioux-falls-every-vehicle", _near("400 days, 360,600 travellers"), seeds=1, packet=1),
    _town(
        "sioux-falls-a-third-a-day",
        [
            Expected(
                quantity="mean gap",
                low=0.12,
                high=0.23,
                source="switching at a constant rate of 30 % does not converge; the same rule over arrays",
            ),
            Expected(quantity="mean tstt over so", low=1.2, source=resilience.CARD),
        ],
        choice="constant",
        rate=0.3,
        days=200,
    ),
    _town(
        "sioux-falls-a-twentieth-a-day",
        [Expected(quantity="mean gap", high=0.02, source=resilience.CARD)],
        choice="constant",
        rate=0.05,
        days=200,
    ),
    _town(
        "sioux-falls-optimal-tolls",
        [
            Expected(quantity="tstt over so", value=1, tolerance=Relative(0.005), source=BECKMANN),
            Expected(quantity="gap", high=0.005, source=BECKMANN),
        ],
        toll="marginal cost",
        days=200,
    ),
    _town(
        "sioux-falls-gantries-that-learn",
        [
            Expected(
                quantity="tstt over so", value=1, tolerance=Relative(0.015), source=f"{PLANNED}, tolls found"
            ),
        ],
        toll="adaptive",
    ),
    _town(
        "sioux-falls-gantries-and-a-twentieth",
        [
            Expected(
                quantity="mean tstt over so",
                value=1,
                tolerance=Relative(0.005),
                source=f"{PLANNED}, tolls found",
            ),
        ],
        toll="adaptive",
        choice="constant",
        rate=0.05,
    ),
    _town(
        "sioux-falls-gantries-and-the-hasty",
        [Expected(quantity="mean tstt over so", high=1.12, source=resilience.CARD)],
        toll="adaptive",
        choice="constant",
        rate=0.3,
        days=200,
    ),
    Computation(
        name="sioux-falls-some-ignore",
        compute=_ignoring,
        expected=[
            Expected(
                quantity="total time over the exact one",
                value=1,
                tolerance=Relative(0.01),
                source="equilibrium of the other 80 % beside their flow: assignment.user_equilibrium",
            ),
            Expected(quantity="rmse", high=0.02, source="the same, of the mean link flow"),
        ],
    ),
]

# ---- troubles

_study = resilience.study


def _cost(who: str, trouble: str, **claimed: Any) -> Expected:
    return Expected(
        quantity=f"total time over the optimum's, {who}, {trouble}",
        estimator=partial(_mean, who=who, trouble=trouble, metric="cost_in_trouble"),
        source=resilience.CARD,
        **claimed,
    )


def _days(who: str, trouble: str, **claimed: Any) -> Expected:
    return Expected(
        quantity=f"days until it has returned, {who}, {trouble}",
        estimator=partial(_mean, who=who, trouble=trouble, metric="days_to_return"),
        source=resilience.CARD,
        **claimed,
    )


def _mean(frame: pd.DataFrame, who: str, trouble: str, metric: str) -> tuple[float, float]:
    found = np.asarray(_study.values(frame, trouble, who, metric), float)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))


troubles = _study.experiment(
    "sioux-falls-troubles",
    seeds=3,
    expected=[
        _days("a twentieth a day", "16-10 closed", low=20, high=70),
        _days("averages", "16-10 closed", low=120),
        _cost("averages", "news 20 days late", high=1.08),
        _cost("a twentieth a day", "news 20 days late", low=3),
        _cost("a third a day", "none", low=1.2, high=1.4),
        _cost("a third a day", "20% ignore the news", high=1.25),
        _cost("averages", "20% ignore the news", low=1.1),
        Expected(
            quantity="gain left, averages, 16-10 closed",
            estimator=partial(_study.gain_left, trouble="16-10 closed", who="averages"),
            low=0.95,
            high=1,
            source=resilience.CARD,
        ),
        Expected(
            quantity="gain left, a third a day, news 5 days late",
            estimator=partial(_study.gain_left, trouble="news 5 days late", who="a third a day"),
            high=0,
            source=resilience.CARD,
        ),
    ],
)

EXPERIMENTS = [*town, troubles]
