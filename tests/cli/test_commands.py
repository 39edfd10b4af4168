"""The command line as a whole: it starts without what is heavy, helps, and stops politely."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from mas_kit.cli import app, doctor, runs
from mas_kit.experiments import Stopped

COMMANDS = ["lab", "app", "list", "run", "reproduce", "doctor"]


def test_help_names_every_command():
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f" {command} " in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_version_is_the_installed_one():
    from importlib.metadata import version

    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output == f"mas-kit {version('mas-kit')}\n"


def test_a_mistyped_command_or_option_ends_with_2():
    assert CliRunner().invoke(app, ["reproduc"]).exit_code == 2
    assert CliRunner().invoke(app, ["doctor", "--jsno"]).exit_code == 2


def test_what_is_heavy_is_not_loaded_to_answer_a_mistake():
    code = (
        "import sys\n"
        "from mas_kit.cli import app\n"
        "try:\n    app(['app', 'no_such_use_case'])\n"
        "except SystemExit as end:\n    assert end.code == 2, end.code\n"
        "heavy = {'solara', 'altair', 'loky', 'IPython', 'ipywidgets', 'jupyterlab', 'vl_convert'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ctrl_c_says_what_is_kept_and_ends_with_130(monkeypatch):
    def stop(*arguments, **options):
        raise Stopped("stopped: 7 of 20 runs are kept in runs/a")

    monkeypatch.setattr(runs, "run", stop)
    result = CliRunner().invoke(app, ["run", "supply_chain"])
    assert result.exit_code == 130
    assert "7 of 20 runs are kept" in result.output


def test_a_bug_of_ours_keeps_its_traceback(monkeypatch):
    def fall(**options):
        raise ZeroDivisionError

    monkeypatch.setattr(doctor, "doctor", fall)
    result = CliRunner().invoke(app, ["doctor"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_the_installed_script_is_this_command_line():
    from importlib.metadata import entry_points

    [script] = [entry for entry in entry_points(group="console_scripts") if entry.name == "mas-kit"]
    assert script.value == "mas_kit.cli:main"
