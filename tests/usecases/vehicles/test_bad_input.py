"""What makes no sense is refused by name and with what is allowed; what is allowed runs."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from mas_kit.core.errors import MasKitError, ParameterError
from mas_kit.usecases.vehicles import Vehicles, baseline, cacc, filters, scheduling, stability
from mas_kit.usecases.vehicles.app import APP, facts
from mas_kit.usecases.vehicles.pictures import picture, raster
from mas_kit.usecases.vehicles.set_speed import SetSpeed
from mas_kit.viz.encode import Encoder

RNG = np.random.default_rng(1)
WAVE = {"headway": 0.7, "frequency": 0.6, "swing": 0.3, "duration": 10, "dt": 0.1, "delay": 0.1}
OVM = stability.ovm_partials(2, 1)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("cars", lambda: Vehicles(cars=1)),
        ("dt", lambda: Vehicles(dt=1)),
        ("share", lambda: Vehicles(share=1.2)),
        ("set_speed", lambda: Vehicles(set_speed=math.nan)),
        ("drivers", lambda: Vehicles(drivers="unknown")),
        ("length", lambda: Vehicles(length=100)),  # 22 cars of 5 m do not fit
        ("length", lambda: Vehicles(length=44, drivers="OVM")),
        ("length", lambda: SetSpeed(seed=1, length=130)),  # they fit, and cannot move
        ("cruise", lambda: Vehicles(world="platoon", cruise=35)),
        ("service", lambda: baseline.md1_delay(0.5, -1)),
        ("ts", lambda: baseline.reservation_delay(100, -1, 2)),
        ("ts", lambda: baseline.batch_capacity(0)),
        ("cycle", lambda: baseline.webster(400, 0, 25, 1.8)),
        ("green", lambda: baseline.webster(400, 60, 70, 1.8)),
        ("green", lambda: baseline.fixed_cycle_delay(400, 60, 59, 1.8)),
        ("longest", lambda: baseline.fixed_cycle_delay(400, 60, 25, 1.8, 0)),
        ("ready", lambda: baseline.optimum([[math.nan], [1]], 1, 2.5)),
        ("ready", lambda: baseline.optimum([[1], [1], [1]], 1, 2.5)),
        ("gap", lambda: stability.idm_partials(math.nan, 30, 1, 1, 1, 2)),
        ("a", lambda: stability.idm_partials(5, 30, 1, 0, 1, 2)),
        ("cars", lambda: stability.ovm_critical_headway(1, 0)),
        ("cars", lambda: stability.ring_modes(OVM, 1)),
        ("dt", lambda: stability.tick_modes(OVM, 22, 0)),
        ("sensors", lambda: filters.riccati(0.1, 1, 0.5, 1.5)),
        ("flow", lambda: scheduling.poisson_cars(math.nan, 10, RNG)),
        ("headway", lambda: scheduling.bernoulli_cars(400, 10, 0, RNG)),
        ("after", lambda: scheduling.delay(scheduling.Cars([1.0], [0]), [1.0], after=5)),
        ("kp", lambda: cacc.Loop(kp=0)),
        ("lag", lambda: cacc.Loop(lag=-1)),
        ("delay", lambda: cacc.Loop().smallest_headway(math.nan)),
        ("dt", lambda: cacc.Loop().tick_gamma(0.6, 0.7, 0.15, 0)),
        ("cars", lambda: cacc.simulate(cars=0, **WAVE)),
        ("rng", lambda: cacc.simulate(cars=2, loss=0.5, **WAVE)),  # it would have lost nothing
        ("loss", lambda: cacc.simulate(cars=2, loss=2, **WAVE)),
        ("duration", lambda: cacc.simulate(cars=2, warmup=10, **WAVE)),
    ],
)
def test_what_makes_no_sense_is_named(name, call):
    with pytest.raises(ParameterError, match=f"parameter '{name}'"):
        call()


@pytest.mark.parametrize("radar", [0, 0.5])
@pytest.mark.parametrize("doppler", [0, 0.1])
@pytest.mark.parametrize("gps", [0, 1])
def test_sensors_without_noise_beside_sensors_with_it(radar, doppler, gps):
    noise = {"radar_noise": radar, "doppler_noise": doppler, "gps_noise": gps}
    model = Vehicles(seed=1, world="platoon", cars=3, share=1, controller="CACC", duration=20, **noise).run()
    track = model.agent("car-2/perception").memory.track
    assert all(math.isfinite(value) for value in track)
    assert abs(track.position - model.scene.fleet.truth(2)[0]) < 1.0


WORLDS = {
    "ring": {"share": 0.1, "switch_on": 0},
    "platoon": {"cars": 5, "share": 1, "controller": "CACC"},
    "crossing": {"flow": 900},
}


@pytest.mark.parametrize("world", WORLDS)
def test_every_slider_goes_to_both_its_ends(world):
    """The page draws finite numbers, or says what does not fit; nothing else."""
    refused = 0
    for info in Vehicles.Parameters.describe():
        if info.low is None or info.name == "duration":
            continue
        for end in APP.ranges.get(info.name, (info.low, info.high)):
            settings = {**WORLDS[world], "world": world, "duration": 60, info.name: end}
            try:
                model = Vehicles(seed=1, engine="objects", **settings)
            except MasKitError:
                refused += 1
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                for ticks in (8, 8):
                    model.run(ticks)
                    drawn = picture(model)
                    Encoder().encode(drawn)
                    raster(model).shades()
                    assert np.isfinite([*drawn.x, *drawn.y, *drawn.colour]).all(), settings
                    assert "nan" not in " ".join(facts(model).values()), settings
    assert refused <= 6
