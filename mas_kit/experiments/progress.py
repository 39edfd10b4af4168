"""A progress bar for what takes longer than two seconds, in a terminal and in a notebook."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_PATIENCE = 2.0

type Progress = bool | Callable[[int, int], None] | None


class Reporter:
    """Counts finished runs and shows them.

    Args:
        title: what the bar says.
        total: how many there are.
        progress: None shows a bar after two seconds where someone can see it; True also where no terminal is
            seen; False shows nothing; a function is called with (done, total) after every batch instead.
    """

    def __init__(self, title: str, total: int, progress: Progress) -> None:
        self.title, self.total, self.progress = title, total, progress
        self.done = 0
        self._began = time.monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.refresh()  # in a notebook, stopping leaves the last picture as it was
            self._bar.stop()

    def advance(self) -> None:
        """One more is finished."""
        self.done += 1
        if callable(self.progress):
            self.progress(self.done, self.total)
        self.tick()

    def tick(self) -> None:
        """Show where it stands, if it is time to."""
        if self.progress is False or callable(self.progress):
            return
        if self._bar is None:
            if time.monotonic() - self._began < _PATIENCE or self.done == self.total:
                return
            self._start()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self.done)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        if self.progress is None and not (console.is_terminal or console.is_jupyter):
            self.progress = False
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console)
        self._task = self._bar.add_task(self.title, total=self.total, completed=self.done)
        self._bar.start()
