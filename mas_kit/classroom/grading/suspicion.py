"""What a submission reaches for that no exercise asks for: nbgrader runs tests and submission in one kernel.

A policy is walled in, its notebook is not walled off from the tests that nbgrader runs behind it. So before a
submission runs, its own cells are read, and whoever grades is told which lines reach for the grader, for
IPython or for Python's insides. That is no verdict: honest code may do it, and a clever cheat may hide it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

_MODULES = (
    *("mas_kit.classroom.grading", "nbgrader", "IPython", "ipykernel", "ctypes", "gc", "builtins"),
    *("importlib", "inspect", "subprocess", "signal", "atexit", "threading", "multiprocessing"),
)
_NAMES = {
    "get_ipython",
    "exec",
    "eval",
    "compile",
    "__import__",
    "globals",
    "setattr",
    "delattr",
    "exit",
    "quit",
}
_ATTRIBUTES = {
    "__class__",
    "__globals__",
    "__code__",
    "__dict__",
    "__builtins__",
    "__subclasses__",
    "_getframe",
}
_ATTRIBUTES |= {
    "_exit",
    "f_locals",
    "f_globals",
    "f_back",
    "settrace",
    "setprofile",
    "kill",
    "fork",
    "system",
}


class Suspicion(NamedTuple):
    """A line of a cell, and what it reaches for."""

    cell: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"cell {self.cell}, line {self.line}: {self.what}"


def warn(nb: Any, resources: Any) -> tuple[Any, Any]:
    """A preprocessor of nbgrader's autograde: log what a submission reaches for, and change nothing.

    `nbgrader_config.py` puts it behind the step that restores the teacher's locked cells, so that these need
    not be read; which they are, the gradebook says, since a notebook may say anything.
    """
    from nbgrader.api import Gradebook
    from traitlets.log import get_logger

    here = resources["nbgrader"]
    with Gradebook(here["db_url"]) as book:
        cells = book.find_notebook(here["notebook"], here["assignment"]).source_cells
        locked = {cell.name for cell in cells if cell.locked}
    for suspicion in suspicions(nb, locked):
        get_logger().warning("%s: %s. Read it before you trust the marks.", here["student"], suspicion)
    return nb, resources


def suspicions(nb: Any, locked: Collection[str]) -> list[Suspicion]:
    """What the code cells of a notebook reach for, but for those of these names, which are the teacher's."""
    found: list[Suspicion] = []
    imported: set[str] = set()
    for number, cell in enumerate(nb.cells, start=1):
        name = str(cell.metadata.get("nbgrader", {}).get("grade_id") or number)
        if cell.cell_type != "code" or name in locked:
            continue
        found += [Suspicion(name, line, what) for line, what in _in_source(cell.source, imported)]
    return found


def _in_source(source: str, imported: set[str]) -> Iterator[tuple[int, str]]:
    lines = source.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith(("%", "!", "?")):
            yield number, f"a command to IPython, {line.strip():.40}"
            lines[number - 1] = line[: len(line) - len(line.lstrip())] + "pass"
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return  # it will not run either
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imported |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    for node in ast.walk(tree):
        for what in _in_node(node, imported):
            yield getattr(node, "lineno", 0), what


def _in_node(node: ast.AST, imported: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        base = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            whole = f"{base}.{alias.name}" if base else alias.name
            if any(whole == module or whole.startswith(f"{module}.") for module in _MODULES):
                yield f"imports {whole}"
    elif isinstance(node, ast.Name) and node.id in _NAMES:
        yield f"uses {node.id}"
    elif isinstance(node, ast.Attribute):
        if node.attr in _ATTRIBUTES or (node.attr == "modules" and _root(node) == "sys"):
            yield f"uses .{node.attr}"
        elif isinstance(node.ctx, ast.Store | ast.Del) and _root(node) in imported:
            yield f"changes {ast.unparse(node)}, which it imported"


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
