"""How live a page feels: model states that reach the screen each second, in a real Chromium.

Ours counts frames that were drawn, each of another tick; Mesa's page, which shows images, counts images
that were loaded into it. Both play as their page is set up, in the same browser on the same machine.
"""

from __future__ import annotations

import atexit
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from harness import Measure, benchmark

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SECONDS = 4.0
WARM_UP = 2.0

# Runs in the page before anything else: counts images as they appear, or change.
COUNT_IMAGES = """
window.images = 0;
new MutationObserver((changes) => {
  for (const change of changes) {
    if (change.type === "attributes") window.images += change.target.tagName === "IMG";
    else for (const node of change.addedNodes) {
      if (node.nodeType !== 1) continue;
      window.images += (node.tagName === "IMG") + node.querySelectorAll("img").length;
    }
  }
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] });
"""


@cache
def _open() -> tuple[ExitStack, Any]:
    from playwright.sync_api import sync_playwright

    from tests.browser import ARGUMENTS, chromium_path, missing

    path = chromium_path()
    if path is None:
        raise SystemExit(missing())
    stack = ExitStack()
    atexit.register(stack.close)
    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
    stack.callback(browser.close)
    return stack, browser


@cache
def _server(page: str, agents: int) -> str:
    from tests.browser import serve

    options = ["--production", "--no-check-version", "--host=127.0.0.1", "--port={port}", "--no-open"]
    command = [sys.executable, "-m", "solara", "run", f"tests.benchmarks.pages.{page}", *options]
    env = {"WALKERS": str(agents), "CARS": str(agents), "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}
    return str(_open()[0].enter_context(serve(command, env=env, cwd=ROOT)).url)


def ours(agents: int, what: str = "ours") -> Measure:
    """Frames a second on our page, each of another state of the model."""

    def figure(page: Any) -> int:
        return int(page.eval_on_selector(".mk-stage canvas", "canvas => canvas.dataset.frames"))

    def ready(page: Any) -> None:
        page.wait_for_selector(".mk-stage canvas[data-frames]", timeout=90_000)
        page.locator(".mas-kit").get_by_role("button", name="Play").click()

    return lambda: _rate(_server(what, agents), ready, figure)


def mesas(walkers: int) -> Measure:
    """Images a second on Mesa's page."""

    def figure(page: Any) -> int:
        return int(page.evaluate("window.images"))

    def ready(page: Any) -> None:
        page.wait_for_function("window.images > 0", timeout=90_000)
        page.get_by_text("▶").click()

    return lambda: _rate(_server("mesas", walkers), ready, figure)


def _rate(url: str, ready: Callable[[Any], None], figure: Callable[[Any], int]) -> float:
    context = _open()[1].new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(COUNT_IMAGES)
        page.goto(url)
        ready(page)
        page.wait_for_timeout(1000 * WARM_UP)
        before, began = figure(page), time.perf_counter()
        page.wait_for_timeout(1000 * SECONDS)
        return (figure(page) - before) / (time.perf_counter() - began)
    finally:
        context.close()


def alone(ours: float, _baseline: float) -> float:
    """Ours as it is: what is bounded is how it feels, not how it compares."""
    return ours


@benchmark(
    name="frames, 1,000 agents",
    what="states drawn a second on the page, over Mesa's page",
    bound=">= 30",
    unit="frames/s",
    compare=alone,
    rounds=3,
)
def thousand() -> tuple[Measure, Measure]:
    """What a class looks at."""
    return ours(1000), mesas(1000)


@benchmark(
    name="frames, 10,000 agents",
    what="states drawn a second on the page, over Mesa's page with 1,000",
    bound=">= 30",
    unit="frames/s",
    compare=alone,
    rounds=3,
)
def ten_thousand() -> tuple[Measure, Measure]:
    """What a large model looks like. Mesa's page is measured with a tenth of the agents."""
    return ours(10_000), mesas(1000)


@benchmark(
    name="frames, ring of 1,000 cars",
    what="states of the vehicles' page drawn a second, charts and space-time diagram too, over Mesa's page",
    bound=">= 30",
    unit="frames/s",
    compare=alone,
    rounds=3,
)
def ring_of_a_thousand() -> tuple[Measure, Measure]:
    """A use case as it is, with everything that its page shows."""
    return ours(1000, "ring"), mesas(1000)


@benchmark(
    name="frames, ring of 10,000 cars",
    what="states of the vehicles' page drawn a second, over Mesa's page with 1,000",
    bound=">= 30",
    unit="frames/s",
    compare=alone,
    rounds=3,
)
def ring_of_ten_thousand() -> tuple[Measure, Measure]:
    """Ten times as many."""
    return ours(10_000, "ring"), mesas(1000)
