"""The raster of a space-time diagram: shades, what travels, and what a browser draws of it."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.viz import App, Raster, SpaceTime
from mas_kit.viz.charts import Feed, LiveChart
from mas_kit.viz.raster import RasterFeed
from tests.viz.walkers import Walkers


def raster(values, **other):
    return Raster(values=np.asarray(values, float), **{"step": 0.5, "bottom": 0.0, "top": 10.0, **other})


def test_shades_run_from_low_to_high_and_nothing_is_nothing():
    values = [[0.0, 5.0, 10.0], [np.nan, -3.0, 99.0]]
    assert raster(values, high=10.0).shades().tolist() == [[1, 128, 255], [0, 1, 255]]
    assert raster(values, low=10.0, high=0.0).shades().tolist() == [[255, 128, 1], [0, 255, 1]]
    assert raster(values, high=10.0).shades(first=1).shape == (1, 3)


def test_a_raster_without_extent_is_refused():
    with pytest.raises(ParameterError, match="columns, cells"):
        raster([1.0, 2.0])
    with pytest.raises(ParameterError, match="step"):
        raster([[1.0]], step=0.0)
    with pytest.raises(ParameterError, match="bottom < top"):
        raster([[1.0]], top=0.0)
    with pytest.raises(ParameterError, match="high"):
        raster([[1.0]], low=1.0)


def test_columns_travel_once():
    feed = RasterFeed()
    told, columns = feed.take(raster([[0.0, 1.0]]), anew=False)
    assert (told["from"], told["count"], told["cells"], list(columns)) == (0, 1, 2, [1, 255])
    told, columns = feed.take(raster([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), anew=False)
    assert (told["from"], told["count"], list(columns)) == (1, 3, [255, 255, 1, 1])
    told, columns = feed.take(raster([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), anew=False)
    assert (told["from"], columns) == (3, b"")


@pytest.mark.parametrize("other", [{"step": 1.0}, {"top": 20.0}, {"high": 2.0}, {"y": "km"}])
def test_another_raster_travels_as_a_whole(other):
    feed = RasterFeed()
    feed.take(raster([[0.0], [1.0]]), anew=False)
    told, columns = feed.take(raster([[0.0], [1.0], [1.0]], **other), anew=False)
    assert (told["from"], len(columns)) == (0, 3)


def test_fewer_columns_or_a_new_page_travel_as_a_whole():
    feed = RasterFeed()
    feed.take(raster([[0.0], [1.0]]), anew=False)
    assert feed.take(raster([[0.5]]), anew=False)[0]["from"] == 0
    assert feed.take(raster([[0.5], [1.0]]), anew=True)[0]["from"] == 0


def _places(model):
    rows = [[row["mean"], row["spread"]] for row in model.history] or [[np.nan, np.nan]]
    return raster(rows, high=20.0, x="time", y="place", value="m")


APP = App(model=Walkers, charts=[SpaceTime(title="Where they went", raster=_places)])


def test_a_chart_sends_its_raster_beside_the_rows(monkeypatch):
    sent = []
    monkeypatch.setattr(
        LiveChart, "send", lambda self, content, buffers=None: sent.append((content, buffers))
    )
    model = Walkers(seed=1)
    feed = Feed(APP, model)
    described = feed.widget.charts[0]
    assert (described["mode"], described["title"], len(described["scale"]["dark"])) == (
        "raster", "Where they went", 64,
    )  # fmt: skip
    model.run(4)
    feed.send(model)
    model.run(2)
    feed.send(model)
    assert [content["rasters"][0]["count"] for content, _ in sent] == [4, 6]
    assert [len(buffers[0]) for _, buffers in sent] == [8, 4]
    feed._hello(feed.widget, {"type": "hello"}, [])
    assert len(sent[2][1][0]) == 12


@pytest.mark.browser
def test_a_browser_paints_the_columns_where_they_belong(page):
    """The script alone, in an empty page: no server is needed to see what it draws."""
    from mas_kit.viz.stage import script

    page.set_content("<div id=cell style='width:600px'></div>")
    shades = [1, 255, 0, 128]  # two columns of two cells: bottom, top
    program = """
        ; const raster = createRaster();
        takeRaster(raster, { from: 0, count: 2, cells: 2, step: 30, start: 0, bottom: 0, top: 2,
                             low: 0, high: 1, x: "s", y: "m", value: "" }, new Uint8Array(SHADES));
        const light = Array.from({ length: 64 }, (_, i) => i < 32 ? "#ff0000" : "#0000ff");
        window.view = new RasterView(document.getElementById("cell"), { title: "t", scale: { light } });
        window.view.draw(raster, "light", 600);
        window.span = timeSpan(raster);
        window.ticks = roundTicks(0, 230, 5);
    """
    page.evaluate(script("raster.js") + program.replace("SHADES", str(shades)))
    colours = page.evaluate(
        "[...window.view.picture.getContext('2d').getImageData(0, 0, 2, 2).data].map(Number)"
    )
    top, bottom = np.array(colours).reshape(2, 2, 4)
    assert bottom[0].tolist() == [255, 0, 0, 255]
    assert top[0].tolist() == [0, 0, 255, 255]
    assert bottom[1].tolist() == [0, 0, 0, 0]  # nobody was there
    assert top[1].tolist() == [0, 0, 255, 255]
    assert page.evaluate("window.span") == 1800
    assert page.evaluate("window.ticks") == [0, 50, 100, 150, 200]
    assert page.evaluate("window.view.canvas.getAttribute('aria-label')") == "t: 2 columns"
