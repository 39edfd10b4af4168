"""The roles beside the travellers: a gantry on every link, and who publishes travel times."""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mas_kit.core import Agent, Decision, Explanation, Model, Performative, Policy
from mas_kit.core.errors import out_of_range

if TYPE_CHECKING:
    from mas_kit.usecases.traffic.daytoday import RouteChoice

NEWS = "news"  # the name of the agent that publishes travel times


DEAREST = 1e5  # of tolls; more is like a closed road, and that is a fault and not a price


class Report(NamedTuple):
    """What a gantry tells: the time that its link took, and on which day."""

    link: str
    day: int
    time: float


class GantryPercept(NamedTuple):
    """What the gantry of a link sees: its own road, yesterday, and nothing else.

    flow: vehicles; time: to travel the link; slope: how much longer it takes per vehicle more.
    """

    day: int
    flow: float
    time: float
    slope: float
    toll: float


def checked_toll(toll: Any, where: str) -> float:
    """A toll as a number, at least 0: who would pay people to drive asks for nothing instead.

    Raises:
        ParameterError: no number, or one that is not finite or above DEAREST; `where` says whose it is.
    """
    plain = toll.__class__ is float  # to ask for a Real costs as much as the rest of a gantry's day
    value = toll if plain else float(toll) if isinstance(toll, Real) else math.nan
    if not -math.inf < value <= DEAREST:
        allowed = f"numbers up to {DEAREST:g}"
        raise out_of_range(f"toll of {where}", toll, allowed, "return a toll in the unit of travel times")
    return max(0.0, value)


class Gantry(Agent):
    """Counts what passes its link, reports its travel time, sets its toll. Down, it closes its link."""

    def __init__(self, model: Model, world: RouteChoice, name: str, link: int, policy: Policy) -> None:
        super().__init__(model, name, policy)
        self.world, self.link = world, link

    def perceive(self) -> GantryPercept:
        """Its own link, as it was yesterday."""
        world, i = self.world, self.link
        return GantryPercept(
            world.model.tick - 1,
            float(world.flow[i]),
            float(world.time[i]),
            float(world.slope[i]),
            float(world.toll[i]),
        )

    def act(self, action: float) -> None:
        """Set the toll (one below 0 is none), and report the travel time."""
        self.world.toll[self.link] = checked_toll(action, f"link {self.name}")
        report = Report(self.name, self.percept.day, self.percept.time)
        self.send(Performative.INFORM, NEWS, report, network=self.world.reports)


class Latest(Policy):
    """Publish what the links reported last."""

    name = "publish what is reported"

    def decide(self, percept: tuple[Report, ...], rng: np.random.Generator) -> tuple[Report, ...]:
        """All of it, as it came."""
        return percept

    def explain(self, percept: tuple[Report, ...], decision: Decision) -> Explanation:
        """How many reports there were, and of which day."""
        days = sorted({report.day for report in percept})
        age = (
            f", of day {days[0]}" if len(days) == 1 else f", of days {days[0]} to {days[-1]}" if days else ""
        )
        return Explanation(
            f"{len(percept)} travel times go up{age}", "they are what the gantries reported last"
        )


class News(Agent):
    """Collects the reports of the links and publishes them to everybody. While down, old news stays up."""

    def __init__(self, model: Model, world: RouteChoice, policy: Policy | None = None) -> None:
        super().__init__(model, NEWS, policy or Latest())
        self.world = world

    def perceive(self) -> tuple[Report, ...]:
        """The reports that came in."""
        return tuple(message.content for message in self.inbox)

    def act(self, action: tuple[Report, ...]) -> None:
        """Put them on the board; a time that cannot be (below 0, or no number) leaves the last one up."""
        for report in action:
            if 0 <= report.time < math.inf:
                self.world.told[self.world.row[report.link]] = report.time
