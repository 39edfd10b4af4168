"""Where two runs part: the first event that one of them has and the other has not."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from mas_kit.core.errors import MasKitError

if TYPE_CHECKING:
    from mas_kit.core.events import Event, EventLog
    from mas_kit.core.model import Model


class Divergence(NamedTuple):
    """The first event that differs, as each run has it (None: the run had ended), and what led to it.

    `chain` holds the causes of the differing event, newest first, as the second run logged them (the first
    run's, where the second had ended).
    """

    first: Event | None
    second: Event | None
    chain: list[Event]

    @property
    def time(self) -> float:
        """The tick in which the runs part."""
        return min(event.time for event in (self.first, self.second) if event is not None)

    def __str__(self) -> str:
        lines = [f"the runs part in tick {self.time:g}:"]
        lines += [
            f"  {name}: {_line(event)}" for name, event in (("first", self.first), ("second", self.second))
        ]
        lines += ["because of"] if len(self.chain) > 1 else []
        lines += [f"  {_line(event)}" for event in self.chain[1:]]
        return "\n".join(lines)


def _line(event: Event | None) -> str:
    return "the run had ended" if event is None else f"[{event.id}] {event.agent}, {event.kind}: {event.data}"


def first_divergence(run_a: Model | EventLog, run_b: Model | EventLog) -> Divergence | None:
    """The first event in which two logged runs differ, with its causes; None where they are the same.

    Events are compared in the order in which they were logged: time, agent, kind, causes and data.

    Raises:
        MasKitError: a run has no log, or let go of its oldest rows.
    """
    log_a, log_b = _log(run_a, "first"), _log(run_b, "second")
    for one, other in zip_longest(log_a, log_b):
        if one is None or other is None or not same(one, other):
            log, event = (log_b, other) if other is not None else (log_a, one)
            return Divergence(one, other, log.chain(event.id))
    return None


def same(one: Event, other: Event) -> bool:
    """Are two events alike? NaN counts as equal to NaN, since a run may well repeat one."""
    if one[:5] != other[:5]:
        return False
    try:
        return bool(one.data == other.data) or repr(one.data) == repr(other.data)
    except ValueError:  # arrays do not say yes or no
        return repr(one.data) == repr(other.data)


def _log(run: Model | EventLog, which: str) -> EventLog:
    log: EventLog | None = getattr(run, "log", run)
    if log is None:
        raise MasKitError(f"the {which} run has no log; make its model with log=True")
    if len(log) and 0 not in log:
        raise MasKitError(f"the {which} run's log let go of its oldest rows; make it without a limit")
    return log
