"""A real Chromium for tests, and servers for it to look at.

Loaded as a pytest plugin by ``conftest.py``, so every test can ask for

``page``
    a Playwright page (sync API) in a fresh browser context, cut off from every host but this machine;
``page_log``
    what went wrong on it: ``page_log.errors`` (console errors, uncaught exceptions, crashes) and
    ``page_log.outside`` (addresses that it asked for anywhere else than on this machine).

``serve(command)`` starts the server that the page visits and ends it afterwards::

    with serve([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}"]) as server:
        page.goto(server.url)
        page.get_by_role("button", name="Play").click()
    assert page_log.errors == []
    assert page_log.outside == []

Where no Chromium is installed a test that asks for ``page`` is skipped with the reason and the line that
installs one; with ``MAS_KIT_REQUIRE_BROWSER=1`` it fails instead.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

REQUIRED = "MAS_KIT_REQUIRE_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}
ARGUMENTS = (
    "--no-sandbox",  # a container's root has no sandbox to give
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # every name but this machine's own fails to resolve, so that a page is offline wherever the test runs
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
)


def chromium_path() -> str | None:
    """``MAS_KIT_CHROMIUM``, else a browser on the PATH, else the one Playwright installed, else None."""
    named = os.environ.get("MAS_KIT_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    return _playwrights_own()


def _playwrights_own() -> str | None:
    """Ask Playwright in another process: its sync API would leave an event loop behind in this one."""
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    path = answer.stdout.strip()
    return path if path and Path(path).is_file() else None


def how_to_install() -> str:
    """The line that puts a Chromium where ``chromium_path`` finds it."""
    if shutil.which("apt-get"):
        return "sudo apt-get update && sudo apt-get install -y chromium"
    return "python3 -m uv run --all-extras playwright install chromium"


def missing() -> str:
    """Why there is no browser, and what to do about it."""
    named = os.environ.get("MAS_KIT_CHROMIUM")
    why = f"MAS_KIT_CHROMIUM={named} is not a file" if named else f"none of {', '.join(NAMES)} is on the PATH"
    return f"no Chromium for browser tests ({why}); install one: {how_to_install()}"


@dataclass
class PageLog:
    """What a browser context complained about and whom it called."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Record every page of ``context``; the ``page`` fixture has done so for its own."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))
        context.on("request", lambda request: self._request(request.url))
        context.on("page", self._page)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.errors.append(f"console: {message.text} ({where})")

    def _request(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in LOOPBACK:
            self.outside.append(url)

    def _page(self, page: Page) -> None:
        page.on("crash", lambda _: self.errors.append("the page crashed"))
        page.on("websocket", lambda socket: self._request(socket.url))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a test module.

    Not one for the session: Playwright's sync API keeps an event loop running in this thread until it is
    stopped, and a notebook or an ``asyncio.run`` in a later module would trip over it.
    """
    path = chromium_path()
    if path is None:
        if os.environ.get(REQUIRED, "0") not in {"", "0"}:
            pytest.fail(missing(), pytrace=False)
        pytest.skip(missing())
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def page_log() -> PageLog:
    """Errors and outside requests of this test's ``page``."""
    return PageLog()


@pytest.fixture
def page(chromium: Browser, page_log: PageLog) -> Iterator[Page]:
    """A page of 1280 x 900 CSS pixels in a context of its own (no cookies, no cache from another test)."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page_log.watch(context)
    try:
        yield context.new_page()
    finally:
        context.close()


def free_port() -> int:
    """A TCP port on the loopback interface that nothing listens on right now."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A running server: ``url`` ends with the path asked for; ``output()`` is what it has printed so far."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def serve(
    command: Sequence[str],
    path: str = "/",
    *,
    timeout: float = 90.0,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
) -> Iterator[Server]:
    """Start ``command`` on a free loopback port, wait until it answers HTTP at ``path``, end it afterwards.

    ``{port}`` in an argument becomes the port; ``env`` is added to this process's environment; ``timeout`` is
    in seconds. Raises RuntimeError, with the end of what the server printed, when it dies or never answers.
    When this process dies before it could end the server, be it by SIGKILL, a process that watches ends it.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}{path}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [argument.replace("{port}", str(port)) for argument in command],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,  # Ctrl-C goes to pytest, which then ends the server here
            )
        server = Server(url, port, process, log)
        with _outlived_by_nothing(process):
            try:
                _wait_for_http(server, timeout)
                yield server
            finally:
                _end(process)


# What it reads ends when the process that started it is gone, however it went; a line means that all is well.
_WATCH = """
import os, signal, sys, time
if not sys.stdin.readline():
    kill = os.killpg if hasattr(os, "killpg") else os.kill
    try:
        kill(int(sys.argv[1]), signal.SIGTERM)
        time.sleep(5)
        kill(int(sys.argv[1]), getattr(signal, "SIGKILL", signal.SIGTERM))
    except OSError:
        pass
"""


@contextmanager
def _outlived_by_nothing(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process and its group should this process die inside of the block."""
    watch = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _WATCH, str(process.pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # held open, it would keep whoever reads this process's output waiting
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with suppress(BrokenPipeError, subprocess.TimeoutExpired):
            watch.communicate(b"\n", timeout=15)


def _wait_for_http(server: Server, timeout: float) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy is set
    deadline = time.monotonic() + timeout
    while True:
        try:
            with direct.open(server.url, timeout=10):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return  # it answers; 403 and 404 are for the test to judge
        except OSError:
            pass
        status = server.process.poll()
        if status is not None:
            raise RuntimeError(f"the server ended with status {status}:\n{server.output()[-4000:]}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"no answer at {server.url} in {timeout:g} s:\n{server.output()[-4000:]}")
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask first (a Jupyter server then ends its kernels), insist later."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:  # Windows
        process.kill()
    process.wait(15)
