"""The tolls assignment: every point is declared, and each known mistake loses its own points."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

SOURCE = Path(__file__).parents[2] / "notebooks/assignments/source/tolls/tolls.ipynb"
POINTS = {
    "cost-test": 2,
    "policy-rules": 1,
    "policy-ten": 2,
    "policy-excess": 4,
    "policy-others": 2,
    "why": 2,
}
PLAYED = {
    "ten-right-prices",
    "practice",
    "policy-excess",
    "policy-others",
    "prediction",
}  # the course's own test
POLICY = "class MyTolls(Policy):\n    def decide(self, percept, rng):\n        return {}"


def cells():
    return nbformat.read(SOURCE, as_version=4).cells


def grade(**submitted: str) -> set[str]:
    """The tests that fail when these cells are as submitted and the others as solved; no towns are played."""
    names: dict[str, object] = {}
    failed = set()
    for cell in cells():
        about = cell.metadata["nbgrader"]["grade_id"]
        if cell.cell_type != "code" or about in PLAYED:
            continue
        try:
            exec(compile(submitted.get(about, cell.source), about, "exec"), names)
        except Exception:
            assert cell.metadata["nbgrader"]["grade"], about
            failed.add(about)
    return failed


def test_every_point_is_declared():
    given = {c.metadata["nbgrader"]["grade_id"]: c.metadata["nbgrader"].get("points") for c in cells()}
    assert {name: points for name, points in given.items() if points} == POINTS
    assert all(cell.id == cell.metadata["nbgrader"]["grade_id"] for cell in cells())


def test_the_solution_passes():
    assert grade() == set()


@pytest.mark.parametrize(
    "formula",
    [
        "slope * power * flow ** (power - 1)",  # how much later one is, not all of them
        "slope * flow ** power",  # right on straight lines only
        "(flow + 1) * slope * power * flow ** (power - 1)",  # counts itself
    ],
)
def test_a_wrong_marginal_cost_loses_its_points(formula: str):
    wrong = f"def marginal_cost(flow, slope, power):\n    return {formula}"
    assert grade(cost=wrong) == {"cost-test"}


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        ("percept.marginal", {"policy-ten"}),  # 76 gantries
        ("0.0", {"policy-ten"}),
        ("-1.0 if percept.link == '1-2' else 2.0 * (percept.link == '5-6')", {"policy-ten"}),
        ("20.0 * (percept.link in ('16-10', '10-16'))", {"policy-ten"}),  # worse than nothing
        (
            "rng.bit_generator.seed_seq.entropy and self.__dict__.setdefault('n', 0)",
            {"policy-ten", "policy-rules"},
        ),
    ],
)
def test_a_wrong_design_loses_its_points(answer: str, lost: set[str]):
    assert grade(policy=POLICY.format(answer)) == lost
