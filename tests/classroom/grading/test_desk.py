"""A submission in its kernel: what it starts ends with it, what it prints is bounded, the rest works."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.classroom.test_assignments import COURSE, fence_stands

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a kernel is closed in on Linux only")

LEAVES = """
import subprocess, sys
lasting = "import os, time; os.fork() and os._exit(0); print(os.getpid(), flush=True); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", lasting], stdout=open("left.txt", "w")).wait()
try:
    subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
except PermissionError:
    print("kept in its group")
"""
PRINTS = "for _ in range(50):\n    print('x' * 100_000)"
PLAYS = """
from mas_kit.classroom.grading import Player
from mas_kit.usecases.supply_chain import StagePercept
with Player(lambda percept: 3.0, imports=("mas_kit.usecases.supply_chain",)) as player:
    player.begin(1)
    print(player.decide(StagePercept(5, 12.0, 8.0, 8.0, 32.0, 4, None, None, 0.0, None), None))
"""


def in_a_kernel(folder: Path, *cells: str) -> list[str]:
    """What each cell printed or raised, in a kernel as the course's configuration starts it."""
    config = (COURSE / "nbgrader_config.py").read_text(encoding="utf-8")
    start = next(line.strip(' ",') for line in config.splitlines() if "exec_lines=" in line)
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(
        nb, timeout=120, kernel_name="python3", allow_errors=True, extra_arguments=[start], resources=where
    ).execute()
    return ["".join(out.get("text", out.get("evalue", "")) for out in cell.outputs) for cell in nb.cells]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("desk")
    return [*in_a_kernel(folder, LEAVES, PRINTS, PLAYS), (folder / "left.txt").read_text()]


def test_a_process_that_is_left_behind_ends_with_the_kernel(said: list[str]) -> None:
    if not fence_stands():
        pytest.skip("this kernel has no Landlock; run autograding in a container")
    assert said[0] == "kept in its group\n"
    left = Path(f"/proc/{int(said[-1])}")
    deadline = time.monotonic() + 30
    while left.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left.exists() or "Z" in (left / "stat").read_text().rpartition(")")[2].split()[0]


def test_a_cell_that_prints_without_end_is_stopped(said: list[str]) -> None:
    assert 900_000 < len(said[1]) < 1_100_000
    assert said[1].endswith("this cell printed more than 1,000,000 characters: is there an endless loop?")


def test_the_cells_after_it_print_and_play(said: list[str]) -> None:
    assert said[2] == "3.0\n"
