"""The chain as plain arrays, without agents: a second implementation to hold agents and formulas against.

Stages are listed from the customer upstream. Every function runs many replicates side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import out_of_range

type Floats = NDArray[np.float64]


def simulate_serial(
    echelon_levels: Sequence[float],
    lead_times: Sequence[int],
    holding: Sequence[float],
    shortage: float,
    demand: Floats,
    *,
    periodic: bool = False,
    warm_up: int = 100,
) -> Floats:
    """Mean cost per period of an echelon base-stock policy, one value per replicate.

    Each period: all stages order up to their echelon levels, goods arrive and are sent on from the top down,
    customers come. Costs are charged after the customers (`periodic`) or just before them, as in
    `baseline.clark_scarf`.

    Args:
        demand: shape (periods, replicates)
        warm_up: first periods that are not counted
    """
    stages, replicates = len(echelon_levels), demand.shape[1]
    if not 0 <= warm_up < len(demand):
        raise out_of_range("warm_up", warm_up, f"0 to {len(demand) - 1}", "simulate more periods")
    rates = np.array([*holding, 0.0])
    on_hand = np.zeros((stages, replicates))
    owed = np.zeros((stages, replicates))  # what its supplier has not yet sent to each stage
    pipes = [np.zeros((lead, replicates)) for lead in lead_times]
    backlog = np.zeros(replicates)
    levels = np.asarray(echelon_levels)[:, None]
    cost = np.zeros(replicates)
    for period, wanted in enumerate(demand):
        stock = on_hand + np.array([pipe.sum(0) for pipe in pipes])
        owed += np.maximum(levels - (np.cumsum(stock, axis=0) - backlog) - owed, 0.0)
        for stage in reversed(range(stages)):
            top = stage == stages - 1
            sent = owed[stage].copy() if top else np.minimum(owed[stage], on_hand[stage + 1])
            owed[stage] -= sent
            if not top:
                on_hand[stage + 1] -= sent
            if lead_times[stage] == 0:
                on_hand[stage] += sent
                continue
            slot = period % lead_times[stage]
            on_hand[stage] += pipes[stage][slot]
            pipes[stage][slot] = sent
        for after_customers in (False, True):
            net = on_hand[0] - backlog - (wanted if after_customers else 0.0)
            on_hand[0], backlog = np.maximum(net, 0.0), np.maximum(-net, 0.0)
            if after_customers == periodic and period >= warm_up:
                cost += shortage * backlog + rates[:stages] @ on_hand
                for stage, pipe in enumerate(pipes):
                    cost += rates[stage + 1] * pipe.sum(0)
    return cost / (len(demand) - warm_up)


class Game(NamedTuple):
    """What happened on the board: each array has the shape (weeks, stages, replicates)."""

    orders: Floats
    incoming: Floats  # the orders that each stage read
    inventory: Floats
    backlog: Floats
    cost: Floats


class Rule(NamedTuple):
    """How every stage orders: anchoring and adjustment, with base stock at theta = 0, alpha = beta = 1.

    order = max(0, forecast + alpha·(target − inventory + backlog − beta·supply line)), where the forecast
    moves by theta towards each order read, from 4. Base stock at level s is target = s, forecast 0:
    `base_stock`.
    """

    targets: Sequence[float]
    theta: float = 0.0
    alpha: float = 1.0
    beta: float = 1.0
    forecast: float = 4.0

    @classmethod
    def base_stock(cls, local_levels: Sequence[float]) -> Rule:
        return cls(local_levels, forecast=0.0)


def play_beer_game(
    demand: Floats,
    rule: Rule,
    *,
    holding: Sequence[float] = (0.5, 0.5, 0.5, 0.5),
    shortage: Sequence[float] = (1.0, 1.0, 1.0, 1.0),
    frozen_weeks: int = 4,
    rounding: Literal["half up", "none"] = "half up",
) -> Game:
    """The board game, week by week, as one array program.

    Order of events (Sterman 1989, Management Science 35(3), 321-339; Edali and Yasarcan 2014, JASSS 17(4)
    2): receive and advance the shipping boxes; fill the order read this week and the backlog; count costs;
    advance the order slips; order. An order of the end of week t is read in t + 2 and arrives in t + 4 if it
    can be filled; the factory's goods arrive in t + 3.

    Args:
        demand: customer orders, shape (weeks, replicates)
        frozen_weeks: weeks at the start in which every stage has to order 4
    """
    weeks, replicates = demand.shape
    stages = len(rule.targets)
    shape = (stages, replicates)
    factory = stages - 1
    stock, owed, forecast = np.full(shape, 12.0), np.zeros(shape), np.full(shape, rule.forecast)
    boxes = np.full((2, *shape), 4.0)  # boxes[0] arrives this week; for the factory, what is being brewed
    slips = np.full(
        (2, *shape), 4.0
    )  # slips[0] is read this week by the supplier; for the factory, its request
    target = np.asarray(rule.targets, dtype=float)[:, None]
    game = Game(*(np.empty((weeks, *shape)) for _ in Game._fields))
    for week, wanted in enumerate(demand):
        stock = stock + boxes[0]
        boxes[0] = boxes[1]
        read = np.vstack([wanted[None], slips[0, :factory]])
        sent = np.minimum(stock, owed + read)
        stock, owed = stock - sent, owed + read - sent
        boxes[1, :factory] = sent[1:]
        boxes[1, factory] = slips[1, factory]  # the factory starts last week's request
        in_mail = slips[1].copy()
        in_mail[factory] = 0.0
        slips[0] = slips[1]
        forecast = forecast + rule.theta * (read - forecast)
        unsent = np.vstack([owed[1:], np.zeros((1, replicates))])
        line = boxes.sum(0) + in_mail + unsent
        order = np.maximum(forecast + rule.alpha * (target - (stock - owed) - rule.beta * line), 0.0)
        if rounding == "half up":
            order = np.floor(order + 0.5)
        if week < frozen_weeks:
            order = np.full(shape, 4.0)
        slips[1] = order
        cost = np.asarray(holding)[:, None] * stock + np.asarray(shortage)[:, None] * owed
        for field, value in zip(game, (order, read, stock, owed, cost), strict=True):
            field[week] = value
    return game


def forecast_moving_average(seen: Floats, window: int) -> Floats:
    """Mean of the last `window` periods up to each period, shape (periods − window + 1, replicates)."""
    total = np.cumsum(np.vstack([np.zeros((1, seen.shape[1])), seen]), axis=0)
    mean: Floats = (total[window:] - total[:-window]) / window
    return mean


def forecast_smoothing(seen: Floats, weight: float, start: float) -> Floats:
    """Exponential smoothing that begins at `start`, shape of `seen`."""
    forecast = np.empty_like(seen)
    last = np.full(seen.shape[1], start)
    for period, value in enumerate(seen):
        last = last + weight * (value - last)
        forecast[period] = last
    return forecast


def order_up_to(incoming: Floats, lead_time_forecast: Floats) -> Floats:
    """Orders that hold the inventory position at a moving level: what came in, plus the change of the level.

    The two arrays end in the same period; goods may be returned. Shape (periods of the forecast − 1,
    replicates).
    """
    change = np.diff(lead_time_forecast, axis=0)
    orders: Floats = incoming[-len(change) :] + change
    return orders


def autoregressive(rho: float, periods: int, replicates: int, rng: np.random.Generator) -> Floats:
    """Stationary AR(1) of mean 0 and variance 1, shape (periods, replicates)."""
    noise = rng.standard_normal((periods, replicates))
    series = np.empty_like(noise)
    series[0] = noise[0]
    for period in range(1, periods):
        series[period] = rho * series[period - 1] + np.sqrt(1 - rho * rho) * noise[period]
    return series
