"""Checks for notebooks: does every cell run in a fresh kernel, offline, and does every widget hold?

A cell that raises fails the run by itself. What fails silently is an exception inside a widget: a slider
whose far end raises, an `interact` that divides by zero, a component that draws its own traceback.
`check_notebook` runs the notebook and then does what a reader would: it moves every slider to both ends,
takes every option, presses every button, and reports each error with its cell and its widget.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mas_kit.classroom.notebooks.report import NotebookProblems, Problem, Report

__all__ = ["NotebookProblems", "Problem", "Report", "check_notebook", "lint_notebook"]


def check_notebook(
    path: Path | str, *, timeout: float = 300, patience: float = 120, offline: bool = True
) -> Report:
    """Run a notebook in a fresh kernel of its own, move its widgets, and report what went wrong.

    Args:
        path: the notebook; it runs in its own folder and is not changed.
        timeout: seconds that one cell may take.
        patience: seconds that moving all the widgets may take.
        offline: refuse connections that leave this machine, and report them.

    Raises:
        FileNotFoundError: there is no such notebook.
    """
    import nbformat  # heavy, and only this function needs it
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from mas_kit.classroom.notebooks.client import CheckingClient

    path = Path(path)
    nb: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = CheckingClient(
        nb,
        offline=offline,
        patience=patience,
        timeout=int(timeout),
        resources={"metadata": {"path": str(path.parent)}},
    )
    extra: list[Problem] = []
    try:
        client.execute()
    except CellExecutionError:
        pass  # the cell's own error output is in the report
    except (CellTimeoutError, DeadKernelError) as error:
        k = next((k for k, cell in enumerate(nb.cells) if _running(cell)), -1)
        text = str(error).strip().splitlines()[0]
        extra.append(Problem(k + 1, nb.cells[k].get("id", "?") if k >= 0 else "", text))
    report = client.report(path)
    return Report(report.path, report.cells, report.widgets, report.moves, (*report.problems, *extra))


def _running(cell: Any) -> bool:
    """Was this cell sent to the kernel and never answered?"""
    timing = cell.metadata.get("execution") if cell.cell_type == "code" else None
    return timing is not None and "shell.execute_reply" not in timing


def lint_notebook(path: Path | str) -> tuple[Problem, ...]:
    """What is wrong with how a notebook is written, without running it; see `lint` for the rules."""
    from mas_kit.classroom.notebooks.lint import lint

    return lint(Path(path))
