"""The browser fixture itself: it sees what a page does wrong, and says so where there is none."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser import PageLog, chromium_path, serve

ROOT = Path(__file__).parents[2]
HTTP = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}"]


def write_page(folder: Path, script: str) -> None:
    (folder / "index.html").write_text(
        f"<!doctype html><link rel=icon href=data:,><h1>hello</h1><script>{script}</script>", encoding="utf-8"
    )


@pytest.mark.browser
def test_a_quiet_page_leaves_an_empty_log(page, page_log, tmp_path):
    write_page(tmp_path, "document.querySelector('h1').textContent = 'drawn by the script'")
    with serve(HTTP, cwd=tmp_path) as server:
        page.goto(server.url)
        assert page.inner_text("h1") == "drawn by the script"
    assert page_log == PageLog()


@pytest.mark.browser
def test_console_errors_and_uncaught_exceptions_are_recorded(page, page_log, tmp_path):
    write_page(tmp_path, "console.error('first complaint'); console.warn('fine'); null.second")
    with serve(HTTP, cwd=tmp_path) as server:
        page.goto(server.url)
        page.wait_for_timeout(200)
    assert "first complaint" in page_log.errors[0]
    assert "null" in page_log.errors[1]
    assert len(page_log.errors) == 2


@pytest.mark.browser
def test_requests_to_other_hosts_are_recorded_and_fail(page, page_log, tmp_path):
    write_page(tmp_path, "fetch('http://mas-kit.invalid/a.js').catch(() => document.title = 'offline')")
    with serve(HTTP, cwd=tmp_path) as server:
        page.goto(server.url)
        page.wait_for_function("document.title === 'offline'")
    assert page_log.outside == ["http://mas-kit.invalid/a.js"]


@pytest.mark.browser
def test_a_second_tab_is_watched_too(page, page_log, tmp_path):
    write_page(tmp_path, "")
    with serve(HTTP, cwd=tmp_path) as server:
        second = page.context.new_page()
        second.goto(server.url)
        second.evaluate("console.error('from the second tab')")
        second.wait_for_timeout(100)
    assert any("from the second tab" in error for error in page_log.errors)


def test_serve_ends_its_process(tmp_path):
    with serve(HTTP, cwd=tmp_path) as server:
        assert server.process.poll() is None
    assert server.process.poll() is not None


KEEPS_ONE = f"""
import signal, sys, time
sys.path.insert(0, {str(ROOT)!r})
from tests.browser import serve
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background jobs ignore
code = "import http.server, signal, sys; signal.signal(signal.SIGTERM, signal.{{}}); " + (
    "http.server.test(http.server.SimpleHTTPRequestHandler, bind='127.0.0.1', port=int(sys.argv[1]))"
)
with serve([sys.executable, "-c", code.format(sys.argv[1]), "{{port}}"]) as server:
    print(server.port, flush=True)
    time.sleep(60)
"""


def answers(port: int) -> bool:
    with closing(socket.socket()) as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("end", "server"),
    [
        (signal.SIGINT, "SIG_DFL"),
        (signal.SIGTERM, "SIG_DFL"),
        (signal.SIGKILL, "SIG_DFL"),
        (signal.SIGKILL, "SIG_IGN"),  # one that does not end when it is asked to
    ],
)
def test_a_server_does_not_outlive_whoever_started_it(tmp_path, end, server):
    command = [sys.executable, "-c", KEEPS_ONE, server]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=tmp_path
    ) as starter:
        port = int(starter.stdout.readline())
        assert answers(port)
        starter.send_signal(end)
        starter.wait(30)
    deadline = time.monotonic() + 30
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not answers(port)


def test_serve_shows_what_a_dying_server_printed():
    with (
        pytest.raises(RuntimeError, match=r"status 3:\nno such model"),
        serve([sys.executable, "-c", "print('no such model'); raise SystemExit(3)"]),
    ):
        pass


def test_serve_gives_up_on_a_silent_server():
    with (
        pytest.raises(RuntimeError, match=r"no answer at http://127.0.0.1"),
        serve([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.5),
    ):
        pass


def test_a_named_browser_that_is_not_there_is_not_replaced_by_another(monkeypatch, tmp_path):
    monkeypatch.setenv("MAS_KIT_CHROMIUM", str(tmp_path / "nowhere"))
    assert chromium_path() is None


@pytest.mark.parametrize(("required", "outcome"), [("0", "skipped"), ("1", "error")])
def test_without_a_browser_tests_skip_or_fail_and_say_how_to_get_one(tmp_path, required, outcome):
    (tmp_path / "test_page.py").write_text(
        textwrap.dedent("""
            pytest_plugins = ["tests.browser"]
            def test_page(page):
                pass
        """),
        encoding="utf-8",
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MAS_KIT_CHROMIUM": str(tmp_path / "nowhere"),
            "MAS_KIT_REQUIRE_BROWSER": required,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"1 {outcome}" in run.stdout
    assert "install one:" in run.stdout
    assert "nowhere is not a file" in run.stdout
