"""How an automated car plans: from what it believes of the car ahead to an acceleration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mas_kit.core import Decision, Explanation, Policy
from mas_kit.usecases.vehicles.agents import BRAKES, Plan, Situation, View
from mas_kit.usecases.vehicles.drivers import emergency, follower_stopper, idm

if TYPE_CHECKING:
    from mas_kit.usecases.vehicles.parameters import VehiclesParameters

KP, KD = 0.2, 0.7  # gains of the spacing error and of its rate: Ploeg et al. (2014)
BRAKE_AT, BRAKE_FOR = 10.0, 4.0  # s: the first car brakes, waits, and speeds up again, each for so long
PURSUIT = 1.0  # 1/s: how fast a commanded speed is approached


def _seen(percept: Situation) -> View:
    assert percept.view is not None  # planning asks its policy only then
    return percept.view


class FollowerStopper(Policy):
    """Drives the speed U (m/s), and slower only where the car ahead is near: it lets gaps grow, closes none.

    Source: Stern et al. (2018), Transportation Research Part C 89, 205-221.
    """

    def __init__(self, speed: float) -> None:
        self.speed, self.name = speed, f"FollowerStopper at {speed:g} m/s"

    def decide(self, percept: Situation, rng: np.random.Generator) -> Decision:
        """Approach the commanded speed."""
        see = _seen(percept)
        wanted = follower_stopper(see.gap, percept.speed, see.leader, self.speed)
        return Decision(Plan(PURSUIT * (wanted - percept.speed)))

    def explain(self, percept: Situation, decision: Decision) -> Explanation:
        """What the gap allows."""
        if percept.view is None:
            return Explanation(decision.action, "no news from perception")
        see = percept.view
        wanted = follower_stopper(see.gap, percept.speed, see.leader, self.speed)
        allows = "the set speed" if wanted == self.speed else f"{wanted:.2f} m/s"
        why = f"a gap of {see.gap:.1f} m to a car at {see.leader:.1f} m/s allows {allows}"
        return Explanation(decision.action, why)


class Careful(Policy):
    """Drives like a person with a steady foot: the intelligent driver model."""

    def __init__(self, p: VehiclesParameters) -> None:
        self.p, self.name = p, "IDM"

    def decide(self, percept: Situation, rng: np.random.Generator) -> Decision:
        """What the model says; as hard as it can where bumpers touch."""
        p, see = self.p, _seen(percept)
        if see.gap <= 0:
            return Decision(Plan(-BRAKES))
        return Decision(Plan(idm(see.gap, percept.speed, see.leader, p.v0, p.T, p.a, p.b, p.s0)))

    def explain(self, percept: Situation, decision: Decision) -> Explanation:
        """The gap that it has, and the gap that it wants."""
        p, see = self.p, percept.view
        if see is None:
            return Explanation(decision.action, "no news from perception")
        closing = percept.speed - see.leader
        wanted = p.s0 + max(0.0, percept.speed * p.T + 0.5 * percept.speed * closing / math.sqrt(p.a * p.b))
        why = f"it has {see.gap:.1f} m to a car at {see.leader:.1f} m/s and wants {wanted:.1f} m"
        return Explanation(decision.action, why)


class Adaptive(Policy):
    """Adaptive cruise control at a constant time headway h; with `cooperative`, what the car ahead wants is
    added to what the spacing error asks for (CACC).

    The wish u follows h u' = -u + kp e + kd e' + u of the car ahead (CACC), with e = gap - r - h v.
    Source: Ploeg, van de Wouw and Nijmeijer (2014), IEEE Transactions on Control Systems Technology 22(2),
    786-793.
    """

    def __init__(self, p: VehiclesParameters, *, cooperative: bool) -> None:
        self.cooperative, self.name = cooperative, "CACC" if cooperative else "ACC"
        self.h, self.r, self.top, self.floor, self.hold = p.headway, p.s0, p.v0, p.dt, p.hold
        self.gain = 1.0 - math.exp(-p.dt / p.headway)

    def decide(self, percept: Situation, rng: np.random.Generator) -> Decision:
        """The next u. It remembers u, and its last speed, from which it knows its own acceleration."""
        see, v = _seen(percept), percept.speed
        time, u, old = percept.memory or (percept.time - self.floor, 0.0, v)
        own = (v - old) / max(percept.time - time, 1e-9)
        error = see.gap - self.r - self.h * v
        rate = see.leader - v - self.h * own
        ahead = see.wants if self.cooperative and see.age <= self.hold else 0.0
        u += self.gain * (KP * error + KD * rate + ahead - u)
        wish = min(u, PURSUIT * (self.top - v))
        danger = emergency(see.gap, v, see.leader)
        if danger:
            wish = min(wish, danger)
        return Decision(Plan(wish), (percept.time, u, v))

    def explain(self, percept: Situation, decision: Decision) -> Explanation:
        """The gap against the one that it keeps, and what the car ahead wants."""
        see, v = percept.view, percept.speed
        if see is None:
            return Explanation(decision.action, "no news from perception")
        closing = v - see.leader
        if emergency(see.gap, v, see.leader) == decision.action.acceleration < 0:
            why = f"emergency brake: {see.gap:.1f} m to a car that it closes in on at {closing:.1f} m/s"
            return Explanation(decision.action, why)
        keeps = self.r + self.h * v
        moves = f"{'shrinks' if closing > 0 else 'grows'} by {abs(closing):.1f} m/s"
        why = f"its gap of {see.gap:.1f} m, where it keeps {keeps:.1f} m, {moves}"
        if self.cooperative:
            if see.age > self.hold:
                why += "; no word of the car ahead is young enough"
            else:
                why += f"; the car ahead said {see.age:.1f} s ago that it wants {see.wants:+.2f} m/s²"
        return Explanation(decision.action, why)


def planner(p: VehiclesParameters) -> Policy:
    """The policy that the parameters name."""
    if p.controller == "FollowerStopper":
        return FollowerStopper(p.set_speed)
    if p.controller == "IDM":
        return Careful(p)
    return Adaptive(p, cooperative=p.controller == "CACC")


class Profile(Policy):
    """What the first car of a platoon does, whatever the others do: swing, brake once, or keep its speed."""

    def __init__(self, p: VehiclesParameters) -> None:
        self.p, self.name = p, f"profile: {p.profile}"

    def decide(self, percept: Situation, rng: np.random.Generator) -> Plan:
        """The acceleration of this moment."""
        p, time = self.p, percept.time
        if p.profile == "sine":
            return Plan(p.swing * math.sin(p.frequency * time))
        since = time - BRAKE_AT
        if p.profile == "brake" and 0 <= since < 3 * BRAKE_FOR:
            return Plan((-p.swing, 0.0, p.swing)[int(since // BRAKE_FOR)])
        return Plan(0.0)

    def explain(self, percept: Situation, decision: Decision) -> Explanation:
        """It follows its timetable."""
        return Explanation(decision.action, f"its timetable at {percept.time:.1f} s ({self.p.profile})")
