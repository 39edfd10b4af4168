"""The game of set speeds: drivers of the seed, a pilot who is asked once a second, and what it costs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mas_kit.core import Decision, Policy
from mas_kit.usecases.vehicles.set_speed import FREE, PilotPercept, Saturation, SetSpeed
from mas_kit.usecases.vehicles.stability import idm_gap


def game(seed=1, **settings):
    fixed = {"engine": "objects", "duration": 60, "warmup": 30, "switch_on": 10, "record": False}
    return SetSpeed(seed=seed, **fixed | settings)


def test_every_seed_has_its_own_drivers_and_a_seed_always_the_same():
    first, again, other = game(1), game(1), game(2)
    drivers = [(m.p.T, m.p.a, m.p.b, m.p.s0, m.p.length) for m in (first, again, other)]
    assert drivers[0] == drivers[1] != drivers[2]
    assert first.run().metrics()["cost"] == again.run().metrics()["cost"]
    fits = [game(seed).fits for seed in range(12)]
    assert max(fits) > 1.3 * min(fits)
    known = game(1, unknown=0)
    assert (known.p.T, known.p.length) == (1.0, 230.0)
    repeated = SetSpeed(first.p, seed=1, record=False)
    assert repeated.p == first.p  # a model can be made again from its own parameters


def test_the_speed_that_fits_leaves_every_car_the_gap_it_wants():
    model = game(3)
    p = model.p
    assert idm_gap(model.fits, p.v0, p.T, p.s0) == pytest.approx(p.length / p.cars - p.car, rel=1e-6)
    assert game(3, pilot="informed").agent("pilot").policy.speed == FREE * model.fits


class Noted(Policy):
    """Says a new speed each time, and keeps what it saw."""

    def __init__(self):
        self.seen = []

    def decide(self, percept, rng):
        self.seen.append(percept)
        return Decision(2.0 + 0.01 * len(self.seen), (percept.memory or 0) + 1)


def test_the_pilot_is_asked_once_a_second_and_the_car_obeys():
    noted = Noted()
    model = game(4, policies={"pilot": noted}).run()
    times = [percept.time for percept in noted.seen]
    assert np.diff(times) == pytest.approx(1.0)
    assert times[0] == pytest.approx(10.0, abs=1.5)
    assert [percept.memory for percept in noted.seen] == [None, *range(1, len(times))]
    assert model.agent("pilot").set_speed == pytest.approx(2.0 + 0.01 * len(times))
    assert model.ring.fleet.planning[0].policy.speed == model.agent("pilot").set_speed
    cars = model.ring.cars
    truth = (cars["x"][-1] - cars["x"][0]) % model.p.length - model.p.car  # car-0 follows the last
    assert noted.seen[-1].gap == pytest.approx(truth, abs=3.0)


@pytest.mark.parametrize(("says", "set_to"), [(-5.0, 0.0), (1e9, 30.0)])
def test_no_command_leaves_the_road(says, set_to):
    assert game(5, policies={"pilot": lambda percept: says}).run().agent("pilot").set_speed == set_to


def test_nonsense_changes_nothing():
    model = game(5, policies={"pilot": lambda percept: math.nan}).run()
    assert math.isnan(model.agent("pilot").set_speed)
    assert model.ring.fleet.planning[0].policy.speed == model.p.set_speed


def test_costs_by_hand():
    model = game(6)
    speeds, lost = [], []
    before = None
    while not model.finished:
        model.step()
        v = np.array(model.ring.cars["v"])
        time = model.tick * model.p.dt
        if time > 30:
            speeds.append(v.mean())
        if model.tick % 4 == 0:
            if before is not None and time > 30:
                lost.append(np.maximum(before - v, 0).mean())
            before = v
    metrics = model.metrics()
    assert metrics["slowness"] == pytest.approx(100 * (1 - np.mean(speeds) / model.fits))
    assert metrics["braking"] == pytest.approx(100 * np.mean(lost))
    assert metrics["cost"] == pytest.approx(metrics["slowness"] + metrics["braking"])


def test_without_a_pilot_people_drive():
    model = game(7, pilot="person").run()
    assert "pilot" not in model.by_name
    assert not model.ring.fleet.automated
    assert model.metrics()["cost"] > 0


def test_crawling_is_dear_and_knowing_the_drivers_is_cheap():
    settings = {"duration": 400, "warmup": 280}
    cost = {
        name: np.mean([game(seed, **settings, **how).run().metrics()["cost"] for seed in (101,)])
        for name, how in {
            "informed": {},
            "crawling": {"pilot": "fixed", "set_speed": 1.5},
            "people": {"pilot": "person"},
        }.items()
    }
    assert cost["informed"] < 20
    assert cost["crawling"] > 40
    assert cost["people"] > cost["informed"] + 10


def percept(gap=12.0, speed=3.0, leader=3.0, memory=None):
    return PilotPercept(100.0, gap, speed, leader, memory)


def test_the_pi_controller():
    pilot = Saturation()
    near = pilot.decide(percept(gap=3.0, leader=1.0), None)  # too near: the leader's speed
    assert near.action == pytest.approx(1.0)
    free = pilot.decide(percept(gap=40.0), None)
    assert free.action == pytest.approx(0.5 * (3.0 + 1.0) + 0.5 * 3.0)  # one m/s more to catch up
    memory = None
    for _ in range(200):
        decision = pilot.decide(percept(gap=7.0, memory=memory), None)
        memory = decision.memory
    assert decision.action == pytest.approx(3.0)
    assert len(memory[0]) == 38
