"""``mas-kit reproduce`` and ``list``: verdicts, exit codes, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from mas_kit import usecases
from mas_kit.cli import app
from mas_kit.experiments import Computation, Expected


def invoke(*words, **options):
    return CliRunner().invoke(app, list(map(str, words)), **options)


def computation(found: float) -> Computation:
    return Computation(
        name="area",
        compute=lambda: {"area": found},
        expected=[Expected(quantity="area", value=12.0, source="Euclid, Elements I.41")],
    )


@pytest.fixture
def stub(monkeypatch):
    """A use case of one computation in place of the real ones."""

    def put(*experiments):
        case = SimpleNamespace(name="stub", experiments=experiments)
        monkeypatch.setattr(usecases, "names", lambda: ["stub"])
        monkeypatch.setattr(usecases, "load", lambda name: case)

    return put


def test_what_holds_ends_with_0(stub):
    stub(computation(12.0))
    result = invoke("reproduce", env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "IDENTICAL" in result.output
    assert "Euclid" in result.output
    assert "1 of 1 quantities hold" in result.output


def test_what_does_not_hold_ends_with_1(stub):
    stub(computation(12.5))
    result = invoke("reproduce", "stub", env={"COLUMNS": "200"})
    assert result.exit_code == 1
    assert "DIFFERENT" in result.output


@pytest.mark.parametrize("columns", ["80", "200"])
def test_every_figure_is_shown_whatever_the_width(stub, columns):
    stub(computation(12.5))
    result = invoke("reproduce", env={"COLUMNS": columns})
    shown = " ".join(result.output.split())
    for figure in (
        "area",
        "12",
        "12.5",
        "exact",
        "DIFFERENT",
        "Euclid, Elements I.41",
        "0 of 1 quantities hold",
    ):
        assert figure in shown


@pytest.mark.parametrize(("found", "holds"), [(12.0, True), (11.0, False)])
def test_json_is_for_programs(stub, found, holds):
    stub(computation(found))
    result = invoke("reproduce", "--json")
    assert result.exit_code == (0 if holds else 1)
    report = json.loads(result.output)
    assert report["holds"] is holds
    assert [row["quantity"] for row in report["quantities"]] == ["area"]


def test_an_unknown_use_case_is_answered_with_the_nearest_name():
    result = invoke("reproduce", "supply_chian")
    assert result.exit_code == 2
    assert "did you mean 'supply_chain'?" in result.output


def test_a_folder_that_cannot_be_written_is_named_before_anything_runs(stub, tmp_path):
    def never():
        raise AssertionError("it ran")

    stub(Computation(name="never", compute=never, expected=computation(0).expected))
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = invoke("reproduce", "--out", tmp_path / "file" / "below")
    assert result.exit_code == 2
    assert "a folder that can be written" in result.output


def test_the_supply_chain_holds():
    done = subprocess.run(
        [sys.executable, "-m", "mas_kit.cli", "reproduce", "supply_chain", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    different = [row for row in report["quantities"] if row["verdict"] == "DIFFERENT"]
    assert different == []
    assert (done.returncode, report["holds"]) == (0, True)
    assert len(report["quantities"]) >= 5


def test_the_list_names_every_use_case_with_its_command():
    result = invoke("list")
    assert result.exit_code == 0
    for name in usecases.names():
        assert f"mas-kit app {name}" in result.output
    listed = json.loads(invoke("list", "--json").output)
    assert [row["name"] for row in listed] == usecases.names()
    assert all(row["title"] and row["summary"] for row in listed)
