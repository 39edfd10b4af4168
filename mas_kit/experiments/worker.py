"""What a worker does: take a batch of runs, and put each on disk before it begins the next."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mas_kit.core.errors import MasKitError, unknown
from mas_kit.experiments.errors import StaleCodeError
from mas_kit.experiments.experiment import Experiment, Metric, Run
from mas_kit.experiments.fingerprint import fingerprint
from mas_kit.experiments.locks import FileLock
from mas_kit.experiments.replicate import Failure, Outcome, write_replicate

_POLL = 0.25  # seconds between two looks at whether the parent lives


class Job(NamedTuple):
    """What every batch of one sweep has in common."""

    experiment: bytes  # pickled by value where the class has no module to import it from
    code: str  # the fingerprint of the model's code in the parent
    folder: Path | None  # where finished replicates go; None keeps them in memory
    log: bool
    parent: int  # the process that asked; 0 when the executor is not ours
    cwd: str
    path: tuple[str, ...]  # where the parent finds its modules


def run_once(experiment: Experiment, run: Run, folder: Path | None, log: bool) -> Outcome:
    """One run, measured; one that raises becomes a failure with its traceback."""
    wall, cpu = time.perf_counter(), time.process_time()
    metrics: dict[str, float] = {}
    failure = None
    try:
        model = experiment.build(run, log=log)
        model.run(experiment.ticks)
        metrics = measure(experiment, model)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        failure = Failure(run.point, run.replicate, run.seed, dict(run.labels), text, _trace(error))
    outcome = Outcome(run.key, metrics, failure, time.perf_counter() - wall, time.process_time() - cpu)
    if folder is not None and failure is None:
        if log:
            _write_events(folder.parent / "events", run, model)
        write_replicate(folder, run, outcome)
    return outcome


def measure(experiment: Experiment, model: Any) -> dict[str, float]:
    """The metrics of a finished model that the experiment asks for.

    Raises UnknownNameError for one that it has not, MasKitError for one that is not a number.
    """
    wanted: Mapping[str, Metric] = experiment.metrics  # type: ignore[assignment]
    needs_all = not wanted or any(isinstance(metric, str) for metric in wanted.values())
    found = model.metrics() if needs_all else {}
    if not wanted:
        return {str(name): _number(name, value) for name, value in found.items()}
    measured = {}
    for name, metric in wanted.items():
        if isinstance(metric, str):
            if metric not in found:
                raise unknown("metric", metric, [str(known) for known in found])
            measured[name] = _number(name, found[metric])
        else:
            measured[name] = _number(name, metric(model))
    return measured


def _number(name: object, value: Any) -> float:
    if isinstance(value, bool | int | float | np.number | np.bool_):
        return float(value)
    raise MasKitError(f"metric {name!r} gave {value!r}; a metric must be one number")


def _write_events(folder: Path, run: Run, model: Any) -> None:
    folder.mkdir(exist_ok=True)
    temporary = folder / f".{run.key}.{os.getpid()}.tmp"
    model.log.to_parquet(temporary)
    temporary.replace(folder / f"{run.key}.parquet")


def _trace(error: BaseException) -> str:
    """The traceback with the last two parts of each path: results travel, home directories should not."""
    summary = traceback.TracebackException.from_exception(error)
    chain: traceback.TracebackException | None = summary
    while chain is not None:
        for frame in chain.stack:
            frame.filename = "/".join(Path(frame.filename).parts[-2:])
        chain = chain.__cause__ or chain.__context__
    return "".join(summary.format())


_loaded: dict[str, Experiment] = {}
_loading = threading.Lock()


def _load(job: Job) -> Experiment:
    """The experiment of a job, unpickled once a process."""
    digest = hashlib.sha256(job.experiment).hexdigest() + job.code
    with _loading:
        if digest not in _loaded:
            import cloudpickle

            for place in job.path:
                if place not in sys.path:
                    sys.path.append(place)
            experiment = cloudpickle.loads(job.experiment)
            if fingerprint(experiment.model, data=False) != job.code:
                raise StaleCodeError(
                    f"the code of {experiment.spec()['model']} on disk is not what this session has loaded: "
                    "restart the session (or reload the module), so that all runs use one version"
                )
            _loaded.clear()
            _loaded[digest] = experiment
        return _loaded[digest]


def work(job: Job, batch: bytes) -> list[Outcome]:
    """Run a batch, a pickled list of runs, in a worker process.

    While it works, a worker of ours holds a lock in the folder. Whoever takes the folder over after a kill
    waits for these locks, so that a run in the hands of an orphan is never begun a second time.
    """
    if job.parent:
        watch(job.parent)
        with contextlib.suppress(OSError):
            os.chdir(job.cwd)
    experiment = _load(job)
    runs: Sequence[Run] = pickle.loads(batch)
    if job.folder is None:
        return [run_once(experiment, run, None, job.log) for run in runs]
    with FileLock(job.folder / f".worker-{os.getpid()}.lock") as lock:
        lock.acquire(timeout=60)
        outcomes = []
        for run in runs:
            if not parent_lives(job.parent):
                os._exit(1)
            outcomes.append(run_once(experiment, run, job.folder, job.log))
        return outcomes


def parent_lives(parent: int) -> bool:
    """Whether the process that started this worker is still there."""
    if os.name == "posix":
        return os.getppid() == parent
    process = multiprocessing.parent_process()
    return process is None or process.is_alive()


_watched = False


def watch(parent: int) -> None:
    """End this worker when its parent is gone, also by a kill that gave it no time to say so.

    A worker leaves Ctrl-C to its parent: a terminal sends it to all of them at once.
    """
    global _watched  # noqa: PLW0603  (one watcher a process)
    if _watched:
        return
    _watched = True
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def look() -> None:
        while parent_lives(parent):
            time.sleep(_POLL)
        os._exit(1)

    threading.Thread(target=look, daemon=True, name="mas_kit parent watch").start()
