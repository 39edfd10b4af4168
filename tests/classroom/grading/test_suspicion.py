"""What a submission reaches for is told to whoever grades; honest submissions are not."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from mas_kit.classroom.grading.suspicion import suspicions
from tests.classroom.test_every_assignment import COURSE, NAMES


def notebook(*sources: str, name: str = "policy") -> Any:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for cell in cells:
        cell.metadata["nbgrader"] = {"grade_id": name, "locked": True}  # what a notebook says of itself
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        (
            "x = 1\nfrom mas_kit.classroom.grading.exam import Paper",
            2,
            "imports mas_kit.classroom.grading.exam.",
        ),
        ("from mas_kit.classroom import grading", 1, "imports mas_kit.classroom.grading"),
        ("get_ipython().input_transformers_post.append(print)", 1, "uses get_ipython"),
        ("%load_ext autoreload", 1, "a command to IPython, %load_ext"),
        ("if True:\n    !cat /etc/passwd\nx = 2", 2, "a command to IPython, !cat"),
        ("import sys\nsys.modules['a'] = 1", 2, "uses .modules"),
        ("().__class__.__base__.__subclasses__()", 1, "uses .__subclasses__"),
        ("exec('x = 1')", 1, "uses exec"),
        ("import os\nos._exit(0)", 2, "uses ._exit"),
        ("import numpy as np\nnp.mean = lambda x: 0", 2, "changes np.mean, which it imported"),
        ("import subprocess as s", 1, "imports subprocess"),
    ],
)
def test_what_is_reached_for_is_told_with_its_line(source: str, line: int, what: str) -> None:
    found = suspicions(notebook(source), locked=())
    assert any(each.line == line and each.what.startswith(what) for each in found), found
    assert str(found[0]).startswith(f"cell policy, line {found[0].line}: ")


def test_an_import_in_an_earlier_cell_counts() -> None:
    nb = notebook("from mas_kit.usecases.supply_chain import SupplyChain", "SupplyChain.metrics = None")
    assert [each.what for each in suspicions(nb, ())] == ["changes SupplyChain.metrics, which it imported"]


def test_locked_is_what_the_gradebook_says() -> None:
    nb = notebook("from mas_kit.classroom.grading import Exam", name="policy-cost")
    assert not suspicions(nb, {"policy-cost"})
    assert suspicions(nb, {"policy"})


@pytest.mark.parametrize("name", NAMES)
def test_an_honest_notebook_raises_none(name: str) -> None:
    nb = nbformat.read(COURSE / "source" / name / f"{name}.ipynb", as_version=4)
    locked = {
        cell.metadata["nbgrader"]["grade_id"]
        for cell in nb.cells
        if cell.metadata.get("nbgrader", {}).get("locked")
    }
    assert locked
    assert not suspicions(nb, locked)


def test_what_does_not_parse_is_left_to_the_kernel() -> None:
    assert not suspicions(notebook("def f(:"), ())
