"""A subclass whose `__init__` forgets `super().__init__(...)` is told so at once, not by what fails later."""

from __future__ import annotations

import functools
from typing import Any

from mas_kit.core.errors import MasKitError


def expect_super(cls: type[Any], mark: str, call: str) -> None:
    """Let the `__init__` that a class declares, if it does, fail when it has not called its parent's.

    Args:
        cls: the class.
        mark: an attribute that every instance has once the root's `__init__` has run.
        call: how the parent's is called, for the error.

    Raises (when an instance is made) MasKitError. An AttributeError before that call gets a note.
    """
    declared = cls.__dict__.get("__init__")
    if declared is None:
        return

    @functools.wraps(declared)
    def __init__(self: Any, *args: Any, **more: Any) -> None:
        try:
            declared(self, *args, **more)
        except AttributeError as error:
            if error.obj is self and mark not in self.__dict__:
                error.add_note(f"{cls.__name__}.__init__ uses it too early: first call {call}")
            raise
        if mark not in self.__dict__:
            raise MasKitError(f"{cls.__name__}.__init__ does not call its parent's: first call {call}")

    cls.__init__ = __init__
