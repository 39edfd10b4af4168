"""What a check of a notebook found, in words that say where to look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mas_kit.core.errors import MasKitError


class NotebookProblems(MasKitError, AssertionError):
    """A notebook did not pass its check; the message is the report."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a notebook.

    `cell` is the position of the cell, counted from 1 over all cells (0: the notebook as a whole); `widget`
    is the widget as a reader names it, `move` what was done to it (both "" when no widget is to blame), and
    `seen` the place where the error showed.
    """

    cell: int
    cell_id: str
    error: str
    widget: str = ""
    move: str = ""
    seen: str = ""
    trace: str = ""

    def __str__(self) -> str:
        where = f"cell {self.cell} [{self.cell_id}]" if self.cell else "notebook"
        seen = f"seen in {self.seen}" if self.seen and not self.move else ""
        blame = ", ".join(part for part in (where, f"{self.widget} {self.move}".strip(), seen) if part)
        text = f"{blame}: {self.error}"
        inner = [line for line in self.trace.splitlines() if line.strip()][-6:]
        return "\n".join([text, *(f"      {line}" for line in inner if len(inner) > 1)])


@dataclass(frozen=True)
class Report:
    """A checked notebook: how many code cells ran, how many widgets and moves, what is wrong."""

    path: Path
    cells: int
    widgets: int
    moves: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Is nothing wrong?"""
        return not self.problems

    def raise_for_problems(self) -> None:
        """Raise `NotebookProblems` when something is wrong."""
        if self.problems:
            raise NotebookProblems(str(self))

    def __str__(self) -> str:
        done = f"{self.cells} code cells ran, {self.widgets} widgets were moved {self.moves} times"
        if self.ok:
            return f"{self.path}: no problem ({done})"
        count = f"{len(self.problems)} problem{'s' if len(self.problems) > 1 else ''}"
        return "\n".join([f"{self.path}: {count} ({done})", *(f"  - {problem}" for problem in self.problems)])
