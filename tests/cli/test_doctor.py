"""``mas-kit doctor``: what goes wrong in practice is found and named, with its cure."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from rich.console import Console
from typer.testing import CliRunner

from mas_kit.cli import app, checks, doctor


@pytest.fixture(scope="module")
def findings():
    return {check.name: check for check in checks.examine()}


def test_this_environment_is_in_order(findings):
    wrong = {name: check for name, check in findings.items() if check.ok is False}
    assert wrong == {}


def test_everything_promised_is_looked_at(findings):
    expected = {
        "python",
        "page assets",
        "notebook kernel",
        "browser widgets: anywidget",
        "ipyvuetify",
        "mesa",
    }
    assert expected <= findings.keys()
    assert findings["mesa"].found == metadata.version("mesa")
    assert findings["python"].found.startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")


def test_an_ipyvuetify_that_leaves_pages_blank_is_named_with_its_cure(monkeypatch):
    monkeypatch.setattr(checks.metadata, "version", lambda name: "3.0.1")
    check = checks.package(Requirement("ipyvuetify>=1.11,<2"))
    assert check.ok is False
    assert "3.0.1, but <2,>=1.11 is needed" in check.found
    assert "blank without a network" in check.found
    assert "ipyvuetify" in check.fix


def test_a_missing_package_is_named(monkeypatch):
    check = checks.package(Requirement("no-such-package-anywhere>=1"))
    assert check.ok is False
    assert check.found == "not installed"


def test_a_python_out_of_range_is_named(monkeypatch):
    monkeypatch.setattr(checks.sys, "version_info", (3, 11, 7))
    check = checks.interpreter()
    assert (check.ok, check.found[:6]) == (False, "3.11.7")
    assert "--python 3.13" in check.fix


def test_the_cure_fits_the_kind_of_environment(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr(checks.sys, "prefix", str(tmp_path / ".venv"))
    assert checks.repair("solara>=1.44").endswith("python3 -m uv sync --inexact --reinstall-package solara")
    monkeypatch.setattr(checks.sys, "prefix", str(tmp_path / "conda"))
    monkeypatch.setattr(checks.sys, "executable", "/opt/my env/bin/python")
    assert (
        checks.repair("ipyvue>=1.11,<2")
        == "'/opt/my env/bin/python' -m pip install --force-reinstall --no-deps 'ipyvue>=1.11,<2'"
    )


def test_every_file_that_solaras_page_names_is_looked_for(tmp_path):
    template = tmp_path / "solara" / "server" / "templates" / "solara.html.j2"
    template.parent.mkdir(parents=True)
    template.write_text(
        """<link href="{{cdn}}/@widgetti/solara-vuetify3-app@5.2.0/dist/main8.css">
        <link href="{{cdn}}/app@1/main{{ipywidget_major_version}}.css">
        <link href="{{cdn}}{{assets.fontawesome_path}}">
        <script src="{{cdn}}/app@1/app{{ipywidget_major_version}}.min.js"></script>
        <script src="{{cdn}}/app@1/app{{ipywidget_major_version}}.js"></script>""",
        encoding="utf-8",
    )
    cdn = tmp_path / "cdn"
    for name in ("app@1/main8.css", "font-awesome@4.5.0/css/font-awesome.min.css"):
        (cdn / name).parent.mkdir(parents=True, exist_ok=True)
        (cdn / name).write_text("", encoding="utf-8")
    check = checks.page_assets(tmp_path / "solara", cdn)
    assert check.ok is False
    assert check.found.endswith("app@1/app8.min.js")  # that one only
    (cdn / "app@1" / "app8.min.js").write_text("", encoding="utf-8")
    assert checks.page_assets(tmp_path / "solara", cdn).ok


def test_a_page_whose_template_changed_beyond_recognition_is_not_called_fine(tmp_path):
    template = tmp_path / "server" / "templates" / "solara.html.j2"
    template.parent.mkdir(parents=True)
    template.write_text("<script src='/static/app.js'></script>", encoding="utf-8")
    assert checks.page_assets(tmp_path, tmp_path).ok is False
    assert checks.page_assets(tmp_path / "nowhere", tmp_path).ok is False


def lay_extension(root: Path, name: str, version: str, script: str | None = "static/remote.js") -> Path:
    folder = root / "labextensions" / name
    (folder / "static").mkdir(parents=True)
    (folder / "static" / "remote.js").write_text("", encoding="utf-8")
    build = {"load": script} if script else {}
    text = json.dumps({"version": version, "jupyterlab": {"_build": build}})
    (folder / "package.json").write_text(text, encoding="utf-8")
    return folder


def extension(name: str, roots: list[Path], configs: list[Path] | None = None) -> checks.Check:
    found = {check.name: check for check in checks.labextensions(roots, configs or [])}
    return found[f"browser widgets: {name}"]


def test_a_labextension_that_is_not_there_is_named(tmp_path):
    check = extension("anywidget", [tmp_path])
    assert (check.ok, check.found) == (False, "not installed")


def test_a_complete_labextension_of_the_right_version_is_fine(tmp_path):
    lay_extension(tmp_path, "anywidget", metadata.version("anywidget"))
    assert extension("anywidget", [tmp_path]).ok


@pytest.mark.parametrize("script", [None, "static/gone.js"])
def test_a_labextension_without_its_script_is_incomplete(tmp_path, script):
    lay_extension(tmp_path, "anywidget", metadata.version("anywidget"), script)
    assert "incomplete" in extension("anywidget", [tmp_path]).found


def test_an_old_copy_that_hides_the_installed_one_is_removed(tmp_path):
    stale = lay_extension(tmp_path / "home", "anywidget", "0.1.0")
    lay_extension(tmp_path / "env", "anywidget", metadata.version("anywidget"))
    check = extension("anywidget", [tmp_path / "home", tmp_path / "env"])
    assert check.ok is False
    assert check.fix == f"rm -r {stale}"
    assert extension("anywidget", [tmp_path / "env", tmp_path / "home"]).ok


@pytest.mark.parametrize("listed", [["anywidget"], {"anywidget": True}])
def test_a_labextension_that_was_switched_off_is_switched_on(tmp_path, listed):
    lay_extension(tmp_path, "anywidget", metadata.version("anywidget"))
    (tmp_path / "labconfig").mkdir()
    config = tmp_path / "labconfig" / "page_config.json"
    config.write_text(json.dumps({"disabledExtensions": listed}), encoding="utf-8")
    check = extension("anywidget", [tmp_path], [tmp_path])
    assert check.ok is False
    assert check.fix.endswith("-m jupyter labextension enable anywidget")
    config.write_text(json.dumps({"disabledExtensions": {"anywidget": False}}), encoding="utf-8")
    assert extension("anywidget", [tmp_path], [tmp_path]).ok


def lay_kernel(root: Path, program: str) -> Path:
    folder = root / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": [program, "-m"]}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("program", ["python", "python3", "python3.13", sys.executable])
def test_a_kernel_of_this_interpreter_is_fine(tmp_path, program):
    lay_kernel(tmp_path, program)
    assert checks.kernel([tmp_path]).ok


def test_a_kernel_of_another_interpreter_is_found_and_the_way_out_is_named(tmp_path):
    other = lay_kernel(tmp_path, "/usr/lib/other/bin/python3")
    check = checks.kernel([tmp_path])
    assert check.ok is False
    assert "/usr/lib/other/bin/python3" in check.found
    assert check.fix == f"rm -r {other}"


def test_no_kernel_at_all_is_installed_into_this_environment(tmp_path):
    check = checks.kernel([tmp_path])
    assert check.ok is False
    assert check.fix.endswith("-m ipykernel install --sys-prefix")


def test_the_exit_code_and_the_text_say_what_is_wrong(monkeypatch):
    sick = [
        checks.Check("mesa", True, "3.5.1"),
        checks.Check("ipyvue", False, "3.0", "the line that mends it"),
    ]
    monkeypatch.setattr(doctor, "examine", lambda: sick)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "  the line that mends it\n" in result.output
    assert "All in order" not in result.output
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.output) == {"ok": False, "checks": [check._asdict() for check in sick]}


def test_what_is_optional_does_not_make_it_red(monkeypatch):
    checked = [checks.Check("chromium", None, "not on the PATH", "apt-get install chromium")]
    monkeypatch.setattr(doctor, "examine", lambda: checked)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0
    assert "All in order." in result.output


def test_a_long_line_stays_one_line_to_copy():
    line = "python3 -m pip install " + "x" * 300
    console = Console(width=60, record=True)
    doctor.show([checks.Check("mesa", False, "gone", line)], console)
    assert line in console.export_text()
