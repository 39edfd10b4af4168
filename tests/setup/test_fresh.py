"""From nothing: README's first command, word for word, and the lines with which the doctor mends it.

In a copy of the repository with an empty environment. It installs some two hundred packages, so it runs where
``MAS_KIT_FRESH=1`` asks for it: in ``.ci/run``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.browser import chromium_path, serve
from tests.setup.readme import ROOT, lab_command

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("MAS_KIT_FRESH", "0") in {"", "0"},
        reason="installs everything anew (a network and a minute); MAS_KIT_FRESH=1 runs it",
    ),
    pytest.mark.skipif(sys.platform == "win32", reason="the lines are for a POSIX shell"),
]


class Fresh(NamedTuple):
    """A copy of the repository, and variables under which nothing is installed yet."""

    folder: Path
    env: dict[str, str]

    def shell(self, line: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.env, capture_output=True, text=True, check=check
        )


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


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Iterator[Fresh]:
    folder = tmp_path_factory.mktemp("fresh")
    yield Fresh(clone(folder / "mas_kit"), empty_environment(folder / "python"))
    shutil.rmtree(folder)  # pytest keeps the folders of three sessions; this one is 1.3 GB


@pytest.mark.browser
def test_one_command_leads_from_nothing_to_the_welcome_notebook(fresh, monkeypatch, request):
    for name in set(os.environ) - set(fresh.env):
        monkeypatch.delenv(name)
    assert "uv" not in fresh.shell("python3 -m pip list").stdout.split()
    # A port of its own, so that it does not meet somebody else's server.
    line = f"{lab_command()} --port {{port}}"
    with serve(["bash", "-c", line], "/api", timeout=900, env=fresh.env, cwd=fresh.folder) as server:
        printed = re.search(r"http://\S+?/lab/tree/notebooks/00_welcome\.ipynb\?token=\w+", server.output())
        assert printed, server.output()[-3000:]
        if chromium_path() is None and os.environ.get("MAS_KIT_REQUIRE_BROWSER", "0") in {"", "0"}:
            return  # the server is up; only looking at it needs a browser
        page = request.getfixturevalue("page")
        page.goto(printed[0])
        page.locator(".jp-Notebook h1").first.wait_for(timeout=60_000)
        page.get_by_text("Python 3 (ipykernel)").first.wait_for(timeout=60_000)


# What the doctor calls by name, and what is done to the environment to bring it about.
HARM = {
    "ipyvuetify": "python3 -m uv pip install --quiet --python .venv 'ipyvuetify>=3'",
    "vl-convert-python": "python3 -m uv pip uninstall --quiet --python .venv vl-convert-python",
    "page assets": "rm .venv/share/solara/cdn/requirejs@2.3.6/require.js",
    "browser widgets: anywidget": "rm -r .venv/share/jupyter/labextensions/anywidget",
    "browser widgets: @jupyter-widgets/jupyterlab-manager": (
        ".venv/bin/python -m jupyter labextension disable @jupyter-widgets/jupyterlab-manager"
    ),
    "notebook kernel": "rm -r .venv/share/jupyter/kernels/python3",
}


def test_the_doctors_lines_mend_a_broken_environment(fresh):
    doctor = ".venv/bin/python -m mas_kit.cli doctor --json"
    fresh.shell("python3 -m pip install --quiet uv && python3 -m uv sync --quiet --inexact")
    assert json.loads(fresh.shell(doctor).stdout)["ok"]
    for line in HARM.values():
        fresh.shell(line)
    sick = fresh.shell(doctor, check=False)
    assert sick.returncode == 1, sick.stdout + sick.stderr
    wrong = [check for check in json.loads(sick.stdout)["checks"] if check["ok"] is False]
    assert HARM.keys() <= {check["name"] for check in wrong}
    for check in wrong:
        fresh.shell(check["fix"])
    assert json.loads(fresh.shell(doctor).stdout)["ok"]
