"""Says at the end of a run how many examples were tried."""

from __future__ import annotations

import pytest

from tests.protocols.examples import tried


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if tried:
        terminalreporter.section("examples of hostile networks tried")
        for name, number in sorted(tried.items()):
            terminalreporter.write_line(f"{number:7d}  {name}")
        terminalreporter.write_line(f"{sum(tried.values()):7d}  in all")
