"""Distributions on a grid: convolution, quantiles, expected costs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.supply_chain.distribution import (
    Distribution,
    constant,
    negative_binomial,
    normal,
    observed,
    poisson,
)


def test_two_dice():
    die = observed(range(1, 7))
    two = die.sum(2)
    assert two.values.tolist() == list(range(2, 13))
    assert (two.mass * 36).round(9).tolist() == [1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1]
    assert (two.quantile(1 / 36), two.quantile(21 / 36), two.quantile(1.0)) == (2, 7, 12)
    assert die.sum(0).values.tolist() == [0]


def test_sums_stay_in_their_family():
    assert poisson(3).sum(4).mass[:40] == pytest.approx(poisson(12).mass[:40], abs=1e-12)
    four = normal(5, 1).sum(4)
    assert (four.mean, four.sd) == pytest.approx((20, 2), abs=1e-4)
    assert four.quantile(0.975) == pytest.approx(20 + 2 * 1.959964, abs=0.011)


def test_masses_are_the_textbook_ones():
    assert poisson(2.5).mass[3] == pytest.approx(math.exp(-2.5) * 2.5**3 / 6)
    demand = negative_binomial(8, 4)
    size, success = 8.0, 0.5
    k = 5
    chance = math.comb(k + 7, k) * success**size * (1 - success) ** k
    assert demand.mass[k] == pytest.approx(chance)
    assert (demand.mean, demand.sd) == pytest.approx((8, 4))
    assert normal(0, 1, 0.01).mass.max() == pytest.approx(0.01 / math.sqrt(2 * math.pi), rel=1e-4)


def test_censoring_moves_the_negative_to_zero():
    bell, censored = normal(1, 2, 0.01), normal(1, 2, 0.01, censored=True)
    assert censored.values.min() == 0
    assert censored.mass[0] == pytest.approx(bell.mass[bell.values <= 0.001].sum(), abs=1e-12)


def test_expected_cost_is_the_normal_loss_function():
    z = 0.7
    loss = math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * 0.5 * math.erfc(z / math.sqrt(2))
    level = 10 + 2 * z
    expected = 3 * (2 * z + 2 * loss) + 8 * 2 * loss
    assert normal(10, 2).expected_cost(level, 3, 8) == pytest.approx(expected, abs=1e-4)


def test_constant():
    assert constant(8).sum(3).values.tolist() == [24]
    assert constant(8).sd == 0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: Distribution(0, np.array([0.5, 0.4])), "mass"),
        (lambda: Distribution(0, np.array([1.5, -0.5])), "mass"),
        (lambda: Distribution(0, np.ones(1), 0.0), "step"),
        (lambda: poisson(3).sum(-1), "periods"),
        (lambda: poisson(3).quantile(1.5), "probability"),
        (lambda: normal(3, 0), "sd"),
        (lambda: poisson(2000), "mean"),
        (lambda: observed([1.5]), "counts"),
        (lambda: observed([]), "counts"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ParameterError, match=f"'{name}'"):
        call()
