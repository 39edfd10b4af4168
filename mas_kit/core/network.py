"""A network takes messages from agents and brings them to agents: late, twice, or not at all if so declared.

Messages move in one batch a tick. Nothing is lost silently: every drop is counted, and is an event where
the log is on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mas_kit.core.arrivals import TIMES, Arrivals
from mas_kit.core.byzantine import Traitor, betray
from mas_kit.core.errors import MasKitError, UnknownNameError, unknown
from mas_kit.core.messages import Message
from mas_kit.core.topology import (
    drop_or_hold,
    group_numbers,
    latency_range,
    links,
    probability,
    whole_tick,
)

if TYPE_CHECKING:
    from mas_kit.core.agent import Agent
    from mas_kit.core.events import Cause, EventLog
    from mas_kit.core.model import Model

_DRAWS = 4  # uniform numbers a message: loss, duplication, reordering, latency; always all four, so that
# changing one probability leaves the luck of the other three as it was

_CHECKS: dict[str, Callable[[str, Any], Any]] = {  # of the settings, when they are set
    "latency": latency_range,
    "loss": probability,
    "duplication": probability,
    "reordering": probability,
    "when_down": drop_or_hold,
    "links": lambda _, value: value,
}


class Network(Arrivals):
    """Delivers messages between the agents of one model.

    Args:
        model: the model it belongs to; the network registers itself there under `name`.
        name: what messages, faults and charts call it.
        topology: who can reach whom: None for everybody, a networkx graph, or pairs (sender, receiver).
            An undirected graph links both ways.
        latency: ticks from sending to delivery; a whole number, or (low, high) drawn uniformly for each
            message. With 0 a message arrives within the same tick, in bounded rounds.
        loss: probability that a message never arrives.
        duplication: probability that it arrives twice.
        reordering: probability that it is held back one tick more, so that later ones overtake it.
        when_down: what happens to mail for an agent that is down: "drop", or "hold" until it is up again.

    All of these but the name can be set while the model runs (`links` for the topology: a dict, sender ->
    receivers); what is on its way already keeps its time. Chance comes from one stream for each sender, so
    another agent's messages never change the fate of yours.

    Raises ParameterError for a probability outside 0 to 1 or a negative latency.
    """

    def __init__(
        self,
        model: Model,
        name: str = "network",
        *,
        topology: Any = None,
        latency: int | tuple[int, int] = 1,
        loss: float = 0.0,
        duplication: float = 0.0,
        reordering: float = 0.0,
        when_down: str = "drop",
    ) -> None:
        if name in model.networks:
            raise MasKitError(f"the model has a network named {name!r} already; give this one another name")
        self.model, self.name, self.when_down = model, name, when_down
        self.latency: tuple[int, int] = latency  # type: ignore[assignment]
        self.loss, self.duplication, self.reordering = loss, duplication, reordering
        self.links = links(topology)
        self.log: EventLog | None = model.log
        self.counts: Counter[str] = Counter()
        self.extra_delay = 0  # set by faults
        self.link_loss: list[tuple[float, str | None, str | None]] = []  # set by faults
        self.silent: set[str] = set()  # set by faults
        self.splits: list[dict[str, int]] = []  # set by faults
        self.traitors: list[Traitor] = []  # set by faults
        self.groups: dict[str, int] | None = None  # set by partition()
        self.outbox: list[Message] = []
        self.causes: list[Cause] = []
        self._calendar: dict[int, list[tuple[Sequence[Message], Sequence[int]]]] = {}
        self._earliest = 1  # no message can be due before
        self._held: list[tuple[Message, int]] = []
        self._deadlines: dict[tuple[str, str | None], float] = {}  # by who asked, and as what
        self.refresh()
        model.networks[name] = self
        model.sole_network = self if len(model.networks) == 1 else None
        if model.injector.active:  # it is made in the middle of a run, and of a fault
            model.injector.set_networks()

    def __setattr__(self, name: str, value: Any) -> None:
        """The settings can be changed while the model runs; they are checked then as they are at first."""
        check = _CHECKS.get(name)
        object.__setattr__(self, name, value if check is None else check(name, value))
        if check is not None and "_plain" in self.__dict__:
            self.refresh()

    def refresh(self) -> None:
        """Recompute whether every message fares alike, after faults changed what can happen to one."""
        self._plain = (
            self.links is None
            and self.groups is None
            and not (self.link_loss or self.silent or self.splits)
            and not (self.loss or self.duplication or self.reordering)
            and self.latency[0] == self.latency[1]
        )

    def partition(self, *groups: Iterable[str | Agent]) -> None:
        """Split the network: messages pass only inside a group. Agents in no group form one of their own.

        Raises ParameterError for a group that is a text, and for an agent in two groups.
        """
        self.groups = group_numbers(groups)
        self.refresh()

    def heal(self) -> None:
        """End a partition."""
        self.groups = None
        self.refresh()

    def send(self, message: Message, cause: Cause = None) -> None:
        """Take a message in. It leaves with this tick's batch; `cause` is the id of the event behind it."""
        self.outbox.append(message)
        if self.log is not None:
            self.trace(cause)

    def send_many(self, messages: Iterable[Message], cause: Cause = None) -> None:
        """Take several messages in at once."""
        self.outbox += messages
        if self.log is not None:
            self.trace(cause)

    def trace(self, cause: Cause) -> None:
        """Note the event behind the messages taken in since the last note. For a network with a log.

        The tick notes it once an agent has acted, so that sending asks nothing about the log.
        """
        untold = len(self.outbox) - len(self.causes)
        if untold:
            self.causes.extend([cause] * untold)

    def flush(self, tick: int, *, closing: bool = False) -> bool:
        """Send this tick's batch on its way. True when something is due within this very tick.

        `closing` is for what the world sends when a tick is over: without delay it arrives in the next.
        """
        batch = self.outbox
        if not batch:
            return False
        if self.log is not None:
            self.trace(None)
        self.outbox = []
        self._earliest = tick + closing
        self.counts["sent"] += len(batch)
        ids: Sequence[int] = ()
        if self.log is not None:
            causes, self.causes = self.causes, []
            first = self.log.emit_many(tick, [m.sender for m in batch], "sent", causes, batch)
            ids = range(first, first + len(batch))
            for m in batch:
                if m.others is not None and m.reply_by is not None:
                    self._note_deadline(m)
        written = batch
        if self.traitors:
            batch, ids = betray(self, tick, batch, ids)
        if self._plain:
            due = max(tick + self.latency[0] + self.extra_delay, self._earliest)
            self._calendar.setdefault(due, []).append((batch, ids))
        else:
            self._flush_each(tick, written, batch, ids)
        return tick in self._calendar

    def _note_deadline(self, message: Message) -> None:
        """An answer to this message after its `reply_by` is late, and so is itself. (What is no time or no
        name is for the receiver to judge: the log must not fail of what a run without it carries.)"""
        limit, called = message.reply_by, message.reply_with
        asker = message.sender if message.reply_to is None else message.reply_to
        if (
            isinstance(limit, TIMES)
            and isinstance(asker, str)
            and (called is None or isinstance(called, str))
        ):
            self._deadlines[asker, called] = limit

    def _flush_each(
        self, tick: int, written: Sequence[Message], batch: Sequence[Message], ids: Sequence[int]
    ) -> None:
        low, high = self.latency
        for at, (draft, message) in enumerate(zip(written, batch, strict=True)):
            row = ids[at] if ids else -1
            stream = self.model.stream(f"network/{self.name}/{draft.sender}")  # a forger has its own luck
            lost, twice, overtaken, slow = stream.random(_DRAWS).tolist()
            reason = self._obstacle(draft, lost)
            if reason:
                self._drop(tick, message, row, reason)
                continue
            due = tick + low + self.extra_delay + int(slow * (high - low + 1))
            if overtaken < self.reordering:
                due += 1
            self._post(due, message, row)
            if twice < self.duplication:
                self.counts["duplicated"] += 1
                if self.log is not None:
                    row = self.log.emit(tick, message.sender, "duplicated", row, message)
                self._post(due, message, row)

    def post(self, message: Message, due: int) -> None:
        """Put a message on its way outside a tick, due at that tick: for what is in transit at the start.

        Raises ParameterError for a time that is not a whole tick: it would never come.
        """
        due, row = whole_tick("due", due), -1
        if self.log is not None:
            row = self.log.emit(self.model.tick, message.sender, "sent", None, message)
        self.counts["sent"] += 1
        self._earliest = self.model.tick + 1
        self._post(due, message, row)

    def _post(self, due: int, message: Message, row: int) -> None:
        bucket = self._calendar.setdefault(max(due, self._earliest), [])
        if not bucket or not isinstance(bucket[-1][1], list):  # a plain batch is closed: its ids are a range
            bucket.append(([], []))
        messages, rows = bucket[-1]
        messages.append(message)  # type: ignore[attr-defined]
        rows.append(row)  # type: ignore[attr-defined]

    def _obstacle(self, message: Message, lost: float) -> str:
        sender, receiver = message.sender, message.receiver
        if self.links is not None and receiver not in self.links.get(sender, ()):
            return "no link"
        if sender in self.silent:
            return "silence"
        for split in self.splits if self.groups is None else (self.groups, *self.splits):
            if split.get(sender, 0) != split.get(receiver, 0):
                return "partition"
        passes = 1.0 - self.loss
        for share, source, target in self.link_loss:
            if source in (None, sender) and target in (None, receiver):
                passes *= 1.0 - share
        return "lost" if lost >= passes else ""

    def __repr__(self) -> str:
        return f"<network {self.name!r}: {dict(self.counts)}>"


def find(networks: dict[str, Network], name: str | None) -> Network:
    """The network of that name; without a name, the only one there is."""
    if not networks:
        raise UnknownNameError("the model has no network; make one in build: Network(self)")
    if name is None:
        if len(networks) == 1:
            return next(iter(networks.values()))
        raise unknown("network (say which: network=...)", "", networks)
    try:
        return networks[name]
    except KeyError:
        raise unknown("network", name, networks) from None
