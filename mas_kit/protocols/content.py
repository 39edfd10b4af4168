"""What the content of a message can be, and whether what came is that.

Content comes from other agents, so a check here answers yes or no for any object at all and never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

HUGE = 1e300  # numbers beyond it would overflow in the first sum or product


class Done(NamedTuple):
    """Content of an inform: the task is done (FIPA's inform-done)."""


class Result(NamedTuple):
    """Content of an inform: the task is done, and this came of it (FIPA's inform-result)."""

    value: Any


class Cancelled(NamedTuple):
    """Content of an inform: what was asked by a cancel is done."""


def is_number(content: object) -> bool:
    """A finite number; not a bool, not NaN, not beyond ±1e300."""
    kind = content.__class__
    if kind is float or kind is int:
        return -HUGE <= content <= HUGE  # type: ignore[operator]
    return (
        isinstance(content, int | float | np.integer | np.floating)
        and not isinstance(content, bool)
        and bool(-HUGE <= content <= HUGE)
    )


def is_amount(content: object) -> bool:
    """A finite number of at least 0."""
    return is_number(content) and content >= 0  # type: ignore[operator]


def is_count(content: object) -> bool:
    """A whole number of at least 0."""
    return isinstance(content, int) and not isinstance(content, bool) and 0 <= content <= 2**53


def is_name(content: object) -> bool:
    """A text that is not empty."""
    return content.__class__ is str and bool(content)


def is_something(content: object) -> bool:
    """Anything but None."""
    return content is not None


def is_record(content: object, kind: type[tuple[Any, ...]], *fields: Callable[[Any], bool]) -> bool:
    """A record of that kind, each field of which passes its check."""
    return (
        content.__class__ is kind
        and len(content) == len(fields)
        and all(check(value) for check, value in zip(fields, content, strict=True))
    )


def safely(check: Callable[[Any], object], content: object) -> bool:
    """A check that was given by the user, on content that was not: what raises is not well formed."""
    try:
        return bool(check(content))
    except Exception:
        return False
