"""Road networks: links whose travel time grows with their flow, and trips between pairs of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mas_kit import datasets
from mas_kit.core.errors import ParameterError, out_of_range, unknown

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Links, their travel times, and the demand for trips.

    The travel time of link i at flow x is ``free[i] + slope[i] * x ** power[i]``, a form that holds straight
    lines and the function of the Bureau of Public Roads alike. Every array of links has length L, of pairs P.

    Attributes:
        names: of the nodes, for people
        tail, head: (L,) rows of the nodes where a link begins and ends
        free: (L,) travel time when empty, in `unit`; slope, power: (L,) of its growth, power a whole number
        capacity: (L,) flow that counts as full on a picture; it has no part in the travel time
        origin, destination: (P,) rows of nodes, in rising order of origin; demand: (P,) vehicles
        places: (N, 2) where to draw the nodes
        unit: of time

    Raises:
        ParameterError: arrays of unlike length or with rows of nodes that are not there, a travel time that
            can be negative, a capacity or a demand that is not above 0, pairs that are not sorted.
    """

    names: tuple[str, ...]
    tail: Ints
    head: Ints
    free: Floats
    slope: Floats
    power: Ints
    capacity: Floats
    origin: Ints
    destination: Ints
    demand: Floats
    places: Floats
    unit: str = "min"

    def __post_init__(self) -> None:
        self._check_shapes()
        if not (self._least(self.free) and self._least(self.slope) and (self.power >= 1).all()):
            raise ParameterError(
                "a travel time that is negative, no number, or falls with the flow has no equilibrium here; "
                "give free and slope from 0, and power from 1"
            )
        if not (self.capacity > 0).all():
            raise ParameterError(
                f"parameter 'capacity' is {float(self.capacity.min()):g} on a link; allowed: above 0; leave "
                "out a link that nobody can use"
            )
        rising = bool((self.origin != self.destination).all()) and bool((self.demand > 0).all())
        if not (rising and np.isfinite(self.demand).all()):
            raise ParameterError("a pair of nodes needs trips between two nodes; leave empty pairs out")
        if (np.diff(self.origin) < 0).any():
            raise ParameterError(
                "pairs are sorted by origin, which saves a tree of routes per pair; sort them"
            )

    @staticmethod
    def _least(values: Floats) -> bool:
        """Are these numbers from 0?"""
        return bool((np.isfinite(values) & (values >= 0)).all())

    def _check_shapes(self) -> None:
        """Lists become arrays, and rows that are not there are an error here and not a crash later."""
        whole, real = (
            ("tail", "head", "power", "origin", "destination"),
            ("free", "slope", "capacity", "demand"),
        )
        for part in (*whole, *real):
            given = np.asarray(getattr(self, part))
            length = len(self.origin if part in ("origin", "destination", "demand") else self.tail)
            fits = given.shape == (length,) and np.issubdtype(given.dtype, np.number)
            if not fits or (part in whole and (given != np.round(given)).any()):
                kind = "whole numbers" if part in whole else "numbers"
                raise ParameterError(
                    f"parameter {part!r} is {given.dtype} of shape {given.shape}; allowed: {length} {kind}; "
                    "give one for every link (those of trips: for every pair)"
                )
            object.__setattr__(self, part, given.astype(np.int64 if part in whole else np.float64))
        rows = {part: getattr(self, part) for part in ("tail", "head", "origin", "destination")}
        for part, row in rows.items():
            if len(row) and not 0 <= row.min() <= row.max() < len(self.names):
                raise ParameterError(
                    f"parameter {part!r} is {row.min()} to {row.max()}; allowed: 0 to {len(self.names) - 1}, "
                    "the rows of the nodes; name every node"
                )

    @property
    def links(self) -> tuple[str, ...]:
        """What the links are called: "3-12" leads from node 3 to node 12; a second one "3-12b"."""
        found: list[str] = []
        for tail, head in zip(self.tail, self.head, strict=True):
            name = f"{self.names[tail]}-{self.names[head]}"
            found.append(name + "bcdefgh"[found.count(name) - 1] if name in found else name)
        return tuple(found)

    def link(self, name: str) -> int:
        """The row of a link. Raises UnknownNameError."""
        if name not in self.links:
            raise unknown("link", name, self.links)
        return self.links.index(name)

    def time(self, flow: Floats) -> Floats:
        """(L,) travel times at these flows."""
        return self.free + self.slope * flow**self.power

    def marginal_toll(self, flow: Floats) -> Floats:
        """(L,) what one more vehicle costs all others on its link: flow times the slope of the time there.

        Source: Pigou (1920); Beckmann, McGuire and Winsten (1956), Studies in the Economics of
        Transportation, chapter 4.
        """
        return self.slope * self.power * flow**self.power

    def total_time(self, flow: Floats) -> float:
        """Travel time of all vehicles together."""
        return float(flow @ self.time(flow))

    def beckmann(self, flow: Floats) -> float:
        """Sum over links of the area under the travel time, which a user equilibrium makes least."""
        return float((self.free * flow + self.slope * flow ** (self.power + 1) / (self.power + 1)).sum())

    def with_marginal_costs(self) -> RoadNetwork:
        """The same roads with marginal in place of average times: its equilibrium is the optimum here."""
        return replace(self, slope=self.slope * (self.power + 1))

    def with_tolls(self, toll: ArrayLike) -> RoadNetwork:
        """The same roads with a fixed toll on each link, in units of time. Raises ParameterError."""
        tolls = np.asarray(toll, float)
        if tolls.shape != self.free.shape or not np.isfinite(tolls).all():
            raise ParameterError(
                f"parameter 'toll' is {toll!r}; allowed: {len(self.free)} numbers; give one for every link"
            )
        return replace(self, free=self.free + tolls)

    def without(self, *links: str) -> RoadNetwork:
        """The same roads without these. Raises UnknownNameError."""
        kept = np.ones(len(self.tail), bool)
        kept[[self.link(name) for name in links]] = False
        parts = ("tail", "head", "free", "slope", "power", "capacity")
        return replace(self, **{part: getattr(self, part)[kept] for part in parts})


def all_routes(network: RoadNetwork, pair: int = 0) -> list[tuple[int, ...]]:
    """Every route of a pair that passes no node twice, as links; for small networks."""
    if not 0 <= pair < len(network.origin):
        raise out_of_range("pair", pair, f"0 to {len(network.origin) - 1}", "give a row of the pairs")

    def onward(node: int, been: tuple[int, ...], links: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if node == network.destination[pair]:
            yield links
            return
        for link in np.flatnonzero(network.tail == node).tolist():
            there = int(network.head[link])
            if there not in been:
                yield from onward(there, (*been, there), (*links, link))

    start = int(network.origin[pair])
    return list(onward(start, (start,), ()))


def _network(
    names: str,
    links: list[tuple[str, str, float, float]],
    trips: list[tuple[str, str, float]],
    places: ArrayLike,
) -> RoadNetwork:
    """A small network with straight travel times: links are (tail, head, free, slope)."""
    row = {name: i for i, name in enumerate(names.split())}
    total = sum(amount for _, _, amount in trips)
    return RoadNetwork(
        tuple(row),
        np.array([row[tail] for tail, *_ in links]),
        np.array([row[head] for _, head, *_ in links]),
        np.array([free for *_, free, _ in links], float),
        np.array([slope for *_, slope in links], float),
        np.ones(len(links), np.int64),
        np.full(len(links), float(total)),
        np.array([row[origin] for origin, *_ in trips]),
        np.array([row[destination] for _, destination, _ in trips]),
        np.array([amount for *_, amount in trips], float),
        np.asarray(places, float),
    )


def pigou() -> RoadNetwork:
    """Pigou's two roads: one takes as long as the share of the trips that is on it, the other takes 1."""
    links = [("home", "work", 0.0, 1.0), ("home", "work", 1.0, 0.0)]
    return _network("home work", links, [("home", "work", 1.0)], [(0, 0), (1, 0)])


def braess(*, bridge: bool = True) -> RoadNetwork:
    """Braess's network: 6 trips from s to t over roads of 10x and 50 + x, and a bridge of 10 + x.

    Source: Braess (1968), Unternehmensforschung 12, 258-268.
    """
    links = [("s", "a", 0.0, 10.0), ("s", "b", 50.0, 1.0), ("a", "t", 50.0, 1.0), ("b", "t", 0.0, 10.0)]
    if bridge:
        links.append(("a", "b", 10.0, 1.0))
    return _network("s a b t", links, [("s", "t", 6.0)], [(0, 1), (1, 2), (1, 0), (2, 1)])


def lab_game(players: int = 18) -> RoadNetwork:
    """The game of a main road (6 + 2n minutes) and a side road (12 + 3n), played by people.

    Source: Selten, Chmura, Pitz, Kube and Schreckenberg (2007), Games and Economic Behavior 58, 394-406.
    """
    links = [("home", "work", 6.0, 2.0), ("home", "work", 12.0, 3.0)]
    return _network("home work", links, [("home", "work", float(players))], [(0, 0), (1, 0)])


def sioux_falls() -> RoadNetwork:
    """Sioux Falls: 24 nodes, 76 links, 528 pairs, 360,600 trips; times in 0.01 h.

    `mas_kit.datasets.card("sioux_falls")` has its source and its terms.
    """
    links, trips, nodes = (datasets.load("sioux_falls", table) for table in ("links", "trips", "nodes"))
    power = links["power"].to_numpy(np.int64)
    capacity = links["capacity"].to_numpy(float)
    free = links["free_flow_time"].to_numpy(float)
    return RoadNetwork(
        tuple(str(node) for node in nodes["node"]),
        links["tail"].to_numpy(np.int64) - 1,
        links["head"].to_numpy(np.int64) - 1,
        free,
        free * links["b"].to_numpy(float) / capacity**power,
        power,
        capacity,
        trips["origin"].to_numpy(np.int64) - 1,
        trips["destination"].to_numpy(np.int64) - 1,
        trips["trips"].to_numpy(float),
        nodes[["x", "y"]].to_numpy(float),
        unit="0.01 h",
    )
