"""How much a forecast amplifies demand: Var(orders) / Var(demand) in closed form.

In all of these the stage orders up to (expected demand over the protection interval), may return goods, and
adds no safety stock that is itself estimated; otherwise the formulas are lower bounds.

The *protection interval* is the number of periods whose demand an order has to cover: lead time plus review
period. It is the L of Chen, Drezner, Ryan and Simchi-Levi (2000), who count the review period in L, and the
L + 1 of Lee, So and Tang (2000), who do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from mas_kit.core.errors import out_of_range


def moving_average(protection: int, window: int, rho: float = 0.0) -> float:
    """Order-up-to with the mean of the last `window` periods; demand AR(1) with correlation `rho`.

    1 + (2L/p + 2L²/p²)(1 − ρᵖ). Source: Chen, Drezner, Ryan and Simchi-Levi (2000), Management Science
    46(3), 436-443.
    """
    _whole("protection", protection, 0)
    _whole("window", window, 1)
    _correlation(rho)
    share = protection / window
    return 1 + (2 * share + 2 * share * share) * (1 - rho**window)


def exponential_smoothing(protection: int, weight: float, rho: float = 0.0) -> float:
    """Order-up-to with exponential smoothing that gives `weight` to the newest period (0 < weight ≤ 1).

    1 + (2Lα + 2L²α²/(2 − α)) (1 − ρ)/(1 − (1 − α)ρ). Source: Chen, Ryan and Simchi-Levi (2000), Naval
    Research Logistics 47(4), 269-286.
    """
    _whole("protection", protection, 0)
    if not 0 < weight <= 1:
        raise out_of_range(
            "weight", weight, "above 0, at most 1", "use 1 to forecast with the last period alone"
        )
    _correlation(rho)
    change = protection * weight
    return 1 + (2 * change + 2 * change * change / (2 - weight)) * (1 - rho) / (1 - (1 - weight) * rho)


def minimum_mean_square_error(protection: int, rho: float) -> float:
    """Order-up-to with the best forecast of AR(1) demand: forecasting as well as possible still amplifies.

    With m periods covered, 1 + 2ρ(1 − ρᵐ)(1 − ρᵐ⁺¹)/(1 − ρ); below 1 for negative ρ. Source: Lee, So and
    Tang (2000), Management Science 46(5), 626-643, for a lead time of m − 1.
    """
    _whole("protection", protection, 0)
    _correlation(rho)
    return 1 + 2 * rho * (1 - rho**protection) * (1 - rho ** (protection + 1)) / (1 - rho)


def shared_demand(protections: Sequence[int], window: int, rho: float = 0.0) -> tuple[float, ...]:
    """Each stage against the customer when all see the customer's demand: the intervals add, retailer first.

    Source: Chen, Drezner, Ryan and Simchi-Levi (2000), theorem for centralised demand information.
    """
    totals = [sum(protections[: stage + 1]) for stage in range(len(protections))]
    return tuple(moving_average(total, window, rho) for total in totals)


def private_demand_bound(protections: Sequence[int], window: int) -> tuple[float, ...]:
    """Each stage against the customer when each sees only the orders it gets: a LOWER BOUND, retailer first.

    The product of the stages' own factors. It is an equality for the first stage only: its orders are
    correlated, and the factor of the next stage holds for independent demand. Source: Chen, Drezner, Ryan and
    Simchi-Levi (2000), theorem for decentralised demand information.
    """
    factors = [moving_average(protection, window) for protection in protections]
    return tuple(prod(factors[: stage + 1]) for stage in range(len(factors)))


def private_demand(protections: Sequence[int], window: int) -> tuple[float, ...]:
    """What the bound bounds: the exact ratios for independent customer demand, retailer first.

    A stage turns incoming orders into q(t) = (1 + L/p) d(t) - (L/p) d(t - p). Stages in a row multiply these
    filters, and the variance of filtered white noise is the sum of the squared weights.
    """
    weights, ratios = np.ones(1), []
    for protection in protections:
        _whole("protections", protection, 0)
        _whole("window", window, 1)
        share = protection / window
        weights = np.convolve(weights, [1 + share, -share])  # in steps of p periods
        ratios.append(float(weights @ weights))
    return tuple(ratios)


def _whole(name: str, value: int, least: int) -> None:
    if value != int(value) or value < least:
        raise out_of_range(name, value, f"whole numbers from {least}", "count whole periods")


def _correlation(rho: float) -> None:
    if not -1 < rho < 1:
        raise out_of_range("rho", rho, "between -1 and 1", "demand must be stationary")
