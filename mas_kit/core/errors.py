"""Errors that name what was wrong, what is allowed and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MasKitError(Exception):
    """The root of every error that mas_kit raises on purpose."""


class ParameterError(MasKitError, ValueError):
    """A value outside what its declaration allows."""


class UnknownNameError(MasKitError, LookupError):
    """A name that nothing is registered under."""

    def __str__(self) -> str:  # LookupError's own children quote their message
        return str(self.args[0]) if self.args else ""


class TickError(MasKitError, RuntimeError):
    """A tick was asked for something that it cannot do now."""


def unknown(kind: str, name: object, known: Iterable[str]) -> UnknownNameError:
    """An error for a name that is not among the known ones; it suggests the nearest.

    >>> print(unknown("stage", "retialer", ["retailer", "factory"]))
    there is no stage named 'retialer'; did you mean 'retailer'? Known: factory, retailer
    """
    names = sorted(str(name) for name in known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    guess = f" did you mean {near[0]!r}?" if near else ""
    return UnknownNameError(f"there is no {kind} named {name!r};{guess} Known: {', '.join(names) or 'none'}")


def out_of_range(name: str, value: object, allowed: str, fix: str) -> ParameterError:
    """An error for a value outside its range.

    >>> print(out_of_range("loss", 1.5, "0 to 1", "give a probability"))
    parameter 'loss' is 1.5; allowed: 0 to 1; give a probability
    """
    return ParameterError(f"parameter {name!r} is {value!r}; allowed: {allowed}; {fix}")
