"""``mas-kit lab``: the command that it starts, and the server that comes of it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from mas_kit.cli import lab
from mas_kit.core.errors import MasKitError
from tests.browser import serve

ROOT = Path(__file__).parents[2]
LAB = [sys.executable, "-m", "mas_kit.cli", "lab", "--no-browser", "--port", "{port}"]
WELCOME = "/lab/tree/notebooks/00_welcome.ipynb"


def test_root_is_allowed_only_for_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert "--allow-root" in lab.command(ROOT, "a.ipynb", browser=True, port=None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert "--allow-root" not in lab.command(ROOT, "a.ipynb", browser=True, port=None)


def test_the_address_is_the_notebook_even_with_spaces_in_its_name():
    words = lab.command(ROOT, "notebooks/my game.ipynb", browser=False, port=9999)
    assert "--LabApp.default_url=/lab/tree/notebooks/my%20game.ipynb" in words
    assert {"--no-browser", "--ServerApp.port=9999"} < set(words)


def test_kernels_inherit_compiled_imports_and_the_environments_programs(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    env = lab.environment()
    assert "PYTHONDONTWRITEBYTECODE" not in env
    assert env["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_a_notebook_may_be_named_from_here_or_from_the_project(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "a.ipynb").write_text("{}", encoding="utf-8")
    assert lab.notebook_in(tmp_path, "notebooks/a.ipynb") == "notebooks/a.ipynb"
    monkeypatch.chdir(tmp_path / "notebooks")
    assert lab.notebook_in(tmp_path, "a.ipynb") == "notebooks/a.ipynb"
    assert lab.notebook_in(tmp_path, None) == "notebooks/00_welcome.ipynb"


def test_a_notebook_that_is_not_there_or_not_below_the_project_is_refused(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "b.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(MasKitError, match=r"there is no file gone\.ipynb"):
        lab.notebook_in(tmp_path / "project", "gone.ipynb")
    with pytest.raises(MasKitError, match="is not below"):
        lab.notebook_in(tmp_path / "project", str(tmp_path / "b.ipynb"))


@pytest.mark.browser
def test_the_welcome_notebook_opens_without_a_network(page, page_log, tmp_path):
    newcomer = {f"JUPYTER_{what}_DIR": str(tmp_path / what) for what in ("CONFIG", "DATA", "RUNTIME")}
    with serve(LAB, "/api", cwd=ROOT, env=newcomer) as server:
        printed = re.search(rf"http://\S+?{re.escape(WELCOME)}\?token=\w+", server.output())
        assert printed, server.output()
        page.goto(printed[0])
        title = page.locator(".jp-Notebook h1").first
        title.wait_for(timeout=60_000)
        assert title.inner_text().strip()
        page.get_by_text("Python 3 (ipykernel)").first.wait_for(timeout=30_000)
        assert page.get_by_text("Would you like to").count() == 0, "JupyterLab asks about news"
    assert page_log.outside == []
    assert page_log.errors == []


@pytest.mark.browser
def test_a_folder_opens_in_the_file_browser(page, page_log, tmp_path):
    newcomer = {f"JUPYTER_{what}_DIR": str(tmp_path / what) for what in ("CONFIG", "DATA", "RUNTIME")}
    with serve([*LAB, "notebooks/assignments"], "/api", cwd=ROOT, env=newcomer) as server:
        printed = re.search(r"http://\S+?/lab/tree/notebooks/assignments\?token=\w+", server.output())
        assert printed, server.output()
        page.goto(printed[0])
        page.locator(".jp-DirListing-item", has_text="source").first.wait_for(timeout=60_000)
    assert page_log.outside == []
