"""A planner who may build a few toll gantries in a town, and then watches how it travels."""

from __future__ import annotations

from typing import Any, NamedTuple

from mas_kit.core import Agent, Decision
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.traffic.agents import checked_toll
from mas_kit.usecases.traffic.daytoday import RouteChoice
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.usecases.traffic.tolls import FixedToll

GANTRIES = 10  # that there is money for


class TollPercept(NamedTuple):
    """What the planner looks at when it decides on one link. Times and tolls in the unit of the network."""

    time: int
    link: str  # "16-10" leads from node 16 to node 10
    free: float  # travel time when empty
    capacity: float  # vehicles
    flow: float  # vehicles in user equilibrium, without tolls
    wanted: float  # vehicles in the system optimum
    marginal: float  # what one vehicle costs the others there: the toll, if every link had one
    memory: Any = None


class Planner(Agent):
    """Decides before the first day on a toll for every link; at most GANTRIES links get one, the dearest.

    Its policy is asked link by link, and answers with a toll from 0, in the unit of the travel times.
    """

    model: TollTown

    def perceive(self) -> tuple[TollPercept, ...]:
        """All links on the first day; then it only watches."""
        return self.model.sights() if self.model.tick == 1 else ()

    def decide(self, percept: tuple[TollPercept, ...]) -> tuple[float, ...]:
        """A toll for each link, 0 for none."""
        if not percept:
            return ()
        found = [super(Planner, self).decide(seen) for seen in percept]
        asked = [one.action if isinstance(one, Decision) else one for one in found]
        tolls = [checked_toll(toll, f"link {seen.link}") for toll, seen in zip(asked, percept, strict=True)]
        dearest = sorted(range(len(tolls)), key=lambda link: (-tolls[link], link))[:GANTRIES]
        return tuple(toll if link in dearest else 0.0 for link, toll in enumerate(tolls))

    def act(self, action: tuple[float, ...]) -> None:
        """Tell the gantries, who take the tolls from the second day on."""
        for gantry, toll in zip(self.model.town.gantries, action, strict=False):
            gantry.policy = FixedToll(toll)


class TollTown(Traffic):
    """A world of route choice with a planner of tolls in it; more in `Traffic` and `RouteChoice`."""

    def build(self) -> None:
        """The town, and the planner, who builds nothing unless told."""
        super().build()
        if not isinstance(self.place, RouteChoice):
            allowed = "'pigou', 'braess', 'lab game' or 'sioux falls'"
            raise out_of_range("world", self.p.world, allowed, "tolls are for who chooses a route")
        self.town = self.place
        self.planner = Planner(self, "planner", FixedToll())

    def sights(self) -> tuple[TollPercept, ...]:
        """What the planner looks at, link by link."""
        town, net = self.town, self.town.network
        flow, wanted = town.equilibrium.flow, town.optimum.flow
        marginal = net.marginal_toll(wanted)
        return tuple(
            TollPercept(
                self.tick,
                name,
                float(net.free[link]),
                float(net.capacity[link]),
                float(flow[link]),
                float(wanted[link]),
                float(marginal[link]),
            )
            for link, name in enumerate(net.links)
        )

    def metrics(self) -> dict[str, float]:
        """Of the last day: total travel time, its excess over the optimum's (a share), gantries, revenue."""
        town = self.town
        return {
            "tstt": town.total_time,
            "excess": town.total_time / town.optimum.total_time - 1,
            "gantries": float((town.toll > 0).sum()),
            "revenue": float(town.flow @ town.toll),
        }
