"""Charts are declared, made with Altair, fed row by row; their script is bundled once."""

import altair as alt
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.viz import App, BarChart, LineChart, bundle
from mas_kit.viz.charts import Feed, bar_chart, line_chart
from mas_kit.viz.palette import CATEGORIES
from tests.viz.walkers import APP, Walkers


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MAS_KIT_CACHE", str(tmp_path / "cache"))
    bundle.chart_script.cache_clear()
    yield tmp_path / "cache"
    bundle.chart_script.cache_clear()


@pytest.fixture
def sent(monkeypatch):
    from mas_kit.viz.charts import LiveChart

    messages = []
    monkeypatch.setattr(LiveChart, "send", lambda self, content, buffers=None: messages.append(content))
    return messages


def test_a_line_chart_has_its_lines_in_their_colours():
    chart = LineChart(title="Orders", columns={"a": "x.a", "b": "x.b"}, y="cases", colours=[3, 1])
    spec = line_chart(chart, "week", "dark").to_dict()
    assert spec["encoding"]["color"]["scale"] == {
        "domain": ["a", "b"],
        "range": [CATEGORIES["dark"][3], CATEGORIES["dark"][1]],
    }
    assert spec["encoding"]["x"]["title"] == "week"
    assert spec["data"] == {"name": "rows"}


def test_a_bar_chart_has_its_reference():
    spec = bar_chart(BarChart(title="Now", values=dict, reference=2.0), ["a"]).to_dict()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["bar", "text", "rule"]
    assert spec["layer"][2]["encoding"]["y"] == {"datum": 2.0}


def test_colours_must_match_the_lines():
    with pytest.raises(ParameterError, match="1 entries for 2 columns"):
        LineChart(title="Orders", columns={"a": "a", "b": "b"}, colours=[1])


def test_rows_are_sent_once_and_all_of_them_to_a_new_page(sent):
    model = Walkers(seed=1)
    feed = Feed(APP, model)
    model.run(3)
    feed.send(model)
    model.run(2)
    feed.send(model)
    assert [message["time"] for message in sent] == [[1, 2, 3], [4, 5]]
    assert sent[1]["names"] == ["mean", "spread"]
    assert sent[1]["values"][-1] == [model.history[-1]["mean"], model.history[-1]["spread"]]
    assert sent[1]["bars"] == [[["mean", model.history[-1]["mean"]], ["spread", model.history[-1]["spread"]]]]
    feed._hello(feed.widget, {"type": "hello"}, [])
    assert sent[2]["anew"]
    assert sent[2]["time"] == [1, 2, 3, 4, 5]
    feed.send(Walkers(seed=2).run(1))
    assert sent[3]["anew"]
    assert sent[3]["time"] == [1]


def test_what_is_not_a_finite_number_travels_as_nothing(sent):
    class Odd(Walkers):
        def observe(self):
            return {"mean": float("nan"), "spread": float("inf")}

    model = Odd(seed=1).run(1)
    Feed(APP, model).send(model)
    assert sent[0]["values"] == [[None, None]]


def test_an_app_may_bring_its_own_altair_charts(sent):
    def own(model):
        return [alt.Chart(alt.NamedData("history")).mark_point().encode(x="time:Q", y="mean:Q")]

    model = Walkers(seed=1).run(2)
    feed = Feed(App(model=Walkers, charts=own), model)
    assert feed.widget.charts[0]["mode"] == "history"
    assert feed.widget.charts[0]["specs"]["dark"]["data"] == {"name": "history"}
    feed.send(model, anew=True)
    assert [row["time"] for row in sent[0]["history"]] == [1, 2]
    assert set(sent[0]["history"][0]) == {"time", "mean", "spread"}


def test_the_script_holds_vega_and_is_kept_on_disk(cache):
    made = bundle.chart_script()
    assert "export default" in made or "as default" in made
    assert len(made) > 300_000
    kept = list(cache.iterdir())
    assert [path.suffix for path in kept] == [".js"]
    assert kept[0].read_text(encoding="utf-8") == made


def test_the_kept_script_is_used(cache, monkeypatch):
    import vl_convert

    made = bundle.chart_script()
    bundle.chart_script.cache_clear()
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda *_: pytest.fail("bundled again"))
    assert bundle.chart_script() == made


def test_half_a_file_is_made_again(cache):
    made = bundle.chart_script()
    path = next(cache.iterdir())
    path.write_text(made[: len(made) // 2], encoding="utf-8")
    bundle.chart_script.cache_clear()
    assert bundle.chart_script() == made
    assert path.read_text(encoding="utf-8") == made


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("MAS_KIT_CACHE", str(blocked / "cache"))
    bundle.chart_script.cache_clear()
    assert len(bundle.chart_script()) > 300_000
    bundle.chart_script.cache_clear()


def test_a_chart_may_count_time_in_a_unit_of_its_own():
    charts = [LineChart(title="a", columns={"x": "x"}, unit="day"), LineChart(title="b", columns={"x": "x"})]
    feed = Feed(App(model=Walkers, charts=charts, clock=lambda _: "step"), Walkers(seed=1))
    titles = [chart["specs"]["light"]["encoding"]["x"]["title"] for chart in feed.widget.charts]
    assert titles == ["day", "step"]
