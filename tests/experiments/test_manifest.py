from __future__ import annotations

import getpass
import hashlib
import json
import platform
import socket
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from mas_kit.experiments import Experiment, run
from mas_kit.experiments.experiment import spec_hash
from mas_kit.experiments.manifest import git_state
from tests.experiments.models import Traced, Walk


def manifest_of(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text())


def test_it_says_where_the_numbers_come_from(tmp_path):
    experiment = Experiment(
        name="walk", model=Walk, parameters={"steps": 5}, design={"drift": [0.0, 0.5]}, seeds=3, entropy=77
    )
    results = run(experiment, workers=2, out=tmp_path)
    manifest = manifest_of(tmp_path)
    assert manifest["spec"]["parameters"] == {"steps": 5}
    assert manifest["spec_sha256"] == spec_hash(manifest["spec"])
    assert manifest["seed_entropy"] == "77"
    assert manifest["points"] == [{"drift": 0.0}, {"drift": 0.5}]
    assert [row["seed"] for row in manifest["runs"]] == results.frame["seed"].tolist()
    assert all(row["wall"] > 0 and row["cpu"] > 0 for row in manifest["runs"])
    data = (tmp_path / "results.parquet").read_bytes()
    assert manifest["results"]["sha256"] == hashlib.sha256(data).hexdigest()
    (session,) = manifest["sessions"]
    assert session["packages"]["numpy"] == version("numpy")
    assert session["packages"]["mas-kit"] == version("mas-kit")
    assert session["python"] == platform.python_version()
    assert session["machine"]["cores"] >= 1
    assert (session["status"], session["ran"], session["resumed"]) == ("finished", 6, 0)
    assert session["started"] <= session["ended"]


def test_the_hash_of_the_numbers_is_the_numbers(tmp_path):
    def of(name: str, **changes) -> str:
        declared = {"name": "walk", "model": Walk, "seeds": 3, **changes}
        run(Experiment(**declared), workers=1, out=tmp_path / name)
        return manifest_of(tmp_path / name)["results"]["numbers_sha256"]

    assert of("a") == of("b")
    assert of("a") != of("c", entropy=1)


def test_it_names_no_person_no_host_and_no_path(tmp_path, monkeypatch):
    here = str(Path.cwd())
    monkeypatch.chdir(tmp_path)
    trace = {"fate": "raise", "trace": "broken-is-not-beside-this"}
    experiment = Experiment(name="traced", model=Traced, parameters=trace, seeds=[1, 2])
    run(experiment, workers=1, out=tmp_path / "out")
    text = (tmp_path / "out" / "manifest.json").read_text()
    for secret in (
        socket.gethostname(),
        str(Path.home()),
        here,
        str(tmp_path),
        f'"{getpass.getuser()}"',
    ):
        assert secret not in text


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


def test_the_state_of_the_code_under_git(tmp_path, monkeypatch):
    experiment = Experiment(name="unversioned", model=_unversioned())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_state(experiment) is None
    git(tmp_path, "init")
    (tmp_path / "file").write_text("a")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-m", "one")
    state = git_state(experiment)
    assert state is not None
    assert (len(state["commit"]), state["dirty"]) == (40, False)
    (tmp_path / "file").write_text("b")
    assert git_state(experiment)["dirty"] is True


def _unversioned() -> type:
    """A model as a notebook has it: its module has no file."""
    return type("Here", (Walk,), {"__module__": "__main__"})


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_session_is_added_to_the_first(tmp_path, workers):
    declared = {"name": "walk", "model": Walk}
    run(Experiment(**declared, seeds=2), workers=1, out=tmp_path)
    run(Experiment(**declared, seeds=5), workers=workers, out=tmp_path)
    manifest = manifest_of(tmp_path)
    assert [(one["ran"], one["resumed"]) for one in manifest["sessions"]] == [(2, 0), (3, 2)]
    assert all(row["wall"] > 0 for row in manifest["runs"])
    before = (tmp_path / "manifest.json").read_bytes()
    run(Experiment(**declared, seeds=5), workers=workers, out=tmp_path)  # nothing to do, nothing is touched
    assert (tmp_path / "manifest.json").read_bytes() == before
