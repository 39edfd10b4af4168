"""What can be known without simulating."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.traffic import baseline
from mas_kit.usecases.traffic.network import braess, lab_game, pigou, sioux_falls


def test_the_bound_is_reached_by_two_roads_of_its_degree():
    for degree in (1, 2, 4):
        reached = baseline.price_of_anarchy(baseline.nonlinear_pigou(degree))
        assert reached == pytest.approx(baseline.price_of_anarchy_bound(degree), rel=1e-9)
    assert baseline.price_of_anarchy_bound(1) == pytest.approx(4 / 3)
    with pytest.raises(ParameterError, match="parameter 'degree' is 0"):
        baseline.price_of_anarchy_bound(0)


def test_pure_equilibria():
    assert baseline.pure_equilibria(lab_game()) == [(12, 6)]
    assert baseline.pure_equilibria(lab_game(1)) == [(1, 0)]
    assert baseline.pure_equilibria(braess()) == [(2, 2, 2)]
    assert baseline.pure_equilibria(braess(bridge=False)) == [(3, 3)]
    assert baseline.pure_equilibria(pigou()) == [(0, 1), (1, 0)]  # either road takes 1: both are
    with pytest.raises(ParameterError, match="one pair"):
        baseline.pure_equilibria(sioux_falls())


def test_by_the_map_everybody_takes_the_shortest_empty_road():
    assert baseline.by_the_map(braess()).tolist() == [6, 0, 0, 6, 6]
    roads = sioux_falls()
    assert roads.total_time(baseline.by_the_map(roads)) > 9 * 7_194_256


def test_the_logit_split_is_a_fixed_point():
    for theta in (0.0, 0.5, 5.0):
        x = baseline.logit_split(lab_game(), theta)
        first, second = lab_game().time(np.array([x, 18 - x]))
        assert x == pytest.approx(18 / (1 + np.exp(theta * (first - second))), abs=1e-9)
    assert baseline.logit_split(lab_game(), 0.0) == pytest.approx(9)
    assert baseline.logit_split(lab_game(), 50.0) == pytest.approx(12, abs=0.01)


def test_what_they_refuse():
    for degree in (0.5, 1.5, float("nan")):
        with pytest.raises(ParameterError, match="degree"):
            baseline.price_of_anarchy_bound(degree)
    for theta in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ParameterError, match="theta"):
            baseline.logit_split(pigou(), theta)
    with pytest.raises(ParameterError, match="two parallel roads"):
        baseline.logit_split(braess(), 1.0)
