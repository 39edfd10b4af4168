"""Real processes, killed in the middle: nothing is lost, and nothing that is kept is run a second time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from mas_kit.experiments import Experiment, run
from tests.experiments.models import Traced, begun

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

RUNS = 24
SWEEP = """
import sys
from mas_kit.experiments import Experiment, run
from tests.experiments.models import Traced
experiment = Experiment(
    name="traced", model=Traced, parameters={"trace": sys.argv[1], "seconds": 0.15}, seeds=range(1, 25)
)
run(experiment, workers=int(sys.argv[3]), out=sys.argv[2])
"""


def sweep(trace: Path, out: Path, workers: int = 2) -> subprocess.Popen[str]:
    """A sweep in a process of its own, in a process group of its own as a terminal makes one."""
    return subprocess.Popen(
        [sys.executable, "-c", SWEEP, trace, out, str(workers)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until(condition, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "the sweep does not get on"
        time.sleep(0.01)


def kept(out: Path) -> set[str]:
    return {path.stem for path in (out / "replicates").glob("*.parquet")}


def group_members(group: int) -> list[int]:
    members = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            members.append(int(path.parent.name))
    return members


def wait_for_all(group: int, seconds: float = 30) -> None:
    """Until no process of the group is left: nobody may be at work behind our back."""
    deadline = time.monotonic() + seconds
    while group_members(group):
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.05)


def check_resumed(trace: Path, out: Path, finished: set[str], before: list[str]) -> None:
    """Go on in this process, and count what was run."""
    experiment = Experiment(
        name="traced",
        model=Traced,
        parameters={"trace": str(trace), "seconds": 0.15},
        seeds=range(1, RUNS + 1),
    )
    seed_of = {one.key: one.seed for one in experiment.runs()}
    done = {f"{seed_of[key]}:0" for key in finished}
    results = run(experiment, workers=2, out=out)
    again = begun(trace)[len(before) :]
    assert results.resumed == len(finished)
    assert results.frame["seed"].tolist() == list(range(1, RUNS + 1))
    assert set(again) == {f"{seed}:0" for seed in range(1, RUNS + 1)} - done  # all that was missing
    assert max(Counter(again).values()) == 1  # once each
    assert {Counter(begun(trace))[name] for name in done} == {1}  # what was kept was run once in all
    fresh = run(Experiment(name="traced", model=Traced, seeds=range(1, RUNS + 1)), workers=1)
    assert results.frame["draw"].tolist() == fresh.frame["draw"].tolist()


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_and_resume(tmp_path, workers):
    trace, out = tmp_path / "trace", tmp_path / "out"
    process = sweep(trace, out, workers)
    until(lambda: len(kept(out)) >= 5, process)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to parent and workers alike
    errors = process.communicate(timeout=30)[1]
    assert process.returncode != 0
    wait_for_all(process.pid)
    finished = kept(out)
    assert 5 <= len(finished) < RUNS
    assert f"stopped: {len(finished)} of {RUNS} runs are kept in {out}; run it again" in errors
    assert errors.count("Traceback") == 1  # the parent's; the workers have nothing to say
    check_resumed(trace, out, finished, begun(trace))


def test_kill_9_of_the_parent_and_resume_at_once(tmp_path):
    trace, out = tmp_path / "trace", tmp_path / "out"
    process = sweep(trace, out)
    until(lambda: len(kept(out)) >= 5, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    # No pause: the orphans may still be at work. Who comes next must wait for them, not race them.
    results = run(
        Experiment(
            name="traced",
            model=Traced,
            parameters={"trace": str(trace), "seconds": 0.15},
            seeds=range(1, RUNS + 1),
        ),
        workers=2,
        out=out,
    )
    wait_for_all(process.pid)
    counts = Counter(begun(trace))
    assert results.frame["seed"].tolist() == list(range(1, RUNS + 1))
    assert results.resumed >= 5
    assert len(counts) == RUNS
    # Twice at most what was in the middle of a run when the kill came: one run a worker.
    assert sum(count - 1 for count in counts.values()) <= 2
    assert len(begun(trace)) - RUNS <= 2


def test_kill_9_of_the_parent_ends_the_workers_and_loses_nothing(tmp_path):
    trace, out = tmp_path / "trace", tmp_path / "out"
    process = sweep(trace, out)
    until(lambda: len(kept(out)) >= 5, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    wait_for_all(process.pid)
    finished = kept(out)
    assert 5 <= len(finished) < RUNS
    check_resumed(trace, out, finished, begun(trace))


def test_kill_9_of_a_worker_does_not_stop_the_sweep(tmp_path):
    trace, out = tmp_path / "trace", tmp_path / "out"
    process = sweep(trace, out)
    until(lambda: len(kept(out)) >= 5, process)
    locks = list((out / "replicates").glob(".worker-*.lock"))
    victim = int(locks[0].stem.removeprefix(".worker-"))
    finished = kept(out)
    os.kill(victim, signal.SIGKILL)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 0, errors
    counts = Counter(begun(trace))
    assert len(counts) == RUNS
    assert sum(count - 1 for count in counts.values()) <= 2  # the pool starts anew: one run a worker
    done = run(
        Experiment(
            name="traced",
            model=Traced,
            parameters={"trace": str(trace), "seconds": 0.15},
            seeds=range(1, RUNS + 1),
        ),
        out=out,
    )
    assert done.resumed == RUNS
    seed_of = {one.key: one.seed for one in done.experiment.runs()}
    assert {counts[f"{seed_of[key]}:0"] for key in finished} == {1}


def test_kill_9_of_everything_and_resume(tmp_path):
    trace, out = tmp_path / "trace", tmp_path / "out"
    process = sweep(trace, out)
    until(lambda: len(kept(out)) >= 5, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    wait_for_all(process.pid)
    finished = kept(out)
    check_resumed(trace, out, finished, begun(trace))
