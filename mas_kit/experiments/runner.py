"""Run an experiment: only what is missing, on all cores, and every finished run is kept."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from mas_kit.core.errors import ParameterError, out_of_range
from mas_kit.experiments import manifest as manifests
from mas_kit.experiments.errors import FolderError, Stopped
from mas_kit.experiments.experiment import Experiment, Run
from mas_kit.experiments.pool import Pool, cores
from mas_kit.experiments.progress import Progress, Reporter
from mas_kit.experiments.replicate import Failure, Outcome, read_replicate, write_replicate
from mas_kit.experiments.results import Results, assemble, digest
from mas_kit.experiments.schedule import Schedule
from mas_kit.experiments.store import RESULTS, Store
from mas_kit.experiments.worker import run_once


def run(
    experiment: Experiment,
    *,
    seeds: int | Sequence[int] | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Progress = None,
    log: bool = False,
    executor: Executor | None = None,
) -> Results:
    """Run every replicate of every design point that is not finished yet.

    Rows and numbers do not depend on the workers. With a folder, each finished run is on disk before its
    worker begins the next; stop it or kill it, call it again, and only the missing runs are run. A run
    that raises is reported in `failed`, the others go on, and it is tried again the next time. Without a
    folder, what a killed worker had not handed over yet is run again.

    Args:
        experiment: the declaration.
        seeds: other seeds than the experiment's: a number of replicates, or a list.
        workers: processes; None takes all usable cores. 1 runs in this process.
        out: the folder to keep results in. It may grow (seeds, points); another experiment is refused.
        progress: None shows a bar after two seconds; False none; or a function of (done, total).
        log: keep the event log of every run (needs `out`); read it with `Results.events`.
        executor: any `concurrent.futures` executor in place of local processes, e.g. a Dask client's
            `get_executor()`. Then this process writes the files, as batches of a quarter second come in.

    Raises:
        FolderError: the folder cannot be written (also later, when the disk is full: what is finished is
            kept), is in use, or holds another experiment.
        ParameterError: no such number of workers; a log without a folder.
        StaleCodeError: the model's file was changed after this session loaded it.
        Stopped: Ctrl-C; the message says how many runs are kept.
    """
    if workers is not None and workers < 1:
        raise out_of_range("workers", workers, "whole numbers from 1", "leave it out to use all cores")
    if log and (out is None or executor is not None):
        raise ParameterError("log=True needs a folder and local processes; give out=... and no executor")
    began = time.perf_counter()
    runs = experiment.runs(seeds)
    slots = workers or getattr(executor, "_max_workers", None) or cores()
    if out is None:
        sweep = _Sweep(experiment, runs, slots, progress, log, executor)
        sweep.run_missing()
        return sweep.results(began)
    with Store(Path(out), experiment) as store:
        sweep = _Sweep(experiment, runs, slots, progress, log, executor, store, store.kept(runs))
        if sweep.resumed < len(runs) or not store.settled:
            sweep.run_missing_in(store)
        return sweep.results(began)


class _Sweep:
    """One call of `run`: what is to do, how, and what came of it so far."""

    def __init__(
        self,
        experiment: Experiment,
        runs: Sequence[Run],
        slots: int,
        progress: Progress,
        log: bool,
        executor: Executor | None,
        store: Store | None = None,
        kept: Mapping[str, Outcome] | None = None,
    ) -> None:
        self.experiment, self.runs, self.slots = experiment, runs, slots
        self.progress, self.log, self.executor = progress, log, executor
        self.folder = store.folder if store else None
        self.replicates = store.replicates if store else None
        self.outcomes: dict[str, Outcome] = dict(kept or {})
        self.resumed = len(self.outcomes)

    def run_missing(self) -> None:
        """Run what has no outcome yet."""
        todo = [run for run in self.runs if run.key not in self.outcomes]
        by_key = {run.key: run for run in todo}
        with (
            Reporter(self.experiment.name, len(todo), self.progress) as reporter,
            contextlib.ExitStack() as stack,
        ):
            found: Iterable[Outcome]
            if self.executor is None and min(self.slots, len(todo)) <= 1:
                found = (run_once(self.experiment, run, self.replicates, self.log) for run in todo)
            else:
                pool = Pool(
                    self.experiment, self.slots, folder=self.replicates, log=self.log, executor=self.executor
                )
                stack.push(_killing(pool))
                found = Schedule(todo, pool, self._on_disk, reporter.tick)
            for outcome in found:
                # The disk of an executor that is not ours may be another machine's.
                if self.executor is not None and self.replicates is not None and outcome.failure is None:
                    write_replicate(self.replicates, by_key[outcome.key], outcome)
                self.outcomes[outcome.key] = outcome
                reporter.advance()

    def run_missing_in(self, store: Store) -> None:
        """Run what is missing in a folder, and leave it with one file of results and a manifest.

        Raises FolderError when the folder cannot be written any more: what a model raises is a failed run, so
        that an OSError here is one of ours.
        """
        try:
            self._run_missing_in(store)
        except FolderError:
            raise
        except OSError as error:
            kept = len(store.kept(self.runs))
            raise FolderError(
                f"cannot write to folder {store.folder}: {error.strerror or error}; {kept} of "
                f"{len(self.runs)} runs are kept there: mend that and run it again to go on"
            ) from error

    def _run_missing_in(self, store: Store) -> None:
        began = time.perf_counter()
        manifest = manifests.begin(self.experiment, store.spec, store.manifest, self.slots)
        store.write_manifest(manifest)
        try:
            self.run_missing()
        except KeyboardInterrupt:
            kept = len(store.kept(self.runs))
            counts = {"ran": kept - self.resumed, "resumed": self.resumed}
            store.write_manifest(manifests.end(manifest, "stopped", **counts))
            raise Stopped(
                f"stopped: {kept} of {len(self.runs)} runs are kept in {store.folder}; run it again to go on "
                "from there"
            ) from None
        frame, metrics, keys = assemble(self.experiment, self.runs, self.outcomes)
        sha256 = store.compact(frame, keys, metrics)
        store.write_failures(self.failures)
        manifest |= manifests.described(self.experiment, self.runs, self.outcomes, self.failures)
        manifest["results"] = {
            "file": RESULTS,
            "rows": len(frame),
            "sha256": sha256,
            "numbers_sha256": digest(frame),
        }
        status = "incomplete" if self.failures else "finished"
        counts = {"ran": len(self.runs) - self.resumed, "resumed": self.resumed, "failed": len(self.failures)}
        wall = round(time.perf_counter() - began, 3)
        store.write_manifest(manifests.end(manifest, status, **counts, wall=wall))
        store.clear()

    def _on_disk(self, run: Run) -> Outcome | None:
        return None if self.replicates is None else read_replicate(self.replicates, run)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The runs that raised, in design order."""
        found = (self.outcomes[run.key].failure for run in self.runs if run.key in self.outcomes)
        return tuple(failure for failure in found if failure is not None)

    def results(self, began: float) -> Results:
        """All of it as one table."""
        frame, metrics, keys = assemble(self.experiment, self.runs, self.outcomes)
        seconds = time.perf_counter() - began
        return Results(
            experiment=self.experiment,
            frame=frame,
            folder=self.folder,
            resumed=self.resumed,
            failed=self.failures,
            metrics=tuple(metrics),
            keys=keys,
            seconds=seconds,
        )


def _killing(pool: Pool) -> Callable[..., bool]:
    """On the way out with an error, end the workers; without one they stay warm for the next sweep."""

    def leave(kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool:  # noqa: ARG001
        if kind is not None:
            pool.kill()
        return False

    return leave
