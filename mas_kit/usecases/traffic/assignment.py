"""Where the trips go: user equilibrium, system optimum, successive averages, and all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import MasKitError, ParameterError, out_of_range
from mas_kit.usecases.traffic.network import Floats, Ints, RoadNetwork

if TYPE_CHECKING:
    from types import ModuleType


BARRED = 1e6  # what a closed link adds to a route: no detour is as long


class AssignmentError(MasKitError, RuntimeError):
    """An equilibrium was not found with the iterations or the routes that were allowed."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """Flows on a network and how near they are to an equilibrium.

    Attributes:
        network: the network as it was given (with tolls, if it has some, inside its travel times)
        flow: (L,) vehicles
        gaps: relative gap, 1 - (time if all took the shortest routes) / (time as it is), after each iteration
        lengths: (P,) travel time of the shortest route of each pair at these flows
        routes: for each pair, (links of the route, vehicles on it); empty where no routes were kept
    """

    network: RoadNetwork
    flow: Floats
    gaps: Floats
    lengths: Floats
    routes: tuple[tuple[tuple[tuple[int, ...], float], ...], ...] = ()

    @property
    def gap(self) -> float:
        """The relative gap at the end."""
        return float(self.gaps[-1])

    @property
    def iterations(self) -> int:
        """How many there were."""
        return len(self.gaps)

    @property
    def total_time(self) -> float:
        """Travel time of all vehicles together, in the network's unit."""
        return self.network.total_time(self.flow)

    @property
    def objective(self) -> float:
        """Beckmann's objective, which user equilibrium makes least."""
        return self.network.beckmann(self.flow)


class Roads:
    """A network as the compiled parts want it; keep one to search routes on many times.

    Raises ParameterError when there is no way from an origin to its destination.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.nodes = len(network.names)
        self.out: Ints = np.argsort(network.tail, kind="stable").astype(np.int64)
        self.start: Ints = np.searchsorted(network.tail[self.out], np.arange(self.nodes + 1)).astype(np.int64)
        self.origins = len(np.unique(network.origin))
        self.via: Ints = np.empty((self.origins, self.nodes), np.int64)
        cut = np.flatnonzero(self.shortest(network.free) >= self.kernels.LONG)
        if len(cut):
            names = [
                f"{network.names[network.origin[p]]}-{network.names[network.destination[p]]}" for p in cut
            ]
            raise ParameterError(
                f"there is no way for {len(cut)} pairs, as {names[0]}; add links, or leave these trips out"
            )

    @property
    def kernels(self) -> ModuleType:
        """The compiled parts, loaded when they are first needed."""
        from mas_kit.usecases.traffic import kernels

        return kernels

    @property
    def ways(self) -> tuple[Ints, Ints, Ints, Ints]:
        """tail, head, out, start: the links and who leaves where."""
        return self.network.tail, self.network.head, self.out, self.start

    @property
    def trips(self) -> tuple[Ints, Ints]:
        """origin, destination."""
        return self.network.origin, self.network.destination

    def shortest(self, cost: Floats) -> Floats:
        """(P,) lengths of the shortest routes at these link costs; `via` then holds the trees."""
        found: Floats = self.kernels.shortest(cost, *self.ways[1:], *self.trips, self.nodes, self.via)
        return found

    def all_or_nothing(self, cost: Floats) -> tuple[Floats, Floats]:
        """(L,) flows when everybody takes a shortest route at these costs, and (P,) its length."""
        demand, kernel = self.network.demand, self.kernels.all_or_nothing
        found: Any = kernel(cost, *self.ways, *self.trips, demand, self.nodes, self.via)
        return found[0], found[1]

    def gap(self, flow: Floats, cost: Floats, closed: NDArray[np.bool_] | None = None) -> float:
        """Relative gap of these flows at these costs; nobody goes where it is closed who has another way."""
        open_cost = cost if closed is None else cost + BARRED * closed
        return float(1 - self.shortest(open_cost) @ self.network.demand / (flow @ open_cost))


def user_equilibrium(
    network: RoadNetwork,
    *,
    gap: float = 1e-6,
    at_most: int = 2000,
    routes: int = 16,
    background: Floats | None = None,
) -> Assignment:
    """Flows at which nobody has a shorter route (Wardrop's first principle), by gradient projection.

    Args:
        gap: relative gap to stop at
        at_most: iterations
        routes: kept per pair at a time
        background: (L,) flow of vehicles that stay where they are; None: there are none

    Raises:
        ParameterError: a gap that is not above 0; a pair without a route; no iterations or routes allowed; a
            background that is not a number from 0 on every link.
        AssignmentError: not reached.

    Source: Jayakrishnan, Tsai, Prashker and Rajadhyaksha (1994), Transportation Research Record 1443, 75-83;
    a tree per origin and a sweep over its pairs, with times brought up to date after every step.
    """
    if not gap > 0:
        raise out_of_range("gap", gap, "above 0", "1e-6 is far nearer than any road is known")
    for name, value in (("at_most", at_most), ("routes", routes)):
        if value < 1:
            raise out_of_range(name, value, "whole numbers from 1", "allow at least one")
    still = np.zeros(len(network.tail)) if background is None else np.asarray(background, float)
    if still.shape != network.tail.shape or not (np.isfinite(still) & (still >= 0)).all():
        allowed = f"{len(network.tail)} numbers from 0"
        raise out_of_range("background", background, allowed, "give the vehicles that stay, link by link")
    from mas_kit.usecases.traffic import projection

    roads = Roads(network)
    flow, gaps, links, length, amount = projection.equilibrium(
        network.free,
        network.slope,
        network.power,
        *roads.ways,
        *roads.trips,
        network.demand,
        roads.nodes,
        still,
        routes,
        gap,
        at_most,
    )
    if not len(gaps):
        raise AssignmentError(f"a pair has more than {routes} routes in use; allow more with routes=")
    if gaps[-1] > gap:
        raise AssignmentError(
            f"the gap is {gaps[-1]:.2g} after {at_most} iterations, wanted: {gap:g}; allow more with at_most="
        )
    lengths = roads.shortest(network.time(flow))
    return Assignment(network, flow, gaps, lengths, _listed(links, length, amount))


def system_optimum(
    network: RoadNetwork, *, gap: float = 1e-6, at_most: int = 2000, routes: int = 16
) -> Assignment:
    """Flows with the least total travel time (Wardrop's second principle).

    They are the user equilibrium of marginal costs; `gaps` are those of that equilibrium, everything else is
    of the given network. Raises what `user_equilibrium` raises.
    """
    found = user_equilibrium(network.with_marginal_costs(), gap=gap, at_most=at_most, routes=routes)
    lengths = Roads(network).shortest(network.time(found.flow))
    return Assignment(network, found.flow, found.gaps, lengths, found.routes)


def successive_averages(network: RoadNetwork, days: int) -> Assignment:
    """A share 1/(k + 1) of all flow moves to the shortest routes of day k; its gap falls about as 1/k.

    `gaps` has one entry a day. Source: Powell and Sheffi (1982), Transportation Science 16(1), 45-55.
    """
    if days < 1 or days != int(days):
        raise out_of_range(
            "days", days, "whole numbers from 1", "on day 1 everybody is on the empty roads' best"
        )
    roads, n = Roads(network), network
    flow, gaps = roads.kernels.averages(
        n.free, n.slope, n.power, *roads.ways, *roads.trips, n.demand, roads.nodes, roads.origins, days
    )
    return Assignment(network, flow, gaps, roads.shortest(network.time(flow)))


def _listed(
    links: Ints, length: Ints, amount: NDArray[np.float64]
) -> tuple[tuple[tuple[tuple[int, ...], float], ...], ...]:
    """Routes in use, from origin to destination (the compiled part walks them backwards)."""
    pairs = []
    for p in range(len(links)):
        used = np.flatnonzero(amount[p] > 0)
        pairs.append(
            tuple((tuple(links[p, r, : length[p, r]][::-1].tolist()), float(amount[p, r])) for r in used)
        )
    return tuple(pairs)
