"""Hand runs out to workers in batches, and survive a worker that dies."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait

from mas_kit.experiments.errors import StaleCodeError
from mas_kit.experiments.experiment import Run
from mas_kit.experiments.pool import Pool
from mas_kit.experiments.replicate import Failure, Outcome

_BATCH = 0.25  # seconds of work in a batch: sending one costs about a millisecond
_DEATHS = 2  # how many times a run may be in flight when a worker dies before it is run alone


class Schedule:
    """The runs that are still to do, and those that are out.

    Runs go out in batches of about a quarter second, judged by the runs so far, two batches a worker, so
    that no worker waits. When a worker dies the pool is started anew: runs that `finished` finds on disk
    count, the others go out again. A run that was out at two deaths goes out alone afterwards; if its
    worker dies then too, the run is what kills it and is reported as failed.
    """

    def __init__(
        self,
        todo: Sequence[Run],
        pool: Pool,
        finished: Callable[[Run], Outcome | None],
        tick: Callable[[], None],
    ) -> None:
        self.queue = deque(todo)
        self.suspects: deque[Run] = deque()
        self.flying: dict[Future[list[Outcome]], list[Run]] = {}
        self.deaths: Counter[str] = Counter()
        self.pool = pool
        self.finished = finished
        self.tick = tick
        self._seconds = 0.0
        self._runs = 0
        self._restarted = False

    def __iter__(self) -> Iterator[Outcome]:
        """The outcomes, as they come in."""
        while self.queue or self.flying or self.suspects:
            self._send()
            done, _ = wait(self.flying, timeout=0.5, return_when=FIRST_COMPLETED)
            self.tick()
            broken = False
            for future in done:
                batch = self.flying.pop(future)
                try:
                    outcomes = future.result()
                except BrokenExecutor:
                    if not self.pool.local:
                        raise  # an executor of the caller's is the caller's to mend
                    self.flying[future] = batch
                    broken = True
                except StaleCodeError:
                    # Workers that are still warm may hold the module as it was before it was reloaded here.
                    if self._restarted or not self.pool.local:
                        raise
                    self.flying[future] = batch
                    yield from self._restart(blame=False)
                    self._restarted = True
                    break
                else:
                    self._seconds += sum(outcome.wall for outcome in outcomes)
                    self._runs += len(outcomes)
                    yield from outcomes
            if broken:
                yield from self._restart(blame=True)

    def _send(self) -> None:
        if not self.queue and self.suspects:
            if not self.flying:
                self._submit([self.suspects.popleft()])
            return
        while self.queue and len(self.flying) < 2 * self.pool.workers:
            self._submit([self.queue.popleft() for _ in range(self._size())])

    def _submit(self, batch: list[Run]) -> None:
        try:
            self.flying[self.pool.submit(batch)] = batch
        except BrokenExecutor as error:  # a worker died since the last look
            future: Future[list[Outcome]] = Future()
            future.set_exception(error)
            self.flying[future] = batch

    def _size(self) -> int:
        if not self._runs:
            return 1
        by_time = int(_BATCH * self._runs / max(self._seconds, 1e-9))
        fair = math.ceil(len(self.queue) / (2 * self.pool.workers))  # the last batches end together
        return max(1, min(by_time, fair, len(self.queue)))

    def _restart(self, *, blame: bool) -> Iterator[Outcome]:
        """Start the pool anew; what was out and is not finished goes out again."""
        out = [run for batch in self.flying.values() for run in batch]
        alone = len(out) == 1 and self.deaths[out[0].key] >= _DEATHS
        self.flying.clear()
        self.pool.kill()
        for run in reversed(out):
            found = self.finished(run)
            if found is not None:
                yield found
                continue
            self.deaths[run.key] += blame
            if blame and alone:
                yield _killed(run)
            elif self.deaths[run.key] >= _DEATHS:
                self.suspects.append(run)
            else:
                self.queue.appendleft(run)


def _killed(run: Run) -> Outcome:
    error = "the worker process died in this run: a crash in compiled code, or out of memory"
    failure = Failure(run.point, run.replicate, run.seed, dict(run.labels), error, "")
    return Outcome(run.key, {}, failure, 0.0, 0.0)
