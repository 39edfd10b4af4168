"""The page in a real browser: roads in their own width and colour, and only the charts of this world."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from mas_kit.viz.palette import CATEGORIES, colours
from tests.browser import serve

pytestmark = pytest.mark.browser
CANVAS = ".mk-stage canvas"
SEEN = """canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add(data[i] * 65536 + data[i + 1] * 256 + data[i + 2]);
    return [...seen];
}"""


@pytest.fixture(scope="module")
def server():
    options = ["--production", "--no-check-version", "--host=127.0.0.1", "--port={port}", "--no-open"]
    command = [sys.executable, "-m", "solara", "run", "mas_kit.usecases.traffic.app", *options]
    with serve(command, env={"SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}, cwd=Path.cwd()) as found:
        yield found


def on_scale(page) -> int:
    """How many colours of the scale are on the canvas: links have nine tenths of theirs, on white."""
    pixels = np.array(page.eval_on_selector(CANVAS, SEEN))
    seen = np.stack([pixels >> 16, pixels >> 8 & 255, pixels & 255], axis=1)
    found = 0
    for colour in colours("light")[len(CATEGORIES["light"]) :]:
        wanted = 0.9 * np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) + 25.5
        found += bool((np.abs(seen - wanted) <= 1).all(axis=1).any())
    return found


def test_roads_have_the_colours_of_the_scale_and_charts_of_other_worlds_are_left_out(server, page):
    page.goto(server.url)
    page.wait_for_selector(f"{CANVAS}[data-frames]", timeout=60_000)
    assert on_scale(page) <= 1  # nobody is on the road yet
    page.locator(".mas-kit").get_by_role("button", name="Step").click()
    page.wait_for_selector(f"{CANVAS}[data-time='1']")
    page.wait_for_selector(".mk-chart[data-points='1']")
    assert on_scale(page) > 8
    page.wait_for_timeout(1500)  # the last chart is drawn after the first
    charts = page.locator(".mk-chart")
    shown = [charts.nth(i).is_visible() for i in range(charts.count())]
    assert charts.count() == 9
    assert shown == [True] * 3 + [False] * 6
