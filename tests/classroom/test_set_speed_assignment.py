"""The set-speed assignment: its solution keeps what can be tested without the exam, known mistakes do not.

The exam itself (20 games against a frozen baseline) is a matter of the sandbox and of nbgrader.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from mas_kit.classroom.grading import Exam
from mas_kit.usecases.vehicles.set_speed import SetSpeed

SOURCE = Path(__file__).parents[2] / "notebooks/assignments/source/set_speed/set_speed.ipynb"
POINTS = {"fits-test": 2, "pilot-rules": 1, "pilot-room": 2, "pilot-cost": 4, "pilot-braking": 2, "why": 2}
PLAYED = {"play-it", "practice", "pilot-cost", "pilot-braking"}  # whole games: too long for here
PILOT = "class MyPilot(Policy):\n    def decide(self, percept, rng):\n        "
CONSTANT = PILOT + "return 3.0"
EAGER = PILOT + "return percept.speed + 1.0"
BLIND = PILOT + "return 2.0 + 0.03 * percept.gap"  # it looks at the gap alone
KEEPS = PILOT + "self.last = percept.speed\n        return self.last"
PI = "from mas_kit.usecases.vehicles.set_speed import Saturation\n\n\nclass MyPilot(Saturation):\n    pass"
SHARED = "def speed_that_fits(length, cars, car, T, s0):\n    return (length / cars - car - s0) / T"
NO_CAR = "def speed_that_fits(length, cars, car, T, s0):\n    return max(0.0, (length / cars - s0) / T)"


def cells():
    return nbformat.read(SOURCE, as_version=4).cells


def grade(**submitted: str) -> set[str]:
    """The tests that fail when these cells are as submitted and the others as solved."""
    names: dict[str, object] = {}
    failed = set()
    for cell in cells():
        name = cell.metadata["nbgrader"]["grade_id"]
        if cell.cell_type != "code" or name in PLAYED - {"play-it"}:
            continue
        code = submitted.get(name, cell.source)
        if name == "play-it":
            code = code.split("for name")[0]
        try:
            exec(compile(code, name, "exec"), names)
        except Exception:
            assert cell.metadata["nbgrader"]["grade"], name
            failed.add(name)
    return failed


def test_every_point_is_declared():
    given = {c.metadata["nbgrader"]["grade_id"]: c.metadata["nbgrader"].get("points") for c in cells()}
    assert {name: points for name, points in given.items() if points} == POINTS
    assert all(cell.id == cell.metadata["nbgrader"]["grade_id"] for cell in cells())


@pytest.mark.parametrize(
    ("submitted", "lost"),
    [
        ({}, set()),
        ({"pilot": PI}, set()),  # the published controller keeps every rule
        ({"pilot": CONSTANT}, {"pilot-room"}),
        ({"pilot": EAGER}, {"pilot-room"}),
        ({"pilot": BLIND}, {"pilot-room"}),
        ({"pilot": KEEPS}, {"pilot-rules", "pilot-room"}),
        ({"fits": SHARED}, {"fits-test"}),
        ({"fits": NO_CAR}, {"fits-test"}),
    ],
)
def test_a_known_mistake_loses_its_points_and_no_others(submitted, lost):
    assert grade(**submitted) == lost


def test_a_pilot_sits_the_exam_in_a_process_of_its_own():
    """Twenty very short games: the way of a percept and of a speed through the sandbox."""
    names: dict[str, object] = {}
    for name in ("imports", "pilot"):
        exec(next(c.source for c in cells() if c.id == name), names)
    settings = {"engine": "objects", "record": False, "duration": 30, "switch_on": 5, "warmup": 10}
    paper = Exam(SetSpeed, "pilot", replicates=20, seed=5, **settings).sit(names["MyPilot"])
    assert paper.failure == ""
    assert len({game["cost"] for game in paper.games}) == 20
    here = SetSpeed(seed=paper.exam.seeds[0], policies={"pilot": names["MyPilot"]()}, **settings).run()
    assert paper.games[0]["cost"] == here.metrics()["cost"]


def test_nothing_of_the_solution_is_left_for_students():
    solved = "\n".join(cell.source for cell in cells())
    handed_out = re.sub(r"### BEGIN (SOLUTION|HIDDEN TESTS).*?### END \1", "", solved, flags=re.DOTALL)
    for secret in ("percept.gap - 9.0", "seed=1723", "(gap - s0) / T", "bumper to bumper"):
        assert secret in solved
        assert secret not in handed_out
