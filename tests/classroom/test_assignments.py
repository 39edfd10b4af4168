"""The course goes through nbgrader from source to marks: five submissions, each with the mark it earned."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

COURSE = Path(__file__).parents[2] / "notebooks" / "assignments"
NAME = "beer_game"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nbgrader is tried on POSIX only")
pytest.importorskip(
    "nbgrader", reason="the classroom extra is not installed: pip install 'mas-kit[classroom]'"
)

LEVEL = """\
    demand = NormalDist(lead * mean, lead**0.5 * sd)
    return demand.inv_cdf(shortage / (shortage + holding))"""
RIGHT = "        return max(0.0, base_stock_level(MEAN, SD, LEAD, HOLDING, SHORTAGE) + 1 - percept.position)"
WRONG = RIGHT.replace("percept.position", "percept.net")  # it forgets what is on its way
RAISES = f"        if percept.time > 20:\n            raise ValueError('no stock left')\n{RIGHT}"
NEVER_ENDS = f"        while percept.time > 20:\n            pass\n{RIGHT}"
FOREVER = "import time\nwhile True:\n    time.sleep(1)"
# What a submission could do with the teacher's rights, put in front of the class: it says what it found.
SNOOPS = """\
from pathlib import Path
import gc

for place in ("../../../source/beer_game/beer_game.ipynb", "../../../gradebook.db", "../../ada/beer_game"):
    try:
        list(Path(place).iterdir()) if Path(place).is_dir() else Path(place).read_bytes()
        print(place, "is open")
    except PermissionError:
        print(place, "is closed")
"""

# student -> (exercise 1, the body of decide, points of: level, rules, line, cost, chain)
SUBMISSIONS: dict[str, tuple[str, str, tuple[float, ...]]] = {
    "ada": (LEVEL, RIGHT, (2, 1, 2, 4, 2)),
    "bo": (LEVEL.replace("lead**0.5", "lead"), WRONG, (0, 1, 0, 0, 0)),
    "cem": (LEVEL, RAISES, (2, 1, 2, 0, 0)),
    "dee": (LEVEL, NEVER_ENDS, (2, 1, 2, 0, 0)),
    "eve.m-2@uni": (
        "    while True:\n        pass",
        RIGHT,
        (0, 0, 0, 0, 0),
    ),  # a cell of the notebook itself never ends
}
TESTS = ("level-test", "policy-rules", "policy-line", "policy-cost", "policy-chain")


class Course:
    """A copy of the course in a folder of its own, and nbgrader run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = ""  # of the autograding
        shutil.copytree(COURSE, folder, ignore=lambda _, names: {n for n in names if n in _MADE})

    def nbgrader(self, *arguments: str) -> str:
        """Run one command as a teacher would, with the scripts of this environment on the path."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        environment = {**os.environ, "PATH": path}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def read(self, *parts: str) -> Any:
        """A notebook of the course."""
        return nbformat.read(self.folder.joinpath(*parts, NAME, f"{NAME}.ipynb"), as_version=4)

    def submit(self, student: str, change: Callable[[Any], None]) -> None:
        """Hand in the released notebook, changed, under the name of the student."""
        nb = self.read("release")
        change(nb)
        inbox = self.folder / "downloaded" / NAME / "archive"
        inbox.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, inbox / f"{student}-{NAME}.ipynb")


_MADE = {"release", "downloaded", "submitted", "autograded", "feedback", "gradebook.db"}


def _cell(nb: Any, name: str) -> Any:
    return next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The course after release, five submissions, autograding, feedback and export."""
    course = Course(tmp_path_factory.mktemp("classroom") / "course")
    course.nbgrader("generate_assignment", NAME, "--create")
    for student, (level, decide, _) in SUBMISSIONS.items():

        def change(nb: Any, student: str = student, level: str = level, decide: str = decide) -> None:
            for name, body in (("level", level), ("policy", decide)):
                cell = _cell(nb, name)
                cell.source, changed = re.subn(
                    r" *# Your code here\n *raise NotImplementedError", lambda _, b=body: b, cell.source
                )
                assert changed == 1
            _cell(nb, "policy-cost").source = "4.0  # a student may write what a locked cell should give"
            if student == "bo":
                _cell(nb, "policy").source = SNOOPS + _cell(nb, "policy").source
            _cell(nb, "why").source = "They cannot see it."

        course.submit(student, change)
    course.submit("..", lambda nb: None)  # a name that leads out of the folder
    course.nbgrader("zip_collect", NAME)
    course.log = course.nbgrader("autograde", NAME, "--create", "--Execute.timeout=60")
    course.nbgrader("generate_feedback", NAME)
    course.nbgrader("export", "--to=grades.csv")
    yield course
    for path in (course.folder / "autograded").rglob("*"):
        path.chmod(0o755)


def test_the_release_has_neither_solutions_nor_hidden_tests(course: Course) -> None:
    text = "\n".join(cell.source for cell in course.read("release").cells)
    assert "SOLUTION" not in text
    assert "HIDDEN" not in text
    assert "inv_cdf(shortage" not in text
    assert "seed=417" not in text
    assert text.count("raise NotImplementedError") == 2
    assert "Your answer here." in text


def test_collecting_takes_each_notebook_to_its_student_and_nowhere_else(course: Course) -> None:
    assert {path.name for path in (course.folder / "submitted").iterdir()} == set(SUBMISSIONS)
    assert not list(course.folder.glob(f"{NAME}*"))
    assert not (course.folder / NAME).exists()


def test_every_submission_has_the_points_it_earned(course: Course) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as book:
        for student, (*_, points) in SUBMISSIONS.items():
            notebook = book.find_submission_notebook(NAME, NAME, student)
            grades = {grade.cell.name: grade for grade in notebook.grades}
            assert tuple(grades[name].auto_score for name in TESTS) == points, student
            assert grades["why"].needs_manual_grade


def test_the_export_has_a_row_for_everyone(course: Course) -> None:
    with (course.folder / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: float(rows[student]["score"]) for student in SUBMISSIONS} == {
        student: sum(points) for student, (*_, points) in SUBMISSIONS.items()
    }
    assert {float(row["max_score"]) for row in rows.values()} == {13.0}


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("ada", "4 of 4 points."),
        ("bo", "0 of 4 points."),
        ("cem", "0 of 4 points: the policy raised ValueError: no stock left in line"),
        ("dee", "0 of 4 points: the policy used more than 5 seconds of CPU: is there an endless loop?"),
        ("eve.m-2@uni", "CellTimeoutError"),
    ],
)
def test_the_feedback_says_why(course: Course, student: str, said: str) -> None:
    page = (course.folder / "feedback" / student / NAME / f"{NAME}.html").read_text()
    assert said in re.sub(r"<[^>]+>", "", page)


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
def test_a_submission_cannot_look_around(course: Course) -> None:
    cell = _cell(course.read("autograded", "bo"), "policy")
    said = "".join(output.get("text", "") for output in cell.outputs)
    if not fence_stands():
        pytest.skip("this kernel has no Landlock; run autograding in a container")
    assert said.count("is closed") == 3, said


def test_who_reaches_for_pythons_insides_is_named_and_nobody_else(course: Course) -> None:
    told = [line for line in course.log.splitlines() if "before you trust the marks" in line]
    assert len(told) == 1, course.log
    assert "bo: cell policy, line 2: imports gc." in told[0]


def fence_stands() -> bool:
    """Can this machine close a process in? (Asked in another process: there is no way back.)"""
    code = "from mas_kit.classroom.grading.landlock import fence; print(fence([]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_the_course_itself_is_as_it_was(course: Course) -> None:
    assert not _MADE & {path.name for path in COURSE.iterdir()}
