"""The ring: the rule of a car, the two engines, the jam and its measures, and what automation does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mas_kit.core.faults import Bias, Crash, Silence
from mas_kit.population import check_engines
from mas_kit.usecases.vehicles import Vehicles
from mas_kit.usecases.vehicles.cars import Road, population, spaced
from mas_kit.usecases.vehicles.drivers import bumper_gap, emergency, follower_stopper
from mas_kit.usecases.vehicles.tally import Fronts, Speeds


def two(x, v, **how):
    """Two cars, the second behind the first, on a kilometre."""
    road = Road(length=1000.0, **how.pop("road", {}))
    return population(
        road, {"x": np.array(x, float), "v": np.array(v, float), **how}, seed=1, engine="objects"
    )


def test_gaps_on_a_ring():
    assert bumper_gap(20, 10, 100, 5) == 5
    assert bumper_gap(3, 95, 100, 5) == 3
    assert bumper_gap(12, 10, 100, 5) == -3  # in each other
    assert bumper_gap(9, 10, 100, 5) == -6  # its nose past the other's
    assert bumper_gap(10, 10.0, 100, 0) == 0


def test_a_follower_stopper_stops_near_and_goes_far():
    assert follower_stopper(4.4, 3.0, 3.0, 5.0) == 0.0
    assert follower_stopper(4.5 + 0.375, 3.0, 3.0, 5.0) == pytest.approx(1.5)  # half way to 5.25
    assert follower_stopper(5.25, 3.0, 3.0, 5.0) == pytest.approx(3.0)
    assert follower_stopper(6.0, 3.0, 3.0, 5.0) == pytest.approx(5.0)
    assert follower_stopper(100.0, 3.0, 3.0, 5.0) == 5.0
    assert follower_stopper(10.0, 5.0, 2.0, 5.0) < 5.0  # closing in at 3 m/s, 10 m are not far
    assert follower_stopper(10.0, 2.0, 5.0, 5.0) == 5.0
    speeds = [follower_stopper(gap, 4.0, 2.0, 5.0) for gap in np.linspace(0, 20, 400)]
    assert np.all(np.diff(speeds) >= 0)
    assert np.abs(np.diff(speeds)).max() < 0.2


def test_an_emergency_brake_sleeps_until_it_is_needed():
    assert emergency(50.0, 20.0, 20.0) == 0
    assert emergency(50.0, 20.0, 10.0) == 0
    assert -9 <= emergency(10.0, 20.0, 10.0) < -6
    assert emergency(1.0, 5.0, 4.0) == -9


@pytest.mark.parametrize(
    "setting", [{}, {"drivers": "OVM", "length": 44, "car": 0.5}, {"spread": 0.3}], ids=str
)
def test_both_engines_drive_alike_to_the_last_bit(setting):
    how = {"seed": 3, "noise": 0.3, "share": 0.2, "switch_on": 5, "record": False, "duration": 100, **setting}
    check_engines(lambda engine: Vehicles(engine=engine, **how), ticks=120)


def test_a_car_stops_within_a_tick_and_does_not_roll_back():
    cars = two([500, 490], [0, 1.0], automated=[True, True], command=[0.0, -20.0])
    cars.step()
    assert cars["v"].tolist() == [0.0, 0.0]
    assert cars["x"][1] == pytest.approx(490 + 1.0 / 40)


def test_a_collision_is_counted_once_and_not_clipped_away():
    cars = two([500, 494], [0, 6.0], automated=[True, True], command=[0.0, 0.0], road={"patience": 99})
    cars.run(30)
    assert cars["crashes"].tolist() == [0, 1]
    assert cars["least"][1] == 0
    assert bumper_gap(cars["x"][0], cars["x"][1], 1000, 5) == cars["gap"][1]  # they stand,
    assert -3 < cars["gap"][1] < -1  # in each other


def test_the_least_time_to_collision_is_gap_over_closing_speed():
    cars = two([500, 445], [10, 20.0], automated=[True, True], command=[0.0, 0.0], road={"patience": 99})
    cars.run(21)
    assert cars["least"][1] == pytest.approx((50 - 20) / 10)
    assert cars["least"][0] == math.inf


def test_a_controller_that_falls_silent_hands_the_car_to_its_driver():
    cars = two([500, 400], [20, 20.0], automated=[True, True], command=[0.0, 1.0], road={"patience": 0.5})
    cars.run(5)
    assert cars["v"][1] == pytest.approx(20.5)
    cars.run(1)
    assert cars["v"][1] < 20.5 + 0.1 * 0.99  # the driver, who does not want 1 m/s²
    assert cars["v"][1] != pytest.approx(20.5)


def test_automating_one_car_changes_nobodys_luck():
    road = Road(length=230.0, noise=0.3)
    columns = {"x": spaced(22, 230.0), "v": 3.0}
    one = population(road, columns, seed=7, engine="objects")
    other = population(road, {**columns, "automated": np.arange(22) == 5}, seed=7, engine="objects")
    one.step(), other.step()
    differs = np.flatnonzero(one["v"] != other["v"])
    assert differs.tolist() == [5]


# ---- measures


def test_speeds_are_mean_and_standard_deviation_over_cars_and_time():
    rows = np.random.default_rng(1).normal(5, 2, (7, 9))
    speeds = Speeds()
    for row in rows:
        speeds.add(row)
    assert speeds.mean == pytest.approx(rows.mean())
    assert speeds.std == pytest.approx(rows.std())
    assert math.isnan(Speeds().mean)
    assert math.isnan(Speeds().std)


def test_fronts_find_the_speed_of_a_made_up_wave():
    """Cars that repeat the car ahead 2 s later and 12 m further back: -6 m/s, on a ring, across its seam."""
    n, length, fronts = 10, 120.0, Fronts(10, 120.0, 2.0)
    assert math.isnan(fronts.speed)
    for tick in range(600):
        time = 0.1 * tick
        phase = (time - 2.0 * np.arange(n)) / 20.0
        v = 4.0 + 4.0 * np.sin(2 * np.pi * phase)
        x = (50.0 - 12.0 * np.arange(n)) % length  # where they are when they start
        fronts.add(time, x, v)
    assert fronts.speed == pytest.approx(-6.0, abs=0.01)


def test_the_wave_speed_is_also_that_of_the_first_fourier_mode():
    model = Vehicles(seed=2, duration=500, warmup=350, engine="columns")
    phases = []
    while not model.finished:
        model.step()
        if model.scene.time > 350:
            x, v = model.scene.cars["x"], model.scene.cars["v"]
            phases.append(np.angle(np.sum((v.mean() - v) * np.exp(2j * np.pi * x / 230.0))))
    turning = np.polyfit(0.1 * np.arange(len(phases)), np.unwrap(phases), 1)[0]
    wave = model.metrics()["wave speed"]
    assert wave == pytest.approx(3.6 * turning * 230 / (2 * np.pi), rel=0.03)
    assert -25 < wave < -12
    assert model.metrics()["speed std"] > 2


# ---- automation


def test_one_automated_car_ends_the_wave_and_the_cars_keep_their_distance():
    model = Vehicles(seed=1, share=0.05, duration=600, warmup=480, engine="columns", record=False).run()
    found = model.metrics()
    assert found["std ratio"] < 0.25
    assert 1.05 < found["flow ratio"] < 1.35
    assert found["collisions"] == 0
    assert len(model.scene.fleet.automated) == 1


def test_the_tracks_of_perception_are_better_than_its_radar():
    model = Vehicles(seed=1, share=0.05, switch_on=0, duration=120, noise=0.3, engine="columns")
    raw, tracked = [], []
    perception = model.agent("car-0/perception")
    for _ in range(1000):
        truth = model.scene.fleet.truth(0)[0]
        model.step()
        raw.append(perception.percept.gap - truth)
        tracked.append(perception.decision.action.gap - truth)
    assert np.std(raw) == pytest.approx(0.5, rel=0.1)
    assert np.std(tracked[100:]) < 0.5 * np.std(raw)
    assert abs(np.mean(tracked[100:])) < 0.05


def test_radio_adds_to_radar_where_neighbours_are_automated():
    """Worse radar, better satellites: the fused gap is surer than what radar alone gives."""

    def error(loss):
        model = Vehicles(
            seed=1, share=1, controller="CACC", headway=1.0, cars=6, length=150, switch_on=0, duration=60,
            radar_noise=3, doppler_noise=1, gps_noise=0.3, loss=loss, engine="columns", record=False,
        )  # fmt: skip
        misses = []
        for _ in range(600):
            truth = [model.scene.fleet.truth(i)[0] for i in range(6)]
            model.step()
            seen = [model.agent(f"car-{i}/perception").decision.action.gap for i in range(6)]
            misses.append(np.subtract(seen, truth))
        return float(np.sqrt(np.mean(np.square(misses[200:]))))

    assert error(0.0) < 0.8 * error(1.0)


def test_a_gap_read_too_long_is_driven_too_near_and_dropouts_are_survived():
    calm = {"seed": 1, "share": 0.05, "switch_on": 0, "duration": 120, "engine": "columns", "set_speed": 3.4}
    bias = [Bias(agent="car-0/perception", field="gap", offset=2.0, at=1)]
    good, bad = Vehicles(**calm).run(), Vehicles(**calm, faults=bias).run()
    seen = bad.agent("car-0/planning").percept.view.gap
    assert seen - bad.scene.fleet.truth(0)[0] == pytest.approx(2.0, abs=1.0)
    blind = Vehicles(**calm, radar_dropout=0.5).run()
    for model in (good, bad, blind):
        assert model.metrics()["collisions"] == 0


@pytest.mark.parametrize("part", ["perception", "planning", "control"])
def test_whichever_part_fails_the_driver_takes_over_and_hands_back(part):
    faults = [Crash(agent=f"car-0/{part}", at=200, until=400)]
    model = Vehicles(seed=1, share=0.05, switch_on=0, duration=60, engine="columns", faults=faults, noise=0)
    silent = []
    while not model.finished:
        model.step()
        silent.append(model.scene.fleet.car(0).silent)
    silent = np.array(silent)
    assert np.all(silent[:198] <= 0.1 + 1e-9)
    assert np.all(silent[206:398] > 0.5)  # driven by a person
    assert np.all(silent[401:] <= 0.1 + 1e-9)
    assert model.metrics()["collisions"] == 0


def test_a_bus_that_falls_silent_is_a_failure_too():
    faults = [Silence(agent="car-0/perception", network="bus", at=50)]
    model = Vehicles(seed=1, share=0.05, switch_on=0, duration=10, engine="columns", faults=faults).run()
    assert model.scene.fleet.car(0).silent > 0.5
    assert model.agent("car-0/planning").percept.view is None


def test_minds_can_be_read():
    model = Vehicles(seed=1, share=0.05, switch_on=0, duration=10, log=True, engine="objects").run()
    assert "gap" in model.agent("car-0/planning").explain().reason
    assert "drive" in model.agent("car-3").explain().reason


def test_the_same_seed_is_the_same_run():
    how = {"seed": 5, "share": 0.1, "switch_on": 5, "duration": 20, "engine": "columns"}
    assert Vehicles(**how).run().history == Vehicles(**how).run().history
    assert Vehicles(**how).run().history != Vehicles(**{**how, "seed": 6}).run().history
