"""Allocation by itself, without a sky: CBBA and Bertsekas' auction against the exact optimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mas_kit.core.errors import out_of_range
from mas_kit.protocols.auctions.assignment import Prices, best_bid
from mas_kit.usecases.drones.baseline import Routes, best_routes, sequential_greedy, total
from mas_kit.usecases.drones.consensus import Agreement, Gain, settle
from mas_kit.usecases.drones.routes import Craft, Rules, best_insertion
from mas_kit.usecases.drones.world import Order, terrain

ENDLESS = 10**5  # battery and payload that are never used up


class Problem(NamedTuple):
    """Drones that stand somewhere, orders that wait, and who hears whom."""

    rules: Rules
    crafts: Mapping[str, Craft]
    orders: tuple[Order, ...]
    links: Mapping[str, tuple[str, ...]]
    diameter: int


def problem(
    drones: int, orders: int, shape: str, seed: int, *, size: int = 12, discount: float = 0.95
) -> Problem:
    """A random instance on a map with a tenth of no-fly cells; values 5 to 10, discounted by the tick.

    Args:
        shape: of the radio graph: "path" or "ring".

    Raises ParameterError for another shape.
    """
    if shape not in ("path", "ring"):
        raise out_of_range("shape", shape, "'path' or 'ring'", "choose one")
    rng = np.random.default_rng(seed)
    ground = terrain(size, 0.1, 2, seed)
    free = np.flatnonzero(ground.free)
    rules = Rules(ground, ENDLESS, ENDLESS, 1, 0, discount)
    names = [f"drone-{i + 1}" for i in range(drones)]
    starts = rng.choice(free, drones, replace=False).tolist()
    cells, values = rng.choice(free, orders, replace=False).tolist(), rng.integers(5, 11, orders).tolist()
    waiting = tuple(Order(i + 1, cells[i], 1, float(values[i]), 0) for i in range(orders))
    last = drones - 1
    links = {
        names[i]: tuple(
            names[j] for j in range(drones) if abs(i - j) == 1 or (shape == "ring" and abs(i - j) == last)
        )
        for i in range(drones)
    }
    crafts = {name: Craft(cell, ENDLESS, ENDLESS) for name, cell in zip(names, starts, strict=True)}
    return Problem(rules, crafts, waiting, links, drones // 2 if shape == "ring" else last)


def cbba(given: Problem, limit: int, *, append: bool = False) -> tuple[Agreement, Routes]:
    """CBBA on a problem; with `append`, orders only go to the end of a path, where gains surely diminish."""
    by_number = {order.number: order for order in given.orders}

    def scorer(craft: Craft) -> Gain:
        def gain(task: int, path: tuple[int, ...]) -> tuple[float, int]:
            route = [by_number[number] for number in path]
            first = len(route) if append else 0
            return best_insertion(given.rules, craft, 1, route, by_number[task], first)

        return gain

    gains = {name: scorer(craft) for name, craft in given.crafts.items()}
    found = settle(list(by_number), gains, given.links, limit)
    return found, {name: tuple(by_number[n] for n in path) for name, path in found.paths.items()}


class Comparison(NamedTuple):
    """CBBA on one problem: worth over the greedy's and the optimum's, conflicts, rounds over their bound."""

    over_greedy: float
    over_optimum: float
    conflicts: int
    settled: bool
    rounds: int
    rounds_over_bound: float


def compare(given: Problem, limit: int, *, append: bool = False, optimum: bool = True) -> Comparison:
    """Run CBBA, the sequential greedy and (if wanted) the exact program on one problem.

    The bound on rounds is Theorem 1 of Choi, Brunet and How: min(tasks, agents × limit) × diameter.
    """
    agreement, routes = cbba(given, limit, append=append)
    worth = total(given.rules, given.crafts, routes, 1)
    greedy = sequential_greedy(given.rules, given.crafts, given.orders, 1, limit, append=append)
    best = best_routes(given.rules, given.crafts, given.orders, 1, limit) if optimum else {}
    bound = min(len(given.orders), len(given.crafts) * limit) * given.diameter
    return Comparison(
        worth / total(given.rules, given.crafts, greedy, 1),
        worth / total(given.rules, given.crafts, best, 1) if optimum else np.nan,
        agreement.conflicts,
        agreement.settled,
        agreement.rounds,
        agreement.rounds / bound,
    )


def bertsekas(values: NDArray[np.float64], epsilon: float) -> list[int]:
    """The auction algorithm, one bidder at a time: the item of each bidder (row).

    Args:
        values: (n, n), what each item is worth to each bidder
        epsilon: the least by which a bid raises a price, above 0

    Raises ParameterError for another shape or epsilon.

    Source: Bertsekas (1988), Annals of Operations Research 14, 105-123.
    """
    n = len(values)
    if values.shape != (n, n):
        raise out_of_range("values", values.shape, "a square table", "give as many items as bidders")
    if not epsilon > 0:
        raise out_of_range("epsilon", epsilon, "numbers above 0", "1/(n + 1) is exact for whole values")
    rows: list[Sequence[float]] = values.tolist()
    prices, owner = [0.0] * n, [-1] * n
    without = list(range(n))
    while without:
        bidder = without.pop()
        bid = best_bid(rows[bidder], Prices(tuple(prices), epsilon))
        if owner[bid.item] >= 0:
            without.append(owner[bid.item])
        owner[bid.item], prices[bid.item] = bidder, bid.price
    items = [0] * n
    for item, bidder in enumerate(owner):
        items[bidder] = item
    return items


def auction_gap(values: NDArray[np.float64], epsilon: float) -> float:
    """How much less the auction's assignment is worth than the best one."""
    rows, columns = linear_sum_assignment(values, maximize=True)
    found = bertsekas(values, epsilon)
    return float(values[rows, columns].sum() - values[np.arange(len(values)), found].sum())
