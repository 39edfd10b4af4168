"""The cars: one rule, two engines, an array program, and the flow that is known exactly."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from mas_kit import Crash
from mas_kit.core.errors import ParameterError
from mas_kit.experiments import run
from mas_kit.population import check_engines
from mas_kit.usecases.traffic import experiments_cars as experiments
from mas_kit.usecases.traffic.cars import exact_flow, free_or_full, in_arrays, ring_flow
from mas_kit.usecases.traffic.model import Traffic

BY_NAME = {experiment.name: experiment for experiment in experiments.EXPERIMENTS}


def ring(**parameters):
    return Traffic(world="cars", record=False, **{"seed": 1, "engine": "objects", **parameters})


def test_both_engines_drive_alike_to_the_last_bit():
    check_engines(lambda engine: ring(cells=60, density=0.3, engine=engine, steps=50), ticks=30)


@pytest.mark.parametrize(("v_max", "dawdling", "density"), [(1, 0.25, 0.5), (5, 0.25, 0.2), (5, 0.0, 0.1)])
def test_the_rule_is_the_array_program(v_max, dawdling, density):
    model = ring(cells=80, v_max=v_max, dawdling=dawdling, density=density, steps=60)
    start = model.place.cars["x"].copy()
    twin = ring(cells=80, v_max=v_max, dawdling=dawdling, density=density, steps=60)
    chances = twin.stream("car/draws").random((60, len(start))) < dawdling
    model.run()
    x, v = in_arrays(start, 80, v_max, chances)
    assert (model.place.cars["x"] == x).all()
    assert (model.place.cars["v"] == v).all()


def test_nobody_ever_shares_a_cell_or_drives_through_another():
    model = ring(cells=50, density=0.5, steps=200)
    before = model.place.cars["x"].copy()
    travelled = np.zeros(25, dtype=int)
    start = before.copy()
    for _ in range(200):
        model.step()
        x, v = model.place.cars["x"].copy(), model.place.cars["v"].copy()
        assert len(set(x.tolist())) == 25
        assert ((x - before) % 50 == v).all()
        travelled += v
        before = x
    places = start + travelled
    assert (np.diff(places) > 0).all(), "the order on the road never changes"
    assert places[-1] < places[0] + 50


def test_a_car_alone_reaches_the_limit_step_by_step():
    model = ring(cells=100, density=0.01, dawdling=0.0, steps=7)
    speeds = []
    while not model.finished:
        model.step()
        speeds.append(int(model.place.cars["v"][0]))
    assert speeds == [1, 2, 3, 4, 5, 5, 5]


def test_a_full_ring_stands():
    model = ring(cells=10, density=1.0, steps=5, settle=0).run()
    assert model.metrics() == {"flow": 0.0, "mean speed": 0.0, "stopped": 1.0}


def test_a_car_that_breaks_down_stops_all_behind_it():
    model = ring(
        cells=100, density=0.1, dawdling=0.0, steps=200, faults=[Crash(agent="car-3", at=20, until=150)]
    )
    model.run(19)
    place = model.place.cars["x"][3]
    model.run(130)
    assert model.place.cars["x"][3] == place
    others = np.delete(model.place.cars["v"], 3)
    assert (others == 0).all()
    model.run()
    assert (model.place.cars["v"] > 0).all()


def test_metrics_before_they_can_be_known():
    assert np.isnan(list(ring(steps=3, settle=5).run().metrics().values())).all()


# ---- the exact flow


def _moves(state, cells, dawdling):
    """Every next state of a ring with a limit of 1, with its probability."""
    free = [x for x in state if (x + 1) % cells not in state]
    for stays in itertools.product((False, True), repeat=len(free)):
        chance, after = 1.0, set(state)
        for x, stay in zip(free, stays, strict=True):
            chance *= dawdling if stay else 1 - dawdling
            if not stay:
                after.remove(x)
                after.add((x + 1) % cells)
        yield frozenset(after), chance


@pytest.mark.parametrize(("cells", "cars", "dawdling"), [(6, 3, 0.25), (8, 3, 0.5), (7, 5, 0.1)])
def test_the_flow_on_a_ring_is_that_of_its_markov_chain(cells, cars, dawdling):
    """The chain over all states, solved: no simulation, no formula."""
    states = [frozenset(chosen) for chosen in itertools.combinations(range(cells), cars)]
    number = {state: at for at, state in enumerate(states)}
    chain = np.zeros((len(states), len(states)))
    flow = np.zeros(len(states))
    for state in states:
        for after, chance in _moves(state, cells, dawdling):
            chain[number[after], number[state]] += chance
        can = sum((x + 1) % cells not in state for x in state)
        flow[number[state]] = (1 - dawdling) * can / cells
    balance = np.vstack([chain - np.eye(len(states)), np.ones(len(states))])
    long_run = np.linalg.lstsq(balance, np.r_[np.zeros(len(states)), 1.0], rcond=None)[0]
    assert ring_flow(cells, cars, dawdling) == pytest.approx(float(long_run @ flow), rel=1e-9)


@pytest.mark.parametrize("density", [0.1, 0.3, 0.5, 0.9])
def test_long_rings_have_the_published_flow(density):
    gaps = [
        ring_flow(cells, round(cells * density), 0.25) - exact_flow(density, 0.25) for cells in (200, 2000)
    ]
    assert abs(gaps[1]) < 2e-4
    assert gaps[0] / gaps[1] == pytest.approx(10, rel=0.05), "the difference goes as 1 over the length"


def test_known_flows():
    assert exact_flow(0.5, 0.25) == 0.25
    assert exact_flow(0.0, 0.3) == exact_flow(1.0, 0.3) == 0.0
    assert exact_flow(0.3, 0.0) == pytest.approx(free_or_full(0.3, 1))
    assert free_or_full(0.1, 5) == 0.5
    assert free_or_full(0.5, 5) == 0.5


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: exact_flow(1.5, 0.2), "density"),
        (lambda: exact_flow(0.5, -0.2), "dawdling"),
        (lambda: ring_flow(10, 10, 0.2), "cars"),
        (lambda: ring_flow(10, 5, 0.0), "dawdling"),
    ],
)
def test_impossible_roads_are_refused(call, name):
    with pytest.raises(ParameterError, match=name):
        call()


def test_the_simulated_flow_is_the_exact_one():
    flows = []
    for seed in range(8):
        model = ring(cells=40, density=0.5, v_max=1, seed=seed, steps=2200, settle=200)
        flows.append(model.run().metrics()["flow"])
    error = np.std(flows, ddof=1) / np.sqrt(8)
    assert error < 0.001
    assert abs(np.mean(flows) - ring_flow(40, 20, 0.25)) < 3.5 * error


def test_without_dawdling_the_flow_is_exact():
    for density in (0.1, 0.5):
        model = ring(cells=60, density=density, dawdling=0.0, steps=150, settle=140).run()
        assert model.metrics()["flow"] == pytest.approx(free_or_full(density, 5), abs=1e-12)


@pytest.mark.parametrize("name", list(BY_NAME))
def test_every_one_runs_and_every_estimate_is_a_number(name):
    experiment = BY_NAME[name]
    smaller = {**experiment.parameters, "cells": 100, "steps": 60, "settle": 20, "engine": "objects"}
    results = run(dataclasses.replace(experiment, parameters=smaller), seeds=2, workers=1, progress=False)
    assert not results.failed
    for expected in experiment.expected:
        assert np.isfinite(expected.estimate(results.frame)[0]), expected.quantity
