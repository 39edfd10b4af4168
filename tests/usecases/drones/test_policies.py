"""What a student's flight policy gives: a flight over orders, or an error that says how to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.drones import DroneFleet, DronePolicy, Flight


def fly(policy: Any) -> DroneFleet:
    fleet = DroneFleet(seed=4, allocation="each for itself", rate=1.0, policies={"drone-1": policy})
    return fleet.run(20)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (lambda percept: None, r"allowed: \(Flight, memory\)"),
        (lambda percept: percept.board[:1], r"allowed: \(Flight, memory\)"),
        (lambda percept: Flight(tuple(percept.board[:1])), r"return Flight\(orders\), None"),
        (lambda percept: (Flight(tuple(o.number for o in percept.board)), None), "not their numbers"),
        (lambda percept: (Flight(list(percept.board)), None), "a tuple of orders"),
    ],
)
def test_a_plan_of_another_shape_is_an_error(plan: Any, message: str) -> None:
    class Mine(DronePolicy):
        name = "mine"

        def plan(self, percept: Any) -> Any:
            return plan(percept)

    with pytest.raises(ParameterError, match=message):
        fly(Mine())


def test_a_policy_that_is_no_flight_policy_is_an_error() -> None:
    with pytest.raises(ParameterError, match=r"action of drone-1.*north.*a DronePolicy"):
        fly(lambda percept: "north")


def test_a_plan_of_the_right_shape_is_flown() -> None:
    class Nearest(DronePolicy):
        name = "nearest"

        def plan(self, percept: Any) -> tuple[Flight, None]:
            return Flight(tuple(percept.board[:1])), None

    assert fly(Nearest()).agent("drone-1").stop.purpose in ("deliver", "service")
