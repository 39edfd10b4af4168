"""How live a page feels: model states that reach the screen each second, in a real Chromium.

Ours counts frames that were drawn, each of another tick; Mesa's page, which shows images, counts images
that were loaded into it. Both play as their page is set up, in the same browser on the same machine.

A screen shows 60 pictures a second, and a browser draws no more than that. So with 1,000 agents two things
are asked: does (nearly) every refresh of the screen show another state, and could the page do more than 60
if the browser's limit were lifted, as on a faster screen?
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
FASTER_SCREEN = ("--disable-frame-rate-limit", "--disable-gpu-vsync")

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


# Frames drawn in so many milliseconds, by the browser's own clock, from one refresh of the screen to another.
COUNT_FRAMES = """
(milliseconds) => new Promise((done) => {
  const canvas = document.querySelector(".mk-stage canvas");
  const began = performance.now(), before = +canvas.dataset.frames;
  const look = (now) => {
    const passed = performance.now() - began;
    if (passed < milliseconds) requestAnimationFrame(look);
    else done((+canvas.dataset.frames - before) / (passed / 1000));
  };
  requestAnimationFrame(look);
})
"""


@cache
def _playwright() -> tuple[ExitStack, Any]:
    from playwright.sync_api import sync_playwright

    stack = ExitStack()
    atexit.register(stack.close)
    return stack, stack.enter_context(sync_playwright())


@cache
def _browser(*arguments: str) -> Any:
    from tests.browser import ARGUMENTS, chromium_path, missing

    path = chromium_path()
    if path is None:
        raise SystemExit(missing())
    stack, playwright = _playwright()
    browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments])
    stack.callback(browser.close)
    return browser


@cache
def _server(page: str, agents: int) -> str:
    from tests.browser import serve

    options = ["--production", "--no-check-version", "--host=127.0.0.1", "--port={port}", "--no-open"]
    command = [sys.executable, "-m", "solara", "run", f"tests.benchmarks.pages.{page}", *options]
    env = {"WALKERS": str(agents), "CARS": str(agents), "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}
    return str(_playwright()[0].enter_context(serve(command, env=env, cwd=ROOT)).url)


def ours(agents: int, what: str = "ours", *, faster: bool = False) -> Measure:
    """Frames a second on our page, each of another state of the model; `faster`: no limit by the screen."""

    def ready(page: Any) -> None:
        page.wait_for_selector(".mk-stage canvas[data-frames]", timeout=90_000)
        page.locator(".mas-kit").get_by_role("button", name="Play").click()

    def rate(page: Any) -> float:
        return float(page.evaluate(COUNT_FRAMES, 1000 * SECONDS))

    return lambda: _visit(_server(what, agents), ready, rate, FASTER_SCREEN if faster else ())


def mesas(walkers: int) -> Measure:
    """Images a second on Mesa's page."""

    def ready(page: Any) -> None:
        page.wait_for_function("window.images > 0", timeout=90_000)
        page.get_by_text("▶").click()

    def rate(page: Any) -> float:
        before, began = int(page.evaluate("window.images")), time.perf_counter()
        page.wait_for_timeout(1000 * SECONDS)
        return (int(page.evaluate("window.images")) - before) / (time.perf_counter() - began)

    return lambda: _visit(_server("mesas", walkers), ready, rate)


def _visit(
    url: str, ready: Callable[[Any], None], rate: Callable[[Any], float], arguments: tuple[str, ...] = ()
) -> float:
    context = _browser(*arguments).new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(COUNT_IMAGES)
        page.goto(url)
        ready(page)
        page.wait_for_timeout(1000 * WARM_UP)
        return rate(page)
    finally:
        context.close()


def alone(ours: float, _baseline: float) -> float:
    """Ours as it is: what is bounded is how it feels, not how it compares."""
    return ours


@benchmark(
    name="frames, 1,000 agents",
    what="states drawn a second on the page (a screen of 60 Hz), over Mesa's page",
    bound=">= 58",
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
    bound=">= 57",
    unit="frames/s",
    compare=alone,
    rounds=3,
)
def ring_of_a_thousand() -> tuple[Measure, Measure]:
    """A use case as it is, with everything that its page shows."""
    return ours(1000, "ring"), mesas(1000)


@benchmark(
    name="frames, ring of 1,000 cars, faster screen",
    what="the same where the browser does not wait for the screen",
    bound=">= 60",
    unit="frames/s",
    compare=alone,
    rounds=3,
)
def ring_on_a_faster_screen() -> tuple[Measure, Measure]:
    """What the model, the line and the drawing could do."""
    return ours(1000, "ring", faster=True), mesas(1000)


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
