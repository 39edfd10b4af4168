"""A pytest plugin: the widget check rides on nbmake's own run of each notebook.

Name it in the `conftest.py` at the root (`pytest_plugins = ["mas_kit.classroom.notebooks.nbmake_plugin"]`);
then `pytest --nbmake notebooks` runs every notebook once, and fails it for what nbmake cannot see as well.
"""

from __future__ import annotations

from collections.abc import Generator
from importlib import import_module
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Lend nbmake our client for this notebook, and judge what it saw."""
    if not getattr(item, "nbmake", False):
        return (yield)
    nb_run: Any = import_module("nbmake.nb_run")
    nb_result, items = import_module("nbmake.nb_result"), import_module("nbmake.pytest_items")

    from mas_kit.classroom.notebooks.client import CheckingClient

    clients: list[CheckingClient] = []

    def client(*args: Any, **kwargs: Any) -> CheckingClient:
        clients.append(CheckingClient(*args, **kwargs))
        return clients[-1]

    theirs, nb_run.NotebookClient = nb_run.NotebookClient, client
    try:
        result = yield
    finally:
        nb_run.NotebookClient = theirs
    if (
        not clients
    ):  # another nbmake may find its client elsewhere: a blind test must not look like a good one
        raise RuntimeError("nbmake did not use nbmake.nb_run.NotebookClient, so no widget was checked")
    report = clients[0].report(item.path)
    item.user_properties.append(("widget_moves", report.moves))
    if not report.ok:
        first = report.problems[0]
        error = nb_result.NotebookError(
            summary=str(first).splitlines()[0], trace=str(report), failing_cell_index=max(first.cell - 1, 0)
        )
        raise items.NotebookFailedException(nb_result.NotebookResult(nb=clients[0].nb, error=error))
    return result


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say that widgets were moved: a check that did not run must not look like one that passed."""
    moves = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "widget_moves" and report.when == "call"
    ]
    if moves:
        terminalreporter.write_line(f"widget check: {len(moves)} notebooks, {sum(moves)} moves")
