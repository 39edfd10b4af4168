"""``mas-kit run``: settings, seeds and a folder on the command line."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from typer.testing import CliRunner

from mas_kit.cli import app
from mas_kit.cli.runs import settings_of
from mas_kit.core.errors import ParameterError
from mas_kit.experiments import Experiment
from mas_kit.usecases.supply_chain import SupplyChain
from tests.setup.readme import commands


def invoke(*words):
    return CliRunner().invoke(app, ["run", *map(str, words)])


def test_settings_are_read_as_key_and_value():
    assert settings_of(["weeks=10", " name = a=b "]) == {"weeks": "10", "name": "a=b"}


@pytest.mark.parametrize("pair", ["weeks", "=10", " =1"])
def test_a_setting_without_key_or_value_is_refused_with_an_example(pair):
    with pytest.raises(ParameterError, match=r"not of the form key=value; write for example --set weeks=52"):
        settings_of([pair])


def test_a_setting_given_twice_is_refused():
    with pytest.raises(ParameterError, match="'weeks' twice, '1' and '2'"):
        settings_of(["weeks=1", "weeks=2"])


def test_the_runs_are_the_models_own(tmp_path):
    result = invoke(
        "supply_chain", "--set", "weeks=12", "--seeds", 3, "--workers", 1, "--out", tmp_path / "year"
    )
    assert result.exit_code == 0, result.output
    frame = pd.read_parquet(tmp_path / "year" / "results.parquet")
    assert len(frame) == 3
    for row in frame.to_dict("records"):
        model = SupplyChain(seed=row["seed"], weeks=12).run()
        expected = model.metrics()
        assert {name: row[name] for name in expected} == pytest.approx(expected, rel=0, abs=0, nan_ok=True)
    manifest = json.loads((tmp_path / "year" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["spec"]["parameters"] == {"weeks": 12}
    assert "3 runs" in result.output
    assert str(tmp_path / "year") in result.output.replace("\n", "")


def test_what_varies_is_a_grid_and_its_values_meet_the_same_seeds(tmp_path):
    words = ("supply_chain", "--set", "weeks=6", "--vary", "demand=poisson, normal", "--vary", "mail=1,2")
    result = invoke(*words, "--seeds", 2, "--workers", 1, "--out", tmp_path / "grid")
    assert result.exit_code == 0, result.output
    assert "demand = normal, mail = 2" in result.output
    assert "8 runs" in result.output
    frame = pd.read_parquet(tmp_path / "grid" / "results.parquet")
    assert list(zip(frame["demand"], frame["mail"], strict=True))[::2] == [
        ("poisson", 1),
        ("poisson", 2),
        ("normal", 1),
        ("normal", 2),
    ]
    assert frame.groupby("replicate")["seed"].nunique().max() == 1
    row = frame.iloc[-1]
    assert (
        row["cost"] == SupplyChain(seed=row["seed"], weeks=6, demand="normal", mail=2).run().metrics()["cost"]
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--vary", "weeks"], "--vary 'weeks' is not of the form key=value; write for example --vary weeks="),
        (["--vary", "weeks=4,x"], "parameter 'weeks' is 'x'; allowed: whole numbers"),
        (["--vary", "week=4,5"], "did you mean 'weeks'"),
        (["--vary", "weeks=4,5", "--set", "weeks=6"], "--set and --vary both give 'weeks'"),
        (["--vary", "weeks=4,4"], "{'weeks': 4} twice"),
    ],
)
def test_a_mistake_in_what_varies_is_told(words, said):
    result = invoke("supply_chain", *words)
    assert result.exit_code == 2
    assert said in result.output


def test_json_for_another_program():
    result = invoke(
        "supply_chain",
        "--set",
        "weeks=6",
        "--vary",
        "demand=normal,step",
        "--seeds",
        2,
        "--workers",
        1,
        "--json",
    )
    found = json.loads(result.output)
    assert found["parameters"] == {"weeks": 6}
    assert [point["varied"] for point in found["points"]] == [{"demand": "normal"}, {"demand": "step"}]
    runs = [
        SupplyChain(seed=one.seed, weeks=6, demand="normal").run().metrics()["cost"]
        for one in Experiment(name="supply_chain", model=SupplyChain, seeds=2).runs()
    ]
    cost = found["points"][0]["metrics"]["cost"]
    assert cost["mean"] == pytest.approx(sum(runs) / 2, rel=1e-12)
    assert cost["standard_error"] == pytest.approx(abs(runs[0] - runs[1]) / 2, rel=1e-12)


def test_the_table_shows_the_mean_of_the_runs(tmp_path):
    result = invoke("supply_chain", "--set", "weeks=12", "--seeds", 3, "--workers", 1, "--out", tmp_path)
    frame = pd.read_parquet(tmp_path / "results.parquet")
    shown = re.search(r"^cost +(\S+)", result.output, flags=re.MULTILINE)
    assert shown
    assert float(shown[1]) == pytest.approx(frame["cost"].mean(), rel=1e-5)


def test_runs_that_chance_cannot_tell_apart_are_said_to_be_equal():
    same = invoke("supply_chain", "--set", "weeks=12", "--seeds", 3, "--workers", 1)
    assert "Every run gave the same" in same.output
    assert all(line.split()[-1] == "0" for line in same.output.splitlines() if ".cost" in line)
    differ = invoke(
        "supply_chain", "--set", "weeks=12", "--set", "demand=poisson", "--seeds", 3, "--workers", 1
    )
    assert differ.exit_code == 0, differ.output
    assert "Every run gave the same" not in differ.output


def test_the_same_command_goes_on_from_what_is_there(tmp_path):
    invoke("supply_chain", "--set", "weeks=12", "--seeds", 2, "--workers", 1, "--out", tmp_path)
    result = invoke("supply_chain", "--set", "weeks=12", "--seeds", 5, "--workers", 1, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "5 runs, 2 of them earlier" in result.output


def test_without_a_folder_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("supply_chain", "--set", "weeks=12", "--seeds", 2, "--workers", 1)
    assert result.exit_code == 0, result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["suply_chain"], "there is no use case named 'suply_chain'; did you mean 'supply_chain'?"),
        (["supply_chain", "--set", "week=3"], "has no parameter 'week'; did you mean 'weeks'?"),
        (["supply_chain", "--set", "weeks=0"], "parameter 'weeks' is '0'; allowed: whole numbers from 1"),
        (
            ["supply_chain", "--set", "weeks=many"],
            "parameter 'weeks' is 'many'; allowed: whole numbers from 1",
        ),
        (["supply_chain", "--set", "weeks"], "not of the form key=value"),
        (["supply_chain", "--seeds", "0"], "--seeds"),
        (["supply_chain", "--workers", "0"], "--workers"),
    ],
)
def test_a_mistake_is_answered_in_words_with_exit_code_2(words, says):
    result = invoke(*words)
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = invoke("supply_chain", "--out", tmp_path / "file" / "runs")
    assert result.exit_code == 2
    assert str(tmp_path / "file" / "runs") in result.output
    assert "a folder that can be written" in result.output


def test_a_folder_of_another_run_is_refused_and_left_alone(tmp_path):
    invoke("supply_chain", "--set", "weeks=12", "--seeds", 2, "--workers", 1, "--out", tmp_path)
    before = (tmp_path / "results.parquet").read_bytes()
    result = invoke("supply_chain", "--set", "weeks=13", "--seeds", 2, "--workers", 1, "--out", tmp_path)
    assert result.exit_code == 2
    assert "holds another experiment" in result.output
    assert "--out" in result.output
    assert (tmp_path / "results.parquet").read_bytes() == before


def test_the_command_of_the_readme_in_a_process_of_its_own(tmp_path):
    [line] = [command for command in commands() if " mas-kit run " in command]
    words = shlex.split(line.split(" mas-kit ")[1])
    done = subprocess.run(
        [sys.executable, "-m", "mas_kit.cli", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    frame = pd.read_parquet(tmp_path / words[words.index("--out") + 1] / "results.parquet")
    name, _, values = words[words.index("--vary") + 1].partition("=")
    assert frame[name].value_counts().to_dict() == dict.fromkeys(
        values.split(","), int(words[words.index("--seeds") + 1])
    )
    assert (
        frame.groupby(name)["cost"].nunique().min() > 1
    )  # an example whose seeds make no difference would be a poor one


def test_failed_runs_are_told_and_make_the_exit_code_1(monkeypatch):
    def fall(self):
        raise RuntimeError("the roof leaks")

    monkeypatch.setattr(SupplyChain, "metrics", fall)
    result = invoke("supply_chain", "--set", "weeks=2", "--seeds", 2, "--workers", 1)
    assert result.exit_code == 1
    assert "2 runs failed" in result.output
    assert "the roof leaks" in result.output


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of a terminal's Ctrl-C")
def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(tmp_path):
    words = ["run", "supply_chain", "--set", "weeks=150", "--seeds", "40", "--workers", "2", "--out", "runs"]
    command = [sys.executable, "-m", "mas_kit.cli", *words]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while len(list((tmp_path / "runs" / "replicates").glob("*.parquet"))) < 3:
        assert process.poll() is None, "it ended before three runs were on disk"
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    said = re.search(r"stopped: (\d+) of 40 runs are kept", " ".join(errors.split()))
    assert said, errors
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"40 runs, {said[1]} of them earlier" in again.stdout
    assert 3 <= int(said[1]) < 40
