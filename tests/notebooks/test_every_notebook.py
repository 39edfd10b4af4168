"""Every notebook of the kit: written by the rules, runs, and holds when each widget is moved."""

from pathlib import Path

from mas_kit.classroom.notebooks import check_notebook, lint_notebook
from tests.notebooks.conftest import every_notebook


def test_there_are_notebooks() -> None:
    names = {path.name for path in every_notebook()}
    assert {"00_welcome.ipynb", "supply_chain.ipynb", "beer_game.ipynb"} <= names


def test_is_written_by_the_rules(notebook: Path) -> None:
    assert [str(problem) for problem in lint_notebook(notebook)] == []


def test_runs_and_holds(notebook: Path) -> None:
    report = check_notebook(notebook)
    report.raise_for_problems()
    assert report.cells > 0
