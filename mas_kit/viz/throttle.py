"""Not more often than a person can read, and not at the cost of the run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Throttle:
    """Lets work through at most every ``seconds``, and never for more than a fifth of the time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._next = 0.0

    @contextmanager
    def due(self, *, always: bool = False) -> Iterator[bool]:
        """Whether the work inside is due; what it takes is measured."""
        began = time.monotonic()
        if not always and began < self._next:
            yield False
            return
        yield True
        ended = time.monotonic()
        self._next = ended + max(self.seconds, 4 * (ended - began))
