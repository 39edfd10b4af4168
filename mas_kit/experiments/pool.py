"""Worker processes on this machine, started so that a class from a notebook cell can run in them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from types import ModuleType

from mas_kit.experiments.experiment import Experiment, Run
from mas_kit.experiments.fingerprint import fingerprint
from mas_kit.experiments.replicate import Outcome
from mas_kit.experiments.worker import Job, work

# The code of every model that the warm workers may have imported by name.
_imported: dict[str, str] = {}

_IDLE = 60  # seconds after which unused workers go; starting them anew costs about two


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool:
    """Batches of runs on processes: loky's reusable ones, or any `concurrent.futures` executor.

    Loky's workers are fresh interpreters (no fork of a process with threads), unpickle classes by value
    (`cloudpickle`) and do not import the main script again; they stay for the next sweep.
    """

    def __init__(
        self,
        experiment: Experiment,
        workers: int,
        *,
        folder: Path | None,
        log: bool,
        executor: Executor | None = None,
    ) -> None:
        self.workers = workers
        self.local = executor is None
        self._executor = executor
        self._hidden = _hidden_modules(experiment)
        self._job = Job(
            experiment=self._pickled(experiment),
            code=fingerprint(experiment.model, data=False),
            folder=folder if self.local else None,  # another machine's disk is not ours to write to
            log=log,
            parent=os.getpid() if self.local else 0,
            cwd=str(Path.cwd()),
            path=tuple(sys.path),
        )
        if self.local:
            self._forget_older_code(experiment)

    def _forget_older_code(self, experiment: Experiment) -> None:
        """End the warm workers when a model's module was reloaded here: they hold it as it was."""
        name = f"{experiment.model.__module__}.{getattr(experiment.model, '__qualname__', '')}"
        code = fingerprint(experiment.model)
        if _imported.setdefault(name, code) != code:
            self._executor = self._start()
            self.kill()
        _imported[name] = code

    def submit(self, runs: Sequence[Run]) -> Future[list[Outcome]]:
        """Send a batch to a worker."""
        batch = self._pickled(list(runs))
        if not self.local:
            assert self._executor is not None
            return self._executor.submit(work, self._job, batch)
        with _interrupts_held():
            if self._executor is None:
                self._executor = self._start()
            return self._executor.submit(work, self._job, batch)

    def _pickled(self, thing: object) -> bytes:
        """By value what a worker could not import, by name the rest."""
        import cloudpickle

        for module in self._hidden:
            cloudpickle.register_pickle_by_value(module)
        try:
            pickled: bytes = cloudpickle.dumps(thing)
        finally:
            for module in self._hidden:
                cloudpickle.unregister_pickle_by_value(module)
        return pickled

    def _start(self) -> Executor:
        from loky import get_reusable_executor

        # Loky replaces a worker whose memory grew, and says so from its own thread; no run is lost by it.
        warnings.filterwarnings("ignore", message="A worker stopped while some jobs", category=UserWarning)
        return get_reusable_executor(max_workers=self.workers, timeout=_IDLE)  # type: ignore[no-any-return]

    def kill(self) -> None:
        """End the workers at once, in the middle of what they do; the next batch starts new ones."""
        if self.local and self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]
            self._executor = None


def _hidden_modules(experiment: Experiment) -> list[ModuleType]:
    """Modules of the experiment that no search path leads to: loaded from a file, as test runners do."""
    metrics: Iterable[object] = experiment.metrics.values()  # type: ignore[union-attr]
    values = [value for point in experiment.points for value in point.values.values()]
    values += [item for value in experiment.parameters.values() for item in _items(value)]
    values += [item for value in values for item in _items(value)]
    things = [
        *getattr(experiment.model, "__mro__", (experiment.model,)),
        *metrics,
        *values,
        *map(type, values),
    ]
    names = {getattr(thing, "__module__", None) for thing in things} - {None, "__main__"}
    found = (sys.modules.get(str(name)) for name in names)
    return [module for module in found if module is not None and not _importable(module.__name__)]


def _items(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def _importable(name: str) -> bool:
    top = name.partition(".")[0]
    return top in sys.builtin_module_names or any(
        finder.find_spec(top, None) is not None for finder in sys.meta_path if hasattr(finder, "find_spec")
    )


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C from processes that are being started.

    A block is inherited, so that no worker sees the signal, not even while it imports; in the parent it waits
    until the block ends, and nothing of it is lost.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
