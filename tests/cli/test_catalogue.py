"""``mas-kit list``: the use cases, and what can be changed in one."""

from __future__ import annotations

import json
import sys

from typer.testing import CliRunner

from mas_kit import usecases
from mas_kit.cli import app


def invoke(*words):
    return CliRunner().invoke(app, ["list", *words], env={"COLUMNS": "100"})


def test_every_use_case_is_listed():
    assert [row["name"] for row in json.loads(invoke("--json").output)] == usecases.names()
    for name in usecases.names():
        assert f"mas-kit app {name}" in invoke().output


def test_the_parameters_of_one_are_the_declared_ones():
    declared = usecases.load("supply_chain").model.Parameters.describe()
    rows = json.loads(invoke("supply_chain", "--json").output)
    assert [row["name"] for row in rows] == [info.name for info in declared]
    text = invoke("supply_chain").output
    for info in declared:
        assert f"\n{info.name} = {info.default}" in text
    assert "weeks = 36 weeks" in text
    assert "one of 'step', 'normal', 'poisson'" in " ".join(text.split())


def test_the_example_that_it_gives_runs():
    line = invoke("supply_chain").output.strip().splitlines()[-1]
    words = line.partition("mas-kit ")[2].split()
    result = CliRunner().invoke(app, [*words, "--seeds", "1", "--workers", "1"])
    assert result.exit_code == 0, result.output


def test_a_use_case_that_is_not_there_is_told():
    result = invoke("suply_chain")
    assert result.exit_code == 2
    assert "did you mean 'supply_chain'" in result.output


def test_a_use_case_that_is_not_finished_is_told_and_hides_no_other(tmp_path, monkeypatch):
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "__init__.py").write_text('"""Half a use case."""\n')
    monkeypatch.setattr(usecases, "__path__", [*usecases.__path__, str(tmp_path)])
    rows = {row["name"]: row for row in json.loads(invoke("--json").output)}
    assert rows["half"]["summary"].startswith("mas_kit.usecases.half declares no TITLE")
    assert len(rows) == len(usecases.names()) >= 5
    result = CliRunner().invoke(app, ["reproduce", "half"])
    assert result.exit_code != 0
    assert "has no module mas_kit.usecases.half.experiments" in " ".join(result.output.split())
    sys.modules.pop("mas_kit.usecases.half", None)
    vars(usecases).pop("half", None)
