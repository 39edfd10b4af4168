"""What a Byzantine agent's messages turn into on their way out, while the agent and the model know nothing.

The agent writes what it always writes; what leaves is something else. The names are those of Lamport, Shostak
and Pease (1982), "The Byzantine Generals Problem", ACM TOPLAS 4(3), and of the attacks on authenticated
channels (forgery, replay).
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.messages import Message

if TYPE_CHECKING:
    from mas_kit.core.faults import Byzantine
    from mas_kit.core.network import Network

_HUGE = 10**300  # whole numbers beyond it are no floats; they are negated, which is a lie as well
_KEPT = 64  # messages to each receiver that can be replayed


class Traitor:
    """One Byzantine fault in force on one network, the log id of its start, and what it can replay."""

    def __init__(self, fault: Byzantine, row: int | None) -> None:
        self.fault, self.row = fault, row
        self.past: dict[str, deque[Message]] = {}

    def alter(self, message: Message, pick: float, names: Sequence[str], word: int) -> Message:
        """What leaves in place of a message; the message itself where there is nothing to alter.

        Args:
            message: what the agent wrote, or what another of its faults made of it.
            pick: a uniform draw: whose name, which old message.
            names: all other agents, sorted.
            word: the seed of random changes; the same for all messages of one agent in one batch.
        """
        fault = self.fault
        if fault.alter == "forge":
            posing = [fault.posing_as] if fault.posing_as else [n for n in names if n != message.receiver]
            return message._replace(sender=posing[int(pick * len(posing))]) if posing else message
        if fault.alter == "replay":
            past = self.past.get(message.receiver)
            return past[int(pick * len(past))] if past else message
        place = 1  # how many times over the change is made
        if fault.alter == "equivocate":
            place = names.index(message.receiver) if message.receiver in names else 0
        rng = np.random.default_rng(np.random.SeedSequence(word, spawn_key=(place,)))
        whole = fault.field is None or not _has_parts(message.content)  # a bare value counts as the field
        content = _walk(message.content, fault, whole, lambda v: _lie(v, fault, place, rng))
        return message if content is message.content else message._replace(content=content)

    def remember(self, message: Message) -> None:
        """Keep what the agent wrote, for a replay."""
        if self.fault.alter == "replay":
            self.past.setdefault(message.receiver, deque(maxlen=_KEPT)).append(message)


def betray(
    network: Network, tick: int, batch: Sequence[Message], ids: Sequence[int]
) -> tuple[list[Message], tuple[int, ...]]:
    """What leaves in place of a batch, and the log ids behind it: one `fault` row a message that changed."""
    carried, rows, log = list(batch), list(ids), network.log
    for traitor in network.traitors:
        fault = traitor.fault
        mine = [at for at, message in enumerate(batch) if message.sender == fault.agent]
        if not mine:
            continue
        names = sorted(name for name in network.model.by_name if name != fault.agent)
        stream = network.model.stream(f"network/{network.name}/byzantine/{fault.agent}/{fault.alter}")
        word = int(stream.integers(2**63))
        for at, (luck, pick) in zip(mine, stream.random((len(mine), 2)).tolist(), strict=True):
            if luck < fault.share:
                altered = traitor.alter(carried[at], pick, names, word)
                if altered is not carried[at]:
                    carried[at] = altered
                    network.counts["altered"] += 1
                    if log is not None:
                        causes = rows[at] if traitor.row is None else (rows[at], traitor.row)
                        rows[at] = log.emit(tick, fault.agent, "fault", causes, ("alters", fault))
            traitor.remember(batch[at])
    return carried, tuple(rows)


def _lie(value: Any, fault: Byzantine, place: int, rng: np.random.Generator) -> Any:  # noqa: PLR0911
    """What is said in place of a single value: the change, made `place` times over."""
    if fault.choices:
        said = [c for c in fault.choices if c.__class__ is value.__class__ and c == value]
        if not said:
            return value
        step = int(rng.integers(len(fault.choices))) if fault.change == "random" else place
        return fault.choices[(fault.choices.index(said[0]) + step) % len(fault.choices)]
    if isinstance(value, bool | np.bool_):
        if fault.change == "random":
            return bool(rng.random() < 0.5)
        return value if fault.change == "scale" or place % 2 == 0 else not value
    if not _is_numeric(value):
        return value
    if fault.change == "negate" or (isinstance(value, int) and abs(value) > _HUGE):
        return _negative(value) if place % 2 else value
    if fault.change == "scale":
        number = value * (1 + place * (fault.factor - 1))
    else:
        number = fault.factor * np.maximum(np.abs(value), 1) * rng.uniform(-1, 1, np.shape(value))
    if isinstance(value, np.ndarray):
        return np.rint(number).astype(value.dtype) if value.dtype.kind in "iu" else number
    if isinstance(value, int | np.integer) and np.isfinite(number):
        return round(float(number))
    return float(number)


def _negative(value: Any) -> Any:
    if isinstance(value, np.integer):
        return -int(value)  # an unsigned one has no negative of its own kind
    return -(value.astype(np.int64) if isinstance(value, np.ndarray) and value.dtype.kind == "u" else value)


def _is_numeric(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iuf"
    return isinstance(value, int | float | np.integer | np.floating)


def _walk(value: Any, fault: Byzantine, inside: bool, lie: Callable[[Any], Any]) -> Any:
    """A copy of a content with its values altered; the very object where nothing is.

    `inside`: does this stand under the field that the fault names (or does it name none)?
    """
    named = _named(value)
    if named is not None:
        parts = {
            key: _walk(held, fault, inside or str(key) == fault.field, lie) for key, held in named.items()
        }
        changed = {key: part for key, part in parts.items() if part is not named[key]}
        return _with(value, changed) if changed else value
    if isinstance(value, tuple | list | frozenset | set):
        items = list(value) if isinstance(value, tuple | list) else sorted(value, key=repr)
        made = [_walk(held, fault, inside, lie) for held in items]
        if all(new is old for new, old in zip(made, items, strict=True)):
            return value
        try:
            return type(value)(made)
        except TypeError:  # a tuple of its own kind, made from something else
            return value
    return lie(value) if inside else value


def _has_parts(value: Any) -> bool:
    return isinstance(value, tuple | list | frozenset | set) or _named(value) is not None


def _named(value: Any) -> Mapping[Any, Any] | None:
    """The parts of a value that have names."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
    return None


def _with(value: Any, changed: Mapping[Any, Any]) -> Any:
    """A copy with other parts; the value itself where its own type refuses them."""
    if isinstance(value, Mapping):
        return {**value, **changed}
    try:
        if hasattr(value, "_replace"):
            return value._replace(**changed)
        return dataclasses.replace(value, **changed)
    except (TypeError, ValueError):
        return value
