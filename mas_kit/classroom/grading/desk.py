"""Closing in the kernel in which nbgrader runs a whole submission.

nbgrader runs every cell of a submission with the rights of the teacher: it could read the hidden tests of
the source notebook, another student's work, or write into the gradebook. `sit_down`, run in that kernel
before the first cell (`nbgrader_config.py` sees to it), leaves it the submission's own folder, the installed
packages and a folder for temporary files. What students' policies do is closed in further; see `limits`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import mas_kit
from mas_kit import datasets
from mas_kit.classroom.grading.landlock import EXECUTE, READ, WRITE, fence
from mas_kit.classroom.grading.limits import readable

MEMORY = 4_000_000_000  # bytes


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
