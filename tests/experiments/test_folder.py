from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time

import pandas as pd
import pytest

from mas_kit.experiments import Experiment, FolderError, run
from mas_kit.experiments.replicate import Outcome, write_replicate
from mas_kit.experiments.store import Store
from tests.experiments.models import Traced, Walk, begun


def walk(**changes) -> Experiment:
    return Experiment(
        **{"name": "walk", "model": Walk, "design": {"drift": [0.0, 0.5]}, "seeds": 3, **changes}
    )


def traced(trace, **changes) -> Experiment:
    declared = {"name": "traced", "model": Traced, "parameters": {"trace": str(trace)}, "seeds": [1, 2, 3]}
    return Experiment(**{**declared, **changes})


def test_a_folder_may_grow_and_runs_only_what_is_new(tmp_path):
    trace, out = tmp_path / "trace", tmp_path / "out"
    run(traced(trace, design={"level": [1, 3]}), workers=1, out=out)
    first = begun(trace)
    grown = traced(trace, design={"level": [2, 1, 3]}, seeds=[1, 2, 3, 4])
    results = run(grown, workers=2, out=out)
    assert sorted(begun(trace)) == sorted([*first, *begun(trace)[len(first) :]])
    assert len(begun(trace)) == len(set(begun(trace))) == 12
    assert results.resumed == 6
    fresh = run(grown, workers=1)
    pd.testing.assert_frame_equal(results.frame, fresh.frame, check_exact=True)


def test_a_folder_never_shrinks(tmp_path):
    run(walk(), workers=1, out=tmp_path)
    with pytest.raises(FolderError, match="2 finished runs that this experiment does not declare"):
        run(walk(seeds=2), workers=1, out=tmp_path)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"ticks": 5}, "ticks: null there, 5 here"),
        ({"parameters": {"steps": 4}}, "parameters: {} there"),
        ({"name": "other"}, 'name: "walk" there, "other" here'),
        ({"metrics": ["x"]}, "metrics"),
        ({"common_random_numbers": False}, "common_random_numbers"),
    ],
)
def test_a_folder_of_another_experiment_is_refused_with_what_differs(changes, names, tmp_path):
    run(walk(), workers=1, out=tmp_path)
    before = (tmp_path / "results.parquet").read_bytes()
    with pytest.raises(FolderError, match=re.escape(names)):
        run(walk(**changes), workers=1, out=tmp_path)
    assert (tmp_path / "results.parquet").read_bytes() == before


def test_results_of_older_code_are_never_taken_for_new_ones(tmp_path):
    def model(factor):
        class Scaled(Walk):
            def metrics(self):
                return {"x": self.x * factor}

        return Scaled

    run(walk(model=model(1)), workers=1, out=tmp_path)
    assert run(walk(model=model(1)), workers=1, out=tmp_path).resumed == 6
    with pytest.raises(
        FolderError, match=r"runs of other code of .*Scaled or .* Python \(.*code: .* there, .* here"
    ):
        run(walk(model=model(2)), workers=1, out=tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(FolderError, match="cannot write to folder"):
        run(walk(), workers=1, out=tmp_path / "out")


def test_a_path_that_cannot_be_a_folder_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match=r"cannot write to folder .*file.*choose another with out="):
        run(walk(), workers=1, out=tmp_path / "file")


def test_a_manifest_that_cannot_be_read_is_not_guessed_at(tmp_path):
    run(walk(), workers=1, out=tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(FolderError, match=r"manifest\.json cannot be read"):
        run(walk(), workers=1, out=tmp_path)
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(FolderError, match=r"without manifest\.json"):
        run(walk(), workers=1, out=tmp_path)


@pytest.mark.parametrize("damage", ["torn", "flipped", "empty", "swapped", "text"])
def test_a_damaged_replicate_is_run_again_and_the_others_are_not(damage, tmp_path):
    trace, out = tmp_path / "trace", tmp_path / "out"
    experiment = traced(trace)
    fresh = run(experiment, workers=1)
    with Store(out, experiment) as store:  # as a killed run leaves it: a manifest, and replicates
        from mas_kit.experiments.worker import run_once

        store.write_manifest({"spec": store.spec})
        for one in experiment.runs():
            run_once(experiment, one, store.replicates, False)
    files = [out / "replicates" / f"{one.key}.parquet" for one in experiment.runs()]
    data = files[1].read_bytes()
    draw = files[1].read_bytes().find(_double(fresh.frame["draw"].iloc[1]))
    assert draw > 0  # the page with the number itself
    spoiled = {
        "torn": data[: len(data) // 2],
        "flipped": data[:draw] + bytes([data[draw] ^ 1]) + data[draw + 1 :],
        "empty": b"",
        "swapped": files[2].read_bytes(),
        "text": b"not a parquet file",
    }
    files[1].write_bytes(spoiled[damage])
    trace.unlink()
    results = run(experiment, workers=1, out=out)
    assert begun(trace) == ["2:0"]
    assert results.resumed == 2
    pd.testing.assert_frame_equal(results.frame, fresh.frame, check_exact=True)


def _double(value: float) -> bytes:
    import struct

    return struct.pack("<d", value)


def test_a_damaged_file_of_results_is_run_again(tmp_path):
    trace, out = tmp_path / "trace", tmp_path / "out"
    first = run(traced(trace), workers=1, out=out)
    path = out / "results.parquet"
    path.write_bytes(path.read_bytes()[:-30])
    again = run(traced(trace), workers=1, out=out)
    assert again.resumed == 0
    pd.testing.assert_frame_equal(again.frame, first.frame)


def test_a_kill_between_results_and_manifest_loses_nothing(tmp_path, monkeypatch):
    trace, out = tmp_path / "trace", tmp_path / "out"
    monkeypatch.setattr(Store, "write_failures", lambda *_: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        run(traced(trace), workers=1, out=out)
    monkeypatch.undo()
    results = run(traced(trace), workers=1, out=out)
    assert results.resumed == 3
    assert len(begun(trace)) == 3
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["results"]["rows"] == 3
    assert [session["status"] for session in manifest["sessions"]] == ["killed", "finished"]


def test_a_kill_between_results_and_manifest_of_a_grown_folder_is_mended(tmp_path, monkeypatch):
    trace, out = tmp_path / "trace", tmp_path / "out"
    run(traced(trace), workers=1, out=out)
    grown = traced(trace, seeds=[1, 2, 3, 4])
    monkeypatch.setattr(Store, "write_failures", lambda *_: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        run(grown, workers=1, out=out)
    monkeypatch.undo()
    assert run(grown, workers=1, out=out).resumed == 4
    assert len(begun(trace)) == 4
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["results"]["rows"] == len(manifest["runs"]) == 4
    assert manifest["results"]["sha256"] == hashlib.sha256((out / "results.parquet").read_bytes()).hexdigest()
    assert [session["status"] for session in manifest["sessions"]] == ["finished", "killed", "finished"]
    assert not (out / "replicates").exists()


@pytest.mark.skipif(os.name != "posix", reason="the limit is POSIX's")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_is_told_and_keeps_what_is_finished(workers, tmp_path):
    """A limit on the size of files stands in for the disk: the last run, with its long text, has no room."""
    trace, out = tmp_path / "trace", tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", FULL, trace, out, str(workers)], capture_output=True, text=True, check=False
    )
    kept = len(list((out / "replicates").glob("*.parquet")))
    assert (
        f"FolderError: cannot write to folder {out}: File too large; {kept} of 4 runs are kept" in done.stderr
    )
    assert "mend that and run it again to go on" in done.stderr
    assert kept >= 1
    assert not list(out.rglob("*.tmp"))
    trace.unlink()
    fates = ["a", "b", "c", "d" * 5000]
    results = run(traced(trace, design={"fate": fates}, seeds=[7]), workers=1, out=out)
    assert results.resumed == kept
    assert len(begun(trace)) == 4 - kept


FULL = """
import resource, sys
from mas_kit.experiments import Experiment, run
from tests.experiments.models import Traced
experiment = Experiment(
    name="traced", model=Traced, parameters={"trace": sys.argv[1]}, seeds=[7],
    design={"fate": ["a", "b", "c", "d" * 5000]},
)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
run(experiment, workers=int(sys.argv[3]), out=sys.argv[2])
"""


def test_a_long_run_is_on_the_disk_itself_and_a_short_one_does_not_wait_for_it(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    (one,) = walk(seeds=1, design={}).runs()
    write_replicate(tmp_path, one, Outcome(one.key, {"x": 1.0}, None, 0.01, 0.01))
    assert not synced
    write_replicate(tmp_path, one, Outcome(one.key, {"x": 1.0}, None, 60.0, 60.0))
    assert len(synced) == (2 if os.name == "posix" else 1)  # the file, and that it has its name


HOLDER = """
import sys, time
from pathlib import Path
from mas_kit.experiments import Experiment, run
from tests.experiments.models import Traced
parameters = {"trace": sys.argv[1], "seconds": 30.0}
experiment = Experiment(name="traced", model=Traced, parameters=parameters, seeds=[1, 2, 3])
run(experiment, workers=1, out=sys.argv[2])
"""


def test_two_processes_on_one_folder_and_a_lock_that_a_kill_leaves_free(tmp_path):
    trace, out = tmp_path / "trace", tmp_path / "out"
    other = subprocess.Popen([sys.executable, "-c", HOLDER, trace, out])
    try:
        deadline = time.monotonic() + 60
        while not begun(trace) and time.monotonic() < deadline:
            time.sleep(0.05)
        experiment = traced(trace, parameters={"trace": str(trace), "seconds": 30.0})
        with pytest.raises(FolderError, match="in use by another process"):
            run(experiment, workers=1, out=out)
    finally:
        other.kill()
        other.wait()
    with Store(out, experiment) as store:
        assert store.kept(experiment.runs()) == {}
