"""The signals: agents that each see the two approaches of one crossing, and what neighbours tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mas_kit.core import Agent, Decision, Explanation, Network, Option, Performative, Policy
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.traffic.grid import EW, NOWHERE, NS

if TYPE_CHECKING:
    from mas_kit.usecases.traffic.signals import SignalWorld

_INFORM = Performative.INFORM
STREET = ("north-south", "east-west")


class SignalPercept(NamedTuple):
    """What a signal sees, in vehicles; street 0 (ns) is north-south, street 1 (ew) east-west."""

    time: int
    queue_ns: float  # waiting on its own approach; below 0: the detector reports that it is broken
    queue_ew: float
    head_ns: (
        int  # street that the first one there goes to (its indicator): 0, 1; -1: nobody, or out of the grid
    )
    head_ew: int
    exit_ns: float  # vehicles on the link behind the crossing, as its signal last told; 0 at the edge
    exit_ew: float
    green: int  # the street that has green
    since: int  # steps since the last change
    storage: float  # room on a link inside the grid
    turning: float  # share of vehicles that turn
    memory: Any  # what the policy asked to be kept


class Signal(Agent):
    """The controller of one crossing. It acts by choosing the street that has green.

    It tells the signals upstream how many vehicles are on the links between them, every step.

    Args:
        world: the world "signals".
        crossing: the number of its crossing, row by row.
    """

    def __init__(self, world: SignalWorld, crossing: int, policy: Policy, network: Network) -> None:
        row, col = divmod(crossing, world.grid.cols)
        super().__init__(world.model, f"signal {row + 1}-{col + 1}", policy)
        self.place, self.crossing, self.network = world, crossing, network
        self.heard = [0.0, 0.0]  # vehicles on the links behind the crossing, as last told
        self.tells: list[tuple[int, str]] = []  # (own link, name of the signal upstream)
        self.streets: dict[str, int] = {}  # name of a signal downstream -> street that leads there

    def perceive(self) -> SignalPercept:
        """Its own two approaches, and the neighbours' last word."""
        for message in self.inbox:
            self.heard[self.streets[message.sender]] = message.content
        world, ns = self.place, 2 * self.crossing
        grid, tick = world.grid, self.model.tick
        return SignalPercept(
            tick,
            grid.waiting(ns, tick),
            grid.waiting(ns + 1, tick),
            world.heading(ns),
            world.heading(ns + 1),
            self.heard[NS],
            self.heard[EW],
            world.green[self.crossing],
            grid.since[self.crossing],
            grid.storage,
            world.p.turning,
            self.memory,
        )

    def act(self, action: int) -> None:
        """Switch, unless the lights have just changed; and tell the neighbours upstream."""
        if action not in (NS, EW):
            raise out_of_range("action", action, "0 (north-south) or 1 (east-west)", "return a street")
        world = self.place
        if action != world.green[self.crossing] and self._may_change():
            world.green[self.crossing] = int(action)
        world.attended[self.crossing] = self.model.tick
        for link, upstream in self.tells:
            self.send(_INFORM, upstream, float(len(world.grid.lane[link])), network=self.network)

    def _may_change(self) -> bool:
        return bool(self.place.grid.since[self.crossing] + 1 >= self.place.p.min_green)


def _broken(percept: SignalPercept) -> bool:
    return not (percept.queue_ns >= 0 and percept.queue_ew >= 0)  # no number is broken, too


class FixedTime(Policy):
    """Green by the clock: the first `share` of each cycle for north-south, the rest for east-west.

    Args:
        cycle: steps.
        share: of north-south, 0 to 1; rounded to whole steps.
        offset: steps by which the cycle starts later than the clock's.
    """

    name = "fixed"

    def __init__(self, cycle: int, share: float, offset: int = 0) -> None:
        if cycle < 1:
            raise out_of_range("cycle", cycle, "whole numbers from 1", "give the cycle in steps")
        if not 0 <= share <= 1:
            raise out_of_range("share", share, "0 to 1", "give the share of north-south")
        self.cycle, self.share, self.offset = cycle, share, offset
        self.split = round(cycle * share)

    def street(self, time: int) -> int:
        """The street that has green in this step."""
        return NS if (time - self.offset) % self.cycle < self.split else EW

    def decide(self, percept: SignalPercept, rng: np.random.Generator) -> Decision:
        """The street whose turn it is."""
        return Decision(self.street(percept.time), percept.memory)

    def explain(self, percept: SignalPercept, decision: Decision) -> Explanation:
        """The clock."""
        now = (percept.time - self.offset) % self.cycle
        return Explanation(
            decision.action, f"step {now} of a cycle of {self.cycle}; the first {self.split} are north-south"
        )


KEEP, CHANGE, BY_CHANCE = TIES = ("keep", "change", "by chance")


class Responsive(Policy):
    """A rule that looks at queues: the street with the higher score gets green.

    Where a detector reports that it is broken, it follows its fixed plan.

    Args:
        fallback: that plan.
        ties: what happens when both streets score the same. Where links can be full this is no detail: two
            full links of one size are a tie, and a rule that keeps green for one that cannot move locks.

    Raises:
        ParameterError: another word for ties.
    """

    def __init__(self, fallback: FixedTime, ties: str = KEEP) -> None:
        if ties not in TIES:
            raise out_of_range("ties", ties, ", ".join(map(repr, TIES)), "say what happens at a tie")
        self.fallback, self.ties = fallback, ties

    def scores(self, percept: SignalPercept) -> tuple[float, float]:
        """How much each street wants green."""
        raise NotImplementedError

    def decide(self, percept: SignalPercept, rng: np.random.Generator) -> Decision:
        """Green for the higher score."""
        if _broken(percept):
            return self.fallback.decide(percept, rng)
        ns, ew = self.scores(percept)
        if ns != ew:
            return Decision(NS if ns > ew else EW, percept.memory)
        if self.ties == BY_CHANCE:
            return Decision(NS if rng.random() < 0.5 else EW, percept.memory)
        return Decision(1 - percept.green if self.ties == CHANGE else percept.green, percept.memory)

    def explain(self, percept: SignalPercept, decision: Decision) -> Explanation:
        """Both scores, or the broken detector."""
        if _broken(percept):
            return Explanation(decision.action, "a detector is broken: the fixed plan decides")
        scores = self.scores(percept)
        options = tuple(Option(street, scores[street], STREET[street]) for street in (NS, EW))
        tie = {KEEP: "nothing changes", CHANGE: "the other street's turn", BY_CHANCE: "a coin decides"}
        equal = scores[0] == scores[1]
        reason = f"equal scores: {tie[self.ties]}" if equal else f"the higher {self.name}"
        return Explanation(decision.action, reason, options)


class LongestQueue(Responsive):
    """Green for the longer queue; a signal needs no neighbours for that."""

    name = "queue"

    def scores(self, percept: SignalPercept) -> tuple[float, float]:
        """Vehicles that wait."""
        return percept.queue_ns, percept.queue_ew


class MaxPressure(Responsive):
    """Green for the higher pressure: the queue, less what waits on the links that it feeds.

    The pressure of an approach is x(l) - sum over m of r(l, m) x(m), with r the turning shares. It makes all
    point queues stable that any control can, and needs no arrival rates. Source: Varaiya (2013),
    Transportation Research Part C 36, 177-195.
    """

    name = "pressure"

    def scores(self, percept: SignalPercept) -> tuple[float, float]:
        """Pressure of each approach, in vehicles."""
        r, ns, ew = percept.turning, percept.exit_ns, percept.exit_ew
        return percept.queue_ns - (1 - r) * ns - r * ew, percept.queue_ew - (1 - r) * ew - r * ns


class CapacityAware(MaxPressure):
    """Max pressure for links that can be full: an approach that cannot move has no claim to green.

    An approach is without claim when nobody waits, or when the link that its first vehicle wants is full.
    In the spirit of Gregoire et al. (2015), IEEE Transactions on Control of Network Systems 2(2), 164-173,
    who normalise pressures by the storage of the links.
    """

    def scores(self, percept: SignalPercept) -> tuple[float, float]:
        """Pressure of each approach, minus infinity where it cannot move."""
        exits = (percept.exit_ns, percept.exit_ew)
        ns, ew = super().scores(percept)
        heads, queues = (percept.head_ns, percept.head_ew), (percept.queue_ns, percept.queue_ew)
        stuck = [
            queues[a] == 0 or (heads[a] != NOWHERE and exits[heads[a]] >= percept.storage) for a in (NS, EW)
        ]
        return -np.inf if stuck[NS] else ns, -np.inf if stuck[EW] else ew


class SelfOrganising(Policy):
    """Gershenson's sotl-platoon: a street at red is heard when enough vehicles have waited long enough.

    Vehicles at red are added up step by step; at `threshold` vehicle steps the lights change, unless a few
    (at most `platoon`) are still to pass at green: a tail is not cut off, a long platoon may be. (In the
    original `platoon` vehicles are counted within a short distance; here in the queue.) Source: Gershenson
    (2005), Complex Systems 16(1), 29-53.

    Args:
        threshold: vehicle steps at red.
        platoon: vehicles.
        least: shortest green, in steps.
    """

    name = "self-organising"

    def __init__(self, fallback: FixedTime, threshold: int, platoon: int, least: int = 4) -> None:
        for name, value in (("threshold", threshold), ("platoon", platoon), ("least", least)):
            if not value >= 0:
                raise out_of_range(name, value, "numbers from 0", "0 leaves this condition out")
        self.fallback, self.threshold, self.platoon, self.least = fallback, threshold, platoon, least

    def decide(self, percept: SignalPercept, rng: np.random.Generator) -> Decision:
        """Change when those at red have been counted up to the threshold."""
        if _broken(percept):
            return self.fallback.decide(percept, rng)
        queues = (percept.queue_ns, percept.queue_ew)
        green, red = percept.green, 1 - percept.green
        count = (percept.memory or 0) + queues[red]
        if (
            count >= self.threshold
            and percept.since + 1 >= self.least
            and not 0 < queues[green] <= self.platoon
        ):
            return Decision(red, 0)
        return Decision(green, count)

    def explain(self, percept: SignalPercept, decision: Decision) -> Explanation:
        """The count at red."""
        if _broken(percept):
            return Explanation(decision.action, "a detector is broken: the fixed plan decides")
        queues = (percept.queue_ns, percept.queue_ew)
        count = (percept.memory or 0) + queues[1 - percept.green]
        return Explanation(
            decision.action,
            f"{count:g} vehicle steps at red (heard from {self.threshold:g}), "
            f"{queues[percept.green]:g} to pass at green",
        )
