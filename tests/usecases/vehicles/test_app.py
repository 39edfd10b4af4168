"""The page draws what the worlds hold, in every setting and at every size."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from mas_kit.core.faults import Crash
from mas_kit.usecases import load
from mas_kit.usecases.vehicles import Vehicles
from mas_kit.usecases.vehicles.app import APP, facts
from mas_kit.usecases.vehicles.pictures import picture, raster
from mas_kit.usecases.vehicles.trace import Trace
from mas_kit.viz import LineChart, picture_svg
from mas_kit.viz.encode import Encoder

SETTINGS = [
    {},
    {"share": 0.05, "switch_on": 1},
    {"share": 1, "controller": "CACC", "switch_on": 0, "headway": 1.5},
    {"cars": 300, "length": 3200},
    {"world": "platoon", "cars": 5, "share": 1, "controller": "CACC"},
    {"world": "platoon", "cars": 9, "share": 0.5, "controller": "ACC", "profile": "brake", "swing": 2},
    {"world": "crossing", "flow": 900},
    {"world": "crossing", "coordination": "all-way stop"},
]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_setting_can_be_drawn_over_time(setting):
    model = Vehicles(seed=1, duration=20, engine="objects", **setting)
    encoder = Encoder()
    for _ in range(5):
        encoder.encode(picture(model))
        raster(model).shades()
        assert all(isinstance(text, str) for text in facts(model).values())
        model.run(30)
    ET.fromstring(picture_svg(model, APP))


def test_cars_are_where_they_are():
    model = Vehicles(seed=1, engine="objects").run(20)
    drawn, places = picture(model), model.scene.cars["x"] / 230 * 2 * np.pi
    assert np.asarray(drawn.x) == pytest.approx(1.55 * np.sin(places))
    assert np.asarray(drawn.y) == pytest.approx(np.cos(places))
    assert np.asarray(drawn.colour).tolist() == model.scene.cars["v"].tolist()
    assert all(name in model.by_name for name in drawn.name)


def test_a_failed_agent_is_marked_and_can_be_clicked():
    faults = [Crash(agent="car-0/planning", at=3)]
    model = Vehicles(seed=1, share=0.05, switch_on=0, engine="objects", faults=faults).run(10)
    drawn = picture(model)
    down = [name for name, is_down in zip(drawn.name, drawn.down, strict=True) if is_down]
    assert down == ["car-0/planning"]
    assert [name for name in drawn.name if "/" in name] == [
        "car-0/perception", "car-0/planning", "car-0/control",
    ]  # fmt: skip
    assert all(name in model.by_name for name in drawn.name)


def test_words_between_cars_are_on_the_picture():
    model = Vehicles(seed=1, world="platoon", cars=4, share=1, controller="CACC", engine="objects").run(9)
    movers = picture(model).movers
    assert len(movers.id) == len(model.scene.fleet.v2v.in_flight()) > 0
    assert all(target == source + 1 for source, target in zip(movers.source, movers.target, strict=True))


def test_every_chart_reads_columns_that_some_world_records():
    rows = set()
    for world in ("ring", "platoon", "crossing"):
        rows |= set(Vehicles(seed=1, world=world, duration=5, engine="objects").run(2).history[0])
    for chart in APP.charts:
        if isinstance(chart, LineChart):
            assert set(chart.columns.values()) <= rows


def test_a_trace_shows_places_and_speeds_and_never_outgrows_its_room():
    trace = Trace(100.0, 5.0, 0.5, cells=100, columns=8)
    for tick in range(81):
        trace.add(0.1 * tick, np.array([10.0, 60.0]), np.array([2.0, 4.0]))
    assert trace.count <= 8
    assert trace.step == 2.0
    column = trace.values[0]
    assert np.flatnonzero(~np.isnan(column)).tolist() == [6, 7, 8, 9, 10, 56, 57, 58, 59, 60]
    assert set(column[~np.isnan(column)]) == {2.0, 4.0}


def test_a_trace_averages_what_shares_a_cell_and_goes_round_the_ring():
    trace = Trace(100.0, 5.0, 1.0, cells=10)
    trace.add(0.0, np.array([2.0, 55.0, 58.0]), np.array([1.0, 2.0, 4.0]))
    assert np.flatnonzero(~np.isnan(trace.values[0])).tolist() == [0, 5]
    assert trace.values[0][5] == 3.0
    around = Trace(100.0, 20.0, 1.0, cells=10)
    around.add(0.0, np.array([5.0]), np.array([1.0]))
    assert np.flatnonzero(~np.isnan(around.values[0])).tolist() == [0, 9]


def test_the_page_is_registered_and_its_sliders_stay_inside_the_bounds():
    assert load("vehicles").app is APP
    known = {info.name: info for info in Vehicles.Parameters.describe()}
    assert set(APP.ranges) <= set(known)
    for name, (low, high) in APP.ranges.items():
        assert known[name].low <= low <= known[name].default <= high <= known[name].high, name
