"""Altair in the kit's dress: offline, and with a still picture."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import altair as alt
import pandas as pd
import pytest

from mas_kit.viz import enable, theme
from mas_kit.viz.palette import CATEGORIES
from mas_kit.viz.plots import lines


@pytest.fixture
def enabled():
    before = alt.renderers.active, alt.theme.active, alt.data_transformers.active
    options = alt.data_transformers.options
    enable()
    yield
    alt.data_transformers.enable(before[2], **options)
    alt.renderers.enable(before[0])
    alt.theme.enable(before[1])


def test_a_long_run_is_drawn(enabled):
    frame = pd.DataFrame({"time": range(6000), "stock": range(6000)})
    bundle = lines(frame, ["stock"])._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "</svg>" in bundle["image/svg+xml"]


def test_a_chart_is_shown_live_and_leaves_a_still(enabled):
    chart = (
        alt.Chart(pd.DataFrame({"a": [1, 2], "b": [3, 4]}), title="Orders").mark_line().encode(x="a", y="b")
    )
    bundle = chart._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert set(bundle) == {"application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"}
    assert bundle["application/vnd.vegalite.v5+json"]["$schema"].endswith("/v5.json")
    assert (
        bundle["application/vnd.vegalite.v5+json"]["config"]["range"]["category"][0] == CATEGORIES["light"][0]
    )
    svg = ET.fromstring(bundle["image/svg+xml"])
    assert svg.tag.endswith("svg")
    assert CATEGORIES["light"][0] in bundle["image/svg+xml"]
    assert bundle["text/plain"] == "<chart: Orders>"


def test_both_themes_are_configurations_that_vega_lite_accepts():
    for name in ("light", "dark"):
        chart = alt.Chart(alt.InlineData([{"a": 1, "b": 2}])).mark_bar().encode(x="a:O", y="b:Q")
        alt.Chart.from_dict({**chart.to_dict(), "config": theme.config(name)}).to_dict()


def test_importing_the_kit_loads_none_of_it():
    code = """
import sys, mas_kit, mas_kit.viz
heavy = {"ipywidgets", "anywidget", "solara", "altair", "vl_convert", "IPython", "reacton"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
import mas_kit.usecases.supply_chain.app
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
