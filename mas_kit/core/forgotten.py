"""What a subclass forgets, read from its code: to call its parent's `__init__`, or to ask its policy."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

_KNOWN: WeakKeyDictionary[type, bool] = WeakKeyDictionary()  # the classes that were read before


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


def asks_policy(cls: type[Any]) -> bool:
    """Could `decide`, as this class has it, ask the agent's policy?

    False only where neither `decide` nor a method of the class that it names mentions `super`, a policy or
    somebody else's `decide`. What cannot be read (a decorated method, a closure) is given the benefit of the
    doubt.
    """
    if cls not in _KNOWN:
        _KNOWN[cls] = _asks(cls)
    return _KNOWN[cls]


def _asks(cls: type[Any]) -> bool:
    seen: set[str] = set()
    todo = ["decide"]
    while todo:
        name = todo.pop()
        seen.add(name)
        method = getattr(cls, name, None)
        if not isinstance(method, types.FunctionType) or set(method.__code__.co_freevars) - {"__class__"}:
            return True
        names = set(_names(method.__code__))
        if {"super", "decide"} & names or any("policy" in word for word in names):
            return True
        todo += [other for other in names - seen if callable(getattr(cls, other, None))]
    return False


def _names(code: types.CodeType) -> Iterator[str]:
    """The names that a function and the functions inside it read."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names(inner)
