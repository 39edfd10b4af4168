"""The board as arrays: the published benchmark, and the accounting identities of a closed chain."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.supply_chain import STAGES, SupplyChain, distribution
from mas_kit.usecases.supply_chain.baseline import stationary_beer_game
from mas_kit.usecases.supply_chain.reference import (
    Rule,
    autoregressive,
    forecast_moving_average,
    forecast_smoothing,
    play_beer_game,
    simulate_serial,
)

STEP = np.where(np.arange(36) < 4, 4.0, 8.0)[:, None]
BENCHMARK = Rule((28, 28, 28, 20))
PEOPLE = Rule((17, 17, 17, 17), theta=0.36, alpha=0.26, beta=0.34)


def test_benchmark_to_the_cent():
    game = play_beer_game(STEP, BENCHMARK)
    assert game.cost.sum(axis=(0, 2)).tolist() == [46, 50, 54, 54]


def test_free_ordering_from_the_first_week_is_another_game():
    assert play_beer_game(STEP, BENCHMARK, frozen_weeks=0).cost.sum() == 180


@pytest.mark.parametrize(("rounding", "total"), [("half up", 2694.0), ("none", 2479.478)])
def test_people(rounding, total):
    game = play_beer_game(STEP, PEOPLE, rounding=rounding)
    assert game.cost.sum() == pytest.approx(total, abs=0.001)
    assert 8 <= game.cost.sum() / 204 <= 14


def test_people_amplify_and_lag():
    orders = play_beer_game(STEP, PEOPLE, rounding="none").orders[..., 0]
    assert orders.max(axis=0) == pytest.approx([11.0, 16.5, 25.1, 30.8], abs=0.05)
    assert (orders.argmax(axis=0) + 1).tolist() == [13, 16, 18, 20]


@pytest.mark.parametrize(("beta", "cost"), [(0.0, 5562), (0.34, 2479), (0.7, 1505), (1.0, 1818)])
def test_supply_line_sweep(beta, cost):
    game = play_beer_game(STEP, PEOPLE._replace(beta=beta), rounding="none")
    assert game.cost.sum() == pytest.approx(cost, abs=0.5)


def test_goods_are_neither_made_nor_lost():
    weeks = np.random.default_rng(1).poisson(6, (60, 50)).astype(float)
    game = play_beer_game(weeks, PEOPLE)
    net = game.inventory - game.backlog
    shipped = np.diff(np.vstack([np.zeros((1, 4, 50)), np.cumsum(game.incoming, 0) - game.backlog]), axis=0)
    received = net[:, 0] - np.vstack([np.full((1, 50), 12.0), net[:-1, 0]]) + game.incoming[:, 0]
    assert received[0].tolist() == received[1].tolist() == [4.0] * 50
    assert np.array_equal(received[2:], shipped[:-2, 1]), "what the wholesaler ships arrives two weeks later"
    assert np.array_equal(game.incoming[2:, 1], game.orders[:-2, 0]), "an order is read two weeks later"
    brewed = net[:, 3] - np.vstack([np.full((1, 50), 12.0), net[:-1, 3]]) + game.incoming[:, 3]
    assert np.array_equal(brewed[3:], game.orders[:-3, 3]), "a request is goods three weeks later"


def test_constant_demand_by_hand():
    """Demand 2, lead times 1 and 1, echelon levels 7 and 12, counted after the customers.

    The retailer covers two periods: 7 - 4 = 3 lie there. The chain has lost two periods of demand since
    the supplier's order: 12 - 4 = 8 in all, of which 2 are on their way to the retailer, so 3 lie at the
    supplier.
    """
    demand = np.full((300, 1), 2.0)
    cost = simulate_serial((7.0, 12.0), (1, 1), (5.0, 3.0), 10.0, demand, periodic=True)
    assert cost.tolist() == [5 * 3 + 3 * (2 + 3)]


def test_warm_up_must_leave_something():
    with pytest.raises(ParameterError, match="'warm_up'"):
        simulate_serial((1.0,), (1,), (1.0,), 1.0, np.ones((10, 1)), warm_up=10)


def test_forecasts_by_hand():
    seen = np.array([[1.0], [2.0], [6.0], [3.0]])
    assert forecast_moving_average(seen, 2)[:, 0].tolist() == [1.5, 4.0, 4.5]
    assert forecast_smoothing(seen, 0.5, 0.0)[:, 0].tolist() == [0.5, 1.25, 3.625, 3.3125]


def test_autoregressive_moments(agree):
    series = autoregressive(0.6, 2000, 300, np.random.default_rng(8))
    agree((series**2).mean(axis=0), 1.0, 0.01)
    agree((series[1:] * series[:-1]).mean(axis=0), 0.6, 0.01)
    assert np.array_equal(series, autoregressive(0.6, 2000, 300, np.random.default_rng(8)))


@pytest.mark.parametrize(
    ("rule", "settings"),
    [
        (BENCHMARK, SupplyChain.oracles["benchmark"]),
        (PEOPLE, {}),
        (PEOPLE._replace(beta=0.9), {"beta": 0.9, "freeze": 0, "demand": "negative binomial", "sd": 4.0}),
        (PEOPLE, {"demand": "ar1", "rho": 0.7, "whole": False, "weeks": 200}),
        (PEOPLE, {"demand": "real", "weeks": 204}),
    ],
    ids=["benchmark", "people", "free ordering", "not whole", "real demand"],
)
def test_the_agents_play_the_same_game(rule, settings):
    """Two implementations that share no code, week by week and stage by stage."""
    model = SupplyChain(seed=11, **settings).run()
    history = model.frame()
    game = play_beer_game(
        history[["retailer.demand"]].to_numpy(),
        rule,
        frozen_weeks=settings.get("freeze", 4),
        rounding="half up" if settings.get("whole", True) else "none",
    )
    for i, stage in enumerate(STAGES):
        for column, array in (
            ("order", game.orders),
            ("demand", game.incoming),
            ("inventory", game.inventory),
            ("backlog", game.backlog),
            ("cost", game.cost),
        ):
            assert history[f"{stage}.{column}"].to_numpy() == pytest.approx(array[:, i, 0]), (stage, column)


def test_the_planners_agents_play_the_same_game():
    model = SupplyChain.oracle("stationary", seed=3, weeks=300).run()
    history = model.frame()
    levels = stationary_beer_game(distribution.poisson(8)).local_levels
    game = play_beer_game(
        history[["retailer.demand"]].to_numpy(),
        Rule.base_stock(levels),
        holding=(1.0, 0.75, 0.5, 0.25),
        shortage=(10, 0, 0, 0),
        frozen_weeks=0,
    )
    weekly = history[[f"{stage}.cost" for stage in STAGES]].to_numpy()
    assert weekly == pytest.approx(game.cost[..., 0])
