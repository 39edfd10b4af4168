"""The worlds in which travellers choose a route day by day, and meet whoever chose the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from mas_kit.core import Network
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.traffic import network as networks
from mas_kit.usecases.traffic.agents import Gantry, News
from mas_kit.usecases.traffic.assignment import (
    BARRED,
    Assignment,
    Roads,
    system_optimum,
    user_equilibrium,
)
from mas_kit.usecases.traffic.network import Floats, RoadNetwork
from mas_kit.usecases.traffic.routebook import RouteBook
from mas_kit.usecases.traffic.tolls import FixedToll, MarginalCostToll
from mas_kit.usecases.traffic.travellers import RULES, Travellers
from mas_kit.usecases.traffic.travellers import News as Knowledge
from mas_kit.usecases.traffic.world import World

MAPS, SPREAD = 20, 0.7  # where routes come from that people may try: how many maps, and how wrong


def network_of(world: str, *, bridge: bool = True) -> RoadNetwork:
    """The network of a world by its name."""
    if world == "braess":
        return networks.braess(bridge=bridge)
    return {
        "pigou": networks.pigou,
        "lab game": networks.lab_game,
        "sioux falls": networks.sioux_falls,
    }[world]()


class RouteChoice(World):
    """A day: gantries report and set tolls, the news goes up, travellers choose, and the roads fill.

    Attributes:
        network, roads, book: the roads, how routes on them are searched, the routes that are known
        flow, time, slope, toll: (L,) of the last day, and the toll of today
        told: (L,) the travel times on the board; closed: (L,) True where a gantry is down
        vehicles: that one traveller stands for
    """

    @property
    def horizon(self) -> int:
        """The last day."""
        return self.p.days

    def build(self) -> None:
        """The roads with a gantry on each, the board, and the travellers on the shortest ways of the map."""
        model, p = self.model, self.p
        self.network = network_of(p.world, bridge=p.bridge)
        self.roads = Roads(self.network)
        self.book = RouteBook(self.roads)
        links = len(self.network.tail)
        self.flow, self.time = np.zeros(links), self.network.free.copy()
        self.slope = self._slope()
        self.toll, self.told = np.zeros(links), self.network.free.copy()
        self.closed = np.zeros(links, bool)
        self.reports = Network(model, "reports", latency=0)
        fixed = self.optimal_tolls if p.toll == "marginal cost" else np.zeros(links)
        adaptive = p.toll == "adaptive"
        self.gantries = [
            Gantry(model, self, i, MarginalCostToll(p.toll_share) if adaptive else FixedToll(fixed[i]))
            for i in range(links)
        ]
        self.board = News(model, self)
        self._travellers()

    def _travellers(self) -> None:
        p, demand, book = self.p, self.network.demand, self.book
        if (p.choice, p.information) not in RULES:
            raise out_of_range(
                "information",
                p.information,
                f"'full' with choice={p.choice!r}",
                "take choice='averages' or 'constant' for travellers who know their own trips only",
            )
        if p.information == "own path" or p.choice == "logit":
            book.explore(self.model.stream("maps"), MAPS, SPREAD)
        self.vehicles = {"pigou": 1 / p.travellers, "sioux falls": float(p.packet)}.get(p.world, 1.0)
        pair = np.repeat(np.arange(len(demand)), np.rint(demand / self.vehicles).astype(np.int64))
        keeps = np.zeros(len(pair), bool)
        keeps[self.model.stream("ignore").permutation(len(pair))[: round(p.ignore * len(pair))]] = True
        self.news = Knowledge(
            theta=p.theta,
            explore=p.explore,
            best=book.best,
            time=book.times(self.time),
            first=book.first,
            following=book.following,
            known=book.counts,
        )
        self.travellers = Travellers(
            self.morning,
            rule=RULES[p.choice, p.information],
            world={"news": self.news},
            activation="simultaneous",
            engine=p.engine,
            columns={"pair": pair, "route": book.best[pair], "keeps": keeps},
            model=self.model,
            name="traveller",
        )
        self.before = self.travellers["route"].copy()
        self.switched = 0

    def morning(self) -> None:
        """What travellers can know today: the times on the board, with tolls and barriers, as routes.

        Who knows its own trips only is told what they took; its rule reads nothing else.
        """
        p, news, book, day = self.p, self.news, self.book, self.model.tick
        for i, gantry in enumerate(self.gantries):
            self.closed[i] = not gantry.alive
        news.share = 1 / day if p.choice == "averages" or day == 1 else p.rate
        cost = (self.told if p.information == "full" else self.time) + self.toll
        if p.choice == "one at a time":
            news.turn = (day - 1) % len(self.travellers)
            cost = self._joining(news.turn)
        cost = cost + BARRED * self.closed
        news.best = book.look(cost)
        news.time = book.times(cost)
        news.first, news.following = book.first, book.following

    def _joining(self, who: int) -> Floats:
        """Link costs for one traveller, who counts itself in where it is not yet."""
        flow = self.flow.copy()
        own = list(self.book.links(self.travellers["route"][who])) if self.model.tick > 1 else []
        flow += self.vehicles
        flow[own] -= self.vehicles
        return self.network.time(flow) + self.toll

    def advance(self) -> None:
        """Travellers have chosen, and travel."""
        self.flow, self.switched = self.book.flow(self.travellers["route"], self.before, self.vehicles)
        self.time = self.network.time(self.flow)
        self.slope = self._slope()

    def _slope(self) -> Floats:
        n = self.network
        found: Floats = n.slope * n.power * self.flow ** (n.power - 1)
        return found

    # ---- what is measured

    @cached_property
    def optimum(self) -> Assignment:
        """The system optimum of these roads."""
        return system_optimum(self.network, gap=1e-9)

    @cached_property
    def optimal_tolls(self) -> Floats:
        """What each vehicle costs the others at the optimum."""
        return self.network.marginal_toll(self.optimum.flow)

    @cached_property
    def equilibrium(self) -> Assignment:
        """The user equilibrium of these roads, without tolls and with everybody informed."""
        return user_equilibrium(self.network, gap=1e-9)

    @property
    def total_time(self) -> float:
        """Of all vehicles, today."""
        return float(self.flow @ self.time)

    @property
    def gap(self) -> float:
        """Relative gap of today's flows at today's times and tolls, on the roads that are open."""
        return self.roads.gap(self.flow, self.time + self.toll, self.closed)

    def rmse(self, flow: Floats) -> float:
        """Root mean square difference of today's link flows to these, as a share of their mean."""
        return float(np.sqrt(((self.flow - flow) ** 2).mean()) / flow.mean())

    def beside_those_who_keep(self) -> Assignment:
        """The user equilibrium of those who listen, beside the flow of those who keep to their routes."""
        keeps = self.travellers["keeps"]
        route, pair = self.travellers["route"], self.travellers["pair"]
        still, _ = self.book.flow(route[keeps], route[keeps].copy(), self.vehicles)
        moving = np.bincount(pair[~keeps], minlength=len(self.network.demand)) * self.vehicles
        left = moving > 0
        n = self.network
        demand = np.asarray(moving[left], np.float64)
        others = replace(n, origin=n.origin[left], destination=n.destination[left], demand=demand)
        return user_equilibrium(others, gap=1e-9, background=still)

    def observe(self) -> Mapping[str, Any]:
        """Total time, also over the optimum's, mean time, gap, who switched, tolls; flows of few roads."""
        total, gap = self.total_time, self.gap
        row = {
            "tstt": total,
            "tstt over so": total / self.optimum.total_time,
            "time per trip": total / self.network.demand.sum(),
            "gap": gap,
            "switched": self.switched,
            "toll revenue": float(self.flow @ self.toll),
            "shown over so": min(total / self.optimum.total_time, 3.0),  # the first days would dwarf the rest
            "log gap": float(np.log10(max(gap, 1e-9))),
            "equilibrium over so": self.equilibrium.total_time / self.optimum.total_time,
        }
        if len(self.flow) <= 8:
            row |= {f"flow {name}": float(x) for name, x in zip(self.network.links, self.flow, strict=True)}
        return row

    def metrics(self) -> dict[str, float]:
        """Of the last day, and means (of flows also standard deviations) over the second half of the run."""
        rows = self.model.history[len(self.model.history) // 2 :]
        found = {name: float(value) for name, value in self.observe().items()}
        for drawn in ("shown over so", "log gap", "equilibrium over so"):
            del found[drawn]
        found["rmse"] = self.rmse(self.equilibrium.flow)
        found["tstt over ue"] = found["tstt"] / self.equilibrium.total_time
        for name in [name for name in found if name in rows[0]] if rows else ():
            values = [row[name] for row in rows]
            if name in ("gap", "tstt over so", "time per trip") or name.startswith("flow "):
                found[f"mean {name}"] = float(np.mean(values))
            if name.startswith("flow "):
                found[f"sd {name}"] = float(np.std(values))
        return found
