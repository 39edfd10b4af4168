"""The README's first command, word for word, in a copy of the repository with an empty environment.

It installs some two hundred packages, so it runs where ``MAS_KIT_FRESH=1`` asks for it: in ``.ci/run``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.browser import chromium_path, serve
from tests.setup.readme import ROOT, lab_command

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("MAS_KIT_FRESH", "0") in {"", "0"},
        reason="installs everything anew (a network and a minute); MAS_KIT_FRESH=1 runs it",
    ),
    pytest.mark.skipif(sys.platform == "win32", reason="the line is for a POSIX shell"),
]


def clone(folder: Path) -> Path:
    """What a clone of this working tree would hold: the files that git knows, and those it would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def empty_environment(folder: Path) -> dict[str, str]:
    """Variables under which ``python3`` has pip and nothing else; no environment of ours shows through."""
    venv.create(folder, with_pip=True)
    ours = Path(sys.prefix).resolve()
    path = [
        p
        for p in os.environ["PATH"].split(os.pathsep)
        if ours not in (Path(p).resolve(), *Path(p).resolve().parents)
    ]
    hidden = ("VIRTUAL_ENV", "PYTHON", "UV_", "JUPYTER", "CONDA", "PYTEST", "MAS_KIT", "DISPLAY", "WAYLAND")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return {
        **kept,
        "PATH": os.pathsep.join([str(folder / "bin"), *path]),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
    }


@pytest.mark.browser
def test_one_command_leads_from_nothing_to_the_welcome_notebook(tmp_path, monkeypatch, request):
    copy = clone(tmp_path / "mas_kit")
    env = empty_environment(tmp_path / "python")
    for name in set(os.environ) - set(env):
        monkeypatch.delenv(name)
    command = lab_command()
    packages = subprocess.run(
        ["python3", "-m", "pip", "list"], env=env, capture_output=True, text=True, check=True
    )
    assert "uv" not in packages.stdout.split()
    # One port more than the README's line, so that it does not meet a server of somebody else.
    with serve(
        ["bash", "-c", f"{command} --port {{port}}"], "/api", timeout=900, env=env, cwd=copy
    ) as server:
        printed = re.search(r"http://\S+?/lab/tree/notebooks/00_welcome\.ipynb\?token=\w+", server.output())
        assert printed, server.output()[-3000:]
        if chromium_path() is None and os.environ.get("MAS_KIT_REQUIRE_BROWSER", "0") in {"", "0"}:
            return  # the server is up; only looking at it needs a browser
        page = request.getfixturevalue("page")
        page.goto(printed[0])
        page.locator(".jp-Notebook h1").first.wait_for(timeout=60_000)
        page.get_by_text("Python 3 (ipykernel)").first.wait_for(timeout=60_000)
    assert (copy / ".venv").is_dir()
    shutil.rmtree(copy / ".venv")  # pytest keeps the folders of three sessions; this one is 1.3 GB
