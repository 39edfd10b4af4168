"""Ways to order, all with one signature, so that any role can swap one for another.

Each is pure: what it must remember goes out as `Decision.memory` and comes back in the next percept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.supply_chain.agents import Order, StagePercept
from mas_kit.usecases.supply_chain.distribution import Distribution


def _asked(decision: Decision) -> float:
    action = decision.action
    return float(action.quantity if isinstance(action, Order) else action)


def _candidates(*quantities: float) -> list[float]:
    return sorted({round(max(0.0, q), 2) for q in quantities})


class AnchorAndAdjust(Policy):
    """Sterman's rule: expect what was asked, and close a share of the gap in stock and supply line.

    order = max(0, expected + alpha·(target − net inventory − beta·supply line)),
    expected = theta·signal + (1 − theta)·expected before.

    Args:
        theta: weight of this week's signal in the expectation, 0 to 1
        alpha: share of the gap that is closed each week, 0 to 1
        beta: share of the supply line that is taken into account, 0 to 1
        target: desired stock, in cases
        expected: the expectation to begin with, in cases a week

    Source: Sterman (1989), Management Science 35(3), 321-339.
    """

    name = "sterman"

    def __init__(
        self,
        theta: float = 0.36,
        alpha: float = 0.26,
        beta: float = 0.34,
        target: float = 17,
        expected: float = 4,
    ) -> None:
        for name, value in (("theta", theta), ("alpha", alpha), ("beta", beta)):
            if not 0 <= value <= 1:
                raise out_of_range(name, value, "0 to 1", "it is a share")
        self.theta, self.alpha, self.beta, self.target, self.expected = theta, alpha, beta, target, expected

    def decide(self, percept: StagePercept, rng: np.random.Generator) -> Decision:
        """Anchor on expected demand, adjust for the gap."""
        before = self.expected if percept.memory is None else percept.memory
        expected = before + self.theta * (percept.signal - before)
        gap = self.target - percept.net - self.beta * percept.supply_line
        return Decision(max(0.0, expected + self.alpha * gap), expected)

    def explain(self, percept: StagePercept, decision: Decision) -> Explanation:
        """The anchor, the gap, and how far other orders are from what the rule wants."""
        gap = self.target - percept.net - self.beta * percept.supply_line
        wanted = decision.memory + self.alpha * gap
        options = tuple(
            Option(q, -abs(q - wanted), f"{abs(q - wanted):.1f} cases from what the rule asks for")
            for q in _candidates(0, percept.demand, _asked(decision), decision.memory + gap)
        )
        reason = (
            f"expects {decision.memory:.1f} cases a week; stock {percept.net:g} and {self.beta:.0%} of the "
            f"{percept.supply_line:g} on order leave a gap of {gap:.1f} to {self.target:g}, of which "
            f"it closes {self.alpha:.0%}: {wanted:.1f}"
        )
        return Explanation(decision.action, reason, options)


class Forecast:
    """A forecast of demand a week, as a pure step from memory and signal to memory and forecast."""

    def step(self, memory: Any, signal: float) -> tuple[Any, float]:
        """The new memory, and the forecast of one week's demand."""
        raise TypeError(f"{type(self).__name__} is a Forecast without step(memory, signal)")

    def over(self, forecast: float, signal: float, weeks: int) -> float:
        """The forecast of the demand of the next `weeks` weeks together."""
        return weeks * forecast


class MovingAverage(Forecast):
    """The mean of the last `window` weeks."""

    def __init__(self, window: int = 10) -> None:
        if window < 1:
            raise out_of_range("window", window, "whole numbers from 1", "average over at least one week")
        self.window = window

    def step(self, memory: tuple[float, ...] | None, signal: float) -> tuple[tuple[float, ...], float]:
        """Keep the last weeks."""
        seen = (*(memory or ()), signal)[-self.window :]
        return seen, sum(seen) / len(seen)


class Smoothing(Forecast):
    """Exponential smoothing with weight `weight` on the newest week."""

    def __init__(self, weight: float = 0.2) -> None:
        if not 0 < weight <= 1:
            raise out_of_range("weight", weight, "above 0, up to 1", "it is the weight of the newest week")
        self.weight = weight

    def step(self, memory: float | None, signal: float) -> tuple[float, float]:
        """Move a share of the way to the signal."""
        level = signal if memory is None else memory + self.weight * (signal - memory)
        return level, level


class Autoregressive(Forecast):
    """The forecast with the smallest mean square error for AR(1) demand of known mean and correlation."""

    def __init__(self, mean: float, rho: float) -> None:
        if not -1 < rho < 1:
            raise out_of_range("rho", rho, "between -1 and 1", "demand must be stationary")
        self.mean, self.rho = mean, rho

    def step(self, memory: None, signal: float) -> tuple[None, float]:
        """Nothing needs remembering: the last demand says it all."""
        return None, self.mean + self.rho * (signal - self.mean)

    def over(self, forecast: float, signal: float, weeks: int) -> float:
        """Deviations die out by a factor rho a week."""
        carried = self.rho * (1 - self.rho**weeks) / (1 - self.rho)
        return weeks * self.mean + carried * (signal - self.mean)


class OrderUpTo(Policy):
    """Order so that stock and orders cover the forecast demand of the next `cover` weeks.

    Args:
        forecast: how demand is foreseen
        cover: weeks to cover; None takes the lead time
        safety: cases on top
    Source: Chen, Drezner, Ryan and Simchi-Levi (2000), Management Science 46(3), 436-443.
    """

    name = "order up to"

    def __init__(self, forecast: Forecast, cover: int | None = None, safety: float = 0.0) -> None:
        if cover is not None and cover < 1:
            raise out_of_range("cover", cover, "whole weeks from 1", "leave it out to cover the lead time")
        self.forecast, self.cover, self.safety = forecast, cover, safety

    def level(self, percept: StagePercept) -> tuple[Any, float]:
        """The new memory, and the level that stock and orders together should have."""
        signal = percept.signal
        memory, forecast = self.forecast.step(percept.memory, signal)
        return memory, self.forecast.over(forecast, signal, self.cover or percept.lead) + self.safety

    def decide(self, percept: StagePercept, rng: np.random.Generator) -> Decision:
        """Fill up to the level."""
        memory, level = self.level(percept)
        return Decision(max(0.0, level - percept.position), memory)

    def explain(self, percept: StagePercept, decision: Decision) -> Explanation:
        """The level, the position, and how far other orders would leave it from the level."""
        _, level = self.level(percept)
        options = tuple(
            Option(q, -abs(percept.position + q - level), f"position {percept.position + q:.1f}")
            for q in _candidates(0, percept.demand, _asked(decision), 2 * percept.demand)
        )
        weeks = self.cover or percept.lead
        reason = (
            f"{weeks} weeks of forecast demand and the safety stock make a level of {level:.1f}; stock and "
            f"orders are at {percept.position:g}"
        )
        return Explanation(decision.action, reason, options)


class BaseStock(Policy):
    """Order up to a fixed level: optimal for independent demand, if the level is right.

    Args:
        level: local base-stock level, in cases
        distribution: of the demand that the level has to cover, and the stage's own holding and shortage
            cost, if options are to be scored by expected cost
    """

    name = "base stock"

    def __init__(
        self,
        level: float,
        distribution: Distribution | None = None,
        holding: float = 0.5,
        shortage: float = 1.0,
    ) -> None:
        self.level, self.distribution = level, distribution
        self.holding, self.shortage = holding, shortage

    def decide(self, percept: StagePercept, rng: np.random.Generator) -> Decision:
        """Fill up to the level."""
        return Decision(max(0.0, self.level - percept.position))

    def explain(self, percept: StagePercept, decision: Decision) -> Explanation:
        """Each option with the cost that the stage expects of it."""
        reason = f"stock and orders are at {percept.position:g}; the base-stock level is {self.level:g}"
        quantities = _candidates(0, percept.demand, _asked(decision), 2 * percept.demand)
        if self.distribution is None:
            options = [Option(q, -abs(percept.position + q - self.level)) for q in quantities]
        else:
            options = []
            for q in quantities:
                cost = self.distribution.expected_cost(percept.position + q, self.holding, self.shortage)
                options.append(Option(q, -cost, f"expected to cost ${cost:.2f} in the week it is for"))
        return Explanation(decision.action, reason, tuple(options))


class VendorManaged(Policy):
    """The supplier looks after its client's stock: it sends what keeps the client covered, unasked.

    Args:
        forecast: of the customers' demand
        cover: weeks of demand that a client's stock, and what is on its way to it, should cover
        safety: cases on top
        own: how the stage itself is supplied: the factory's own policy; None where a vendor does it
        client: False for the retailer, whose clients look after themselves
    """

    name = "vendor managed"

    def __init__(
        self,
        forecast: Forecast,
        cover: int,
        safety: float = 0.0,
        own: OrderUpTo | None = None,
        *,
        client: bool = True,
    ) -> None:
        self.forecast, self.cover, self.safety, self.own, self.client = forecast, cover, safety, own, client

    def decide(self, percept: StagePercept, rng: np.random.Generator) -> Decision:
        """Replenish the client; order only where nobody looks after this stage."""
        memory, forecast = self.forecast.step(percept.memory, percept.signal)
        replenish = 0.0
        if self.client and percept.client is not None:
            level = self.forecast.over(forecast, percept.signal, self.cover) + self.safety
            replenish = max(0.0, level - percept.client.net - percept.client_line)
        quantity = 0.0
        if self.own is not None:
            weeks = (self.own.cover or percept.lead) + self.cover
            level = self.forecast.over(forecast, percept.signal, weeks) + self.safety
            quantity = max(0.0, level - percept.position)
        return Decision(Order(quantity, replenish), memory)

    def explain(self, percept: StagePercept, decision: Decision) -> Explanation:
        """What the client reported and what it is sent."""
        if percept.client is None:
            return Explanation(decision.action, "no report from a client yet, or none to look after")
        reason = (
            f"the client reports a net stock of {percept.client.net:g}, with {percept.client_line:g} owed or "
            f"on its way; {self.cover} weeks of demand at {percept.signal:g} need "
            f"{decision.action.replenish:.1f} more"
        )
        return Explanation(decision.action, reason, (Option(decision.action, 0.0),))
