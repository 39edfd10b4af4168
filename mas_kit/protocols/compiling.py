"""What a class of roles is made ready with, once: its table as dicts, and a function that copies a role."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from mas_kit.core.errors import unknown
from mas_kit.protocols.rules import Rule

type Does = Callable[[Any, Any], Any] | None
type Row = tuple[Does, Does, str, bool]  # guard, effect, to, and is that a final state?
type Rows = tuple[Row, ...]
type Reads = Callable[[Any, Any], bool] | None


def by_state(cls: type, table: Collection[Rule], final: Collection[str]) -> dict[str, dict[str, Rows]]:
    """The rows of a table by state and event, with the methods that they name. Every state is there.

    Raises UnknownNameError for a guard or an effect that the class does not have.
    """
    states = dict.fromkeys([state for rule in table for state in (rule.state, rule.to)])
    rows: dict[str, dict[str, Rows]] = {state: {} for state in states}
    for rule in table:
        row = (method(cls, rule.guard), method(cls, rule.effect), rule.to, rule.to in final)
        rows[rule.state][rule.on] = (*rows[rule.state].get(rule.on, ()), row)
    return rows


def method(cls: type, name: str) -> Any:
    """The method of that name; None for ""."""
    if not name:
        return None
    if not hasattr(cls, name):
        raise unknown(f"method of {cls.__name__} (its table names it)", name, dir(cls))
    return getattr(cls, name)


def copier(cls: type, changing: Collection[str]) -> Callable[[Any, float], Any]:
    """A function that copies a role of this class for a step at time `now`.

    The dicts, lists and sets under the names `changing` are copied as well. It is written out slot by slot,
    as by hand: half the time of a loop over them, or of a dict's update.
    """
    kept = [name for base in cls.__mro__[::-1] for name in base.__dict__.get("__slots__", ())]
    lines = [f"copy.{name} = role.{name}" for name in kept if name not in ("now", "sent", "ignored")]
    if cls.__dictoffset__:  # a class that declares no slots keeps its attributes in a dict
        lines.append("copy.__dict__ = role.__dict__.copy()")
    lines += [f"copy.{name} = role.{name}.copy()" for name in changing]
    lines += ["copy.now = now", "copy.sent = copy.ignored = ()"]
    names: dict[str, Any] = {"new": object.__new__, "cls": cls}
    exec("\n    ".join(["def _copy(role, now):", "copy = new(cls)", *lines, "return copy"]), names)
    copied: Callable[[Any, float], Any] = names["_copy"]
    return copied
