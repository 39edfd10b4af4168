"""The routes that anybody has been shown so far, each with a number that travellers remember."""

from __future__ import annotations

import numpy as np

from mas_kit.usecases.traffic.assignment import Roads
from mas_kit.usecases.traffic.network import Floats, Ints


class RouteBook:
    """Routes of a network by number. It begins with the shortest routes on empty roads.

    Attributes:
        known: how many there are
        best: (P,) the route of each pair in the trees that were last looked at
        first: (P,) a pair's latest route; following: (capacity,) the next of the same pair, -1 after the last

    A network with places for `at_most` routes: when it is full, no more are taken in and `ParameterError`
    would come too late, so the room doubles instead.
    """

    def __init__(self, roads: Roads) -> None:
        self.roads = roads
        self.kernels = roads.kernels
        pairs = len(roads.network.origin)
        room = 4 * pairs + 8
        self.known = 0
        self.best: Ints = np.zeros(pairs, np.int64)
        self.first: Ints = np.full(pairs, -1, np.int64)
        self.following: Ints = np.full(room, -1, np.int64)
        self.length: Ints = np.zeros(room, np.int64)
        self._links: Ints = np.zeros((room, roads.nodes), np.int64)  # from the destination back to the origin
        self.look(roads.network.free)

    def look(self, cost: Floats) -> Ints:
        """The shortest routes at these link costs, by number, (P,); new ones get a number."""
        self.roads.shortest(cost)
        if self.known + len(self.best) > len(self.following):
            self._grow()
        network = self.roads.network
        self.known = self.kernels.number_routes(
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

    def _grow(self) -> None:
        room = len(self.following)
        self.following = np.concatenate([self.following, np.full(room, -1, np.int64)])
        self.length = np.concatenate([self.length, np.zeros(room, np.int64)])
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
        self.kernels.route_times(cost, self._links, self.length, found)
        return found

    def flow(self, route: Ints, vehicles: float) -> Floats:
        """(L,) vehicles on each link when travellers are on these routes, each with so many vehicles."""
        found = np.empty(len(self.roads.network.tail))
        self.kernels.link_flows(route, vehicles, self._links, self.length, self.known, found)
        return found
