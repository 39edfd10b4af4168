"""``.ci/run`` runs what README says, and does not call a run good in which nothing ran."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.setup.readme import ROOT, pytest_command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a bash script for a continuous integration")


def run_ci(folder: Path, *blocks: str, lint: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a copy of the script in ``folder``: a README of these blocks, a python3 that notes its calls.

    That python3 ends with status ``lint``, except as pip.
    """
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
    readme = "".join(f"```sh\n{block}\n```\n" for block in blocks)
    (folder / "README.md").write_text(readme, encoding="utf-8")
    tools = folder / "tools"
    tools.mkdir()
    python = tools / "python3"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> "{folder}/calls"\n[ "$2" = pip ] || exit {lint}\n', encoding="utf-8"
    )
    python.chmod(0o755)
    return subprocess.run(
        [folder / ".ci" / "run"],
        cwd="/",
        env={
            "PATH": f"{tools}{os.pathsep}{os.defpath}",
            "MAS_KIT_CHROMIUM": "/bin/sh",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("summary", "status", "ends_with"),
    [
        ("=== 12 passed in 3.40s ===", 0, 0),
        ("=== 12 passed, 1 skipped, 3 warnings in 63.40s (0:01:03) ===", 0, 0),
        ("10 passed in 1.00s", 0, 0),
        ("=== 1 failed, 12 passed in 3.40s ===", 1, 1),
        ("=== no tests ran in 0.01s ===", 5, 5),
        ("=== no tests ran in 0.01s ===", 0, 1),
        ("=== 4 skipped in 0.01s ===", 0, 1),
        ("=== 4 skipped, 0 passed in 0.01s ===", 0, 1),
        ("what it printed is no summary", 0, 1),
    ],
)
def test_green_only_when_tests_passed(tmp_path, summary, status, ends_with):
    result = run_ci(tmp_path, "mas-kit lab", f"echo '{summary}'; exit {status} # pytest -n 2")
    assert result.returncode == ends_with, result.stdout + result.stderr
    if "summary" not in summary and "no tests" not in summary:
        assert result.stdout.splitlines()[-1] == summary


def test_nothing_that_slows_kernels_or_excuses_a_missing_browser_reaches_the_tests(tmp_path):
    result = run_ci(tmp_path, "env; echo '1 passed in 1.00s' # pytest")
    assert "PYTHONDONTWRITEBYTECODE" not in result.stdout
    assert "MAS_KIT_REQUIRE_BROWSER=1\n" in result.stdout
    assert "MAS_KIT_FRESH=1\n" in result.stdout


def test_style_and_types_are_checked_and_their_failure_is_one(tmp_path):
    (tmp_path / "good").mkdir()
    good = run_ci(tmp_path / "good", "echo '1 passed in 1.00s' # pytest")
    assert good.returncode == 0
    calls = (tmp_path / "good" / "calls").read_text(encoding="utf-8")
    tools = ("ruff check .", "ruff format --check .", "mypy")
    for tool in tools:
        assert f"run --all-extras {tool}\n" in calls
    (tmp_path / "bad").mkdir()
    bad = run_ci(tmp_path / "bad", "echo '1 passed in 1.00s' # pytest", lint=1)
    assert bad.returncode == 1
    for tool in tools:
        assert f"failed before the tests: {tool}\n" in bad.stderr
    assert bad.stdout.splitlines()[-1] == "1 passed in 1.00s"  # the tests ran all the same


@pytest.mark.parametrize("blocks", [["mas-kit lab"], ["one pytest", "two pytest"]])
def test_a_readme_without_exactly_one_test_command_is_an_error(tmp_path, blocks):
    result = run_ci(tmp_path, *blocks)
    assert result.returncode == 1
    assert "exactly one line that runs pytest" in result.stderr


def test_it_is_this_readmes_command_that_it_finds(tmp_path):
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    [line] = [line.strip() for line in script.splitlines() if line.strip().startswith("awk ")]
    found = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == pytest_command() + "\n"
