"""How control brings a plan to engine and brake: later and softer, and within what they can give."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mas_kit.core import Decision, Explanation, Policy
from mas_kit.usecases.vehicles.agents import BRAKES, ENGINE, Actuator, Order

if TYPE_CHECKING:
    import numpy as np

    from mas_kit.usecases.vehicles.parameters import VehiclesParameters


class Actuation(Policy):
    """A delay of whole ticks, then a first-order lag (exact)."""

    name = "engine and brake"

    def __init__(self, p: VehiclesParameters) -> None:
        self.wait, self.reaction = round(p.reaction / p.dt), p.reaction
        self.fade = math.exp(-p.dt / p.lag) if p.lag else 0.0
        self.mean = p.lag / p.dt * (1.0 - self.fade)  # of what is left of the old acceleration, over a tick

    def decide(self, percept: Order, rng: np.random.Generator | None = None) -> Decision:
        """The mean acceleration of this tick; nothing without a plan."""
        if percept.wanted is None:
            return Decision(None, percept.memory)
        old = percept.memory or Actuator((0.0,) * self.wait, 0.0)
        wanted = min(max(percept.wanted, -BRAKES), ENGINE)
        queue = (*old.queue, wanted)
        order = queue[0]
        push = order + (old.acceleration - order) * self.mean
        return Decision(push, Actuator(queue[1:], order + (old.acceleration - order) * self.fade))

    def explain(self, percept: Order, decision: Decision) -> Explanation:
        """What was asked for, and what of it arrives."""
        if percept.wanted is None:
            return Explanation(None, "no plan came in: after a while a person drives")
        asked = f"planning asks for {percept.wanted:+.2f} m/s²"
        if not -BRAKES <= percept.wanted <= ENGINE:
            asked += f", more than the limits of {-BRAKES:+g} and {ENGINE:+g}"
        late = f"orders take {self.reaction:g} s to engine and brake" if self.wait else "the order is new"
        return Explanation(decision.action, f"{asked}; {late}, which give {decision.action:+.2f} m/s² now")
