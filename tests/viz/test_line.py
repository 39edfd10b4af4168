"""Frames on their way: several may be, none is skipped, and one that is lost is made good."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.browser import serve

pytestmark = pytest.mark.browser
CANVAS = ".mk-stage canvas"
AHEAD = re.compile(r"const AHEAD = (\d+);")


@pytest.fixture(scope="module")
def url():
    options = ["--production", "--no-check-version", "--host=127.0.0.1", "--port={port}", "--no-open"]
    command = [sys.executable, "-m", "solara", "run", "tests.viz.walkers", *options]
    with serve(command, env={"SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}, cwd=Path.cwd()) as server:
        yield server.url


class Line:
    """The line between page and kernel, in the hands of a test."""

    def __init__(self, page):
        self.asked = []  # the types of what the page sent
        self.frames = []  # serial numbers that came from the kernel
        self.held = []  # frames that wait for `release`
        self.hold = False
        self.lose = 0  # so many frames are lost
        page.route_web_socket(re.compile("."), self._open)

    def _open(self, client):
        self.client, kernel = client, client.connect_to_server()
        client.on_message(lambda message: (self._sent(message), kernel.send(message)))
        kernel.on_message(self._came)

    def _sent(self, message):
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        self.asked += re.findall(r'"type": ?"(tick|hello)"', text)

    def _came(self, message):
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        serial = re.search(r'"serial": ?(\d+)', text)
        if serial is None:
            self.client.send(message)
            return
        self.frames.append(int(serial[1]))
        if self.lose:
            self.lose -= 1
        elif self.hold:
            self.held.append(message)
        else:
            self.client.send(message)

    def release(self):
        """Let go of what was held."""
        self.hold = False
        for message in self.held:
            self.client.send(message)
        self.held.clear()


@pytest.fixture
def line(page, url):
    line = Line(page)
    page.goto(url)
    page.wait_for_selector(f"{CANVAS}[data-frames]", timeout=60_000)
    line.page = page
    return line


def canvas(page):
    found = page.eval_on_selector(CANVAS, "canvas => ({...canvas.dataset})")
    return {name: json.loads(found[name]) for name in ("serial", "time", "frames")}


def play(page):
    page.locator(".mas-kit").get_by_role("button", name="Play").click()


def shown(page, time):
    page.wait_for_function(f"+document.querySelector('{CANVAS}').dataset.time >= {time}")


def test_every_state_is_drawn_and_none_twice(line, page):
    before = canvas(page)
    play(page)
    shown(page, 12)
    after = canvas(page)
    assert after["frames"] - before["frames"] == after["serial"] - before["serial"] >= 12


def test_the_page_asks_ahead_so_far_and_no_further(line, page):
    ahead = int(AHEAD.search((Path("mas_kit/viz/static/stage.js")).read_text(encoding="utf-8"))[1])
    line.asked.clear()
    line.hold = True
    play(page)
    page.wait_for_timeout(1500)  # ten ticks a second: time for fifteen
    assert len(line.held) == line.asked.count("tick") == ahead > 1
    assert canvas(page)["time"] == 0
    line.release()
    shown(page, ahead + 4)
    assert "hello" not in line.asked


def test_after_a_lost_frame_the_page_asks_for_everything_and_goes_on(line, page):
    play(page)
    shown(page, 3)
    line.asked.clear()
    line.lose = 1
    shown(page, 12)
    assert line.asked.count("hello") == 1
    page.locator(".mas-kit").get_by_role("button", name="Pause").click()
    page.wait_for_timeout(700)
    assert canvas(page)["serial"] == line.frames[-1]


def test_a_step_that_was_lost_is_made_good_by_the_next(line, page):
    line.lose = 1
    step = page.locator(".mas-kit").get_by_role("button", name="Step")
    step.click()
    page.wait_for_timeout(500)
    assert canvas(page)["time"] == 0
    step.click()
    shown(page, 2)
