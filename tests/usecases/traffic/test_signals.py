"""The grid and its vehicles: conservation, queues against formulas, spillback, dark signals, incidents."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mas_kit import Crash
from mas_kit.core.errors import ParameterError
from mas_kit.experiments import Computation, run
from mas_kit.usecases.traffic import experiments_signals as experiments
from mas_kit.usecases.traffic import resilience_signals
from mas_kit.usecases.traffic.grid import BLINK, EW, NOWHERE, NS, Grid, Vehicle, flows, least_growth
from mas_kit.usecases.traffic.model import Traffic

BY_NAME = {experiment.name: experiment for experiment in experiments.EXPERIMENTS}


def town(**parameters):
    return Traffic(world="signals", record=False, **{"seed": 1, **parameters})


# ---- the grid alone


def test_streets_alternate_and_every_link_ends_at_its_crossing():
    grid = Grid(3, 4)
    assert len(grid.edge) == 3 + 4
    for link, after in enumerate(grid.onward):
        if after != NOWHERE:
            assert after % 2 == link % 2, "straight on stays on the street"
            assert grid.upstream[after] == link // 2
            row, col = divmod(link // 2, 4)
            down, right = divmod(after // 2, 4)
            step = 1 - 2 * ((col if link % 2 == NS else row) % 2)
            assert (down - row, right - col) == ((step, 0) if link % 2 == NS else (0, step))
    assert grid.exit_of(0, turns=True) == grid.onward[1]


def test_a_vehicle_alone_with_green_has_no_delay():
    grid = Grid(3, 1, drive=4)
    grid.arrive(NS, 1, turns=False)
    left_at = None
    for tick in range(1, 20):
        grid.move(tick, [NS] * 3, [False] * 3)
        if grid.left and left_at is None:
            left_at = tick
    assert left_at == 2 + 4 + 4
    assert grid.delay == 0


def test_first_in_first_out_and_one_vehicle_a_tick():
    grid = Grid(1, 1)
    for _ in range(3):
        grid.arrive(NS, 1, turns=False)
    left = []
    for tick in range(1, 7):
        grid.move(tick, [NS], [False])
        left.append(grid.left)
    assert left == [0, 1, 2, 3, 3, 3]
    assert grid.delay == 0 + 1 + 2


def test_clearance_costs_ticks_at_every_change():
    grid = Grid(1, 1, clearance=2)
    for _ in range(20):
        grid.arrive(NS, 0, turns=False)
        grid.arrive(EW, 0, turns=False)
    for tick in range(1, 21):
        grid.move(tick, [NS if (tick - 1) // 5 % 2 == 0 else EW], [False])
    assert grid.left == 5 + 3 * 3  # nothing is lost before the first change


def test_a_full_link_blocks_and_nothing_is_lost():
    grid = Grid(2, 1, storage=3)
    for _ in range(10):
        grid.arrive(NS, 0, turns=False)
    for tick in range(1, 30):
        grid.move(tick, [NS, EW], [False, False])  # green here, red at the next crossing
    assert grid.held()[2 * 1 + NS] == 3
    assert grid.held()[NS] == 7
    assert grid.inside == 10


def test_one_that_cannot_go_blocks_all_behind_it():
    grid = Grid(2, 2, storage=1)
    turner = grid.exit_of(NS, turns=True)
    grid.lane[turner].append(Vehicle(0, 0, turns=False))  # and it has red
    grid.arrive(NS, 0, turns=True)
    grid.arrive(NS, 0, turns=False)
    for tick in range(1, 6):
        grid.move(tick, [NS, NS, NS, NS], [False] * 4)
    assert len(grid.lane[NS]) == 2, "the second could go straight on, but is behind"


@pytest.mark.parametrize("rate", [0.25, 0.4, 0.5, 1.0])
def test_a_dark_signal_passes_what_an_all_way_stop_passes_in_turns(rate):
    grid = Grid(1, 1, blink_rate=rate)
    for _ in range(300):
        grid.arrive(NS, 0, turns=False)
        grid.arrive(EW, 0, turns=False)
    for tick in range(1, 201):
        grid.move(tick, [BLINK], [False])
    assert abs(grid.left - 200 * rate) <= 1
    assert abs(len(grid.lane[NS]) - len(grid.lane[EW])) <= 1


def test_a_cap_holds_and_is_lifted():
    grid = Grid(1, 1)
    for _ in range(100):
        grid.arrive(NS, 0, turns=False)
    grid.cap(NS, 0.3)
    for tick in range(1, 101):
        grid.move(tick, [NS], [False])
    assert abs(grid.left - 30) <= 1
    grid.cap(NS, 1.0)
    before = grid.left
    for tick in range(101, 111):
        grid.move(tick, [NS], [False])
    assert grid.left == before + 10
    with pytest.raises(ParameterError, match="rate"):
        grid.cap(NS, 1.5)
    with pytest.raises(ParameterError, match="'link' is 9"):
        grid.cap(9, 0.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("rows", 0), ("rows", 1.5), ("drive", 0), ("storage", -1), ("clearance", -1), ("blink_rate", 2.0)],
)
def test_impossible_grids_are_refused(name, value):
    with pytest.raises(ParameterError, match=name):
        Grid(**{"rows": 2, "cols": 2, **{name: value}})


def test_flows_are_conserved_whatever_the_turning():
    grid = Grid(3, 3)
    rates = np.zeros(18)
    rates[grid.edge] = np.linspace(0.1, 0.6, len(grid.edge))
    for turning in (0.0, 0.3, 0.9):
        flow = flows(grid, rates.tolist(), turning)
        leaves = sum(
            flow[link] * share
            for link in range(18)
            for turns, share in ((False, 1 - turning), (True, turning))
            if grid.exit_of(link, turns) == NOWHERE
        )
        assert leaves == pytest.approx(rates.sum())
    with pytest.raises(ParameterError, match="turning"):
        flows(grid, rates.tolist(), 1.0)
    for wrong in ([0.1] * 3, [-0.1] * 18, [np.nan] * 18):
        with pytest.raises(ParameterError, match="rates"):
            flows(grid, wrong, 0.1)
        with pytest.raises(ParameterError, match="rates"):
            least_growth(grid, wrong, 0.1)
    straight = flows(grid, rates.tolist(), 0.0)
    assert straight[NS] == pytest.approx(straight[grid.onward[NS]])


def test_least_growth_is_the_overload_of_every_street_and_zero_in_the_region():
    assert pytest.approx(0.2) == experiments.LEAST  # 4 streets, each 0.05 too many
    grid = Grid(4, 4)
    assert least_growth(grid, experiments._rates(experiments.HEAVY), 0.0) == pytest.approx(0, abs=1e-9)
    assert least_growth(Grid(1, 1), [0.7, 0.6], 0.0) == pytest.approx(0.3)
    assert least_growth(Grid(2, 3), edge_rates(2, 3), 0.0) == pytest.approx(2 * 0.1)


def edge_rates(rows, cols):
    grid = Grid(rows, cols)
    rates = [0.0] * len(grid.onward)
    for link in grid.edge:
        rates[link] = 0.6 if link % 2 == NS else 0.5
    return rates


# ---- the world


@pytest.mark.parametrize("controller", ["capacity aware", "tuned", "centre"])
def test_vehicles_are_neither_made_nor_lost_and_links_never_overflow(controller):
    model = town(controller=controller, rate_ns=0.6, rate_ew=0.5, storage=6, drive=3, steps=250, settle=50)
    grid = model.place.grid
    while not model.finished:
        model.step()
        held = grid.held()
        assert sum(held) == grid.inside
        assert all(held[link] <= 6 for link in range(len(held)) if grid.upstream[link] != NOWHERE)
    assert grid.left > 0


def test_loads_know_the_heaviest_crossing():
    model = town(rate_ns=0.65, rate_ew=0.30, turning=0.0)
    assert model.place.loads() == pytest.approx([0.95] * 16)
    assert model.place.least_growth() == pytest.approx(0, abs=1e-9)


def test_the_same_seed_is_the_same_run_and_another_controller_meets_the_same_arrivals():
    first, again = town(steps=300).run().metrics(), town(steps=300).run().metrics()
    assert first == again
    other = town(steps=300, controller="tuned").run()
    assert other.place.grid.arrived == town(steps=300).run().place.grid.arrived


def test_a_controller_that_is_down_leaves_a_dark_crossing_and_comes_back():
    model = town(faults=[Crash(agent="signal 2-2", at=10, until=20)], steps=30)
    seen = []
    while not model.finished:
        model.step()
        seen.append(model.place.grid.phase[5] == BLINK)
    assert seen == [10 <= tick < 20 for tick in range(1, 31)]


def test_a_centre_that_is_down_leaves_all_dark():
    model = town(controller="centre", faults=[Crash(agent="centre", at=5)], steps=6).run()
    assert model.place.observe()["dark"] == 16


def test_an_incident_fills_its_link_and_ends():
    quiet = {"turning": 0.0, "rate_ew": 0.0, "steps": 600, "settle": 0, "incident_at": 100}
    model = town(incident_for=200, incident_capacity=0.0, **quiet)
    grid, link = model.place.grid, model.place.incident
    model.run(290)
    assert len(grid.lane[link]) == 20
    assert len(grid.lane[grid.upstream[link] * 2 + NS]) > 5, "it spills back"
    model.run()
    assert grid.inside < 40


def test_metrics_before_they_can_be_known():
    metrics = town(steps=1, settle=10).run().metrics()
    assert np.isnan([metrics["mean vehicles"], metrics["growth"], metrics["mean delay"]]).all()


def test_changes_that_take_the_whole_cycle_leave_half_and_half():
    plans = town(clearance=20, cycle=10, rate_ns=0.8, rate_ew=0.1).place.tuned_plans()
    assert {plan.split for plan in plans} == {5}


def test_no_delay_is_known_before_the_metrics_begin():
    assert np.isnan(town(steps=50, settle=100).run().metrics()["mean delay"])


# ---- what they reproduce


def test_the_point_queue():
    assert abs(experiments.point_queue() - 300) < 3
    assert abs(experiments.point_queue(0.5, 0.25, 400) - 200) < 3
    assert experiments.point_queue(0.3, 0.4) < 3, "below capacity nobody waits for long"


def test_one_crossing_is_the_discrete_time_queue():
    """0.4 and 0.3: a load of 0.7, so that a short run has settled."""
    sizes = []
    for seed in range(12):
        model = town(
            rows=1,
            cols=1,
            rate_ns=0.4,
            rate_ew=0.3,
            turning=0.0,
            controller="longest queue",
            seed=seed,
            steps=3000,
        )
        sizes.append(model.run().metrics()["mean vehicles"])
    error = np.std(sizes, ddof=1) / np.sqrt(12)
    assert error < 0.05
    assert abs(np.mean(sizes) - (0.7 + 0.4 * 0.3 / 0.3)) < 3.5 * error


def test_untuned_signals_lose_what_the_fluid_says_and_max_pressure_nothing():
    heavy = {**experiments.STRAIGHT, **experiments.HEAVY, "steps": 1500, "settle": 300}
    growth = {
        kind: [Traffic(seed=seed, controller=kind, **heavy).run().metrics()["growth"] for seed in range(4)]
        for kind in ("fixed", "max pressure")
    }
    fixed = np.array(growth["fixed"])
    assert abs(fixed.mean() - 0.6) < 3.5 * fixed.std(ddof=1) / 2 + 0.01
    assert np.mean(growth["max pressure"]) < 0.1


@pytest.mark.parametrize(
    "name", ["signals-incident", "signals-gridlock", "signals-one-against-many", "signals-resilience"]
)
def test_every_one_runs_and_every_estimate_is_a_number(name):
    experiment = BY_NAME[name]
    assert not isinstance(experiment, Computation)
    parameters = {**experiment.parameters, "steps": 120, "settle": 20}
    results = run(dataclasses.replace(experiment, parameters=parameters), seeds=2, workers=1, progress=False)
    assert not results.failed
    for expected in experiment.expected:
        assert np.isfinite(expected.estimate(results.frame)[0]), expected.quantity


def test_troubles_name_agents_that_exist():
    for who in ("signals", "centre"):
        for trouble in resilience_signals.study.labels:
            assert resilience_signals.study.make(seed=1, who=who, trouble=trouble, steps=3).run().tick == 3
