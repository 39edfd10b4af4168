"""Rules of the crossing and the optimum: against formulas, brute force, and each other."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mas_kit.core import Decision
from mas_kit.core.errors import ParameterError
from mas_kit.usecases.vehicles.baseline import (
    batch_capacity,
    fixed_cycle_delay,
    md1_delay,
    optimum,
    reservation_capacity,
    reservation_delay,
    webster,
)
from mas_kit.usecases.vehicles.scheduling import (
    NEVER,
    Batching,
    Cars,
    FirstComeFirstServed,
    FixedSignal,
    ManagerPercept,
    Wish,
    batch,
    bernoulli_cars,
    conflicts,
    delay,
    fixed_signal,
    in_green,
    poisson_cars,
    reserve,
)

TS, TC = 1.0, 2.5
RULES = {
    "FCFS": lambda cars: reserve(cars, TS, TC),
    "batch": lambda cars: batch(cars, TS, TC),
    "signal": lambda cars: fixed_signal(cars, 1.8, 60, 25),
}


def mean_delays(rule, flow, runs, duration=20_000.0, seed=1):
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        cars = poisson_cars(flow, duration, rng)
        found.append(delay(cars, rule(cars), after=600))
    return np.array(found)


def agree(found, value, at_most):
    error = found.std(ddof=1) / len(found) ** 0.5
    assert error < at_most
    assert abs(found.mean() - value) < 3.5 * error, f"{found.mean():.4g} ± {error:.2g} against {value:.4g}"


@pytest.mark.parametrize(("load", "at_most"), [(0.3, 0.01), (0.6, 0.03), (0.8, 0.1)])
def test_with_equal_times_it_is_m_d_1(load, at_most):
    """Two roads that need 1.5 s whatever went before: one server."""
    tau = 1.5
    found = mean_delays(lambda cars: reserve(cars, tau, tau), 3600 * load / tau / 2, 12)
    agree(found, md1_delay(load, tau), at_most)
    assert md1_delay(load, 1.0) == pytest.approx(load / (2 * (1 - load)))


@pytest.mark.parametrize(("flow", "at_most"), [(400, 0.02), (800, 0.2)])
def test_first_come_first_served_is_m_g_1(flow, at_most):
    agree(mean_delays(RULES["FCFS"], flow, 12), reservation_delay(flow, TS, TC), at_most)


def test_the_exact_delays_of_the_reservation():
    delays = [reservation_delay(flow, TS, TC) for flow in (400, 800, 1000)]
    assert delays == pytest.approx([0.6591, 3.625, 36.25], abs=1e-4)
    assert reservation_capacity(TS, TC) == pytest.approx(2057.14, abs=0.01)


def test_capacities_are_what_a_full_queue_gets():
    rng = np.random.default_rng(3)
    jam = Cars([0.0] * 4000, rng.integers(0, 2, 4000).tolist())
    assert 3600 * 4000 / reserve(jam, TS, TC)[-1] == pytest.approx(reservation_capacity(TS, TC), rel=0.02)
    assert 3600 * 4000 / max(batch(jam, TS, TC)) == pytest.approx(batch_capacity(TS), rel=0.001)


def test_the_signal_against_the_fixed_cycle_queue_and_webster():
    """The exact chain lets who comes to an empty green pass at once; the formula is Webster's guess."""
    for flow, at_most in ((200, 0.1), (400, 0.1), (600, 0.2)):
        found = mean_delays(RULES["signal"], flow, 30)
        error = found.std(ddof=1) / 30**0.5
        assert error < at_most
        exact = fixed_cycle_delay(flow, 60, 25, 1.8)
        assert exact - 3.5 * error < found.mean() < 1.04 * exact + 3.5 * error
        assert webster(flow, 60, 25, 1.8) == pytest.approx(found.mean(), rel=0.12)
    assert webster(400, 60, 25, 1.8) == pytest.approx(14.2, abs=0.05)
    assert webster(800, 60, 25, 1.8) == pytest.approx(63.0, abs=0.05)


def test_bernoulli_cars_at_a_signal_are_an_exact_chain():
    """One car or none each 1.8 s, 14 of the 33 steps of a cycle green: one car leaves a step."""
    share, longest = 500 / 3600 * 1.8, 200
    queue, law = np.arange(longest), np.eye(longest)[0]
    for _ in range(300):
        area = 0.0
        for step in range(33):
            law = (1 - share) * law + share * np.append(0.0, law[:-1])  # comes
            if step < 14:
                law = np.append(law[0] + law[1], np.append(law[2:], 0.0))  # leaves
            area += float(law @ queue) * 1.8
    rng, found = np.random.default_rng(4), []
    for _ in range(12):
        cars = bernoulli_cars(500, 20_000, 1.8, rng)
        mine = Cars([t for t, road in zip(*cars, strict=True) if road == 0], [0] * cars.road.count(0))
        assert np.diff(mine.ready).min() >= 1.8 - 1e-9
        found.append(delay(mine, fixed_signal(mine, 1.8, 59.4, 25.0), after=600))
    agree(np.array(found), area / (share * 33), 0.2)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("flow", [100, 700, 1500])
def test_no_rule_gives_conflicting_slots(name, flow):
    cars = poisson_cars(flow, 1500, np.random.default_rng(flow))
    slots = RULES[name](cars)
    assert conflicts(cars, slots, TS, TC) == 0
    assert conflicts(cars, [slot - 0.2 for slot in slots], TS, TC) > 0
    squeezed = [slot if road else slot + 1.0 for slot, road in zip(slots, cars.road, strict=True)]
    assert name == "signal" or conflicts(cars, squeezed, TS, TC) > 0


def test_green():
    assert in_green(24.9, 0, 60, 25) == 24.9
    assert in_green(25.0, 0, 60, 25) == 60
    assert in_green(10.0, 1, 60, 25) == 30
    assert in_green(54.0, 1, 60, 25) == 54


def schedule(order, ready):
    """Total delay of one order of turns."""
    at, last, total = [0, 0], [NEVER, NEVER], 0.0
    for road in order:
        slot = max(ready[road][at[road]], last[road] + TS, last[1 - road] + TC)
        total += slot - ready[road][at[road]]
        last[road], at[road] = slot, at[road] + 1
    return total


@pytest.mark.parametrize("seed", range(12))
def test_the_optimum_is_the_best_of_all_orders(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(0, 6)), int(rng.integers(1, 6))
    ready = [np.sort(rng.uniform(0, 8, k)).tolist() for k in (n, m)]
    orders = [[0 if i in mine else 1 for i in range(n + m)] for mine in combinations(range(n + m), n)]
    found = optimum(ready, TS, TC)
    assert found.delay * (n + m) == pytest.approx(min(schedule(order, ready) for order in orders))
    merged = sorted([(r, 0) for r in ready[0]] + [(r, 1) for r in ready[1]])
    cars = Cars([r for r, _ in merged], [road for _, road in merged])
    at = [iter(found.slots[0]), iter(found.slots[1])]
    slots = [next(at[road]) for road in cars.road]
    assert conflicts(cars, slots, TS, TC) == 0
    assert delay(cars, slots) == pytest.approx(found.delay)


def test_optimum_batch_and_reservation_are_in_order():
    rng = np.random.default_rng(6)
    rows = []
    for _ in range(30):
        ready = [np.cumsum(rng.exponential(4.5, 12)).tolist() for _ in range(2)]
        merged = sorted([(r, road) for road in (0, 1) for r in ready[road]])
        cars = Cars([r for r, _ in merged], [road for _, road in merged])
        rows.append(
            (
                optimum(ready, TS, TC).delay,
                delay(cars, batch(cars, TS, TC)),
                delay(cars, reserve(cars, TS, TC)),
            )
        )
    best, batched, reserved = np.array(rows).T
    assert (best <= batched + 1e-9).all()
    assert (best <= reserved + 1e-9).all()
    assert batched.mean() < 1.25 * best.mean()
    assert reserved.mean() > 1.4 * best.mean()


def percept(time, wishes, last=(NEVER, NEVER)):
    return ManagerPercept(time, tuple(wishes), last, TS, TC)


@pytest.mark.parametrize("name", RULES)
def test_the_managers_rule_is_the_program_on_arrays(name):
    """Cars ask 15 s before they are there; the manager hears them as they come, and must decide the same."""
    cars = poisson_cars(700, 900, np.random.default_rng(9))
    rule = {"FCFS": FirstComeFirstServed(), "batch": Batching(8.0), "signal": FixedSignal(1.8, 60, 25)}[name]
    slots, waiting, last, at, now = {}, [], (NEVER, NEVER), 0, -20.0
    while len(slots) < len(cars.ready):
        now += 0.1
        while at < len(cars.ready) and cars.ready[at] - 15 <= now:
            waiting.append(Wish(str(at), cars.road[at], cars.ready[at], "", now))
            at += 1
        for grant in rule.decide(percept(now, waiting, last), None):
            slots[int(grant.car)] = grant.slot
            last = (grant.slot, last[1]) if grant.road == 0 else (last[0], grant.slot)
            waiting = [wish for wish in waiting if wish.car != grant.car]
    assert [slots[i] for i in range(len(slots))] == pytest.approx(RULES[name](cars), abs=1e-9)


def test_a_rule_says_whose_turn_it_is():
    wishes = [Wish("a", 0, 5.0, "a/1", 0.0), Wish("b", 1, 5.5, "b/1", 0.0)]
    seen = percept(0.0, wishes)
    rule = Batching(6.0)
    explained = rule.explain(seen, Decision(rule.decide(seen, None)))
    assert explained.reason == "batch: a"
    assert [option.action for option in explained.options] == ["a", "b"]
    assert "waits" in explained.options[1].note


def test_bad_values_are_told():
    for bad in (
        lambda: md1_delay(1.0, 1.0),
        lambda: reservation_delay(1100, TS, TC),
        lambda: webster(900, 60, 25, 1.8),
        lambda: fixed_cycle_delay(900, 60, 25, 1.8),
        lambda: optimum([[2, 1], []], TS, TC),
        lambda: optimum([[], []], TS, TC),
        lambda: optimum([[1], [1]], 3.0, 2.5),
        lambda: bernoulli_cars(3000, 100, 1.8, np.random.default_rng(0)),
    ):
        with pytest.raises(ParameterError, match=r"allowed|in order"):
            bad()
