"""``mas-kit app``: the command that it starts, and the page that comes of it."""

from __future__ import annotations

import socket
import sys

import pytest
from typer.testing import CliRunner

from mas_kit import usecases
from mas_kit.cli import app
from mas_kit.cli import page as page_
from tests.browser import serve

APP = [sys.executable, "-m", "mas_kit.cli", "app", "--no-browser", "--port", "{port}"]


def test_the_page_is_served_to_this_machine_only_and_calls_nobody(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    words = page_.command("supply_chain", browser=False, port=9000)
    assert words[1:5] == ["-m", "solara", "run", "mas_kit.usecases.supply_chain.app"]
    assert {"--host=localhost", "--port=9000", "--no-open", "--production", "--no-check-version"} <= set(
        words
    )
    env = page_.environment()
    assert env["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "False"
    assert "PYTHONDONTWRITEBYTECODE" not in env


def test_an_unknown_use_case_is_answered_with_the_nearest_name():
    result = CliRunner().invoke(app, ["app", "suply_chain"])
    assert result.exit_code == 2
    assert "did you mean 'supply_chain'?" in result.output
    assert "Traceback" not in result.output


def test_a_port_that_was_named_and_is_taken_is_an_error():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        result = CliRunner().invoke(app, ["app", "supply_chain", "--port", str(port)])
    assert result.exit_code == 2
    assert f"port {port} is taken" in result.output


@pytest.mark.browser
@pytest.mark.parametrize("name", usecases.names())
def test_every_use_case_opens_its_page_without_a_network(page, page_log, name):
    with serve([*APP[:4], name, *APP[4:]], cwd="/") as server:
        page.goto(server.url)
        page.get_by_role("button", name="Step").first.wait_for(timeout=60_000)
        assert page.get_by_text("Traceback").count() == 0
        assert f"{name}: http://localhost:{server.port}" in server.output()
    assert page_log.outside == []
    assert page_log.errors == []
