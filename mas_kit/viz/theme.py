"""Altair in the kit's dress, and a renderer that works with no network and leaves a still picture."""

from __future__ import annotations

from typing import Any

from mas_kit.viz.palette import CATEGORIES, INK, Theme, scale
from mas_kit.viz.svg import FONT

NAME = "mas_kit"
V5 = "https://vega.github.io/schema/vega-lite/v5.json"  # the name by which JupyterLab knows what it can draw


def config(theme: Theme = "light") -> dict[str, Any]:
    """The Vega-Lite configuration of the kit's charts."""
    ink = INK[theme]
    axis = {
        "labelColor": ink.muted,
        "titleColor": ink.muted,
        "titleFontWeight": 500,
        "titleFontSize": 11,
        "labelFontSize": 11,
        "gridColor": ink.line,
        "gridOpacity": 0.7,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "tickCount": 5,
    }
    return {
        "background": "transparent" if theme == "dark" else ink.paper,
        "font": FONT.replace("'", ""),
        "view": {"stroke": None},
        "title": {"anchor": "start", "color": ink.ink, "fontSize": 13, "fontWeight": 600, "offset": 10},
        "axis": axis,
        "axisX": {"grid": False},
        "legend": {
            "orient": "top",
            "title": None,
            "labelColor": ink.muted,
            "labelFontSize": 11,
            "symbolStrokeWidth": 3,
            "symbolSize": 80,
            "offset": 4,
        },
        "range": {
            "category": list(CATEGORIES[theme]),
            "ramp": list(scale(theme, 9)),
            "heatmap": list(scale(theme, 9)),
        },
        "line": {"strokeWidth": 2, "strokeCap": "round"},
        "point": {"filled": True, "size": 40},
        "bar": {"cornerRadiusEnd": 3, "color": CATEGORIES[theme][0]},
        "mark": {"color": CATEGORIES[theme][0]},
        "text": {"color": ink.ink},
        "rule": {"color": ink.muted},
    }


def enable(*, theme: Theme = "light") -> None:
    """Draw every Altair chart of this session in the kit's theme, offline, with a still picture for print.

    The chart stays interactive in JupyterLab (which has Vega built in); beside it the notebook holds an SVG,
    which GitHub, print and the HTML export show.
    """
    import altair as alt

    @alt.theme.register(NAME, enable=True)
    def _theme() -> alt.theme.ThemeConfig:
        return {"config": config(theme)}  # type: ignore[typeddict-item]  # a plain dict, as Vega-Lite takes it

    alt.renderers.register(NAME, render)
    alt.renderers.enable(NAME)
    alt.data_transformers.disable_max_rows()  # a run of some thousand ticks has more than Altair's 5,000


def render(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A mime bundle: the chart for JupyterLab, the same as SVG, and a line of text."""
    import vl_convert

    return {
        "application/vnd.vegalite.v5+json": {**spec, "$schema": V5},
        "image/svg+xml": vl_convert.vegalite_to_svg(spec),
        "text/plain": _say(spec),
    }


def _say(spec: dict[str, Any]) -> str:
    title = spec.get("title")
    text = title.get("text") if isinstance(title, dict) else title
    return f"<chart: {text}>" if text else "<chart>"
