"""A subclass whose `__init__` forgets `super().__init__(...)` is told so when it is written."""

from __future__ import annotations

import types
from typing import Any


def expect_super(cls: type[Any], call: str) -> None:
    """Does the `__init__` that a class declares, if it does, call its parent's?

    An agent that does not would be missing from its model without a word. It is read from the code, so that
    nothing stands between a class and its `__init__`; one that comes from elsewhere (a decorator, a closure)
    is not judged.

    Raises:
        TypeError: it names neither `super` nor a parent's `__init__`.
    """
    if cls.__module__.startswith("mas_kit."):  # the kit's own may register in another way
        return
    declared = cls.__dict__.get("__init__")
    if not isinstance(declared, types.FunctionType) or set(declared.__code__.co_freevars) - {"__class__"}:
        return
    if not {"super", "__init__"} & set(declared.__code__.co_names):
        raise TypeError(f"{cls.__name__}.__init__ does not call its parent's: first call {call}")
