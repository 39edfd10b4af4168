"""`pytest --nbmake` with the plugin: one run of each notebook, and the widgets count."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.notebooks.samples import GOOD, write

_PLUGIN = 'pytest_plugins = ["mas_kit.classroom.notebooks.nbmake_plugin"]\n'
_SLIDER = """
s = w.IntSlider(description='weeks', min=0, max=52, value=36)
s.observe(lambda change: 1 / change['new'], 'value')
s"""
_ONCE = """
from pathlib import Path
log = Path('runs.txt')
log.write_text(log.read_text() + 'x' if log.exists() else 'x');"""


def _nbmake(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbmake", "-p", "no:cacheprovider", "-q", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    write(folder / "good.ipynb", GOOD | {"once": _ONCE})
    write(folder / "broken.ipynb", {"slider": _SLIDER})
    return folder


def test_nbmake_alone_is_blind(folder: Path) -> None:
    done = _nbmake(folder)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_with_the_plugin_the_broken_one_fails(folder: Path) -> None:
    (folder / "conftest.py").write_text(_PLUGIN)
    (folder / "runs.txt").unlink(missing_ok=True)
    done = _nbmake(folder)
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    assert "cell 3 [slider], IntSlider 'weeks' to 0: ZeroDivisionError: division by zero" in done.stdout
    assert "widget check: 2 notebooks, 17 moves" in done.stdout
    assert (folder / "runs.txt").read_text() == "x"  # the check rode on nbmake's run
