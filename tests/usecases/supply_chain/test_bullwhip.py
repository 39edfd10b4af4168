"""The amplification formulas against array simulations of the policies that they describe."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.supply_chain import bullwhip
from mas_kit.usecases.supply_chain.reference import (
    autoregressive,
    forecast_moving_average,
    forecast_smoothing,
    order_up_to,
)

PERIODS, REPLICATES = 5000, 200


def ratio(orders, demand):
    """Var(orders)/Var(demand) of each replicate over the periods that both have."""
    return orders.var(axis=0) / demand[-len(orders) :].var(axis=0)


@pytest.mark.parametrize(
    ("protection", "window", "rho", "published"),
    [(1, 5, 0.0, 1.48), (4, 5, 0.0, 3.88), (4, 5, 0.5, 3.79), (3, 8, -0.4, None)],
)
def test_moving_average(agree, protection, window, rho, published):
    expected = bullwhip.moving_average(protection, window, rho)
    if published is not None:
        assert expected == pytest.approx(published, abs=1e-12)
    demand = autoregressive(rho, PERIODS, REPLICATES, np.random.default_rng(1))
    orders = order_up_to(demand, protection * forecast_moving_average(demand, window))
    agree(ratio(orders, demand), expected, largest_error=0.003 * expected)


@pytest.mark.parametrize(
    ("protection", "weight", "rho", "published"),
    [(1, 0.4, 0.0, 2.0), (4, 0.3, 0.0, 5.0941), (3, 0.2, 0.5, 2 + 1 / 3), (2, 0.5, -0.3, None)],
)
def test_exponential_smoothing(agree, protection, weight, rho, published):
    expected = bullwhip.exponential_smoothing(protection, weight, rho)
    if published is not None:
        assert expected == pytest.approx(published, abs=5e-5)
    demand = autoregressive(rho, PERIODS, REPLICATES, np.random.default_rng(2))
    orders = order_up_to(demand, protection * forecast_smoothing(demand, weight, 0.0))[200:]
    agree(ratio(orders, demand), expected, largest_error=0.003 * expected)


@pytest.mark.parametrize(("protection", "rho"), [(3, 0.7), (2, 0.3), (5, -0.4)])
def test_minimum_mean_square_error(agree, protection, rho):
    expected = bullwhip.minimum_mean_square_error(protection, rho)
    demand = autoregressive(rho, PERIODS, REPLICATES, np.random.default_rng(3))
    expected_lead_time_demand = demand * sum(rho**ahead for ahead in range(1, protection + 1))
    agree(ratio(order_up_to(demand, expected_lead_time_demand), demand), expected, 0.003 * expected)
    assert (expected > 1) == (rho > 0), "the best forecast amplifies positive correlation and damps negative"


def test_shared_demand_is_an_equality_at_every_stage(agree):
    expected = bullwhip.shared_demand((2, 2, 2, 2), 10)
    assert expected == pytest.approx((1.48, 2.12, 2.92, 3.88), abs=1e-12)
    demand = autoregressive(0.0, PERIODS, REPLICATES, np.random.default_rng(4))
    forecast = forecast_moving_average(demand, 10)
    orders = demand
    for stage in range(4):
        orders = order_up_to(orders, 2 * forecast)
        agree(ratio(orders, demand), expected[stage], largest_error=0.003 * expected[stage])


def test_private_demand_and_its_bound(agree):
    """The product of the stages' factors is a lower bound, and an equality for the retailer only."""
    bound = bullwhip.private_demand_bound((2, 2, 2, 2), 10)
    exact = bullwhip.private_demand((2, 2, 2, 2), 10)
    assert bound == pytest.approx((1.48, 2.1904, 3.241792, 4.79785216), abs=1e-9)
    assert exact[0] == pytest.approx(bound[0])
    assert all(ratio > least for ratio, least in zip(exact[1:], bound[1:], strict=True))
    demand = autoregressive(0.0, PERIODS, REPLICATES, np.random.default_rng(5))
    orders = demand
    for stage in range(4):
        orders = order_up_to(orders, 2 * forecast_moving_average(orders, 10))
        agree(ratio(orders, demand), exact[stage], largest_error=0.003 * exact[stage])


def test_private_demand_of_unequal_stages(agree):
    exact = bullwhip.private_demand((4, 1, 3), 5)
    demand = autoregressive(0.0, PERIODS, REPLICATES, np.random.default_rng(6))
    orders = demand
    for stage, protection in enumerate((4, 1, 3)):
        orders = order_up_to(orders, protection * forecast_moving_average(orders, 5))
        agree(ratio(orders, demand), exact[stage], largest_error=0.005 * exact[stage])


def test_limits():
    assert bullwhip.moving_average(0, 5) == 1, "nothing to cover, nothing to forecast"
    assert bullwhip.moving_average(4, 1) == pytest.approx(bullwhip.exponential_smoothing(4, 1.0))
    assert bullwhip.minimum_mean_square_error(3, 0.0) == 1


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: bullwhip.moving_average(2, 0), "window"),
        (lambda: bullwhip.moving_average(1.5, 4), "protection"),
        (lambda: bullwhip.moving_average(2, 4, 1.0), "rho"),
        (lambda: bullwhip.exponential_smoothing(2, 0.0), "weight"),
        (lambda: bullwhip.private_demand((2, -1), 4), "protections"),
        (lambda: bullwhip.minimum_mean_square_error(2, -1.0), "rho"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ParameterError, match=f"'{name}'"):
        call()
