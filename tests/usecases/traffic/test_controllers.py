"""The signals' rules, what each may see, and how they fall back."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mas_kit import Bias, Crash, Loss
from mas_kit.checks import check_model, check_policy
from mas_kit.core.errors import ParameterError
from mas_kit.usecases.traffic.centre import CentrePercept, Rollout
from mas_kit.usecases.traffic.controllers import (
    CapacityAware,
    FixedTime,
    LongestQueue,
    MaxPressure,
    SelfOrganising,
    SignalPercept,
)
from mas_kit.usecases.traffic.grid import EW, NOWHERE, NS, Grid
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.usecases.traffic.signals import SignalWorld

PLAN = FixedTime(10, 0.3)
RULES = {
    "max pressure": MaxPressure(PLAN),
    "capacity aware": CapacityAware(PLAN),
    "longest queue": LongestQueue(PLAN),
    "self-organising": SelfOrganising(PLAN, 10, 3),
    "fixed": PLAN,
}


def see(ns=3.0, ew=2.0, **more):
    percept = SignalPercept(1, ns, ew, NS, EW, 0.0, 0.0, NS, 10, 20, 0.0, None)
    return percept._replace(**more)


def choice(policy, percept):
    return policy.decide(percept, np.random.default_rng(0)).action


def town(**parameters):
    return Traffic(world="signals", **{"seed": 1, "record": False, **parameters})


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_a_proper_policy(name):
    percepts = [
        see(),
        see(ns=0, ew=0),
        see(ns=-1),
        see(exit_ns=20.0),
        see(green=EW, ew=9),
        see(head_ns=NOWHERE),
    ]
    check_policy(RULES[name], percepts)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_explains_itself(name):
    for percept in (see(), see(ns=-1)):
        decision = RULES[name].decide(percept, np.random.default_rng(0))
        explanation = RULES[name].explain(percept, decision)
        assert explanation.chosen == decision.action
        assert explanation.reason
    if isinstance(RULES[name], LongestQueue | MaxPressure):
        assert "broken" in RULES[name].explain(see(ns=-1), RULES[name].decide(see(ns=-1), None)).reason


def test_fixed_time_keeps_its_plan():
    plan = FixedTime(10, 0.3, offset=2)
    greens = [choice(plan, see(time=time)) for time in range(2, 22)]
    assert greens == ([NS] * 3 + [EW] * 7) * 2
    with pytest.raises(ParameterError, match="share"):
        FixedTime(10, 1.2)
    with pytest.raises(ParameterError, match="cycle"):
        FixedTime(0, 0.5)


def test_longest_queue_sees_no_further_than_its_queue():
    assert choice(RULES["longest queue"], see(5, 4, exit_ns=20.0)) == NS
    assert choice(RULES["longest queue"], see(4, 5)) == EW
    assert choice(RULES["longest queue"], see(4, 4, green=EW)) == EW, "a tie changes nothing"


@pytest.mark.parametrize("rule", [LongestQueue, MaxPressure, CapacityAware])
def test_at_a_tie_lights_stay_or_change_or_a_coin_decides(rule):
    for green in (NS, EW):
        tie = see(20, 20, exit_ns=5.0, exit_ew=5.0, green=green)
        assert choice(rule(PLAN), tie) == green
        assert choice(rule(PLAN, "change"), tie) == 1 - green
        rng = np.random.default_rng(3)
        tossed = [rule(PLAN, "by chance").decide(tie, rng).action for _ in range(400)]
        assert abs(np.mean(tossed) - 0.5) < 4 * 0.5 / 20
        for ties, told in (("keep", "nothing"), ("change", "turn"), ("by chance", "coin")):
            policy = rule(PLAN, ties)
            assert told in policy.explain(tie, policy.decide(tie, rng)).reason
    check_policy(rule(PLAN, "by chance"), [tie, see()])
    with pytest.raises(ParameterError, match="ties"):
        rule(PLAN, "never")


def test_a_detector_that_says_no_number_is_broken():
    assert choice(RULES["max pressure"], see(ns=float("nan"), time=1)) == PLAN.street(1)


def test_pressure_is_the_queue_less_what_waits_behind():
    rule = RULES["max pressure"]
    assert rule.scores(see(5, 4, exit_ns=3.0, exit_ew=1.0)) == (2.0, 3.0)
    ns, ew = rule.scores(see(5, 4, exit_ns=3.0, exit_ew=1.0, turning=0.25))
    assert (ns, ew) == pytest.approx((5 - 0.75 * 3 - 0.25 * 1, 4 - 0.75 * 1 - 0.25 * 3))
    assert choice(rule, see(5, 4, exit_ns=3.0, exit_ew=1.0)) == EW


def test_capacity_aware_gives_no_green_to_who_cannot_move():
    rule, plain = RULES["capacity aware"], RULES["max pressure"]
    full = see(90, 4, exit_ns=20.0)
    assert choice(plain, full) == NS
    assert choice(rule, full) == EW
    assert choice(rule, full._replace(head_ns=EW)) == NS, "the first one turns, to where there is room"
    assert choice(rule, full._replace(head_ns=NOWHERE)) == NS, "the first one leaves the grid"
    assert choice(rule, see(0, 1, exit_ew=19.0)) == EW, "nobody waits on the other street"
    assert choice(rule, see(0, 0, green=EW)) == EW


def test_self_organising_counts_those_at_red_and_spares_a_tail():
    rule = SelfOrganising(PLAN, threshold=10, platoon=3, least=4)
    percept = see(ns=0, ew=4, green=NS, since=20)
    counts, greens = [], []
    for _ in range(4):
        decision = rule.decide(percept, None)
        counts.append(decision.memory)
        greens.append(decision.action)
        percept = percept._replace(memory=decision.memory)
    assert (counts, greens) == ([4, 8, 0, 4], [NS, NS, EW, NS])
    ready = see(ns=2, ew=4, green=NS, since=20, memory=20)
    assert choice(rule, ready) == NS, "two are still to pass"
    assert choice(rule, ready._replace(queue_ns=4.0)) == EW, "a long platoon is cut"
    assert choice(rule, ready._replace(queue_ns=0.0, since=2)) == NS, "green for at least four steps"


@pytest.mark.parametrize("name", ["max pressure", "capacity aware", "longest queue", "self-organising"])
def test_a_dead_detector_means_the_fixed_plan(name):
    for time in range(12):
        assert choice(RULES[name], see(ns=50, ew=-1, time=time)) == choice(PLAN, see(time=time))


def test_a_signal_sees_its_own_queues():
    model = town(rate_ns=0.6, rate_ew=0.5, drive=3, steps=60).run(40)
    grid = model.place.grid
    waits = [grid.waiting(link, 41) for link in range(32)]
    assert sum(waits) < sum(grid.held()), "some still drive"
    model.step()
    for signal in model.place.signals:
        seen = [signal.percept.queue_ns, signal.percept.queue_ew]
        assert seen == waits[2 * signal.crossing : 2 * signal.crossing + 2]


def test_neighbours_words_are_one_step_old():
    model = town(rate_ns=0.6, rate_ew=0.5, steps=60)
    grid, told = model.place.grid, []
    for _ in range(30):
        told.append(grid.held())  # what the signals count when they act in the coming step
        model.step()
    for signal in model.place.signals:
        for street in (NS, EW):
            link = grid.onward[2 * signal.crossing + street]
            assert signal.heard[street] == (told[-2][link] if link != NOWHERE else 0.0)


def test_lost_messages_leave_the_last_word():
    lost = [Loss(network="neighbours", probability=1.0, at=21)]
    model = town(rate_ns=0.6, rate_ew=0.5, steps=40, faults=lost).run(22)
    kept = [list(signal.heard) for signal in model.place.signals]
    model.run(10)
    assert [list(signal.heard) for signal in model.place.signals] == kept


def test_a_biased_detector_reaches_the_rule():
    blind = [Bias(agent="signal 1-1", field="queue_ns", factor=0, offset=-1, at=1)]
    model = town(steps=200, faults=blind, rate_ns=0.5, rate_ew=0.0, turning=0.0).run(200)
    plan = model.agent("signal 1-1").policy.fallback
    assert model.place.green[0] == plan.street(200)


def test_the_shortest_green_is_kept_whatever_the_rule_wants():
    model = town(min_green=7, rate_ns=0.5, rate_ew=0.5, steps=150)
    changes, last = {k: [] for k in range(16)}, list(model.place.green)
    while not model.finished:
        model.step()
        for k in range(16):
            if model.place.green[k] != last[k]:
                changes[k].append(model.tick)
        last = list(model.place.green)
    gaps = [b - a for at in changes.values() for a, b in itertools.pairwise(at)]
    assert min(gaps) >= 7
    assert max(gaps) < 40


def test_a_policy_that_returns_nonsense_is_told():
    model = town(policies={"signal 1-1": lambda percept: 2})
    with pytest.raises(ParameterError, match="east-west"):
        model.step()


def test_tuned_plans_share_green_by_flow_and_make_a_wave():
    model = town(rate_ns=0.6, rate_ew=0.3, turning=0.0, drive=4, controller="tuned", cycle=30)
    plans = model.place.tuned_plans()
    assert {plan.split for plan in plans} == {20}
    assert [plans[row * 4].offset for row in range(4)] == [0, 4, 8, 12]  # the first column runs south
    assert [plans[row * 4 + 1].offset for row in range(4)] == [12, 8, 4, 0]
    idle = town(rate_ns=0.0, rate_ew=0.0, turning=0.0).place.tuned_plans()
    assert {plan.share for plan in idle} == {0.5}


# ---- the centre


def centre_percept(held, green=(NS,), since=(10,)):
    return CentrePercept(1, tuple(held), green, since, None)


def rollout(plan, rates=(0.0, 0.0), **grid):
    return Rollout(Grid(1, 1, **grid), [plan], np.array(rates), 0.0, 1, horizon=8)


def test_the_centre_departs_from_a_plan_that_serves_nobody():
    always_ns = FixedTime(10, 1.0)
    policy = rollout(always_ns)
    assert choice(policy, centre_percept((0, 5))) == (EW,)
    assert choice(policy, centre_percept((5, 0))) == (NS,)
    decision = policy.decide(centre_percept((0, 5)), None)
    explanation = policy.explain(centre_percept((0, 5)), decision)
    assert explanation.options[0].score > 0


def test_the_centre_counts_the_time_that_a_change_costs():
    """Five at green, one at red, 3 steps lost at every change: not now."""
    assert choice(rollout(FixedTime(10, 1.0), clearance=3), centre_percept((5, 1))) == (NS,)


def test_the_centres_simulation_is_the_physics_on_whole_vehicles():
    """Without arrivals by chance and turns the expected flows are the vehicles themselves."""
    plan = FixedTime(4, 0.5)
    policy = rollout(plan)
    _, cost = policy.costs(centre_percept((3, 6)))
    grid = Grid(1, 1)
    for link, number in ((NS, 3), (EW, 6)):
        for _ in range(number):
            grid.arrive(link, 0, turns=False)
    steps = 0
    for tick in range(1, 9):
        grid.move(tick, [plan.street(tick)], [False])
        steps += grid.inside
    assert cost[-1] == steps


@pytest.mark.parametrize("action", [2, None, (0,) * 3, (0, 0, 0, 5), (float("nan"),) * 4, "x"])
def test_a_centre_must_say_a_street_for_every_crossing(action):
    with pytest.raises(ParameterError, match="4 streets"):
        town(controller="centre", rows=2, cols=2, policies={"centre": lambda seen: action}).run(1)


def test_what_the_policies_refuse():
    with pytest.raises(ParameterError, match="threshold"):
        SelfOrganising(PLAN, -1, 3)
    for plans, rates, horizon in (([PLAN], [0.0] * 5, 8), ([PLAN] * 2, [0.0] * 2, 8), ([PLAN], [0.0] * 2, 0)):
        with pytest.raises(ParameterError):
            Rollout(Grid(1, 1), plans, np.array(rates), 0.0, 1, horizon)


@pytest.mark.parametrize("controller", ["capacity aware", "self-organising", "centre"])
def test_the_models_keep_the_rules_of_the_kit(controller):
    check_model(Traffic, world="signals", controller=controller, rows=2, cols=2, steps=30, settle=5)


def test_swapping_one_signals_mind_leaves_the_others():
    model = town(policies={"signal 2-2": FixedTime(10, 0.5)}, steps=50).run()
    assert isinstance(model.agent("signal 2-2").policy, FixedTime)
    assert isinstance(model.agent("signal 2-3").policy, CapacityAware)
    assert isinstance(model.place, SignalWorld)


def test_a_crashed_signal_tells_its_neighbours_nothing():
    model = town(faults=[Crash(agent="signal 2-2", at=30)], rate_ns=0.6, rate_ew=0.5, steps=80).run(32)
    upstream = [model.agent(name) for _, name in model.agent("signal 2-2").tells]
    street = [signal.streets["signal 2-2"] for signal in upstream]
    kept = [signal.heard[at] for signal, at in zip(upstream, street, strict=True)]
    model.run(20)
    assert [signal.heard[at] for signal, at in zip(upstream, street, strict=True)] == kept
