"""The worlds in which travellers choose a route day by day, and meet whoever chose the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, cached_property
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

FEW = 8  # links of which each day's flow is told
MAPS, SPREAD = 20, 0.7  # where routes come from that people may try: how many maps, and how wrong


@cache
def network_of(world: str, bridge: bool = True) -> RoadNetwork:
    """The network of a world by its name; made once, like what is solved on it."""
    if world == "braess":
        return networks.braess(bridge=bridge)
    return {
        "pigou": networks.pigou,
        "lab game": networks.lab_game,
        "sioux falls": networks.sioux_falls,
    }[world]()


@cache
def optimum_of(world: str, bridge: bool = True) -> Assignment:
    """The system optimum of a world."""
    return system_optimum(network_of(world, bridge), gap=1e-9)


@cache
def equilibrium_of(world: str, bridge: bool = True) -> Assignment:
    """The user equilibrium of a world, without tolls and with everybody informed."""
    return user_equilibrium(network_of(world, bridge), gap=1e-9)


class RouteChoice(World):
    """A day: gantries report and set tolls, the news goes up, travellers choose, and the roads fill.

    Attributes:
        network, roads, book: the roads, how routes on them are searched, the routes that are known
        trips: vehicles a day, all together
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
        self.network = network_of(p.world, p.bridge)
        self.trips = float(self.network.demand.sum())
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
            Gantry(model, self, name, i, MarginalCostToll(p.toll_share) if adaptive else FixedToll(fixed[i]))
            for i, name in enumerate(self.network.links)
        ]
        self.row = {gantry.name: gantry.link for gantry in self.gantries}
        self.board = News(model, self)
        self.today: dict[str, float] = {}
        kept = ["gap", "tstt over so", "time per trip"]
        kept += [f"flow {name}" for name in self.network.links] if links <= FEW else []
        self.days: dict[str, list[float]] = {name: [] for name in kept}
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
            chance=1.0,
            engine=p.engine,
            columns={"pair": pair, "route": book.best[pair], "keeps": keeps},
            model=self.model,
            name="traveller",
        )
        self.switched = 0

    def morning(self) -> None:
        """What travellers can know today: the times on the board, with tolls and barriers, as routes.

        Who knows its own trips only is told what they took; its rule reads nothing else.
        """
        p, news, book, day = self.p, self.news, self.book, self.model.tick
        travellers = self.travellers
        self.closed[:] = [not gantry.alive for gantry in self.gantries] if self.model.anyone_down else False
        travellers.chance = 1 / day if p.choice == "averages" or day == 1 else p.rate
        cost = (self.told if p.information == "full" else self.time) + self.toll
        if p.choice == "one at a time":
            whose = (day - 1) % len(travellers)
            cost = self._joining(whose)
            travellers.chance = 0.0
            travellers.wake([whose])
        closed = self.closed.any()
        if closed:
            cost = cost + BARRED * self.closed
        book.look(cost)
        news.time = book.times(cost)
        if (
            news.following is not book.following
        ):  # which has more room now; `best` and `first` stay where they are
            news.following = book.following
        if closed:  # who finds its route barred thinks again, whatever its luck and its habits
            travellers.wake(news.time[travellers["route"]] >= BARRED)

    def _joining(self, who: int) -> Floats:
        """Link costs for one traveller, who counts itself in where it is not yet."""
        flow = self.flow.copy()
        own = list(self.book.links(self.travellers["route"][who])) if self.model.tick > 1 else []
        flow += self.vehicles
        flow[own] -= self.vehicles
        return self.network.time(flow) + self.toll

    def advance(self) -> None:
        """Travellers have chosen, and travel."""
        travellers, book = self.travellers, self.book
        route, woken = travellers["route"], travellers.woken
        if travellers.edited_before:
            self.switched = int((route[woken] != travellers.was).sum())
            book.count(route)
        else:
            self.switched = book.move(travellers.was, route, woken)
        self.flow = book.flow(self.vehicles)
        self.time = self.network.time(self.flow)
        self.slope = self._slope()
        self.today = self._today()

    def _slope(self) -> Floats:
        n = self.network
        found: Floats = n.slope * n.power * self.flow ** (n.power - 1)
        return found

    # ---- what is measured

    @property
    def optimum(self) -> Assignment:
        """The system optimum of these roads."""
        return optimum_of(self.p.world, self.p.bridge)

    @cached_property
    def least_time(self) -> float:
        """Total travel time at the system optimum."""
        return self.optimum.total_time

    @property
    def optimal_tolls(self) -> Floats:
        """What each vehicle costs the others at the optimum."""
        return self.network.marginal_toll(self.optimum.flow)

    @property
    def equilibrium(self) -> Assignment:
        """The user equilibrium of these roads, without tolls and with everybody informed."""
        return equilibrium_of(self.p.world, self.p.bridge)

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
        still = self.book.flow(self.vehicles, np.bincount(route[keeps], minlength=self.book.known))
        moving = np.bincount(pair[~keeps], minlength=len(self.network.demand)) * self.vehicles
        left = moving > 0
        n = self.network
        demand = np.asarray(moving[left], np.float64)
        others = replace(n, origin=n.origin[left], destination=n.destination[left], demand=demand)
        return user_equilibrium(others, gap=1e-9, background=still)

    def _today(self) -> dict[str, float]:
        total, gap, best = self.total_time, self.gap, self.least_time
        row = {
            "tstt": total,
            "tstt over so": total / best,
            "time per trip": total / self.trips,
            "gap": gap,
            "switched": self.switched,
            "toll revenue": float(self.flow @ self.toll),
        }
        if len(self.flow) <= FEW:
            row |= {f"flow {name}": float(x) for name, x in zip(self.network.links, self.flow, strict=True)}
        for name in self.days:
            self.days[name].append(row[name])
        return row

    def observe(self) -> Mapping[str, Any]:
        """Total time, also over the optimum's, time per trip, gap, who switched, tolls; flows of few roads.

        And for the charts: total time over the optimum's as far as 2 (the first days would dwarf the rest),
        the logarithm of the gap, and what the equilibrium has.
        """
        row = self.today
        return row | {
            "shown over so": min(row["tstt over so"], 2.0),
            "log gap": math.log10(max(row["gap"], 1e-5)),
            "equilibrium over so": self.equilibrium.total_time / self.least_time,
        }

    def metrics(self) -> dict[str, float]:
        """Of the last day, and means (of flows also standard deviations) over the second half of the run."""
        found = {name: float(value) for name, value in self.today.items()}
        if not found:
            return {}
        found["rmse"] = self.rmse(self.equilibrium.flow)
        found["tstt over ue"] = found["tstt"] / self.equilibrium.total_time
        for name, values in self.days.items():
            late = values[len(values) // 2 :]
            found[f"mean {name}"] = float(np.mean(late))
            if name.startswith("flow "):
                found[f"sd {name}"] = float(np.std(late))
        return found
