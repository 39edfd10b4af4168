"""The page in a real browser: what a visitor sees and does."""

import re
import sys
import time
from pathlib import Path

import pytest

from tests.browser import PageLog, serve

pytestmark = pytest.mark.browser
CANVAS = ".mk-stage canvas"
# Solara's own page: it looks for a way to evaluate its templates and finds the second one
HARMLESS = re.compile("Failed to evaluate Vue script")


def solara(module):
    options = ["--production", "--no-check-version", "--host=127.0.0.1", "--port={port}", "--no-open"]
    return [sys.executable, "-m", "solara", "run", module, *options]


@pytest.fixture(scope="module")
def park(tmp_path_factory):
    """The server of the walkers' page, and the file in which its sessions leave a trace of every tick."""
    trace = tmp_path_factory.mktemp("park") / "trace"
    trace.touch()
    env = {"WALKERS_TRACE": str(trace), "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}
    with serve(solara("tests.viz.walkers"), env=env, cwd=Path.cwd()) as server:
        yield server, trace


@pytest.fixture
def visit(park, page, page_log):
    """The page, open and drawn."""
    opened(page, park[0].url)
    yield page
    assert page_log.outside == []
    assert [error for error in page_log.errors if not HARMLESS.search(error)] == []


def opened(page, url):
    page.goto(url)
    page.wait_for_selector(f"{CANVAS}[data-frames]", timeout=60_000)


def data(page):
    return page.eval_on_selector(CANVAS, "canvas => ({...canvas.dataset})")


def until(page, condition, timeout=20.0):
    """Wait until ``condition(dataset of the canvas)`` holds."""
    end = time.monotonic() + timeout
    while not condition(found := data(page)):
        assert time.monotonic() < end, f"waited in vain; the canvas says {found}"
        page.wait_for_timeout(50)


def button(page, name):
    return page.locator(".mas-kit").get_by_role("button", name=name)


def pixels(page):
    """How many pixels of the canvas have the colour of each agent (its category), by the light palette."""
    return page.evaluate(
        """() => {
          const canvas = document.querySelector('.mk-stage canvas');
          const copy = document.createElement('canvas');
          copy.width = canvas.width; copy.height = canvas.height;
          const g = copy.getContext('2d');
          g.drawImage(canvas, 0, 0);
          const seen = {};
          const all = g.getImageData(0, 0, copy.width, copy.height).data;
          for (let i = 0; i < all.length; i += 4) {
            const hex = [all[i], all[i + 1], all[i + 2]].map((c) => c.toString(16).padStart(2, '0'));
            const key = '#' + hex.join('');
            seen[key] = (seen[key] || 0) + 1;
          }
          return seen;
        }"""
    )


def place(page, index):
    """Where an agent is drawn, in CSS pixels on the page, found by its unmistakable colour."""
    from mas_kit.viz.palette import CATEGORIES, rgb

    return page.evaluate(
        """([r, g, b]) => {
          const canvas = document.querySelector('.mk-stage canvas'), box = canvas.getBoundingClientRect();
          const copy = document.createElement('canvas');
          copy.width = canvas.width; copy.height = canvas.height;
          const pen = copy.getContext('2d');
          pen.drawImage(canvas, 0, 0);
          const all = pen.getImageData(0, 0, copy.width, copy.height).data;
          for (let y = 8; y < copy.height - 8; y += 2) for (let x = 8; x < copy.width - 8; x += 2) {
            const same = (dx, dy) => {
              const i = 4 * ((y + dy) * copy.width + x + dx);
              return all[i] === r && all[i + 1] === g && all[i + 2] === b;
            };
            if ([[0, 0], [3, 0], [-3, 0], [0, 3], [0, -3]].every(([dx, dy]) => same(dx, dy)))
              return [box.left + x * box.width / canvas.width, box.top + y * box.height / canvas.height];
          }
          return null;
        }""",
        list(rgb(CATEGORIES["light"][index])),
    )


def test_the_canvas_shows_every_agent_in_its_colour(visit):
    from mas_kit.viz.palette import CATEGORIES

    seen = pixels(visit)
    for index in range(6):
        assert seen.get(CATEGORIES["light"][index], 0) > 100, f"agent {index} is not on the canvas"
    assert visit.inner_text(".mk-clock") == "step 0 of 60"
    assert visit.inner_text(".mk-tiles") == "0\nmessages sent"
    assert visit.inner_text("h2") == "Walkers in the park"


def test_play_moves_the_picture_and_the_charts_and_pause_stops_it(visit):
    before = pixels(visit)
    button(visit, "Play").click()
    until(visit, lambda canvas: int(canvas["time"]) >= 8)
    button(visit, "Pause").click()
    visit.wait_for_timeout(700)
    stopped = data(visit)
    assert pixels(visit) != before
    assert visit.inner_text(".mk-clock") == f"step {stopped['time']} of 60"
    visit.wait_for_selector(f".mk-chart[data-points='{stopped['time']}']")  # the charts have every row, too
    drawn = visit.evaluate("document.querySelectorAll('.mk-chart canvas').length")
    assert drawn == 2
    visit.wait_for_timeout(700)
    assert data(visit)["time"] == stopped["time"]
    assert data(visit)["draws"] == stopped["draws"]  # an idle page costs nothing


def test_step_is_one_tick(visit):
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "1")
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "2")


def test_a_slider_moved_at_the_start_changes_the_model_at_once(visit):
    slider = visit.locator(".mk-control", has_text="walkers").get_by_role("slider")
    slider.focus()
    for _ in range(4):
        visit.keyboard.press("ArrowRight")
    until(visit, lambda canvas: canvas["agents"] == "10")


def test_a_slider_moved_in_the_middle_waits_for_reset(visit):
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "1")
    visit.locator(".mk-control", has_text="walkers").get_by_role("slider").focus()
    visit.keyboard.press("ArrowRight")
    visit.get_by_text("Changed: walkers. It takes effect at the next reset").wait_for()
    assert data(visit)["agents"] == "6"
    button(visit, "Reset").click()
    until(visit, lambda canvas: canvas["agents"] == "7" and canvas["time"] == "0")
    assert visit.locator(".mk-notice").count() == 0


def test_a_click_on_an_agent_opens_its_mind_which_follows_the_run(visit):
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "1")
    visit.wait_for_timeout(700)
    x, y = place(visit, 2)
    visit.mouse.click(x, y)
    heading = visit.locator(".mk-mind h3")
    heading.wait_for()
    assert heading.inner_text().split() == ["w2", "wander"]
    for part in ("the wind & the sun", "way 2 <b>"):
        visit.locator(".mk-mind").get_by_text(part).first.wait_for()
    assert visit.locator(".mk-mind td").first.inner_text() == "1"
    button(visit, "Step").click()
    visit.wait_for_function("document.querySelector('.mk-mind td').innerText === '2'")


def test_what_a_person_breaks_stays_broken_until_it_is_mended(visit):
    visit.locator(".mas-kit").get_by_text("Break it", exact=True).click()
    x, y = place(visit, 2)
    visit.mouse.click(x, y)
    visit.locator(".mk-fold b", has_text="w2").wait_for()
    button(visit, "Crash").click()
    visit.locator(".mk-faults li", has_text="w2 is down since tick 1").wait_for()
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "1")
    visit.locator(".mk-mind .mk-bad", has_text="down").wait_for()
    button(visit, "Mend all").click()
    visit.locator(".mk-fold", has_text="Nothing is broken").wait_for()
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "2")
    visit.wait_for_function("!document.querySelector('.mk-mind .mk-bad')")


def test_the_keyboard_reaches_agents_and_the_clock(visit):
    visit.focus(CANVAS)
    visit.keyboard.press("ArrowRight")
    visit.wait_for_function("document.querySelector('.mk-mind h3')?.innerText.startsWith('w0')")
    visit.keyboard.press("ArrowLeft")
    visit.wait_for_function("document.querySelector('.mk-mind h3').innerText.startsWith('w5')")
    visit.keyboard.press(" ")
    until(visit, lambda canvas: int(canvas["time"]) >= 2)
    visit.keyboard.press(" ")
    visit.wait_for_timeout(500)
    stopped = data(visit)["time"]
    visit.wait_for_timeout(500)
    assert data(visit)["time"] == stopped


def test_the_conversation_is_a_diagram(visit):
    for _ in range(4):
        button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "4")
    button(visit, "Conversation").click()
    visit.locator(".mk-seq .m").first.wait_for()
    assert visit.locator(".mk-seq .m path").count() >= 3


def test_a_bad_seed_is_told_and_the_run_goes_on(visit):
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "1")
    seed = visit.locator(".mk-seed input")
    was = seed.input_value()
    seed.fill("seven")
    seed.press("Enter")
    visit.get_by_role("alert").get_by_text("'seven' is not a seed").wait_for()
    assert seed.input_value() == was
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "2")


def test_the_same_seed_shows_the_same_picture_again(visit):
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "1")
    visit.wait_for_timeout(700)
    first = pixels(visit)
    button(visit, "Reset").click()
    until(visit, lambda canvas: canvas["time"] == "0")
    button(visit, "Step").click()
    until(visit, lambda canvas: canvas["time"] == "1")
    visit.wait_for_timeout(700)
    assert pixels(visit) == first


def test_a_person_is_asked_and_time_goes_on_after_the_answer(visit):
    visit.locator(".mk-control", has_text="leader").locator("select").select_option("person")
    visit.wait_for_timeout(300)
    button(visit, "Play").click()
    visit.get_by_text("You are the w0").wait_for()
    visit.wait_for_timeout(600)
    assert data(visit)["time"] == "1"
    visit.locator(".mk-answer input").fill("2")
    visit.locator(".mk-answer input").press("Tab")
    button(visit, "Send").click()
    until(visit, lambda canvas: canvas["time"] == "2")  # the next tick has begun, and waits again
    visit.get_by_text("You are the w0").wait_for()


def test_an_error_in_the_model_is_told_on_the_page(park, page):
    """Not with ``visit``: here the server's traceback is wanted."""
    opened(page, park[0].url)
    page.locator(".mk-control", has_text="break at").get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    button(page, "Step").click()
    page.get_by_role("alert").get_by_text("RuntimeError: the world broke").wait_for()
    assert "RuntimeError: the world broke" in park[0].output()


def ticks(trace):
    """Lines in the trace, by seed: each session has drawn a seed of its own."""
    counts = {}
    for line in trace.read_text(encoding="utf-8").splitlines():
        seed = line.split()[0]
        counts[seed] = counts.get(seed, 0) + 1
    return counts


def test_each_session_has_its_own_model_and_closing_one_stops_it(park, chromium):
    server, trace = park
    log = PageLog()
    contexts = [chromium.new_context(viewport={"width": 1280, "height": 900}) for _ in range(2)]
    pages = []
    for context in contexts:
        log.watch(context)
        pages.append(context.new_page())
        opened(pages[-1], server.url)
    seeds = [page.locator(".mk-seed input").input_value() for page in pages]
    assert seeds[0] != seeds[1]
    button(pages[0], "Play").click()
    until(pages[0], lambda canvas: int(canvas["time"]) >= 4)
    assert data(pages[1])["time"] == "0"
    button(pages[1], "Step").click()
    until(pages[1], lambda canvas: canvas["time"] == "1")
    contexts[0].close()
    time.sleep(0.5)
    stopped = ticks(trace)
    time.sleep(1.5)
    assert ticks(trace)[seeds[0]] == stopped[seeds[0]] < 60
    button(pages[1], "Step").click()
    until(pages[1], lambda canvas: canvas["time"] == "2")
    contexts[1].close()
    assert log.outside == []


def test_a_hidden_stage_asks_for_nothing(visit):
    button(visit, "Play").click()
    until(visit, lambda canvas: int(canvas["time"]) >= 2)
    visit.evaluate("document.querySelector('.mk-stage').style.display = 'none'")
    visit.wait_for_timeout(500)
    hidden = data(visit)["serial"], visit.inner_text("body") and data(visit)["time"]
    visit.wait_for_timeout(700)
    assert (data(visit)["serial"], data(visit)["time"]) == hidden
    visit.evaluate("document.querySelector('.mk-stage').style.display = ''")
    until(visit, lambda canvas: int(canvas["time"]) > int(hidden[1]) + 1)


def test_the_page_is_dark_where_the_visitor_prefers_it(park, chromium):
    from mas_kit.viz.palette import INK

    context = chromium.new_context(color_scheme="dark", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    opened(page, park[0].url)
    page.wait_for_selector(".mas-kit.mk-dark")
    page.wait_for_timeout(300)
    seen = pixels(page)
    context.close()
    assert max(seen, key=seen.__getitem__) == INK["dark"].paper


def test_the_page_draws_though_solara_is_slow_to_say_where_the_widgets_are(park, page, page_log):
    page.route("**/nbextensions/anywidget/extension.js*", lambda route: route.abort())
    opened(page, park[0].url)
    assert page_log.outside == []
