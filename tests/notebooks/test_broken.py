"""The check sees what nbmake is blind to: each deliberately broken cell, by cell and by widget."""

from __future__ import annotations

from pathlib import Path

import pytest

from mas_kit.classroom.notebooks import NotebookProblems, Report, check_notebook
from tests.notebooks.samples import BROKEN, GOOD, write


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Report:
    cells = {name: source for name, (source, _, _) in BROKEN.items()}
    return check_notebook(write(tmp_path_factory.mktemp("broken") / "broken.ipynb", cells), patience=90)


@pytest.mark.parametrize("cell", BROKEN)
def test_a_broken_cell_is_named(broken: Report, cell: str) -> None:
    _, blamed, error = BROKEN[cell]
    here = [problem for problem in broken.problems if problem.cell_id == cell]
    assert error in {problem.error for problem in here}
    line = next(str(problem).splitlines()[0] for problem in here if problem.error == error)
    assert f"[{cell}]" in line
    assert blamed in line
    assert error in line


def test_nothing_else_is_blamed(broken: Report) -> None:
    assert {problem.cell_id for problem in broken.problems} == set(BROKEN)
    with pytest.raises(NotebookProblems, match=r"IntSlider 'weeks' to 10: ZeroDivisionError"):
        broken.raise_for_problems()


def test_a_good_notebook_passes(tmp_path: Path) -> None:
    report = check_notebook(write(tmp_path / "good.ipynb", GOOD))
    report.raise_for_problems()
    assert report.widgets == len(GOOD)
    assert report.moves == 3 + 3 + 4 + 3 + 1  # ends, ranges or options, and back


def test_a_name_from_a_former_session_is_not_there(tmp_path: Path) -> None:
    report = check_notebook(write(tmp_path / "hidden.ipynb", {"uses": "costs[0]", "makes": "costs = [46]"}))
    assert [(p.cell_id, p.error) for p in report.problems] == [
        ("uses", "NameError: name 'costs' is not defined")
    ]


def test_a_move_that_never_comes_back_is_named(tmp_path: Path) -> None:
    cells = {
        "stuck": """
s = w.IntSlider(description='speed', min=0, max=3, value=1)
import time
def wait(change):
    while change['new'] == 3:
        time.sleep(0.1)
s.observe(wait, 'value')
s"""
    }
    report = check_notebook(write(tmp_path / "stuck.ipynb", cells), patience=8)
    (problem,) = report.problems
    assert (problem.cell_id, problem.widget, problem.move) == ("stuck", "IntSlider 'speed'", "to 3")
    assert "did not come back within 8 seconds" in problem.error


def test_a_cell_that_never_ends_is_named(tmp_path: Path) -> None:
    report = check_notebook(
        write(tmp_path / "loop.ipynb", {"loop": "import time\nwhile True: time.sleep(1)"}), timeout=15
    )
    (problem,) = report.problems
    assert problem.cell_id == "loop"
    assert "timed out" in problem.error
