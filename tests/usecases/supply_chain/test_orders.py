"""What a policy orders: a number of cases, or an error that says who gave what."""

from __future__ import annotations

import math

import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.supply_chain import SupplyChain
from mas_kit.usecases.supply_chain.agents import Order


def play(action: object) -> SupplyChain:
    return SupplyChain(seed=1, freeze=0, policies={"retailer": lambda _percept: action}).run(2)


@pytest.mark.parametrize(
    "action", [math.nan, math.inf, None, "ten", [3], Order(math.nan), Order(4, math.nan)]
)
def test_an_order_that_is_no_number_is_an_error(action: object) -> None:
    with pytest.raises(ParameterError, match=r"order of retailer.*number of cases.*decide\(\)"):
        play(action)


@pytest.mark.parametrize("action", [-5, 0, -math.inf])
def test_less_than_nothing_is_nothing(action: float) -> None:
    assert play(action).agent("retailer").order == 0


def test_whole_cases_are_the_nearest() -> None:
    assert play(4.5).agent("retailer").order == 5
    assert SupplyChain(seed=1, whole=False).cases(4.5) == 4.5
