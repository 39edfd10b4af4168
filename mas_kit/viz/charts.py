"""Live charts: declared, made with Altair, fed row by row while the model runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from mas_kit.viz.bundle import chart_script
from mas_kit.viz.declare import App, BarChart, LineChart, SpaceTime
from mas_kit.viz.palette import CATEGORIES, Theme, scale
from mas_kit.viz.raster import RasterFeed
from mas_kit.viz.theme import config

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 210
THEMES: tuple[Theme, ...] = ("light", "dark")


def line_chart(chart: LineChart, clock: str, theme: Theme = "light") -> Any:
    """The Altair chart of a declaration; reads the named data ``rows`` (time, series, value)."""
    import altair as alt

    series = list(chart.columns)
    return (
        alt.Chart(alt.NamedData("rows"), title=chart.title, height=HEIGHT)
        .mark_line(interpolate="step-after" if chart.stepped else "linear")
        .encode(
            x=alt.X("time:Q", title=clock, axis=alt.Axis(format="d", tickMinStep=1)),
            y=alt.Y("value:Q", title=chart.y or None),
            color=_colour(alt, series, chart.colours, theme).legend(
                None if len(series) == 1 else alt.Legend()
            ),
            tooltip=["time:Q", "series:N", alt.Tooltip("value:Q", format=".4~g")],
        )
    )


def bar_chart(chart: BarChart, series: Sequence[str], theme: Theme = "light") -> Any:
    """The Altair chart of a declaration; reads the named data ``rows`` (series, value)."""
    import altair as alt

    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("series:N", title=None, sort=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("value:Q", title=chart.y or None),
    )
    bars = base.mark_bar(width={"band": 0.55}).encode(
        color=_colour(alt, series, chart.colours, theme).legend(None),
        tooltip=["series:N", alt.Tooltip("value:Q", format=".4~g")],
    )
    figures = base.mark_text(dy=-8, fontWeight=600, fontSize=11).encode(
        text=alt.Text("value:Q", format=".3~g")
    )
    layers = [bars, figures]
    if chart.reference is not None:
        rule = (
            alt.Chart(alt.NamedData("rows")).mark_rule(strokeDash=[4, 4]).encode(y=alt.datum(chart.reference))
        )
        layers.append(rule)
    return alt.layer(*layers).properties(title=chart.title, height=HEIGHT)


def _colour(alt: Any, series: Sequence[str], colours: Sequence[int] | None, theme: Theme) -> Any:
    index = colours if colours is not None else range(len(series))
    palette = [CATEGORIES[theme][at % len(CATEGORIES[theme])] for at in index]
    return alt.Color("series:N", sort=None, scale=alt.Scale(domain=list(series), range=palette))


class LiveChart(anywidget.AnyWidget):
    """All charts of a page in one widget, because each widget carries its own copy of its script."""

    # charts: per chart a dict with its specs ({"light": ..., "dark": ...}) and how rows become its data
    charts: Any = traitlets.List(help="what to draw").tag(sync=True)

    def __init__(self, **options: Any) -> None:
        self._esm = chart_script()
        super().__init__(**options)


class Feed:
    """Gives a ``LiveChart`` what an app's charts need of a model, as rows come in."""

    def __init__(self, app: App, model: Any) -> None:
        self.app = app
        declared: Sequence[Any] = app.charts if isinstance(app.charts, Sequence) else ()
        self.lines = [chart for chart in declared if isinstance(chart, LineChart)]
        self.names = list(dict.fromkeys(column for chart in self.lines for column in chart.columns.values()))
        self.rasters = [(chart, RasterFeed()) for chart in declared if isinstance(chart, SpaceTime)]
        self.sent = 0
        self.custom: Sequence[alt.Chart] = () if isinstance(app.charts, Sequence) else app.charts(model)
        self.declared = list(declared)
        self.widget = LiveChart(charts=self._describe(model)) if self.declared or self.custom else None
        if self.widget is not None:
            self.widget.on_msg(self._hello)
        self._model = model

    def _describe(self, model: Any) -> list[dict[str, Any]]:
        described: list[dict[str, Any]] = []
        for chart in self.declared:
            if isinstance(chart, SpaceTime):
                described.append(_space_time(chart))
                continue
            if isinstance(chart, LineChart):
                specs = {
                    theme: line_chart(chart, chart.unit or self.app.unit(model), theme) for theme in THEMES
                }
                how: dict[str, Any] = {"mode": "lines", "columns": list(chart.columns.items())}
            else:
                series = list(chart.values(model))
                specs = {theme: bar_chart(chart, series, theme) for theme in THEMES}
                how = {"mode": "bars"}
            described.append({**how, "specs": {theme: _spec(spec, theme) for theme, spec in specs.items()}})
        own = [{theme: _spec(chart, theme) for theme in THEMES} for chart in self.custom]
        return described + [{"mode": "history", "specs": specs} for specs in own]

    def _hello(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict) and content.get("type") == "hello":
            self.send(self._model, anew=True)

    def send(self, model: Any, *, anew: bool = False) -> None:
        """Send the rows that have come since the last call, or all of them."""
        if self.widget is None:
            return
        anew = anew or model is not self._model or self.sent > len(model.history)
        self._model = model
        rows = model.history[0 if anew else self.sent :]
        self.sent = len(model.history)
        bars = [
            [[label, _plain(value)] for label, value in chart.values(model).items()]
            for chart in self.declared
            if isinstance(chart, BarChart)
        ]
        content = {
            "type": "rows",
            "anew": anew,
            "names": self.names,
            "time": [_plain(row.get("time")) for row in rows],
            "values": [[_plain(row.get(name)) for name in self.names] for row in rows],
            "bars": bars,
            "history": [{key: _plain(value) for key, value in row.items()} for row in rows]
            if self.custom
            else [],
        }
        taken = [feed.take(chart.raster(model), anew=anew) for chart, feed in self.rasters]
        content["rasters"] = [told for told, _ in taken]
        self.widget.send(content, [columns for _, columns in taken])


def _space_time(chart: SpaceTime) -> dict[str, Any]:
    colours = {theme: list(scale(theme)) for theme in THEMES}
    return {"mode": "raster", "title": chart.title, "scale": colours}


def _spec(chart: Any, theme: Theme) -> dict[str, Any]:
    import altair as alt

    with alt.data_transformers.enable("default"):
        spec: dict[str, Any] = chart.to_dict()
    given: Mapping[str, Any] = spec.get("config", {})
    dressed = config(theme)
    spec["config"] = {**given, **dressed, "background": "transparent"}
    return spec


def _plain(value: Any) -> Any:
    """A JSON value: numbers as they are, what is not finite as null, anything else as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return number if math.isfinite(number) else None
