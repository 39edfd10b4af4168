"""The contract net assignment: its own solution earns every point, and each known mistake loses its own."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

SOURCE = Path(__file__).parents[2] / "notebooks/assignments/source/contract_net/contract_net.ipynb"
POINTS = {
    "cost-test": 2,
    "worker-free": 2,
    "worker-promise": 2,
    "award-open": 2,
    "award-hidden": 2,
    "why": 2,
}
ALL_BIDS = """\
def worker(hearing, busy):
    bids = [q.answer("refuse") if busy else q.answer("propose", q.content) for q in hearing.ask("bid")]
    return bids + [q.answer("inform") for q in hearing.ask("perform")]"""
CHEAPEST = "def award(proposals, reliability, own):\n    return (min(proposals, key=proposals.get),)"
NO_OWN = """\
def award(proposals, reliability, own):
    expected = {n: h / reliability[n] for n, h in proposals.items()}
    return (min(expected, key=expected.get),)"""
SILENT = "def worker(hearing, busy):\n    return []"
NO_REFUSALS = "def cost(called, refusals):\n    return 3 * called + 1 - refusals"  # wrong when all refuse


def cells():
    return nbformat.read(SOURCE, as_version=4).cells


def grade(**submitted: str) -> set[str]:
    """The tests that fail when these cells are as submitted and the others as solved."""
    names: dict[str, object] = {}
    failed = set()
    for cell in cells():
        about = cell.metadata["nbgrader"]
        if cell.cell_type != "code":
            continue
        code = submitted.get(about["grade_id"], cell.source)
        try:
            exec(compile(code, about["grade_id"], "exec"), names)
        except Exception:
            assert about["grade"] or about["grade_id"] == "bench", about["grade_id"]
            failed.add(about["grade_id"])
    return failed - {"bench"}


def test_every_point_is_declared():
    given = {c.metadata["nbgrader"]["grade_id"]: c.metadata["nbgrader"].get("points") for c in cells()}
    assert {name: points for name, points in given.items() if points} == POINTS
    assert all(cell.id == cell.metadata["nbgrader"]["grade_id"] for cell in cells())


def test_the_solution_earns_every_point():
    assert grade() == set()


@pytest.mark.parametrize(
    ("submitted", "lost"),
    [
        ({"cost": NO_REFUSALS}, {"cost-test"}),
        ({"worker": ALL_BIDS}, {"worker-promise"}),
        ({"worker": SILENT}, {"worker-free", "worker-promise"}),
        ({"award": CHEAPEST}, {"award-open", "award-hidden"}),
        ({"award": NO_OWN}, {"award-hidden"}),
    ],
)
def test_a_known_mistake_loses_its_points_and_no_others(submitted, lost):
    assert grade(**submitted) == lost


def test_nothing_of_the_solution_is_left_for_students():
    solved = "\n".join(cell.source for cell in cells())
    handed_out = re.sub(r"### BEGIN (SOLUTION|HIDDEN TESTS).*?### END \1", "", solved, flags=re.DOTALL)
    assert "bids + 1" in solved
    assert "bids + 1" not in handed_out
    assert "never been seen to succeed:" not in handed_out
