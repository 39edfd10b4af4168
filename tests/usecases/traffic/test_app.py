"""The page draws what the model holds, in every world."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from mas_kit.core.faults import Crash
from mas_kit.usecases import load
from mas_kit.usecases.traffic import Traffic
from mas_kit.usecases.traffic.app import APP, facts, picture
from mas_kit.usecases.traffic.pictures_routes import CHARTS
from mas_kit.viz import picture_svg
from mas_kit.viz.encode import Encoder
from mas_kit.viz.inspector import mind

WORLDS = ["pigou", "braess", "lab game", "sioux falls", "signals", "cars"]


@pytest.mark.parametrize("world", WORLDS)
def test_every_world_can_be_drawn_each_tick(world):
    model = Traffic(seed=1, world=world, toll="adaptive")
    encoder = Encoder()
    for _ in range(4):
        encoder.encode(picture(model))
        assert facts(model)
        model.step()
    ET.fromstring(picture_svg(model, APP))


def test_a_tick_is_called_what_it_is():
    said = {world: APP.clock(Traffic(seed=1, world=world)) for world in WORLDS}
    assert said == {
        "pigou": "day",
        "braess": "day",
        "lab game": "round",
        "sioux falls": "day",
        "signals": "step",
        "cars": "second",
    }


def test_links_are_as_wide_as_their_flow_and_as_dark_as_they_are_full():
    model = Traffic(seed=1).run(5)
    drawn, world = picture(model), model.place
    widths = np.asarray(drawn.link_width)
    assert np.corrcoef(widths, world.flow)[0, 1] == pytest.approx(1)
    assert (
        np.argsort(np.asarray(drawn.link_colour)) == np.argsort(world.flow / world.network.capacity)
    ).all()
    assert 2 < widths.max() < 20


def test_whatever_is_named_on_the_map_can_be_asked():
    model = Traffic(seed=1).run(2)
    names = picture(model).name
    assert len(names) == 24 + 76 + 1
    for name in names:
        assert name in model.by_name
    assert "76 travel times go up" in mind(model, "news")
    assert "Take the shortest route of the news" in mind(model, names[0])


def test_travellers_are_drawn_where_there_are_few():
    drawn = picture(Traffic(seed=1, world="braess").run(2))
    assert [name for name in drawn.name if name.startswith("traveller")] == [
        f"traveller-{i}" for i in range(6)
    ]


def test_a_closed_link_is_marked():
    model = Traffic(seed=1, faults=[Crash(agent="16-10", at=2)]).run(3)
    drawn = picture(model)
    assert [name for name, down in zip(drawn.name, drawn.down, strict=True) if down] == ["16-10"]


def test_every_chart_has_its_columns_in_some_world():
    rows = [Traffic(seed=1, world=world).run(1).history[0] for world in WORLDS]
    for chart in APP.charts:
        assert any(set(chart.columns.values()) <= set(row) for row in rows), chart.title
    assert set(CHARTS[0].columns.values()) <= set(rows[3])


def test_the_page_is_registered_and_its_sliders_stay_inside_the_bounds():
    assert load("traffic").app is APP
    known = {info.name: info for info in Traffic.Parameters.describe()}
    for name, (low, high) in APP.ranges.items():
        assert known[name].low <= low <= known[name].default <= high <= known[name].high, name
