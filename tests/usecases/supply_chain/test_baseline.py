"""The planners: textbook values, an independent dynamic programme, and brute-force simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.supply_chain import distribution
from mas_kit.usecases.supply_chain.baseline import (
    clark_scarf,
    local_levels,
    newsvendor,
    newsvendor_stages,
    stationary_beer_game,
)
from mas_kit.usecases.supply_chain.reference import Rule, play_beer_game, simulate_serial

EXAMPLE = {"holding": (7.0, 4.0, 2.0), "lead_times": (1, 1, 2)}  # Snyder and Shen, Example 6.1
SHORTAGE = 37.12
DEMAND = distribution.normal(5, 1)


def test_textbook_example():
    optimum = clark_scarf(**EXAMPLE, shortage=SHORTAGE, demand=DEMAND)
    assert optimum.echelon_levels == pytest.approx((6.49, 12.02, 22.71), abs=0.005)
    assert optimum.cost == pytest.approx(47.660, abs=0.0005)


def test_published_solution_of_the_example():
    """As in stockpyl's documentation of the example, on a grid of its own: within half a percent."""
    optimum = clark_scarf(**EXAMPLE, shortage=SHORTAGE, demand=DEMAND)
    assert optimum.echelon_levels == pytest.approx((6.5144388, 12.0123323, 22.7002372), rel=0.005)
    assert optimum.cost == pytest.approx(47.668653127, rel=0.005)


def test_periodic_review():
    optimum = clark_scarf(**EXAMPLE, shortage=SHORTAGE, demand=DEMAND, periodic=True)
    assert optimum.echelon_levels == pytest.approx((12.11, 17.35, 27.87), abs=0.005)
    assert optimum.cost == pytest.approx(51.186, abs=0.0005)


def test_a_finer_grid_changes_nothing_that_is_printed():
    coarse = clark_scarf(**EXAMPLE, shortage=SHORTAGE, demand=distribution.normal(5, 1, 0.02))
    fine = clark_scarf(**EXAMPLE, shortage=SHORTAGE, demand=distribution.normal(5, 1, 0.005))
    assert coarse.cost == pytest.approx(fine.cost, abs=5e-4)
    assert coarse.echelon_levels == pytest.approx(fine.echelon_levels, abs=0.02)


@pytest.mark.parametrize("periodic", [False, True])
def test_simulated_cost_and_every_perturbation_costs_more(agree, periodic):
    optimum = clark_scarf(**EXAMPLE, shortage=SHORTAGE, demand=DEMAND, periodic=periodic)
    demand = np.random.default_rng(61).normal(5, 1, (1100, 500))

    def cost(levels):
        return simulate_serial(
            levels, EXAMPLE["lead_times"], EXAMPLE["holding"], SHORTAGE, demand, periodic=periodic
        )

    best = cost(optimum.echelon_levels)
    agree(best, optimum.cost, largest_error=0.001 * optimum.cost)
    assert best.mean() == pytest.approx(optimum.cost, rel=0.005)
    for stage, change in itertools.product(range(3), (-1.0, 1.0)):
        levels = list(optimum.echelon_levels)
        levels[stage] += change
        dearer = cost(levels) - best  # the same demand: the difference is what is tested
        assert dearer.mean() > 10 * dearer.std(ddof=1) / np.sqrt(dearer.size), (stage, change)


def test_equals_dynamic_programming_over_all_policies():
    """Two stages, lead times 1 and 1, demand 0, 1 or 2: value iteration knows nothing of base stock."""
    mass = np.array([0.3, 0.3, 0.4])
    own, above, shortage = 3.0, 1.0, 9.0
    low, high, most = -14, 10, 9
    retailer, wholesaler = np.arange(low, high + 1), np.arange(most + 1)
    sales = [
        shortage * np.maximum(d - retailer, 0) + own * np.maximum(retailer - d, 0) for d in range(len(mass))
    ]
    cost = (mass @ np.array(sales))[:, None] + above * wholesaler[None, :]
    value, gain = np.zeros_like(cost), 0.0
    for _ in range(400):
        best = np.full_like(cost, np.inf)
        for sent in range(most + 1):
            after = sum(p * value[np.clip(retailer - d + sent, low, high) - low] for d, p in enumerate(mass))
            left = wholesaler[sent:] - sent
            for made in range(most + 1):
                reached = np.minimum(left + made, most)
                best[:, sent:] = np.minimum(best[:, sent:], after[:, reached])
        new = cost + best
        change = new - value
        gain, value = change.min(), new - new[-low, 0]
    assert change.max() - change.min() < 1e-9
    demand = distribution.Distribution(0, mass)
    assert clark_scarf((own, above), (1, 1), shortage, demand, periodic=True).cost == pytest.approx(
        gain, abs=1e-8
    )


def test_one_stage_is_the_newsvendor():
    demand = distribution.poisson(4)
    optimum = clark_scarf((2.0,), (3,), 11.0, demand)
    alone = newsvendor(2.0, 11.0, demand, 3)
    assert optimum.echelon_levels == (alone.level,)
    assert optimum.cost == pytest.approx(alone.believed_cost, abs=1e-9)


def test_newsvendor_by_hand():
    """Demand 0 to 9 with equal chances, overage 1, underage 4: the critical ratio 0.8 is reached at 7."""
    demand = distribution.observed(range(10))
    best = newsvendor(1.0, 4.0, demand, 1)
    assert best.level == 7
    assert best.believed_cost == pytest.approx((28 * 1 + (1 + 2) * 4) / 10)


@pytest.mark.parametrize(
    "demand",
    [distribution.poisson(8), distribution.negative_binomial(8, 4)],
    ids=["poisson", "negative binomial"],
)
def test_stationary_beer_game_on_the_board(agree, demand):
    optimum = stationary_beer_game(demand)
    rng = np.random.default_rng(2000)
    batches = [rng.choice(demand.values, p=demand.mass, size=(1500, 500)) for _ in range(6)]

    def cost(levels, weeks):
        game = play_beer_game(
            weeks,
            Rule.base_stock(levels),
            holding=(1, 0.75, 0.5, 0.25),
            shortage=(10, 0, 0, 0),
            frozen_weeks=0,
        )
        return game.cost[100:].sum(axis=1).mean(axis=0)

    best = np.concatenate([cost(optimum.local_levels, weeks) for weeks in batches])
    agree(best, optimum.cost, largest_error=0.0015 * optimum.cost)
    assert best.mean() == pytest.approx(optimum.cost, rel=0.005)
    for stage, change in itertools.product(range(4), (-2, 2)):
        levels = list(optimum.local_levels)
        levels[stage] += change
        dearer = cost(levels, batches[0]) - best[:500]
        assert dearer.mean() > 3.5 * dearer.std(ddof=1) / np.sqrt(dearer.size), (stage, change)


def test_local_levels():
    assert local_levels((6.0, 12.0, 22.0)) == (6.0, 6.0, 10.0)
    assert local_levels((9.0, 7.0, 20.0)) == (7.0, 0.0, 13.0), (
        "an echelon cannot hold more than those above it"
    )


def test_stages_alone_cost_more_than_they_believe_and_than_the_planner():
    demand = distribution.negative_binomial(8, 4)
    holding, shortage = (1.0, 0.75, 0.5, 0.25), (10.0, 1.5, 1.0, 0.5)
    alone = newsvendor_stages(holding, (4, 4, 4, 3), shortage, demand)
    assert [stage.level for stage in alone] == [
        newsvendor(h, b, demand, lead).level
        for h, b, lead in zip(holding, shortage, (4, 4, 4, 3), strict=True)
    ]
    weeks = np.random.default_rng(3).choice(demand.values, p=demand.mass, size=(1000, 300))
    game = play_beer_game(
        weeks,
        Rule.base_stock([stage.level for stage in alone]),
        holding=holding,
        shortage=shortage,
        frozen_weeks=0,
    )
    per_stage = game.cost[100:].mean(axis=(0, 2))
    assert per_stage[0] > 1.05 * alone[0].believed_cost, "its supplier does run out"
    retail_only = (np.array(holding)[:, None] * game.inventory).sum(1) + 10 * game.backlog[:, 0]
    assert retail_only[100:].mean() > 1.05 * stationary_beer_game(demand).cost


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"holding": (2.0, 4.0, 7.0)}, "not rising upstream"),
        ({"holding": (7.0, 4.0)}, "as many as lead times"),
        ({"lead_times": (1, 1, -2)}, "whole numbers, 0 or more"),
        ({"lead_times": (1, 1.5, 2)}, "whole numbers, 0 or more"),
        ({"shortage": 0.0}, "above 0"),
    ],
)
def test_bad_input_is_named(change, word):
    with pytest.raises(ParameterError, match=word) as caught:
        clark_scarf(**{**EXAMPLE, "shortage": SHORTAGE, "demand": DEMAND, **change})
    assert repr(next(iter(change))) in str(caught.value)


def test_newsvendor_needs_both_costs():
    with pytest.raises(ParameterError, match="'shortage'"):
        newsvendor(1.0, 0.0, DEMAND, 1)
    with pytest.raises(ParameterError, match="one value per stage"):
        newsvendor_stages((1.0,), (1, 1), (1.0, 1.0), DEMAND)
