"""Our solutions are folded, leave a student's answer alone, and can be taken out of a notebook."""

from __future__ import annotations

import ast
import json
import symtable
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.conftest import every_notebook

LESSONS = [path for path in every_notebook() if "assignments" not in path.parts]


def cells(path: Path) -> list[Any]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == "code"]


def is_solution(cell: Any) -> bool:
    return "solution" in cell["metadata"].get("tags", [])


def scopes(cell: Any) -> list[symtable.SymbolTable]:
    """The outer level of a cell, then every function and class in it."""
    found = [symtable.symtable("".join(cell["source"]), "cell", "exec")]
    for table in found:  # grows while we walk
        found += table.get_children()
    return found


def bound(cell: Any) -> set[str]:
    """The names that a cell gives a meaning to, at its outer level; the `k` of a comprehension is not one."""
    tree = ast.parse("".join(cell["source"]))
    loops = [c.target for c in ast.walk(tree) if isinstance(c, ast.comprehension)]
    stored = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    passing = {id(n) for target in loops for n in ast.walk(target)}
    kept = {n.id for n in stored if id(n) not in passing}
    outer = {symbol.get_name(): symbol for symbol in scopes(cell)[0].get_symbols() if symbol.is_assigned()}
    return {
        name
        for name, symbol in outer.items()
        if name in kept or symbol.is_namespace() or symbol.is_imported()
    }


def used(cell: Any) -> set[str]:
    """The names that it needs from the outer level, wherever in it."""
    outer, *inner = scopes(cell)
    here = {symbol.get_name() for symbol in outer.get_symbols() if symbol.is_referenced()}
    return here | {s.get_name() for table in inner for s in table.get_symbols() if s.is_global()}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_solutions_are_folded(path: Path) -> None:
    """JupyterLab shows the first line of a folded cell, so that line must not be the answer."""
    found = [cell for cell in cells(path) if is_solution(cell)]
    folded = [cell for cell in found if cell["metadata"].get("jupyter") == {"source_hidden": True}]
    assert [cell["id"] for cell in found if cell not in folded] == []
    assert {cell["source"][0] for cell in found} <= {"# Our solution: click to unfold it.\n"}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_a_solution_replaces_nothing(path: Path) -> None:
    taken: set[str] = set()
    for cell in cells(path):
        names = bound(cell)
        if is_solution(cell):
            assert names & taken == set(), f"cell {cell['id']} gives these names another meaning"
        taken |= names


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_nothing_else_needs_a_solution(path: Path) -> None:
    students = set().union(*(bound(cell) for cell in cells(path) if not is_solution(cell)))
    ours = set().union(*(bound(cell) for cell in cells(path) if is_solution(cell))) - students
    for cell in cells(path):
        if not is_solution(cell):
            assert used(cell) & ours == set(), f"cell {cell['id']} breaks when the solutions are taken out"


def test_the_checks_see_a_solution_that_replaces() -> None:
    def code(source: str) -> dict[str, Any]:
        return {"source": source}

    assert bound(code("a = 1\nb, c = 2, 3\ndef f(x):\n    y = x\nfor i in []: pass")) == {
        "a",
        "b",
        "c",
        "f",
        "i",
    }
    assert bound(code("total = sum(k for k in range(3))\nassert total")) == {"total"}
    assert used(code("def f(x):\n    far = x\n    return far + near\nprint(f(1))")) == {"near", "print", "f"}
