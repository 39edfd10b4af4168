from __future__ import annotations

import io

import pytest
from rich.console import Console

from mas_kit.experiments import progress
from mas_kit.experiments.progress import Reporter


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def screen(monkeypatch):
    screen = io.StringIO()
    real = Console
    monkeypatch.setattr("rich.console.Console", lambda **_: real(file=screen, force_terminal=True, width=80))
    return screen


def test_a_bar_comes_after_two_seconds_and_not_before(clock, screen):
    with Reporter("walk", 4, None) as reporter:
        reporter.advance()
        clock[0] = 1.9
        reporter.advance()
        assert screen.getvalue() == ""
        clock[0] = 2.1
        reporter.tick()
        reporter.advance()
    assert "walk" in screen.getvalue()
    assert "3/4" in screen.getvalue()


def test_no_bar_for_what_is_over_by_then(clock, screen):
    with Reporter("walk", 1, None) as reporter:
        clock[0] = 9
        reporter.advance()
    assert screen.getvalue() == ""


def test_no_bar_when_it_is_off_or_nobody_can_see_it(clock, screen, monkeypatch):
    with Reporter("walk", 9, False) as reporter:
        clock[0] = 9
        reporter.advance()
    assert screen.getvalue() == ""
    real = Console
    monkeypatch.setattr("rich.console.Console", lambda **_: real(file=screen))
    with Reporter("walk", 9, None) as reporter:
        clock[0] = 19
        reporter.advance()
    assert screen.getvalue() == ""
