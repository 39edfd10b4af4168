"""Finding the project, a display, a port and a folder to write in."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mas_kit.cli import places
from mas_kit.core.errors import MasKitError, ParameterError

ROOT = Path(__file__).parents[2]


def make_project(folder: Path) -> Path:
    (folder / "notebooks").mkdir(parents=True)
    (folder / places.WELCOME).write_text("{}", encoding="utf-8")
    return folder


def test_the_project_is_found_from_a_folder_inside_it(tmp_path, monkeypatch):
    root = make_project(tmp_path / "copy of mas_kit")
    inside = root / "notebooks" / "usecases"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert places.project() == root


def test_outside_any_project_it_is_the_one_that_was_installed(tmp_path, monkeypatch):
    installed = make_project(tmp_path / "installed")
    monkeypatch.setattr(places, "__file__", str(installed / "mas_kit" / "cli" / "places.py"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert places.project() == installed


def test_without_any_project_the_error_says_where_to_go(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "__file__", str(tmp_path / "lib" / "mas_kit" / "cli" / "places.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MasKitError, match="in the folder of the mas_kit repository"):
        places.project()


@pytest.mark.parametrize(
    ("platform", "variables", "shows"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"BROWSER": "firefox"}, True),
        ("linux", {"DISPLAY": ":0", "MAS_KIT_NO_BROWSER": "1"}, False),
        ("linux", {"DISPLAY": ":0", "MAS_KIT_NO_BROWSER": "0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
        ("darwin", {"MAS_KIT_NO_BROWSER": "1"}, False),
    ],
)
def test_a_browser_window_is_only_opened_where_one_can_show(monkeypatch, platform, variables, shows):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER", "MAS_KIT_NO_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(places.sys, "platform", platform)
    assert places.display() is shows


def test_a_taken_port_is_passed_over():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        assert not places.port_is_free(taken)
        assert places.free_port(taken) > taken
        with pytest.raises(MasKitError, match=f"port {taken} is taken"):
            places.free_port(taken, tries=1)
    assert places.free_port(taken, tries=1) == taken


def test_a_folder_is_made_and_left_empty(tmp_path):
    folder = places.writable(tmp_path / "a" / "b")
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named_with_the_reason(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"'out' is '.*below'; allowed: a folder .* \(Not a directory\)"):
        places.writable(tmp_path / "file" / "below")
