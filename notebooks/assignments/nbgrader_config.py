"""The course: where it lives, and how long a submission may take. `nbgrader` reads it in this folder."""

from pathlib import Path

from nbgrader.converters import Autograde

from mas_kit.classroom.grading.suspicion import warn

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "mas-kit"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# One cell of a submission: the exam of the beer game takes about 5 seconds, and a cell that never ends is
# interrupted after two minutes, so that the rest of the cells and of the class are graded.
c.Execute.timeout = 120
c.Execute.interrupt_on_timeout = True

# A submission runs with your rights unless its kernel closes itself in: no way to source/, to other people's
# work, to the gradebook or the network. Linux only (Landlock); elsewhere autograde in a container.
c.Execute.extra_arguments = [
    "--IPKernelApp.exec_lines=from mas_kit.classroom.grading.desk import sit_down; sit_down(); del sit_down"
]

# nbgrader runs tests and submission in one kernel: what reaches for the grader there is in autograde's log.
c.Autograde.sanitize_preprocessors = [*Autograde.sanitize_preprocessors.default(), warn]

# What zip_collect takes: downloaded/beer_game/archive/ada-beer_game.ipynb is ada's. A student is letters,
# digits and _ . - + @, with none of the signs first, so that no name leads out of submitted/.
c.FileNameCollectorPlugin.named_regexp = r".*[/\\](?P<student_id>\w[\w.+@-]*)-(?P<file_id>\w+)\.ipynb$"

c.ClearSolutions.code_stub = {"python": "# Your code here\nraise NotImplementedError"}
c.ClearSolutions.text_stub = "Your answer here."
