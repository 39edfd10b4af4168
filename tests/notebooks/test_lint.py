"""Each rule of how a notebook is written: the breach is named, and a clean notebook passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from mas_kit.classroom.notebooks import lint_notebook
from tests.notebooks.samples import GOOD, write


def _change(path: Path, change: Callable[[Any], None]) -> list[str]:
    nb = nbformat.read(path, as_version=4)
    change(nb)
    nbformat.write(nb, path)
    return [str(problem) for problem in lint_notebook(path)]


def _old(nb: Any) -> None:
    nb.nbformat_minor = 4
    for cell in nb.cells:
        cell.pop("id", None)


def _second_h1(nb: Any) -> None:
    nb.cells.append(new_markdown_cell("# Another title"))


def _kernel(nb: Any) -> None:
    nb.metadata.kernelspec.name = "my-env"


def _output(nb: Any) -> None:
    nb.cells[-1].outputs = [new_output("stream", text="46")]


def _count(nb: Any) -> None:
    nb.cells[-1].execution_count = 3


def _widgets(nb: Any) -> None:
    nb.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def _tag(nb: Any) -> None:
    nb.cells[-1].metadata.tags = ["solutions"]


def _untagged(nb: Any) -> None:
    nb.cells += [new_markdown_cell("### Solution to exercise 2"), new_code_cell("alpha = 1")]


def _code(source: str) -> Callable[[Any], None]:
    return lambda nb: nb.cells.append(new_code_cell(source))


def _first_cell(nb: Any) -> None:
    nb.cells[1].source = "import mas_kit\nchain = mas_kit.Model()"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_old, "the format is 4.4"),
        (_kernel, "the kernel is 'my-env'"),
        (_second_h1, "2 H1 headings"),
        (_output, "clear the outputs"),
        (_count, "clear the outputs"),
        (_widgets, "widget state is stored"),
        (_tag, "unknown tags ['solutions']"),
        (_untagged, "without the tag 'solution'"),
        (_first_cell, "the first code cell does more"),
        (_code("!pip install mesa"), "calls the shell"),
        (_code("%pip install mesa"), "calls the shell"),
        (_code("import sys\nsys.path.append('..')"), "touches sys.path"),
        (_code("import requests"), "imports requests"),
        (_code("from urllib import request"), "imports urllib.request"),
        (_code("pd.read_csv('https://example.org/x.csv')"), "an address on the network"),
        (_code("open('/home/ann/x.csv')"), "the absolute path '/home/ann/x.csv'"),
        (_code("def f(:"), "it is not Python"),
    ],
)
def test_a_breach_is_named(tmp_path: Path, change: Callable[[Any], None], named: str) -> None:
    found = _change(write(tmp_path / "sample.ipynb", GOOD), change)
    assert len(found) == 1, found
    assert named in found[0]


def test_a_clean_notebook_has_no_breach(tmp_path: Path) -> None:
    path = write(tmp_path / "clean.ipynb", GOOD)

    def extend(nb: Any) -> None:
        nb.cells += [
            new_markdown_cell("```python\n# a comment, not a heading\n```"),
            new_markdown_cell("### Solution"),
            new_code_cell("%time alpha = 1", metadata={"tags": ["solution"]}),
            new_markdown_cell("## Next"),
            new_code_cell("beta = 2"),
        ]

    assert _change(path, extend) == []
