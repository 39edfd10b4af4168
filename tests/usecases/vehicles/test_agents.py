"""The three agents of a car, one decision at a time: what they believe, want and do."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from mas_kit.core.faults import Byzantine, Loss
from mas_kit.replay import why
from mas_kit.usecases.vehicles import Vehicles
from mas_kit.usecases.vehicles.agents import Actuator, Cam, Order, Plan, Situation, View
from mas_kit.usecases.vehicles.planners import Adaptive, Careful, FollowerStopper, Profile, planner


def platoon(**how):
    settings = {
        "world": "platoon",
        "cars": 3,
        "share": 1,
        "controller": "CACC",
        "engine": "objects",
        "seed": 1,
    }
    return Vehicles(**{**settings, "duration": 30, **how})


def test_perception_without_an_echo_goes_on_from_what_it_knew():
    model = platoon(profile="steady")
    model.run(20)
    agent = model.agent("car-1/perception")
    see = agent.perceive()
    blind = see._replace(time=see.time + 0.1, gap=math.nan, closing=math.nan, heard=None)
    view, track = agent.decide(blind)
    old = see.memory.track
    step = blind.time - see.memory.time
    assert step > 0
    moved = old.position + step * old.speed - 0.5 * step * (see.memory.speed + see.speed)
    assert view.gap == pytest.approx(moved)
    assert track.track.pp > old.pp  # and grows less sure
    assert agent.decide(blind._replace(memory=None)).action is None  # it has never seen anything


def test_perception_is_pure():
    model = platoon()
    model.run(10)
    agent = model.agent("car-1/perception")
    see = agent.perceive()
    assert agent.decide(see) == agent.decide(see)
    assert agent.memory == see.memory


@pytest.mark.parametrize(("lie", "believed"), [(0.0, True), (20.0, False)])
def test_the_gate_believes_what_agrees_with_the_radar(lie, believed):
    model = platoon(profile="steady", radar_noise=0.2, gps_noise=0.5)
    model.run(50)
    agent = model.agent("car-1/perception")
    see = agent.perceive()
    ahead = model.scene.fleet.car(0)
    word = Cam(see.time, ahead.x - lie, ahead.v, -2.5, 0.25, 0.01)
    view = agent.decide(see._replace(heard=word)).action
    assert view.suspect is not believed
    assert (view.wants == -2.5) is believed
    open_gate = platoon(profile="steady", radar_noise=0.2, gps_noise=0.5, gate=False).run(50)
    view = open_gate.agent("car-1/perception").decide(see._replace(heard=word)).action
    assert view.wants == -2.5


def test_words_from_the_future_and_old_ones_are_not_heard():
    model = platoon(profile="steady")
    model.run(50)
    agent = model.agent("car-1/perception")
    see = agent.perceive()
    ahead = model.scene.fleet.car(0)
    for time in (see.time + 5.0, see.memory.said - 0.05):
        word = Cam(time, ahead.x, ahead.v, -2.5, 0.25, 0.01)
        assert agent.decide(see._replace(heard=word)).action.wants != -2.5


def test_a_radio_word_is_brought_up_to_now():
    """A car 20 m ahead that said 1 s ago where it was, how fast, and that it wants to brake."""
    model = platoon(radar_noise=10, doppler_noise=5, gps_noise=0, gate=False)
    model.run(2)
    agent = model.agent("car-1/perception")
    see = agent.perceive()
    word = Cam(see.time - 1.0, see.position + 5.0 + 20.0, 25.0, -2.0, 1e-4, 1e-4)
    view = agent.decide(see._replace(heard=word, gap=math.nan, memory=None)).action
    assert view.gap == pytest.approx(20.0 + 25.0 - 1.0)
    assert view.leader == pytest.approx(23.0)
    assert view.age == pytest.approx(1.0)


def test_control_delays_lags_and_limits():
    model = platoon(reaction=0.2, lag=0.1)
    agent = model.agent("car-1/control")
    memory, pushes = None, []
    for tick in range(40):
        decision = agent.decide(Order(0.1 * tick, 50.0, memory))
        memory = decision.memory
        pushes.append(decision.action)
    assert pushes[:2] == [0.0, 0.0]  # 0.2 s
    assert pushes[2] == pytest.approx(
        3.0 * (1 - (1 - math.exp(-1)))
    )  # the mean of 1 - e^(-t/tau) over a tick
    assert pushes[-1] == pytest.approx(3.0)  # the engine gives no more
    assert agent.decide(Order(5.0, -50.0, Actuator((), -9.0))).memory.acceleration >= -9.0
    assert agent.decide(Order(5.0, None, memory)) == (None, memory)


def test_planners_are_named_by_the_parameters():
    kinds = {"FollowerStopper": FollowerStopper, "IDM": Careful, "ACC": Adaptive, "CACC": Adaptive}
    for name, kind in kinds.items():
        assert isinstance(planner(Vehicles.Parameters(controller=name)), kind)


def test_cacc_adds_what_the_car_ahead_wants_while_the_word_is_young():
    p = Vehicles.Parameters(controller="CACC", headway=1.0, hold=0.5)
    policy = planner(p)
    gap = p.s0 + 1.0 * 20.0  # just right

    def wish(age, policy=policy):
        view = View(gap, 20.0, 0.1, 2.0, age, False)
        return policy.decide(Situation(1.0, view, 20.0, None), None).action.acceleration

    assert wish(0.2) == pytest.approx((1 - math.exp(-0.1)) * 2.0)
    assert wish(0.6) == pytest.approx(0.0, abs=1e-9)
    assert wish(0.2, planner(p.replace(controller="ACC"))) == pytest.approx(0.0, abs=1e-9)


def test_an_adaptive_car_brakes_in_an_emergency():
    policy = planner(Vehicles.Parameters(controller="ACC", headway=1.0))
    view = View(12.0, 5.0, 0.1, 0.0, math.inf, False)
    assert policy.decide(Situation(1.0, view, 20.0, None), None).action.acceleration == -9.0


def test_the_profiles_of_a_first_car():
    def at(time, **how):
        return Profile(Vehicles.Parameters(**how)).decide(Situation(time, None, 25.0, None), None)

    assert at(1.0, profile="sine", swing=0.5, frequency=2.0) == Plan(0.5 * math.sin(2.0))
    assert [at(t, profile="brake", swing=3.0).acceleration for t in (5, 11, 15, 19, 30)] == [
        0,
        -3.0,
        0,
        3.0,
        0,
    ]
    assert at(12.0, profile="steady") == Plan(0.0)


def test_without_any_message_cacc_is_acc():
    lost = platoon(faults=[Loss(network="v2v", probability=1.0, at=1)], profile="brake", swing=3.0).run()
    acc = platoon(controller="ACC", profile="brake", swing=3.0).run()
    assert [row["last"] for row in lost.history] == pytest.approx([row["last"] for row in acc.history])


def test_a_liar_s_plans_reach_the_next_car_only():
    lie = [Byzantine(agent="car-1/planning", network="v2v", alter="corrupt", field="wants", at=1)]
    honest, lied = platoon(cars=4).run(), platoon(cars=4, faults=lie).run()
    drive = [[abs(a - b) for a, b in zip(honest.scene.amplitudes(), lied.scene.amplitudes(), strict=True)]][0]
    assert drive[0] == drive[1] == 0
    assert drive[2] > 0.05


def test_a_brake_is_followed_back_to_the_car_ahead():
    """From the wheels of the third car over its bus, the radio and the second car's bus to its radar."""
    model = platoon(cars=4, profile="brake", swing=5.0, reaction=0.2, log=True).run(112)
    action = model.log.last("action", "car-2/control")
    acted = [event.agent for event in model.log.chain(action.id) if event.kind == "action"]
    own = ["car-2/control", "car-2/planning", "car-2/perception"]
    assert acted[:5] == [*own, "car-1/planning", "car-1/perception"]
    told = str(why(model, action, depth=20))
    assert "the car ahead said 0.2 s ago that it wants -" in told
    assert told.count("since:") >= 4


def test_what_is_said_on_a_bus_stays_in_the_car_and_the_radio_reaches_the_car_behind():
    model = platoon(cars=4, rate=5, log=True).run(40)
    cars = [
        (*(int(name[4]) for name in (event.data.sender, event.data.receiver)), event.data.content)
        for event in model.log.select("sent")
    ]
    assert {behind - ahead for ahead, behind, said in cars if isinstance(said, Cam)} == {1}
    assert {behind - ahead for ahead, behind, said in cars if not isinstance(said, Cam)} == {0}
    words = [said.time for ahead, _, said in cars if ahead == 1 and isinstance(said, Cam)]
    assert [b - a for a, b in pairwise(words)] == pytest.approx([0.2] * (len(words) - 1))


@pytest.mark.parametrize("controller", ["FollowerStopper", "IDM", "ACC", "CACC"])
def test_every_agent_of_a_car_gives_its_reason(controller):
    model = platoon(controller=controller, profile="brake", swing=8.0, headway=0.5, duration=20)
    told = {part: set() for part in ("perception", "planning", "control")}
    while not model.finished:
        model.step()
        for part, reasons in told.items():
            reasons.add(model.agent(f"car-1/{part}").explain().reason)
    assert all(len(reasons) > 10 for reasons in told.values())
    assert not any("chose it" in reason for reasons in told.values() for reason in reasons)
    assert "timetable" in model.agent("car-0/planning").explain().reason
    if controller == "ACC":
        assert any("emergency brake" in reason for reason in told["planning"])
    if controller == "CACC":
        assert any("that it wants" in reason for reason in told["planning"])


def test_reasons_without_news():
    off = Vehicles(seed=1, share=0.05, switch_on=10, duration=5, engine="objects").run(3)
    reasons = [off.agent(f"car-0/{part}").explain().reason for part in ("perception", "planning", "control")]
    assert reasons == [
        "automation is off",
        "no news from perception",
        "no plan came in: after a while a person drives",
    ]
    lie = [Byzantine(agent="car-1/planning", network="v2v", alter="corrupt", field="speed", at=1)]
    model = platoon(faults=lie, radar_dropout=0.5, gps_noise=0.1).run(60)
    said = set()
    for _ in range(40):
        model.step()
        said.add(model.agent("car-2/perception").explain().reason.split("; it believes")[0])
    assert any("the radar is blind" in reason for reason in said)
    assert any("contradicts" in reason for reason in said)


def test_perception_can_be_replaced():
    """Any part of a car is a policy: one that always sees an empty road lets its car speed up."""

    def empty(percept):
        return None if percept is None else View(500.0, 40.0, 1.0, 0.0, math.inf, False)

    model = Vehicles(seed=1, share=0.05, switch_on=0, duration=20, set_speed=20, engine="objects")
    blind = Vehicles(
        seed=1, share=0.05, switch_on=0, duration=20, set_speed=20, engine="objects",
        policies={"car-0/perception": empty},
    )  # fmt: skip
    assert model.run().metrics()["collisions"] == 0
    assert blind.run().metrics()["collisions"] > 0  # counted, and not undone


def test_a_hard_brake_is_survived_by_cars_that_talk():
    model = platoon(cars=5, headway=0.7, profile="brake", swing=5.0, duration=60).run()
    assert model.metrics()["collisions"] == 0
    assert model.metrics()["furthest"] > 15
    assert model.history[-1]["last"] == pytest.approx(model.history[-1]["first"], abs=1.5)
