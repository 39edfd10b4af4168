"""The crossing: agents keep the schedule, nobody meets anybody, and what is broken is seen to break."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from mas_kit.core import Crash, Decision, Delay, Loss, Silence
from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.experiments import run
from mas_kit.usecases.vehicles import Vehicles
from mas_kit.usecases.vehicles.approach import Approach, ApproachPercept, Rival
from mas_kit.usecases.vehicles.baseline import reservation_delay
from mas_kit.usecases.vehicles.crossing_resilience import gain_left, resilience, troubled
from mas_kit.usecases.vehicles.scheduling import Grant, Rule, batch, fixed_signal, reserve

RULES = {
    "FCFS": lambda cars: reserve(cars, 1.0, 2.5),
    "batch": lambda cars: batch(cars, 1.0, 2.5),
    "signal": lambda cars: fixed_signal(cars, 1.8, 60, 25),
}


def crossing(seed=1, duration=240.0, **settings):
    return Vehicles(seed=seed, world="crossing", duration=duration, **{"record": False, **settings})


def safe(model, headway=None):
    """Nobody met anybody; between two cars there always was the clearance time, or the headway."""
    metrics, scene = model.metrics(), model.scene
    assert metrics["collisions"] == metrics["rear-end collisions"] == 0
    assert metrics["closest"] >= model.p.tc - scene.occupancy - 1e-6
    order = sorted((entered, lane) for _, entered, lane in scene.crossed)
    for (sooner, one), (later, other) in pairwise(order):
        least = model.p.tc if one != other else headway or model.p.ts
        assert later - sooner >= least - 1e-6
    return True


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("flow", "in_order"), [(300, False), (900, False), (900, True)])
def test_every_car_crosses_when_the_schedule_says(rule, flow, in_order):
    model = crossing(coordination=rule, flow=flow, in_order=in_order).run()
    slots = RULES[rule](model.scene.planned)
    due = list(zip(model.scene.planned.ready, model.scene.planned.road, strict=True))
    expected = dict(zip(due, slots, strict=True))
    assert len(model.scene.crossed) > 20
    for ready, entered, lane in model.scene.crossed:
        assert entered == pytest.approx(expected[ready, lane], abs=1e-6)
    assert all(slot > model.scene.time - 1e-6 for slot in slots[len(model.scene.crossed) :]) or rule != "FCFS"
    assert safe(model)


def test_the_delay_of_the_agents_is_that_of_the_queue():
    delays = np.array([crossing(seed, 600, flow=400).run().metrics()["delay"] for seed in range(6)])
    error = delays.std(ddof=1) / 6**0.5
    assert error < 0.12
    assert abs(delays.mean() - reservation_delay(400, 1.0, 2.5)) < 3.5 * error


def test_cars_that_come_on_a_lattice_keep_their_headway():
    model = crossing(arrivals="bernoulli", flow=900).run()
    for road in (0, 1):
        ready = [t for t, r in zip(*model.scene.planned, strict=True) if r == road]
        assert np.diff(ready).min() >= 1.0 - 1e-9
    assert safe(model)


TROUBLES = {
    "half of the messages lost": ({"loss": 0.5}, ()),
    "nearly all messages lost": ({"loss": 0.9}, ()),
    "manager down": ({}, (Crash(agent="manager", at=600, until=1500),)),
    "manager down, forgets": ({}, (Crash(agent="manager", at=600, until=640, forget=True),)),
    "manager flickers": (
        {},
        tuple(Crash(agent="manager", at=at, until=at + 45) for at in range(300, 2100, 90)),
    ),
    "manager down, messages lost": ({"loss": 0.4}, (Crash(agent="manager", at=600, until=1200),)),
    "manager heard by nobody": ({}, (Silence(agent="manager", at=600, until=1200),)),
    "messages two seconds late": ({}, (Delay(network="v2i", extra=20, at=600, until=1500),)),
    "answers lost": ({}, (Loss(network="v2i", probability=0.7, sender="manager", at=300),)),
    "ghosts": ({"ghosts": 30.0}, ()),
    "clocks a little off, with room for it": ({"clock_sd": 0.05}, ()),
}


@pytest.mark.parametrize("coordination", ["FCFS", "batch"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_happens_to_the_messages_nobody_meets(trouble, coordination):
    settings, faults = TROUBLES[trouble]
    model = crossing(2, 180, coordination=coordination, flow=700, faults=faults, **settings).run()
    metrics = model.metrics()
    assert metrics["collisions"] == metrics["rear-end collisions"] == 0
    assert metrics["crossed"] > 12
    if "clock" not in trouble:  # behind a car without a slot one may follow as near as a queue allows
        assert safe(model, headway=0.5)


class Careless(Rule):
    """It grants every car the time that it asks for: a manager that forgot what it is for."""

    name = "careless"

    def decide(self, percept, rng):
        return tuple(Grant(wish.car, wish.road, wish.ready, wish.number) for wish in percept.waiting)


class HalfCareless(Rule):
    """It minds the queue of each road and forgets the other road."""

    name = "half careless"

    def decide(self, percept, rng):
        last, grants = list(percept.last), []
        for wish in percept.waiting:
            last[wish.road] = max(wish.ready, last[wish.road] + percept.ts)
            grants.append(Grant(wish.car, wish.road, last[wish.road], wish.number))
        return tuple(grants)


@pytest.mark.parametrize(
    ("settings", "policies"),
    [
        ({"coordination": "none"}, {}),
        ({}, {"manager": Careless()}),
        ({}, {"manager": HalfCareless()}),
        ({"clock_sd": 2.0}, {}),
    ],
)
def test_what_is_broken_on_purpose_is_seen_to_collide(settings, policies):
    model = crossing(3, flow=700, policies=policies, **settings).run()
    assert model.metrics()["collisions"] > 0
    assert model.metrics()["closest"] < 0


def test_a_manager_without_its_book_gives_slots_twice():
    """Why the book has to survive a crash."""
    model = crossing(0, 300, flow=900)
    for _ in range(6):
        model.run(400)
        model.scene.manager.book.clear()
        model.scene.manager.past = (-math.inf, -math.inf)
    assert model.metrics()["collisions"] > 0


def test_when_the_manager_is_down_the_cars_go_on_and_when_it_is_back_they_ask_again():
    calm = crossing(5, 300, flow=500).run()
    model = crossing(5, 300, flow=500, faults=[Crash(agent="manager", at=600, until=1800)]).run()
    times = [entered for _, entered, _ in model.scene.crossed]
    assert sum(80 < t < 180 for t in times) > 12
    assert sum(t > 220 for t in times) > 10
    assert model.scene.manager.granted > 20

    def waits(one):
        return np.mean([entered - due for due, entered, _ in one.scene.crossed if 80 < due < 180])

    assert waits(model) > 1.5 + waits(calm)  # an all-way stop is slower, and nothing worse
    assert safe(model, headway=0.5)


def test_an_all_way_stop_alternates_between_two_queues():
    model = crossing(6, coordination="all-way stop", flow=1500).run()
    lanes = [lane for _, entered, lane in sorted(model.scene.crossed, key=lambda row: row[1]) if entered > 60]
    changes = np.mean([one != other for one, other in pairwise(lanes)])
    assert changes > 0.95
    assert model.metrics()["throughput"] == pytest.approx(3600 / 2.5, rel=0.15)
    assert model.scene.manager is None
    assert safe(model)


def test_lost_messages_cost_early_promises_more_than_late_ones():
    def mean(rule, loss):
        runs = [crossing(seed, coordination=rule, flow=600, loss=loss).run() for seed in range(3)]
        return np.mean([run.metrics()["delay"] for run in runs])

    assert mean("FCFS", 0.3) > 3 * mean("FCFS", 0.0)
    assert mean("batch", 0.3) < 3 * mean("batch", 0.0)


def test_a_promise_behind_a_car_without_one_is_what_lost_messages_cost():
    """First come, first served loses little once slots are given in the order of the road."""
    delays = {
        in_order: [crossing(s, flow=600, loss=0.3, in_order=in_order).run().metrics() for s in range(3)]
        for in_order in (False, True)
    }
    calm = np.mean([crossing(s, flow=600).run().metrics()["delay"] for s in range(3)])
    late = {key: np.mean([found["delay"] for found in runs]) for key, runs in delays.items()}
    assert late[True] < 1.5 * calm < 0.5 * late[False]
    assert sum(found["slots given back"] for found in delays[False]) > 5 * sum(
        found["slots given back"] for found in delays[True]
    )
    for seed in (4, 5):
        faults = (Crash(agent="manager", at=600, until=1200),)
        assert safe(crossing(seed, flow=800, loss=0.5, in_order=True, faults=faults).run(), headway=0.5)


def test_ghosts_cost_time_and_a_camera_finds_them():
    calm, haunted, watched = (
        crossing(8, flow=600, ghosts=ghosts, camera=camera).run().metrics()
        for ghosts, camera in ((0, False), (30, False), (30, True))
    )
    assert haunted["delay"] > 3 * calm["delay"]
    assert watched["delay"] == calm["delay"]
    assert watched["refused"] > 50


def frame(rows):
    table = pd.DataFrame(rows, columns=["who", "trouble", "delay", "collisions"])
    table["replicate"] = table.groupby(["who", "trouble"]).cumcount()
    return table


def test_gain_left_by_hand():
    """Alone 10 s, with a manager 2 s, in trouble 6 s: half is left."""
    table = frame(
        [
            *(("all-way stop", "none", delay, 0) for delay in (9.0, 11.0)),
            *(("FCFS", "none", delay, 0) for delay in (1.0, 3.0)),
            *(("FCFS", "flood", delay, 1) for delay in (5.0, 7.0)),
            *(("FCFS", "war", delay, 1) for delay in (8.0, 12.0)),
            ("none", "none", 0.0, 7),
        ]
    )
    assert gain_left(table, "FCFS", "none") == (1.0, 0.0)
    assert gain_left(table, "FCFS", "flood") == (pytest.approx(0.5), pytest.approx(0.0))
    left, error = gain_left(table, "FCFS", "war")
    assert left == pytest.approx(0.0)
    assert error == pytest.approx(1 / 8)  # the gains left are 1 and -1 of 8
    with pytest.raises(UnknownNameError, match="ghosts and a camera"):
        troubled(seed=1, who="FCFS", trouble="ghosts and camera")


def test_every_trouble_of_the_experiment_runs():
    results = run(
        replace(resilience, parameters={"duration": 60, "faults": ()}), seeds=2, workers=1, progress=False
    )
    assert not results.failed
    for expected in resilience.expected:
        value, _ = expected.estimate(results.frame)
        assert "collisions" not in expected.quantity or "wrong" in expected.quantity or value == 0


def test_same_seed_same_run_with_and_without_a_log():
    runs = [crossing(9, 60, flow=700, log=log, loss=0.2).run() for log in (False, True)]
    assert runs[0].scene.crossed == runs[1].scene.crossed
    assert runs[0].metrics() == runs[1].metrics()
    assert {"request", "agree"} <= {str(event.data.performative) for event in runs[1].log.select("sent")}


def see(**changed):
    base = ApproachPercept(100.0, 0, 0.0, -math.inf, 90.0, None, None, 99.5, 100.0, 90.0, 60.0, None)
    return base._replace(**changed)


def driver():
    return Approach(crossing(1, 10).scene.habits())


@pytest.mark.parametrize(
    ("changed", "goes"),
    [
        ({}, True),
        ({"answered": 99.0}, False),  # the manager is there
        ({"cleared": 2.0}, False),  # a car of the other road is on the crossing, or has just left
        ({"ahead": -8.0}, False),  # the car ahead has not gone far enough
        ({"rival": Rival(0.0, 80.0, 1, None)}, False),  # it came first
        ({"rival": Rival(0.0, 95.0, 1, None)}, True),  # it came later
        ({"rival": Rival(0.0, 90.0, 1, None)}, True),  # a tie: the road with the lower number
        ({"road": 1, "rival": Rival(0.0, 90.0, 0, None)}, False),
        ({"rival": Rival(30.0, None, 1, None)}, False),  # it is coming and could be here in 2 s
        ({"rival": Rival(60.0, None, 1, None)}, True),
        ({"rival": Rival(0.0, 80.0, 1, 101.0)}, False),  # its lamp says that it will go in 1 s
        ({"rival": Rival(0.0, 80.0, 1, 104.0)}, True),
        ({"distance": 3.0, "standing": None}, False),
    ],
)
def test_all_way_stop(changed, goes):
    drive = driver().decide(see(**changed), None)
    assert (drive.enters is not None) == goes


def test_a_car_believes_no_slot_that_it_has_given_up():
    moving = {"distance": 60.0, "standing": None, "answered": 100.0}
    assert driver().decide(see(**moving, offer=106.0), None).slot == 106.0
    assert driver().decide(see(**moving, offer=103.0), None).slot is None  # it cannot be there by then
    assert driver().decide(see(**moving, ready=108.0, offer=106.0), None).slot is None  # an old answer
    assert driver().decide(see(offer=101.0, answered=100.0), None).slot is None  # no time to show its lamp
    assert driver().decide(see(offer=103.0, answered=100.0), None).slot == 103.0


def test_a_slot_that_cannot_be_made_is_given_back_and_asked_for_anew():
    drive = driver().decide(see(distance=60.0, standing=None, slot=103.9), None)
    assert drive.cancel
    assert drive.slot is None
    assert drive.ask >= 104.0
    assert "cannot make" in driver().explain(see(), Decision(drive)).reason


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"ts": 0.3}, "ts"),
        ({"tc": 0.9}, "tc"),
        ({"coordination": "signal", "green": 29}, "green"),
        ({"coordination": "batch", "notice": 16}, "notice"),
        ({"coordination": "signal", "discharge": 0.5}, "discharge"),
        ({"arrivals": "bernoulli", "flow": 2000, "ts": 2.0, "tc": 2.5}, "flow"),
    ],
)
def test_what_cannot_be_is_told(settings, what):
    with pytest.raises(ParameterError, match=f"'{what}'"):
        crossing(1, 10, **settings)
