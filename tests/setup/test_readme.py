"""README.md is true: each command in it is one that is run somewhere, each file is there."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from mas_kit.cli import app
from tests.setup.readme import ROOT, commands, lab_command, pytest_command

README = (ROOT / "README.md").read_text(encoding="utf-8")

# Each command of the README and where it is run.
RUN_BY = {
    "python3 -m pip install uv && python3 -m uv run mas-kit lab": "tests/setup/test_fresh.py",
    "python3 -m pip install uv && python3 -m uv run --all-extras pytest -n 2": ".ci/run",
    "python3 -m uv run mas-kit lab": "tests/cli/test_lab.py",
    "python3 -m uv run mas-kit app supply_chain": "tests/cli/test_page.py",
    "python3 -m uv run --extra classroom mas-kit lab notebooks/assignments": "tests/cli/test_lab.py",
    "python3 -m uv run mas-kit reproduce supply_chain": "tests/cli/test_reproduce.py",
    "python3 -m uv run mas-kit list supply_chain": "tests/cli/test_catalogue.py",
    "python3 -m uv run mas-kit run supply_chain --vary demand=poisson,normal --seeds 100 --out runs/demand": (
        "tests/cli/test_run.py"
    ),
}


def test_every_command_is_run_by_something_and_nothing_is_listed_in_vain():
    assert set(commands()) == set(RUN_BY)
    missing = {file for file in RUN_BY.values() if not (ROOT / file).is_file()}
    assert missing == set()


def test_the_two_commands_come_first_and_need_nothing_but_python_and_pip():
    assert lab_command().endswith(" mas-kit lab")
    assert re.search(r" pytest\b", pytest_command())
    for command in (lab_command(), pytest_command()):
        assert command.startswith("python3 -m pip install uv && python3 -m uv run ")


def test_the_test_command_collects_tests_and_notebooks_with_every_extra():
    assert "--all-extras" in pytest_command()
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'testpaths = ["tests", "notebooks"]' in config
    assert '"--nbmake"' in config


@pytest.mark.parametrize("command", [c for c in RUN_BY if " mas-kit " in c])
def test_every_mas_kit_command_is_one_that_exists(command):
    words = shlex.split(command)
    words = words[words.index("mas-kit") + 1 :]
    name, options = words[0], [word for word in words[1:] if word.startswith("--")]
    result = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 0
    for option in options:
        assert option in result.output


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_leads_to_a_file(target):
    assert (ROOT / target).is_file()


def test_every_use_case_has_its_line_and_its_command():
    from mas_kit import usecases

    table = README.split("## Use cases")[1].split("\n## ")[0]
    for name in usecases.names():
        assert f"mas-kit app {name}`" in table
        assert usecases.load(name).title.lower() in table.lower()


def test_uv_is_told_in_one_place_which_extras_exist():
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    for extra in re.findall(r"--extra (\w+)", README):
        assert extra in extras
