"""The planner who sends everybody where the town is served best, and what can be said without simulating."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from mas_kit.core.errors import ParameterError, out_of_range
from mas_kit.usecases.traffic.assignment import Roads, system_optimum, user_equilibrium
from mas_kit.usecases.traffic.network import Floats, RoadNetwork, all_routes


def price_of_anarchy(network: RoadNetwork, *, gap: float = 1e-9) -> float:
    """Total time in user equilibrium over that in the system optimum."""
    selfish, planned = user_equilibrium(network, gap=gap), system_optimum(network, gap=gap)
    return selfish.total_time / planned.total_time


def price_of_anarchy_bound(degree: int) -> float:
    """The most that the price of anarchy can be where times are polynomials of this degree, on any network.

    1 / (1 - d (d + 1) ** (-(d + 1) / d)): 4/3 for straight lines. Source: Roughgarden (2003), Journal of
    Computer and System Sciences 67(2), 341-364; Roughgarden and Tardos (2002), Journal of the ACM 49(2),
    236-259.
    """
    if not (degree >= 1 and degree == int(degree)):
        raise out_of_range("degree", degree, "whole numbers from 1", "give the highest power of the flow")
    return 1 / (1 - float(degree * (degree + 1) ** (-(degree + 1) / degree)))


def nonlinear_pigou(degree: int) -> RoadNetwork:
    """Pigou's two roads with x ** degree in place of x: they reach the bound of that degree."""
    return RoadNetwork(
        ("home", "work"),
        np.array([0, 0]),
        np.array([1, 1]),
        np.array([0.0, 1.0]),
        np.array([1.0, 0.0]),
        np.array([degree, 1]),
        np.ones(2),
        np.array([0]),
        np.array([1]),
        np.array([1.0]),
        np.array([[0.0, 0.0], [1.0, 0.0]]),
    )


def by_the_map(network: RoadNetwork) -> Floats:
    """(L,) flows when everybody takes the shortest way on empty roads, as who hears no news does."""
    return Roads(network).all_or_nothing(network.free)[0]


def pure_equilibria(network: RoadNetwork) -> list[tuple[int, ...]]:
    """How many players take each of the routes in every equilibrium in pure strategies; by trying all.

    For one pair and a whole number of players, each of whom counts itself in: an equilibrium of Rosenthal's
    congestion game (International Journal of Game Theory 2, 1973, 65-67).
    """
    players = int(network.demand[0])
    if len(network.demand) != 1 or players != network.demand[0]:
        raise ParameterError("one pair and a whole number of players have splits to try; give such a network")
    ways = all_routes(network)
    uses = np.zeros((len(ways), len(network.tail)))
    for row, links in enumerate(ways):
        uses[row, list(links)] = 1
    found = []
    slots = players + len(ways) - 1
    for bars in combinations(range(slots), len(ways) - 1):  # stars and bars: every split of the players
        split = np.diff([-1, *bars, slots]) - 1
        flow = split @ uses
        now = uses @ network.time(flow)
        if all(
            now[a] <= min(other @ network.time(flow - uses[a] + other) for other in uses) + 1e-9
            for a in np.flatnonzero(split)
        ):
            found.append(tuple(split.tolist()))
    return found


def logit_split(network: RoadNetwork, theta: float) -> float:
    """Flow on the first of two parallel roads in stochastic user equilibrium, by bisection.

    x = demand / (1 + exp(theta * (first time - second time))). Source: Daganzo and Sheffi (1977),
    Transportation Science 11(3), 253-274.

    Raises:
        ParameterError: theta below 0, or more than two roads.
    """
    if not 0 <= theta < math.inf:
        raise out_of_range("theta", theta, "numbers from 0", "0 is a coin, and more listens to the times")
    if len(network.tail) != 2 or len(network.demand) != 1:
        raise ParameterError("a split of two needs two parallel roads and one pair; give such a network")
    demand = float(network.demand[0])
    low, high = 0.0, demand
    for _ in range(200):
        x = (low + high) / 2
        first, second = network.time(np.array([x, demand - x]))
        if x < demand / (1 + math.exp(min(theta * (first - second), 700.0))):
            low = x
        else:
            high = x
    return (low + high) / 2
