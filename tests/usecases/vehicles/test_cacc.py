"""Cruise control: formulas against limits, the array program against the formulas, agents against that."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.vehicles import Vehicles
from mas_kit.usecases.vehicles.cacc import Loop, simulate

CAR = Loop(reaction=0.2)


def test_the_smallest_headway_is_where_amplification_ends():
    w = np.geomspace(1e-2, 1e2, 20_000)
    for loop in (Loop(), CAR):
        for delay in (0.05, 0.15, 0.3):
            h = loop.smallest_headway(delay)
            assert np.abs(loop.gamma(w, h + 1e-3, delay)).max() <= 1 + 1e-9
            assert np.abs(loop.gamma(w, h - 1e-2, delay)).max() > 1 + 1e-6


def test_without_radio_the_slowest_waves_decide():
    """|G K / (1 + G K)|² = 1 + 2 w² / kp + ..., so that h² has to be 2 / kp at least."""
    assert Loop().smallest_headway(None) == pytest.approx(math.sqrt(2 / 0.2), rel=1e-12)
    assert Loop(kp=0.4).smallest_headway(None) > math.sqrt(5)  # there a quicker wave asks for more
    w = np.geomspace(1e-3, 1e2, 20_000)
    assert np.abs(CAR.gamma(w, 3.17, None)).max() <= 1 + 1e-12
    assert np.abs(CAR.gamma(w, 3.15, None)).max() > 1


def test_instant_radio_needs_no_headway_and_late_radio_more():
    need = [CAR.smallest_headway(delay) for delay in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)]
    assert need == pytest.approx([0, 0.40, 0.57, 0.70, 0.81, 1.00, 1.31], abs=5e-3)


def test_an_unstable_loop_is_refused():
    assert CAR.stable()
    assert not Loop(reaction=2.5).stable()
    with pytest.raises(ParameterError, match="kp"):
        Loop(reaction=2.5).smallest_headway(0.1)


def test_held_and_lost_messages_in_the_formula():
    """Held for a period, without loss, it is half a period later for slow waves; losing all is no radio."""
    assert CAR.radio(0.01, 0.15, period=0.1) == pytest.approx(CAR.radio(0.01, 0.2), abs=1e-6)
    assert abs(CAR.radio(0.6, 0.15, period=0.1, loss=0.999999)) < 1e-4
    assert CAR.radio(0.6, 0.15, period=1e-9) == pytest.approx(CAR.radio(0.6, 0.15))


@pytest.mark.parametrize(("headway", "w"), [(0.7, 1.0), (0.5, 1.0), (1.0, 0.6)])
def test_a_platoon_in_time_amplifies_as_the_formula_says(headway, w):
    swing = simulate(
        cars=4, headway=headway, frequency=w, swing=0.3, duration=160, warmup=110, dt=0.01, delay=0.15,
        rate=100, loop=CAR,
    )[0]  # fmt: skip
    ratios = swing[1:] / swing[:-1]
    assert ratios == pytest.approx(abs(CAR.gamma(w, headway, 0.15)), rel=0.006)
    assert ratios == pytest.approx(ratios[0], rel=2e-3)


@pytest.mark.parametrize("delay", [None, 0.15, 0.32])
@pytest.mark.parametrize("loop", [CAR, Loop(lag=0.0), Loop(kp=0.3, kd=0.5, reaction=0.1)], ids=str)
def test_the_transfer_function_of_a_tick_is_that_of_the_array_program(loop, delay):
    """Four waves, after three minutes without transients: to rounding."""
    w, dt = 0.6, 0.1
    swing = simulate(
        cars=4, headway=0.8, frequency=w, swing=0.3, duration=180 + 8 * np.pi / w, warmup=180, dt=dt,
        delay=delay, loop=loop,
    )[0]  # fmt: skip
    assert swing[1:] / swing[:-1] == pytest.approx(abs(loop.tick_gamma(w, 0.8, delay, dt)), rel=1e-6)


def test_words_that_are_held_for_some_ticks():
    """Five ticks to a word: the wave comes out as the formula says, after transients to three digits."""
    swing = simulate(
        cars=2, headway=0.7, frequency=0.6, swing=0.3, duration=300, warmup=180, dt=0.02, delay=0.14, rate=10,
        loop=CAR,
    )[0]  # fmt: skip
    found = abs(CAR.tick_gamma(0.6, 0.7, 0.14, 0.02, every=5))
    assert swing[1] / swing[0] == pytest.approx(found, rel=1e-3)
    assert found > 1 > abs(CAR.tick_gamma(0.6, 0.7, 0.14, 0.02))


def test_short_ticks_are_time():
    for delay in (None, 0.15):
        fine = CAR.tick_gamma([0.3, 1.0], 0.7, delay, 1e-4)
        assert fine == pytest.approx(CAR.gamma([0.3, 1.0], 0.7, delay), rel=1e-3)


@pytest.mark.parametrize("controller", ["ACC", "CACC"])
@pytest.mark.parametrize("dt", [0.1, 0.05])
def test_the_agents_are_the_array_program(controller, dt):
    same = {"headway": 0.7, "frequency": 1.0, "swing": 0.3, "duration": 40.0, "warmup": 10.0, "dt": dt}
    wanted = simulate(cars=4, delay=0.15 if controller == "CACC" else None, loop=CAR, **same)[0]
    perfect = {"radar_noise": 0, "doppler_noise": 0, "gps_noise": 0, "reaction": 0.2}
    model = Vehicles(
        world="platoon",
        cars=4,
        share=1,
        controller=controller,
        v0=60,
        engine="objects",
        seed=1,
        **perfect,
        **same,
    ).run()
    assert model.scene.amplitudes() == pytest.approx(wanted, rel=1e-7)


def test_lost_messages_cost_what_the_formula_says():
    """The mean answer to a radio that loses messages is that of the mean radio; spread comes on top."""
    rng = np.random.default_rng(5)
    for loss in (0.5, 0.8):
        swing = simulate(
            cars=2, headway=0.7, frequency=0.6, swing=0.3, duration=200, warmup=110, dt=0.02, delay=0.14,
            loss=loss, runs=60, rng=rng, loop=CAR,
        )  # fmt: skip
        ratio = swing[:, 1] / swing[:, 0]
        assert ratio.mean() == pytest.approx(abs(CAR.gamma(0.6, 0.7, 0.14, period=0.1, loss=loss)), rel=0.02)
