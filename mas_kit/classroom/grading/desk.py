"""Closing in the kernel in which nbgrader runs a whole submission.

nbgrader runs every cell of a submission with the rights of the teacher: it could read the hidden tests of
the source notebook, another student's work, or write into the gradebook. `sit_down`, run in that kernel
before the first cell (`nbgrader_config.py` sees to it), leaves it the submission's own folder, the installed
packages and a folder for temporary files. What a submission starts ends with its kernel, and what it prints
is bounded. What students' policies do is closed in further; see `limits`.
"""

from __future__ import annotations

import atexit
import builtins
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mas_kit
from mas_kit import datasets
from mas_kit.classroom.grading import seccomp
from mas_kit.classroom.grading.landlock import EXECUTE, READ, WRITE, fence
from mas_kit.classroom.grading.limits import readable

MEMORY = 4_000_000_000  # bytes
PRINTED = 1_000_000  # characters that a cell may print; all of them are kept in the notebook

# Run by an interpreter outside of the walls: when the kernel is gone, end what is left of its process group.
_SWEEPER = """
import os, signal, sys, time
kernel = int(sys.argv[1])
while os.getppid() == kernel:
    time.sleep(0.5)
try:
    os.killpg(kernel, signal.SIGKILL)
except ProcessLookupError:
    pass
"""


class Printed(Exception):
    """A cell printed more than anybody will read."""


def sit_down() -> bool:
    """Close this kernel in, from the folder that it runs in. Returns whether the system could.

    Where it could not (no Linux, no Landlock), run autograding in a container.
    """
    folder = tempfile.mkdtemp(prefix="mas_kit_desk_")
    atexit.register(_clear, folder)
    tempfile.tempdir = os.environ["TMPDIR"] = folder
    os.environ["MPLCONFIGDIR"] = os.environ["IPYTHONDIR"] = folder
    os.environ["NUMBA_CACHE_DIR"] = os.environ["MAS_KIT_CACHE"] = folder  # compiled rules
    _limit_memory()
    _limit_print()
    _sweep_afterwards()
    roots = readable(Path(mas_kit.__file__).parent)
    rules = [(root, READ | EXECUTE) for root in roots]
    rules += [
        (place, READ) for place in ("/usr/share", "/etc/fonts", "/etc/mime.types", "/proc", "/sys", "/dev")
    ]
    rules += [(str(datasets.home()), READ)]  # in a working copy it lies beside the package, not in it
    rules += [(place, WRITE) for place in (str(Path.cwd()), folder, "/dev/null", "/dev/shm")]
    return fence(rules)


def _clear(folder: str) -> None:
    for path in Path(folder).iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _limit_print() -> None:
    """Stop a cell that prints without end. The next cell may print again: the tests say why in print."""
    shell: Any = getattr(builtins, "get_ipython", lambda: None)()
    if shell is None:
        return

    def anew(*_: Any) -> None:
        # At every cell, since IPython puts a writer of its own in place for the time of a cell.
        for name in ("stdout", "stderr"):
            stream: Any = getattr(sys, name)
            stream.write = Bounded(getattr(stream.write, "write", stream.write))

    shell.events.register("pre_run_cell", anew)


class Bounded:
    """A stream's `write` that raises Printed after `PRINTED` characters."""

    def __init__(self, write: Callable[[str], int]) -> None:
        self.write, self.room = write, PRINTED

    def __call__(self, text: str) -> int:
        """Write, while there is room."""
        self.room -= len(text)
        if self.room < 0:
            raise Printed(f"this cell printed more than {PRINTED:,} characters: is there an endless loop?")
        return self.write(text)


def _sweep_afterwards() -> None:
    """A background process that a submission leaves ends soon after the kernel, however that ends.

    A kernel that leads a process group of its own, as Jupyter starts it, can have the group ended after it;
    and from here on nothing in it can leave the group.
    """
    if os.name != "posix" or os.getpgrp() != os.getpid():
        return
    words = [sys.executable, "-I", "-S", "-c", _SWEEPER, str(os.getpid())]
    nowhere = subprocess.DEVNULL
    subprocess.Popen(words, stdin=nowhere, stdout=nowhere, stderr=nowhere, cwd="/", start_new_session=True)
    seccomp.together()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    if sys.platform.startswith("linux"):
        # Not the address space: the engine that draws charts reserves a terabyte and uses little of it.
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        room = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (room, room))
