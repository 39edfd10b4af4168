"""The one event log: what every chart, diagram, explanation, audit and replay reads."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from mas_kit.core.errors import UnknownNameError, out_of_range

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

Cause = int | tuple[int, ...] | None


class Event(NamedTuple):
    """One row of the log. `causes` are the ids of the rows that brought it about."""

    id: int
    time: float
    agent: str
    kind: str
    causes: tuple[int, ...]
    data: Any


class EventLog:
    """Rows of (time, agent, kind, causes, data), kept in columns.

    Kinds: percept, decision, action; sent, delivered, late, dropped, duplicated (messages); fault, approval,
    note. An id is the row's number since the start, so it stays valid when old rows are let go.

    Args:
        limit: how many of the newest rows to keep; None keeps all. (Between `limit` and twice that many are
            held, so that letting go is cheap.)

    Raises:
        ParameterError: `limit` is not a whole number from 1.
    """

    __slots__ = ("_agent", "_cause", "_data", "_first", "_kind", "_time", "limit")

    def __init__(self, limit: int | None = None) -> None:
        if limit is not None and not (isinstance(limit, int) and limit >= 1):
            raise out_of_range(
                "limit", limit, "whole numbers from 1, or None", "leave it out to keep all rows"
            )
        self.limit = limit
        self._first = 0
        self._time: list[float] = []
        self._agent: list[str] = []
        self._kind: list[str] = []
        self._cause: list[Cause] = []
        self._data: list[Any] = []

    def emit(self, time: float, agent: str, kind: str, cause: Cause = None, data: Any = None) -> int:
        """Write one row; returns its id."""
        row = self._first + len(self._time)
        self._time.append(time)
        self._agent.append(agent)
        self._kind.append(kind)
        self._cause.append(cause)
        self._data.append(data)
        return row

    def emit_many(
        self, time: float, agents: list[str], kind: str, causes: Sequence[Cause], data: Sequence[Any]
    ) -> int:
        """Write one row for each agent, all of one time and kind; returns the id of the first."""
        row = self._first + len(self._time)
        n = len(agents)
        self._time.extend(repeat(time, n))
        self._agent.extend(agents)
        self._kind.extend(repeat(kind, n))
        self._cause.extend(causes)
        self._data.extend(data)
        return row

    def trim(self) -> None:
        """Let go of the oldest rows, where a limit was set. The model calls it once a tick."""
        if self.limit is None or len(self._time) <= 2 * self.limit:
            return
        extra = len(self._time) - self.limit
        self._first += extra
        for column in (self._time, self._agent, self._kind, self._cause, self._data):
            del column[:extra]

    def __repr__(self) -> str:
        return f"<event log: {len(self)} events, {len(self._time)} kept>"

    def __len__(self) -> int:
        """How many rows were written since the start."""
        return self._first + len(self._time)

    def _event(self, at: int) -> Event:
        cause = self._cause[at]
        causes = () if cause is None else (cause,) if isinstance(cause, int) else tuple(cause)
        return Event(
            self._first + at, self._time[at], self._agent[at], self._kind[at], causes, self._data[at]
        )

    def __getitem__(self, row: int) -> Event:
        """The event with this id."""
        at = row - self._first
        if not 0 <= at < len(self._time):
            kept = f"{self._first} to {len(self) - 1}" if self._time else "none"
            raise UnknownNameError(f"the log holds no event {row}; kept: {kept}")
        return self._event(at)

    def __contains__(self, row: object) -> bool:
        return isinstance(row, int) and self._first <= row < len(self)

    def __iter__(self) -> Iterator[Event]:
        for at in range(len(self._time)):
            yield self._event(at)

    def select(
        self,
        kind: str | Sequence[str] | None = None,
        agent: str | None = None,
        since: float | None = None,
        until: float | None = None,
    ) -> list[Event]:
        """The events of a kind (or kinds), of an agent, from a time to a time (both included)."""
        kinds = {kind} if isinstance(kind, str) else None if kind is None else set(kind)
        return [
            self._event(at)
            for at in range(len(self._time))
            if (kinds is None or self._kind[at] in kinds)
            and (agent is None or self._agent[at] == agent)
            and (since is None or self._time[at] >= since)
            and (until is None or self._time[at] <= until)
        ]

    def last(self, kind: str, agent: str) -> Event | None:
        """The newest event of that kind of that agent, if the log still has it."""
        for at in range(len(self._time) - 1, -1, -1):
            if self._kind[at] == kind and self._agent[at] == agent:
                return self._event(at)
        return None

    def chain(self, row: int, depth: int = 1000) -> list[Event]:
        """This event and everything that led to it, newest first; the newest `depth` of them."""
        found: list[Event] = []
        front, seen = [-row], {row}  # a heap of negated ids: causes are older than what they cause
        while front and len(found) < depth:
            here = -heapq.heappop(front)
            if here not in self:
                continue
            event = self[here]
            found.append(event)
            for cause in event.causes:
                if cause not in seen:
                    seen.add(cause)
                    heapq.heappush(front, -cause)
        return found

    def frame(self) -> pd.DataFrame:
        """The log as a table: id, time, agent, kind, causes (tuple of ids), data (as text)."""
        import pandas as pd

        rows = [(*event[:5], _text(event.data)) for event in self]
        return pd.DataFrame(rows, columns=["id", "time", "agent", "kind", "causes", "data"])

    def to_parquet(self, path: str | Path) -> None:
        """Write `frame()` to a parquet file."""
        table = self.frame()
        table["causes"] = table["causes"].map(list)
        table.to_parquet(path, index=False)


def _text(data: Any) -> str:
    return "" if data is None else str(data)
