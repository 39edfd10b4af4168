"""Linear theory of car following, against derivatives taken by hand and against cars that drive."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.vehicles import stability
from mas_kit.usecases.vehicles.cars import Road, population, spaced
from mas_kit.usecases.vehicles.drivers import idm, optimal_speed

QUICK = {"v0": 30.0, "headway": 1.0, "a": 1.3, "b": 2.0, "s0": 2.0}
SLOW = {"v0": 30.0, "headway": 1.0, "a": 1.0, "b": 1.5, "s0": 2.0}
GAP = 230 / 22 - 5


def test_the_equilibrium_is_one():
    v = stability.idm_equilibrium(GAP, 30.0, 1.0, 2.0)
    assert v == pytest.approx(3.454, abs=5e-4)
    assert idm(GAP, v, v, **QUICK) == pytest.approx(0, abs=1e-12)
    assert stability.idm_gap(v, 30.0, 1.0, 2.0) == pytest.approx(GAP, rel=1e-12)
    assert stability.idm_equilibrium(1.9, 30.0, 1.0, 2.0) == 0.0


@pytest.mark.parametrize("drivers", [QUICK, SLOW], ids=["quick", "slow"])
@pytest.mark.parametrize("gap", [GAP, 12.0, 40.0])
def test_partials_of_the_idm_are_its_derivatives(drivers, gap):
    found = stability.idm_partials(gap, **drivers)
    v = stability.idm_equilibrium(gap, drivers["v0"], drivers["headway"], drivers["s0"])
    for at, value in enumerate(found):
        point = [gap, v, v]
        step = 1e-5
        ends = []
        for sign in (1, -1):
            moved = list(point)
            moved[at] += sign * step
            ends.append(idm(*moved, **drivers))
        assert value == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


def test_partials_of_optimal_velocity():
    slope = (optimal_speed(1.5 + 1e-6) - optimal_speed(1.5 - 1e-6)) / 2e-6
    assert stability.ovm_partials(1.5, 0.8) == pytest.approx((0.8 * slope, -0.8, 0.0))
    endless = stability.ovm_critical_headway(1.0)
    assert optimal_speed(endless) - math.tanh(2) == pytest.approx(-math.sqrt(0.5))
    assert stability.ovm_partials(endless, 1.0).criterion == pytest.approx(0, abs=1e-12)
    assert stability.ovm_partials(endless - 0.01, 1.0).string_stable
    assert not stability.ovm_partials(endless + 0.01, 1.0).string_stable


def test_on_a_long_ring_the_criterion_says_whether_waves_grow():
    for gap in np.linspace(3, 60, 20):
        partials = stability.idm_partials(float(gap), **SLOW)
        rate, _ = stability.growth(stability.ring_modes(partials, 600))
        assert (rate <= 1e-9) == partials.string_stable


def test_modes_solve_their_equations():
    partials = stability.idm_partials(GAP, **QUICK)
    for mode, value in enumerate(stability.ring_modes(partials, 22)):
        turn = np.exp(2j * np.pi * mode / 22)
        rest = value**2 - value * (partials.v + partials.leader * turn) - partials.s * (turn - 1)
        assert abs(rest) < 1e-12
        if mode not in (0, 11):  # the other root is smaller
            other = partials.v + partials.leader * turn - value
            assert other.real < value.real


def test_modes_of_ticks_are_those_of_the_matrix_and_become_those_of_time():
    partials = stability.idm_partials(GAP, **QUICK)
    for mode in (1, 2, 5):
        turn = np.exp(2j * np.pi * mode / 22)
        dt = 0.1
        own = [dt * partials.s, 1 + dt * (partials.v + partials.leader * turn)]
        half = 0.5 * dt * (turn - 1)
        matrix = np.array([[1 + half * own[0], half * (1 + own[1])], own])
        dominant = max(np.linalg.eigvals(matrix), key=abs)
        assert stability.tick_modes(partials, 22, dt)[mode] == pytest.approx(np.log(dominant) / dt)
    exact = stability.ring_modes(partials, 22)[1]
    errors = [abs(stability.tick_modes(partials, 22, dt)[1] - exact) for dt in (0.02, 0.01, 0.005)]
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.02)
    assert errors[1] / errors[2] == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize("drivers", [QUICK, SLOW], ids=["quick", "slow"])
def test_cars_that_drive_grow_waves_as_fast_as_their_ticks_do(drivers):
    partials = stability.idm_partials(GAP, **drivers)
    modes = stability.tick_modes(partials, 22, 0.1)
    _, mode = stability.growth(modes)
    road = Road(length=230.0, v0=30.0, b=drivers["b"], s0=2.0)
    v = stability.idm_equilibrium(GAP, 30.0, 1.0, 2.0)
    shape = v + 1e-6 * np.cos(2 * np.pi * mode * np.arange(22) / 22)
    columns = {"x": spaced(22, 230.0), "v": shape, "a": drivers["a"]}
    cars = population(road, columns, seed=1, engine="columns")
    sizes = []
    for _ in range(2):
        cars.run(700)
        sizes.append(abs(np.fft.fft(cars["v"] - v)[mode]))
    assert math.log(sizes[1] / sizes[0]) / 70 == pytest.approx(modes[mode].real, rel=1e-3)


def test_bad_input_is_named():
    with pytest.raises(ParameterError, match="gap"):
        stability.idm_partials(2.0, **QUICK)
    with pytest.raises(ParameterError, match="below v0"):
        stability.idm_gap(30.0, 30.0, 1.0, 2.0)
    with pytest.raises(ParameterError, match="sensitivity"):
        stability.ovm_critical_headway(2.0)
