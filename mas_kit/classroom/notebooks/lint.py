"""How a notebook of this kit is written: rules that need no kernel.

nbformat 4.5 with cell ids, the kernel `python3`, no stored output; one H1 in the first cell; the first code
cell imports and guards; no pip, no `sys.path`, no absolute path, no network; known tags, and every solution
under its tag.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mas_kit.classroom.notebooks.report import Problem

TAGS = frozenset({"parameters", "solution", "hide-input", "raises-exception", "skip-execution"})
_NETWORK = {"requests", "httpx", "aiohttp", "ftplib", "smtplib", "urllib.request", "http.client", "socket"}
_SHELL = re.compile(r"^\s*(?:[!%]\s*(?:pip|conda|mamba|uv|wget|curl)\b|!)", re.MULTILINE)
_ABSOLUTE = re.compile(r"^(?:/(?:home|Users|root|work|tmp|mnt|content|opt)\b|[A-Za-z]:[\\/]|~/)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_H1 = re.compile(r"^# \S", re.MULTILINE)
_SOLUTION = re.compile(r"^#+ .*\bsolutions?\b", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^#+ ", re.MULTILINE)


def lint(path: Path) -> tuple[Problem, ...]:
    """Every breach of the rules above, in the order of the cells."""
    import nbformat  # heavy, and only checks need it

    nb: Any = nbformat.read(path, as_version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    problems = [Problem(0, "", error) for error in _whole(nb)]
    try:
        nbformat.validate(nb)
    except nbformat.ValidationError as error:
        problems.append(Problem(0, "", f"not a valid notebook: {str(error).splitlines()[0]}"))
    below_solution = False
    for k, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown" and _HEADING.search(cell.source):
            below_solution = bool(_SOLUTION.search(cell.source))
        found = [*_any_cell(cell), *(_code_cell(cell, below_solution) if cell.cell_type == "code" else ())]
        problems += [Problem(k + 1, cell.get("id", ""), error) for error in found]
    return tuple(problems)


def _whole(nb: Any) -> Iterator[str]:
    if (nb.nbformat, nb.nbformat_minor) != (4, 5):
        yield f"the format is {nb.nbformat}.{nb.nbformat_minor}; save it as 4.5, which gives cells their ids"
    kernel = nb.metadata.get("kernelspec", {})
    if kernel.get("name") != "python3":
        yield f"the kernel is {kernel.get('name')!r}; it must be 'python3', a name that every machine knows"
    if "widgets" in nb.metadata:
        yield "widget state is stored in the metadata; clear it (it is an output)"
    heads = [(k, len(_H1.findall(_prose(cell)))) for k, cell in enumerate(nb.cells)]
    count = sum(n for _, n in heads)
    if count != 1 or not heads or heads[0][1] != 1:
        yield f"{count} H1 headings; there must be one, and in the first cell"
    first = next((cell for cell in nb.cells if cell.cell_type == "code"), None)
    if first is not None and not _only_imports(first.source):
        yield "the first code cell does more than import and guard versions; give the rest a cell of its own"


def _any_cell(cell: Any) -> Iterator[str]:
    if unknown := set(cell.metadata.get("tags", [])) - TAGS:
        yield f"unknown tags {sorted(unknown)}; known: {sorted(TAGS)}"


def _code_cell(cell: Any, below_solution: bool) -> Iterator[str]:
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield "it holds an output or a count; clear the outputs before you commit"
    if below_solution and "solution" not in cell.metadata.get("tags", []):
        yield "code under a heading 'Solution' without the tag 'solution'"
    if _SHELL.search(cell.source):
        yield "it installs or calls the shell; what it needs belongs in pyproject.toml"
    tree = _parse(cell.source)
    if tree is None:
        if "raises-exception" not in cell.metadata.get("tags", []):
            yield "it is not Python"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names]
            base = getattr(node, "module", None)
            full = {f"{base}.{n}" for n in names} | {base or ""} if base else set(names)
            if used := sorted(name for name in full if name in _NETWORK or name.split(".")[0] in _NETWORK):
                yield f"it imports {used[0]}: a notebook runs offline"
        elif isinstance(node, ast.Attribute) and node.attr == "path" and _is(node.value, "sys"):
            yield "it touches sys.path; install the package instead"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.startswith(("http://", "https://")) and "\n" not in node.value:
                yield f"it names an address on the network ({node.value[:40]}): a notebook runs offline"
            elif _ABSOLUTE.match(node.value):
                yield f"the absolute path {node.value[:40]!r} exists on one machine only"


def _only_imports(source: str) -> bool:
    tree = _parse(source)
    return tree is not None and all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.Assert)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Call))
        for node in tree.body
    )


def _parse(source: str) -> ast.Module | None:
    # A line magic is a comment to us; a cell magic (%%time) has Python below it.
    lines = [re.sub(r"^(\s*)[%!?].*", r"\1pass", line) for line in source.splitlines()]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return None


def _prose(cell: Any) -> str:
    return _FENCE.sub("", cell.source) if cell.cell_type == "markdown" else ""


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
