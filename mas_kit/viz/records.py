"""Percepts, actions and messages as short readable text: what the inspector, tables and arrows print."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mas_kit.core.messages import Message


def fields(record: Any) -> list[tuple[str, Any]]:
    """The fields of a NamedTuple, dataclass, mapping or sequence; anything else is one field ``value``."""
    if record is None:
        return []
    if hasattr(record, "_fields"):
        return [(name, getattr(record, name)) for name in record._fields]
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return [(field.name, getattr(record, field.name)) for field in dataclasses.fields(record)]
    if isinstance(record, Mapping):
        return [(str(key), value) for key, value in record.items()]
    if isinstance(record, tuple | list):
        return [(str(row), value) for row, value in enumerate(record)]
    return [("value", record)]


def brief(value: Any, limit: int = 80) -> str:
    """A value in at most ``limit`` characters, numbers with four significant digits."""
    text = _brief(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _brief(value: Any) -> str:  # noqa: PLR0911  (one line per kind of value)
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return number(float(value))
    if value is None:
        return "–"
    if isinstance(value, Message):
        return f"{value.sender} → {value.receiver}: {said(value)}"
    if isinstance(value, np.ndarray):
        shown = ", ".join(_brief(item) for item in value.ravel()[:6])
        return f"[{shown}{', …' if value.size > 6 else ''}]"
    if hasattr(value, "_fields") or (dataclasses.is_dataclass(value) and not isinstance(value, type)):
        return ", ".join(f"{name} {_brief(item)}" for name, item in fields(value) if item is not None)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_brief(item)}" for key, item in value.items())
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(_brief(item) for item in value) or "none"
    return str(value)


def number(value: float) -> str:
    """Four significant digits, no trailing zeros, no exponent below a million."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value)).replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def said(message: Message, limit: int = 28) -> str:
    """A message's act and content, as on an arrow: ``request 12``."""
    content = "" if message.content is None else f" {_brief(message.content)}"
    text = f"{message.performative}{content}"
    return text if len(text) <= limit else text[: limit - 1] + "…"
