"""The routes that anybody has been shown so far, each with a number that travellers remember."""

from __future__ import annotations

import numpy as np

from mas_kit.usecases.traffic.assignment import BARRED, Roads
from mas_kit.usecases.traffic.network import Floats, Ints, all_routes


class RouteBook:
    """Routes of a network by number. It begins with the shortest routes on empty roads.

    Attributes:
        known: how many there are
        best: (P,) the route of each pair in the trees that were last looked at
        first: (P,) a pair's latest route; following: (capacity,) the next of the same pair, -1 after the last
        on: (capacity,) how many travellers are on each route

    Its room doubles when it is full.
    """

    def __init__(self, roads: Roads) -> None:
        self.roads = roads
        pairs = len(roads.network.origin)
        room = 4 * pairs + 8
        self.known = 0
        self.best: Ints = np.zeros(pairs, np.int64)
        self.first: Ints = np.full(pairs, -1, np.int64)
        self.following: Ints = np.full(room, -1, np.int64)
        self.length: Ints = np.zeros(room, np.int64)
        self._links: Ints = np.zeros((room, roads.nodes), np.int64)  # from the destination back to the origin
        self.on: Ints = np.zeros(room, np.int64)
        self.look(roads.network.free)

    def look(self, cost: Floats) -> Ints:
        """The shortest routes at these link costs, by number, (P,); new ones get a number."""
        self.roads.shortest(cost)
        if self.known + len(self.best) > len(self.following):
            self._grow()
        network = self.roads.network
        self.known = self.roads.kernels.number_routes(
            self.roads.via,
            network.tail,
            *self.roads.trips,
            self._links,
            self.length,
            self.first,
            self.following,
            self.known,
            self.best,
        )
        return self.best

    def explore(self, rng: np.random.Generator, maps: int, spread: float) -> None:
        """Learn the shortest routes on maps whose times are off by a random factor, as people's maps are.

        Args:
            maps: how many; spread: standard deviation of the factor's logarithm
        """
        network = self.roads.network
        if len(network.origin) == 1:  # so few that all are known
            for route in all_routes(network):
                away = np.full(len(network.tail), BARRED)
                away[list(route)] = 0
                self.look(away)
        typical = network.time(network.capacity / 2)
        for _ in range(maps):
            self.look(typical * np.exp(spread * rng.standard_normal(len(typical))))
        self.look(network.free)

    @property
    def counts(self) -> Ints:
        """(P,) how many routes of each pair are known."""
        found = np.zeros(len(self.best), np.int64)
        route = self.first.copy()
        while (route >= 0).any():
            found += route >= 0
            route = np.where(route >= 0, self.following[route], -1)
        return found

    def _grow(self) -> None:
        room = len(self.following)
        self.following = np.concatenate([self.following, np.full(room, -1, np.int64)])
        self.length = np.concatenate([self.length, np.zeros(room, np.int64)])
        self.on = np.concatenate([self.on, np.zeros(room, np.int64)])
        self._links = np.concatenate([self._links, np.zeros_like(self._links)])

    def links(self, route: int) -> tuple[int, ...]:
        """The links of a route, from its origin on."""
        return tuple(self._links[route, : self.length[route]][::-1].tolist())

    def named(self, route: int) -> str:
        """A route as its nodes: "1-3-12"."""
        network = self.roads.network
        steps = self.links(route)
        nodes = [network.tail[steps[0]], *(network.head[link] for link in steps)]
        return "-".join(network.names[node] for node in nodes)

    def times(self, cost: Floats) -> Floats:
        """(known,) what each route costs at these link costs."""
        found = np.empty(self.known)
        self.roads.kernels.route_times(cost, self._links, self.length, found)
        return found

    def count(self, route: Ints) -> None:
        """Count all travellers anew, who are on these routes."""
        self.on[:] = np.bincount(route, minlength=len(self.on))

    def move(self, was: Ints, route: Ints, who: Ints) -> int:
        """Count again those who may have moved, and nobody else: rows `who` of `route`, whose route `was`.

        Gives how many are on another route. These are whole numbers, so that nothing drifts.
        """
        found: int = self.roads.kernels.move(was, route, who, self.on)
        return found

    def flow(self, vehicles: float, on: Ints | None = None) -> Floats:
        """(L,) vehicles on each link: each traveller has so many, and `on` of them are on each route."""
        found = np.zeros(len(self.roads.network.tail))
        counts = self.on if on is None else on
        self.roads.kernels.link_flows(counts, vehicles, self._links, self.length, self.known, found)
        return found
