"""What goes wrong in the chain, how much of the gain of working together is left, and how long it lasts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import unknown
from mas_kit.core.faults import Bias, Crash, Delay, Fault, Loss
from mas_kit.experiments import (
    Expected,
    Experiment,
    Recovery,
    Resilience,
    StandardErrors,
    Trouble,
    ratio_of_means,
)
from mas_kit.usecases.supply_chain.model import STAGES, SupplyChain

if TYPE_CHECKING:
    import pandas as pd

type Costs = NDArray[np.float64]

CARD = "a claim of the model card, Things to notice"
START = 41  # every trouble begins in this week, long after the start-up
WEEKS = 150
WITHIN = 0.1  # of the base stock: nearer than that to an undisturbed chain counts as recovered

RETRY = 5  # an answer takes two weeks there and two back; one week more and the order is sent again


def _loss(share: float) -> tuple[Fault, ...]:
    return (Loss(network="orders", probability=share, at=START, until=START + 12),)


def _down(stage: str, weeks: int) -> tuple[Fault, ...]:
    return (Crash(agent=stage, at=START, until=START + weeks),)


def _shock(factor: float) -> tuple[Fault, ...]:
    # customers ask a week before the shop reads it
    return (
        Bias(agent="customer", where="action", field="wants", factor=factor, at=START - 1, until=START + 3),
    )


def _late(weeks: int) -> tuple[Fault, ...]:
    return (Delay(network="goods", extra=weeks, at=START, until=START + 12),)


def _repeated(share: float) -> Trouble:
    """Orders are lost, and those without an answer are sent again."""
    return Trouble(_loss(share), parameters={"retry": RETRY})


# family -> severity -> what goes wrong; severity 0 is the chain without trouble
TROUBLES: Mapping[str, Mapping[float, tuple[Fault, ...] | Trouble]] = {
    "orders lost": {share: _loss(share) for share in (0.05, 0.1, 0.2, 0.4)},
    "orders lost, repeated": {share: _repeated(share) for share in (0.05, 0.1, 0.2, 0.4)},
    "distributor down": {float(weeks): _down("distributor", weeks) for weeks in (1, 2, 4, 8)},
    "demand shock": {factor: _shock(factor) for factor in (1.25, 1.5, 2.0)},
    "goods late": {float(weeks): _late(weeks) for weeks in (1, 2, 4)},
}
UNITS = {
    "orders lost": "share of orders lost for 12 weeks",
    "orders lost, repeated": "share of orders lost for 12 weeks",
    "distributor down": "weeks down",
    "demand shock": "factor on demand for 4 weeks",
    "goods late": "weeks later for 12 weeks",
}


def _net(model: SupplyChain) -> list[list[float]]:
    """Stock less backlog of every stage, week by week."""
    return [
        [row[f"{stage.name}.inventory"] - row[f"{stage.name}.backlog"] for stage in model.stages]
        for row in model.history
    ]


def _near(model: SupplyChain) -> list[float]:
    return [WITHIN * getattr(stage.policy, "level", math.nan) for stage in model.stages]


# Until the net inventory of every stage is back, within a tenth of its base stock.
weeks_to_recover = Recovery(_net, _near, START, "weeks_to_recover")

study = Resilience(
    model=SupplyChain,
    # The planner's optimum for the whole chain; or each stage its own newsvendor: the lone agent.
    teams={who: dict.fromkeys(STAGES, who) for who in ("planner", "base stock")},
    lone="base stock",
    parameters={
        **SupplyChain.oracles["stationary"],
        "weeks": WEEKS,
        "warmup": START - 11,
        "start_flow": 8,
        "start_stock": 20,
        "retry": 0,
    },
    troubles=TROUBLES,
    score="cost per week",
    recovery=weeks_to_recover,
    metrics=["fill rate"],
    units=UNITS,
)
chain, labels, gain_left = study.make, study.labels, study.gain_left


def came_back(frame: pd.DataFrame, trouble: str, who: str = "planner") -> tuple[float, float]:
    """The share of runs that recovered before their last ten weeks, and its standard error."""
    weeks = frame[(frame["who"] == who) & (frame["trouble"] == trouble)]["weeks_to_recover"]
    share = float((weeks <= WEEKS - START - 10).mean())
    return share, math.sqrt(share * (1 - share) / len(weeks))


def resilience_curve(frame: pd.DataFrame) -> pd.DataFrame:
    """The results of the experiment `resilience` as curves, with the share of runs that came back."""
    table = study.table(frame)
    return table.assign(**{"came back": [came_back(frame, trouble)[0] for trouble in table["trouble"]]})


def _claim(quantity: str, estimator: Any, **claimed: Any) -> Expected:
    return Expected(quantity=quantity, estimator=estimator, source=CARD, **claimed)


def _left(trouble: str, **claimed: Any) -> Expected:
    return _claim(f"gain left, {trouble}", partial(gain_left, trouble=trouble), **claimed)


def _back(trouble: str, **claimed: Any) -> Expected:
    return _claim(f"share of runs that came back, {trouble}", partial(came_back, trouble=trouble), **claimed)


def _weeks(trouble: str, value: float) -> Expected:
    return Expected(
        quantity=f"weeks to recover, {trouble}",
        value=value,
        estimator="weeks_to_recover",
        at={"who": "planner", "trouble": trouble},
        source="weeks down + mail 2 + production 3 + shipping 3 × 2: the way of a case to the shop",
    )


troubles = study.experiment(
    seeds=30,
    expected=[
        _claim(
            "cost of each stage for itself over the planner's",
            partial(study.against, who="base stock", other="planner"),
            low=1.2,
        ),
        _weeks("distributor down 4", 15),
        _weeks("distributor down 8", 19),
        _left("distributor down 1", low=0.9),
        _left("distributor down 8", high=0),
        _left("demand shock 1.25", low=0.5, high=1),
        _left("demand shock 2", high=0),
        _left("goods late 2", high=0),
        _left("orders lost 0.05", high=0),
        _left("orders lost, repeated 0.05", low=0.5),
        _back("orders lost 0.05", value=0.95**36, tolerance=StandardErrors(3.5, at_most=0.1)),
        _back("orders lost 0.2", value=0),
        _back("orders lost, repeated 0.2", value=1),
        _back("demand shock 2", value=1),
        _back("goods late 4", value=1),
    ],
)

# ---- shared data that grows old


def shared(*, seed: int, news: str, **parameters: Any) -> SupplyChain:
    """A chain that forecasts by smoothing, and what it knows of the customers' demand.

    Args:
        news: `none` (orders only), `fresh` (point-of-sale data, a week older per stage) or `old` (four weeks
            more per stage)
    """
    if news not in NEWS:
        raise unknown("news", news, NEWS)
    settings: dict[str, Any] = {
        **dict.fromkeys(STAGES, "smoothing"),
        "mean": 20,
        "sd": 4,
        "safety": 20,
        "start_flow": 20,
        "start_stock": 30,
        "freeze": 0,
        "weeks": 300,
        "warmup": 50,
        "record": False,
        "information": "orders" if news == "none" else "pos",
        **parameters,
    }
    faults = [Delay(network="pos", extra=4, at=1)] if news == "old" else []
    return SupplyChain(seed=seed, faults=faults, **settings)


NEWS = ("none", "fresh", "old")


def worth_left(frame: pd.DataFrame, demand: str) -> tuple[float, float]:
    """What old data are worth, as a share of what fresh data are worth, against sharing nothing."""

    def cost(news: str) -> Costs:
        rows = frame[(frame["news"] == news) & (frame["demand"] == demand)].sort_values("replicate")
        return rows["cost per week"].to_numpy(dtype=np.float64)

    return ratio_of_means(cost("none") - cost("old"), cost("none") - cost("fresh"))[:2]


stale = Experiment(
    name="resilience-stale-data",
    model=shared,
    parameters={"rho": 0.8},
    design={"demand": ["normal", "ar1"], "news": list(NEWS)},
    seeds=30,
    metrics=["cost per week"],
    expected=[
        _claim("worth left of old data, independent demand", partial(worth_left, demand="normal"), low=0.95),
        _claim("worth left of old data, AR(1) demand", partial(worth_left, demand="ar1"), low=0.4, high=0.85),
    ],
)

EXPERIMENTS = (troubles, stale)
