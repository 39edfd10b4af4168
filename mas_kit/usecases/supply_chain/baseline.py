"""The lone planners: one who sees the whole chain (Clark and Scarf), and each stage as its own newsvendor.

Stages are listed from the customer upstream (retailer first). Demand is independent from period to period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from mas_kit.core.errors import out_of_range
from mas_kit.usecases.supply_chain.distribution import Distribution


@dataclass(frozen=True)
class SerialOptimum:
    """The optimal policy of a serial chain.

    Attributes:
        echelon_levels: order-up-to level of each echelon (the stage and everything downstream of it), in
            goods
        local_levels: the installation base-stock levels that give the same flow of goods
        cost: expected cost per period
    """

    echelon_levels: tuple[float, ...]
    local_levels: tuple[float, ...]
    cost: float


def clark_scarf(
    holding: Sequence[float],
    lead_times: Sequence[int],
    shortage: float,
    demand: Distribution,
    *,
    periodic: bool = False,
) -> SerialOptimum:
    """The optimal echelon base-stock levels of a serial chain: one convolution per stage, customer first.

    Holding is charged on stock on hand and on goods in transit to the next stage, at the rate of the stage
    that sent them; shortage on the retailer's backlog.

    Args:
        holding: local holding cost per unit and period, retailer first; must not rise upstream
        lead_times: periods from an order to its arrival, whole numbers, retailer first
        shortage: cost per unit and period of customer backlog
        demand: of one period
        periodic: False charges costs on the stock at the moment of arrival (the continuous-review form of
            Example 6.1 in Snyder and Shen). True is order, receive, then demand, then costs: the retailer
            covers lead time + 1 periods, and every other echelon has lost one period's mean demand by the
            time that it is charged.

    Raises:
        ParameterError: lengths differ, holding costs rise upstream, a lead time is negative or shortage is
        not positive.

    Source: Clark and Scarf (1960), Management Science 6(4), 475-490, in the notation of Snyder and Shen,
    Fundamentals of Supply Chain Theory, 2nd edition (2019), section 6.2.
    """
    _check(holding, lead_times, shortage)
    echelon = _echelon_rates(holding)
    covered = [demand.sum(lead + (periodic and stage == 0)) for stage, lead in enumerate(lead_times)]

    # The grid reaches so far below 0 that every convolution stays inside it: nothing is extrapolated.
    last = [over.first + len(over.mass) - 1 for over in covered]
    position = np.arange(-sum(last) - 1, sum(last) + 1)
    inner = (shortage + sum(echelon)) * np.maximum(-position, 0) * demand.step
    levels: list[float] = []
    cost = 0.0
    for rate, over in zip(echelon, covered, strict=True):
        total = inner + rate * position * demand.step
        expected = np.convolve(total, over.mass, "valid")  # E[total(y − D)], for the y that need no edge
        low = position[0] + over.first + len(over.mass) - 1
        position = np.arange(low, low + len(expected))
        best = int(np.argmin(expected))
        levels.append(_tidy(position[best] * demand.step))
        cost = float(expected[best])
        inner = np.where(position < position[best], expected, cost)  # its supplier can only fall short
    if periodic:
        cost -= sum(echelon[1:]) * demand.mean
    return SerialOptimum(tuple(levels), local_levels(levels), cost)


def stationary_beer_game(
    demand: Distribution,
    *,
    holding: Sequence[float] = (1.0, 0.75, 0.5, 0.25),
    shortage: float = 10.0,
    mail: int = 2,
    shipping: int = 2,
    production: int = 3,
) -> SerialOptimum:
    """The optimum of the beer game with independent demand and backlog cost at the retailer only.

    The week runs as on the board: receive, fill orders, count costs on what is on hand (not on what
    travels), then order. An order of this week's end is read `mail` weeks later and arrives `shipping` weeks
    after that, so each echelon covers mail + shipping weeks and the factory `production`. Stage j (retailer
    0) hears of demand j·mail weeks late, which moves the charge of its holding cost and nothing else: Clark
    and Scarf's recursion holds with the information delay added to the lead time. `cost` is per week and
    comparable with the agents' simulated cost.

    Args:
        demand: of one week; integer for orders in whole cases
        holding: local holding cost, retailer first
        shortage: cost per case and week of customer backlog
        mail, shipping: weeks; production: weeks from the factory's request to the goods

    Sources: Chen (1999), Management Science 45(8), 1076-1090, on information delays; Chen and Samroengraja
    (2000), Production and Operations Management 9(1), 19-30, for the game.
    """
    stages = len(holding)
    lead_times = [mail + shipping] * (stages - 1) + [production]
    optimum = clark_scarf(holding, lead_times, shortage, demand)
    late = sum(rate * stage * mail for stage, rate in enumerate(_echelon_rates(holding)))
    travelling = sum(holding[1:]) * shipping  # goods on their way to a stage, at the rate of its supplier
    cost = optimum.cost - (late + travelling) * demand.mean
    return SerialOptimum(optimum.echelon_levels, optimum.local_levels, cost)


def local_levels(echelon_levels: Sequence[float]) -> tuple[float, ...]:
    """Installation base-stock levels that move goods exactly as the echelon levels do.

    Only the smallest of an echelon's level and those upstream of it can bind (Axsäter and Rosling 1993,
    Management Science 39(10), 1274-1280).
    """
    binding = list(accumulate(reversed(echelon_levels), min))[::-1]
    return tuple(_tidy(level - below) for level, below in zip(binding, [0.0, *binding[:-1]], strict=True))


@dataclass(frozen=True)
class Newsvendor:
    """A stage that minds only its own costs and believes that its supplier always delivers in full.

    Attributes:
        level: its local base-stock level, in goods
        believed_cost: what it expects to pay per period
    """

    level: float
    believed_cost: float


def newsvendor(holding: float, shortage: float, demand: Distribution, covered: int) -> Newsvendor:
    """The base stock that covers `covered` periods of demand with probability shortage/(holding + shortage).

    Source: the single-stage base-stock model, Snyder and Shen (2019), section 4.3.4.
    """
    for name, value in (("holding", holding), ("shortage", shortage)):
        if not value > 0:
            raise out_of_range(name, value, "above 0", "a stage without this cost has no optimal level")
    over = demand.sum(covered)
    level = over.quantile(shortage / (holding + shortage))
    return Newsvendor(level, over.expected_cost(level, holding, shortage))


def newsvendor_stages(
    holding: Sequence[float], lead_times: Sequence[int], shortage: Sequence[float], demand: Distribution
) -> tuple[Newsvendor, ...]:
    """Every stage as its own newsvendor, retailer first: the chain without a planner.

    Args:
        holding, shortage: each stage's own costs per unit and period (`shortage` on what it owes its
            customer)
        lead_times: periods of demand that an order has to cover
        demand: of one period; without smoothing each stage sees the customer's demand passed on unchanged

    What the chain then costs is more than the sum of the beliefs, because suppliers do run out; see
    `mas_kit.usecases.supply_chain.reference.simulate_serial`.
    """
    if not len(holding) == len(lead_times) == len(shortage):
        raise out_of_range(
            "holding", holding, "as many as lead times and shortage costs", "one value per stage"
        )
    stages = zip(holding, shortage, lead_times, strict=True)
    return tuple(newsvendor(own, owed, demand, lead) for own, owed, lead in stages)


def _tidy(level: float) -> float:
    """A level without the last bits that multiplying by a grid step leaves behind."""
    return round(float(level), 9)


def _echelon_rates(holding: Sequence[float]) -> list[float]:
    """What a unit costs more at a stage than at its supplier."""
    return [own - above for own, above in zip(holding, [*holding[1:], 0.0], strict=True)]


def _check(holding: Sequence[float], lead_times: Sequence[int], shortage: float) -> None:
    if not holding or len(holding) != len(lead_times):
        raise out_of_range("holding", holding, "as many as lead times", "one value per stage, retailer first")
    if any(rate < 0 for rate in _echelon_rates(holding)):
        fix = "list the stages from the customer upstream; goods gain value on their way to the customer"
        raise out_of_range("holding", holding, "not rising upstream, not negative", fix)
    if any(lead < 0 or lead != int(lead) for lead in lead_times):
        raise out_of_range(
            "lead_times", lead_times, "whole numbers, 0 or more", "round them to whole periods"
        )
    if not shortage > 0:
        raise out_of_range("shortage", shortage, "above 0", "without it the best policy is never to order")
