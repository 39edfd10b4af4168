"""Each assignment goes through nbgrader: its solution earns every automatic point, an empty sheet none.

`test_assignments.py` looks closer at one: hidden tests, feedback, marks in between, a hostile submission.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COURSE = Path(__file__).parents[2] / "notebooks" / "assignments"
NAMES = sorted(path.name for path in (COURSE / "source").iterdir() if path.is_dir())
MADE = {"release", "downloaded", "submitted", "autograded", "feedback", "gradebook.db"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nbgrader is tried on POSIX only")
pytest.importorskip(
    "nbgrader", reason="the classroom extra is not installed: pip install 'mas-kit[classroom]'"
)

# In one process, because each command of nbgrader takes seconds to start. Prints the grades as JSON.
STEPS = """
import json, shutil, sys
from pathlib import Path
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from nbgrader.api import Gradebook

name = sys.argv[1]
app = NbGrader()
app.initialize([])
api = NbGraderAPI(config=app.config)

def must(result):
    if not result["success"]:
        sys.exit(result["log"])

must(api.generate_assignment(name, create=True))
for student, kept in ("teacher", "source"), ("nobody", "release"):
    there = Path("submitted", student, name)
    there.mkdir(parents=True)
    shutil.copy(Path(kept, name, f"{name}.ipynb"), there)
    must(api.autograde(name, student, create=True))
with Gradebook("sqlite:///gradebook.db") as book:
    found = {
        student: {
            grade.cell.name: [grade.auto_score, grade.max_score]
            for grade in book.find_submission_notebook(name, name, student).grades
        }
        for student in ("teacher", "nobody")
    }
print("grades", json.dumps(found))
"""


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_earns_every_automatic_point_and_an_empty_sheet_none(name: str, tmp_path: Path) -> None:
    course = tmp_path / "course"
    shutil.copytree(COURSE, course, ignore=lambda _, names: {n for n in names if n in MADE})
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(
            [sys.executable, "-c", STEPS, name],
            cwd=course,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
    finally:
        for made in (course / "autograded").rglob("*"):
            made.chmod(0o755)
    assert done.returncode == 0, done.stdout + done.stderr
    grades = json.loads(done.stdout.split("grades ")[-1])
    automatic = {cell: score for cell, score in grades["teacher"].items() if score[0] is not None}
    assert automatic, "nothing is marked by itself"
    assert {cell: got for cell, (got, _) in automatic.items()} == {
        cell: highest for cell, (_, highest) in automatic.items()
    }
    assert {grades["nobody"][cell][0] for cell in automatic} == {0.0}
    released = (course / "release" / name / f"{name}.ipynb").read_text()
    assert "SOLUTION" not in released
    assert "HIDDEN" not in released


@pytest.mark.parametrize("name", NAMES)
def test_the_course_describes_it(name: str) -> None:
    assert f"\n## {name}\n" in (COURSE / "README.md").read_text()
