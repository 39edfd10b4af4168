"""The receiving end of a network: what is due goes into the inboxes, waits, or is dropped and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mas_kit.core.messages import Message

if TYPE_CHECKING:
    from mas_kit.core.events import EventLog
    from mas_kit.core.model import Model

TIMES = (int, float, np.number)  # what a deadline can be


class Arrivals:
    """What a `Network` does with messages once they are on their way."""

    model: Model
    log: EventLog | None
    when_down: str
    counts: Counter[str]
    _calendar: dict[int, list[tuple[Sequence[Message], Sequence[int]]]]
    _held: list[tuple[Message, int]]
    _deadlines: dict[tuple[str, str | None], float]  # by who asked, and as what

    def _drop(self, tick: int, message: Message, row: int, reason: str) -> None:
        self.counts["dropped"] += 1
        self.counts[f"dropped: {reason}"] += 1
        if self.log is not None:
            self.log.emit(tick, message.receiver, "dropped", row if row >= 0 else None, (message, reason))

    def deliver(self, tick: int) -> None:
        """Put everything that is due into the inboxes."""
        if self._held:
            self._release(tick)
        for batch, ids in self._calendar.pop(tick, ()):
            if self.log is None:
                self._deliver_unlogged(tick, batch)
            else:
                self._deliver_logged(tick, batch, ids)

    def _deliver_unlogged(self, tick: int, batch: Sequence[Message]) -> None:
        agents = self.model.by_name
        astray = 0
        for message in batch:
            try:
                agent = agents[message.receiver]
                if agent.alive:
                    agent.inbox.append(message)
                    continue
            except KeyError:
                pass
            self._undeliverable(tick, message, -1)
            astray += 1
        self.counts["delivered"] += len(batch) - astray

    def _deliver_logged(self, tick: int, batch: Sequence[Message], ids: Sequence[int]) -> None:
        assert self.log is not None
        agents = self.model.by_name
        receivers = [m.receiver for m in batch]
        if self.model.anyone_down or self._deadlines or not agents.keys() >= set(receivers):
            for message, row in zip(batch, ids, strict=True):
                self._deliver_one(tick, message, row)
            return
        first = self.log.emit_many(tick, receivers, "delivered", ids, batch)
        self.counts["delivered"] += len(batch)
        for row, message in enumerate(batch, first):
            agent = agents[message.receiver]
            agent.inbox.append(message)
            agent.arrivals.append(row)

    def _deliver_one(self, tick: int, message: Message, row: int) -> None:
        agent = self.model.by_name.get(message.receiver)
        if agent is None or not agent.alive:
            self._undeliverable(tick, message, row)
            return
        self.counts["delivered"] += 1
        agent.inbox.append(message)
        if self.log is not None:
            deadline, answers = message.reply_by, message.in_reply_to
            if isinstance(answers, str):
                deadline = self._deadlines.get((message.receiver, answers), deadline)
            kind = "late" if isinstance(deadline, TIMES) and tick > deadline else "delivered"
            agent.arrivals.append(self.log.emit(tick, message.receiver, kind, row, message))

    def _undeliverable(self, tick: int, message: Message, row: int) -> None:
        if message.receiver not in self.model.by_name:
            self._drop(tick, message, row, "unknown receiver")
        elif self.when_down == "hold":
            self._held.append((message, row))
        else:
            self._drop(tick, message, row, "receiver down")

    def _release(self, tick: int) -> None:
        held, self._held = self._held, []
        for message, row in held:
            self._deliver_one(tick, message, row)

    def in_flight(self) -> list[tuple[Message, int]]:
        """The messages on their way, with the tick in which each is due, soonest first."""
        return [
            (message, due)
            for due in sorted(self._calendar)
            for batch, _ in self._calendar[due]
            for message in batch
        ]

    def held(self) -> list[Message]:
        """The messages that wait for an agent that is down."""
        return [message for message, _ in self._held]
