"""The bullwhip formulas, reproduced by agents that order from each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mas_kit.experiments import Expected, Experiment, StandardErrors
from mas_kit.usecases.supply_chain import bullwhip
from mas_kit.usecases.supply_chain.model import STAGES, SupplyChain

CHEN = "Chen, Drezner, Ryan and Simchi-Levi (2000), Management Science 46(3), 436-443"
# Mean demand is so large that nobody ever wants to order less than nothing, which the formulas allow.
CALM: dict[str, Any] = {
    "demand": "normal",
    "mean": 200,
    "sd": 10,
    "whole": False,
    "freeze": 0,
    "start_flow": 200,
    "start_stock": 2000,
    "weeks": 4000,
    "warmup": 100,
    "record": False,
}
SMOOTHED = "Chen, Ryan and Simchi-Levi (2000), Naval Research Logistics 47(4), 269-286"
AHEAD = "Lee, So and Tang (2000), Management Science 46(5), 626-643"
FILTERS = "the stages' linear filters multiplied: bullwhip.private_demand"


def _amplify(
    name: str,
    rule: str,
    ratios: Sequence[float],
    source: str,
    bounds: Sequence[float] = (),
    seeds: int = 25,
    **settings: Any,
) -> Experiment:
    """Agents that all order by `rule`, against the variance ratios that a formula states, retailer first."""
    exact = [
        Expected(
            quantity=f"{stage}.bullwhip",
            value=ratio,
            source=source,
            tolerance=StandardErrors(3.5, at_most=0.003 * ratio),
        )
        for stage, ratio in zip(STAGES, ratios, strict=False)
    ]
    least = [
        Expected(quantity=f"{stage}.bullwhip", low=bound, source=f"{CHEN}, decentralised: a lower bound")
        for stage, bound in zip(STAGES[1:], bounds[1:], strict=False)
    ]
    return Experiment(
        name=f"bullwhip-{name}",
        model=SupplyChain,
        parameters={**CALM, **dict.fromkeys(STAGES, rule), **settings},
        seeds=seeds,
        metrics=[f"{stage}.bullwhip" for stage in STAGES],
        expected=[*exact, *least],
    )


AR1: dict[str, Any] = {"demand": "ar1", "cover": 4}
TWO_EACH: dict[str, Any] = {"cover": 2, "window": 10}
EXPERIMENTS = (
    *(
        _amplify(
            f"moving-average-of-5-covering-{cover}",
            "moving average",
            [bullwhip.moving_average(cover, 5)],
            CHEN,
            cover=cover,
            window=5,
        )
        for cover in (1, 4)
    ),
    _amplify(
        "moving-average-ar1",
        "moving average",
        [bullwhip.moving_average(4, 5, rho=0.5)],
        CHEN,
        window=5,
        rho=0.5,
        **AR1,
    ),
    *(
        _amplify(
            f"smoothing-covering-{cover}",
            "smoothing",
            [bullwhip.exponential_smoothing(cover, weight)],
            SMOOTHED,
            cover=cover,
            weight=weight,
        )
        for cover, weight in ((1, 0.4), (4, 0.3))
    ),
    *(
        _amplify(
            f"best-forecast-{sign}",
            "autoregressive",
            [bullwhip.minimum_mean_square_error(4, rho)],
            AHEAD,
            seeds=50,
            rho=rho,
            **AR1,
        )
        for sign, rho in (("positive", 0.5), ("negative", -0.4))
    ),
    _amplify(
        "shared-demand",
        "moving average",
        bullwhip.shared_demand((2, 2, 2, 2), 10),
        f"{CHEN}, centralised: the intervals add",
        information="pos",
        pos_delay=2,  # as old as the orders that come with it, as the formula has it
        **TWO_EACH,
    ),
    _amplify(
        "private-demand",
        "moving average",
        bullwhip.private_demand((2, 2, 2, 2), 10),
        FILTERS,
        bounds=bullwhip.private_demand_bound((2, 2, 2, 2), 10),
        **TWO_EACH,
    ),
)
