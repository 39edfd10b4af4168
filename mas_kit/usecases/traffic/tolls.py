"""How a link sets its toll: not at all, as planned for it, or by itself out of what it sees."""

from __future__ import annotations

import math

import numpy as np

from mas_kit.core import Decision, Explanation, Policy
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.traffic.agents import DEAREST, GantryPercept, checked_toll


class FixedToll(Policy):
    """The same toll every day, such as the one that a planner has worked out; 0 for none.

    With the marginal cost at the system optimum as its toll, each link makes that optimum an equilibrium.
    Source: Beckmann, McGuire and Winsten (1956), Studies in the Economics of Transportation, chapter 4.
    """

    def __init__(self, toll: float = 0.0) -> None:
        self.toll = checked_toll(toll, "a fixed toll")
        self.name = f"toll {toll:.3g}"

    def decide(self, percept: GantryPercept, rng: np.random.Generator) -> float:
        """The toll."""
        return self.toll


class MarginalCostToll(Policy):
    """What a vehicle costs the others on this link, by yesterday's flow, approached by a share a day.

    The link sees nothing but its own flow and time, and knows its own road. Trips that react and tolls that
    react to them are a feedback; with `share` 1 the toll follows every move.

    Source of the scheme: Sandholm (2002), Review of Economic Studies 69(3), 667-689.
    """

    def __init__(self, share: float = 0.2) -> None:
        if not 0 <= share <= 1:
            raise out_of_range("share", share, "0 to 1", "say how far a toll goes to its aim each day")
        self.share = share
        self.name = f"marginal cost, {share:.0%} a day"

    def decide(self, percept: GantryPercept, rng: np.random.Generator) -> Decision:
        """The toll of today; as yesterday's, when what is seen makes no sense."""
        toll = percept.toll + self.share * (percept.flow * percept.slope - percept.toll)
        if not math.isfinite(toll):
            toll = percept.toll if math.isfinite(percept.toll) else 0.0
        return Decision(min(toll, DEAREST))

    def explain(self, percept: GantryPercept, decision: Decision) -> Explanation:
        """The marginal cost, and the toll that it was."""
        cost = percept.flow * percept.slope
        reason = (
            f"{percept.flow:,.0f} vehicles, one more makes each of them {percept.slope:.3g} later: together "
            f"{cost:.3g}; the toll was {percept.toll:.3g} and goes {self.share:.0%} of the way"
        )
        return Explanation(decision.action, reason)
