"""A snapshot of everything that can be reached from an object, to see afterwards what changed and where."""

from __future__ import annotations

import functools
import random
import types
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

import numpy as np

_LIBRARIES = {"mesa", "numpy", "builtins", "abc", "typing", "pydantic"}
LIMIT = 200_000  # values; a larger world is looked at up to here

_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), range, Enum, type, np.generic)
_SEALED = (types.ModuleType, property, staticmethod, classmethod)
# What compiles and runs code. A compiled function reaches tens of thousands of the compiler's own objects,
# none of which is of the world; what it computes with stands in arrays, which are looked at.
_MACHINERY = {"numba", "llvmlite", "ast", "_ast", "ctypes", "_ctypes", "threading", "_thread", "concurrent"}
_WEAK = (weakref.ref, weakref.WeakMethod, weakref.WeakSet, weakref.WeakKeyDictionary)

Snapshot = dict[str, str]  # path -> what stands there

_ATOMS = {bool, int, float, complex, str, bytes, type(None)}
_LONG = 16  # longer tuples of nothing but single values are looked at as one
_TABLES = 1024  # how many of them are remembered
_tables: dict[int, tuple[Any, str]] = {}  # by id: the tuple itself, so that its id stays its own; its token


def is_plain(value: Any) -> bool:
    """Is this a single value that cannot change?"""
    return isinstance(value, _PLAIN)


def is_sealed(value: Any) -> bool:
    """Is there nothing of the world to be found inside: a module, a weak reference, a compiled function?"""
    if isinstance(value, (*_SEALED, *_WEAK)):
        return True
    return type(value).__module__.split(".", maxsplit=1)[0] in _MACHINERY


def table(value: Any) -> str:
    """A token for a long tuple that cannot change all through, such as a map's distances; else nothing.

    There is nothing to find inside it, and to walk over 160,000 distances for every decision that an agent
    makes would take longer than anybody waits.
    """
    if type(value) is not tuple or len(value) <= _LONG:
        return ""
    known = _tables.get(id(value))
    if known is None:
        if len(_tables) >= _TABLES:
            _tables.clear()
        text = f"tuple of {len(value)}, {hash(repr(value))}" if _cannot_change(value) else ""
        known = _tables[id(value)] = value, text
    return known[1]


def _cannot_change(value: tuple[Any, ...]) -> bool:
    others = set(map(type, value)) - _ATOMS
    if not others:
        return True
    return others == {tuple} and all(_cannot_change(held) for held in value if type(held) is tuple)


def forget() -> None:
    """Let go of the tables that were seen."""
    _tables.clear()


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """The values that another holds, each with how one gets there from it (`.name`, `[key]`)."""
    if isinstance(value, Mapping):
        for key, held in list(value.items()):
            yield f"[{key!r}]" if is_plain(key) else f"[{type(key).__name__}]", held
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from ((f".{name}", getattr(value, name)) for name in value._fields)
    elif isinstance(value, tuple | list | deque) or (isinstance(value, np.ndarray) and value.dtype == object):
        yield from ((f"[{i}]", held) for i, held in enumerate(value))
    elif isinstance(value, set | frozenset):
        yield from ((f"{{{type(held).__name__}}}", held) for held in value if not is_plain(held))
    elif isinstance(value, types.MethodType):
        yield ".__self__", value.__self__
        yield ".__func__", value.__func__
    elif isinstance(value, functools.partial):
        yield from ((f".{name}", getattr(value, name)) for name in ("func", "args", "keywords"))
    elif isinstance(value, types.BuiltinFunctionType):
        if not isinstance(value.__self__, types.ModuleType | type):
            yield ".__self__", value.__self__
    elif isinstance(value, types.FunctionType):
        yield from _function_parts(value)
    if not isinstance(value, type | types.FunctionType | types.MethodType | np.ndarray):
        yield from _attributes(value)


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    held = getattr(value, "__dict__", None)
    if isinstance(held, dict):
        for name, item in list(held.items()):
            if not isinstance(getattr(type(value), str(name), None), functools.cached_property):
                yield f".{name}", item
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in {"__dict__", "__weakref__"} and hasattr(value, name):
                yield f".{name}", getattr(value, name)


def _function_parts(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """What a function can keep between two calls: enclosed variables, defaults, attributes."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f".<enclosed {name}>", cell.cell_contents
        except ValueError:  # not filled yet
            continue
    for i, default in enumerate(function.__defaults__ or ()):
        yield f".<default {i}>", default
    for name, default in (function.__kwdefaults__ or {}).items():
        yield f".<default {name}>", default
    yield from ((f".{name}", held) for name, held in function.__dict__.items() if name != "__wrapped__")


def token(value: Any) -> str:
    """A text that differs when the value itself, apart from what it holds, differs."""
    kind = type(value).__name__
    match value:
        case np.ndarray():
            held = hash(value.tobytes()) if value.dtype != object else "objects"
            text = f"{kind} {value.dtype} {value.shape} {held}"
        case np.random.Generator():
            text = str(value.bit_generator.state)
        case np.random.RandomState():
            text = f"{kind} {legacy_state(value)}"
        case random.Random():
            text = f"{kind} {hash(value.getstate())}"
        case set() | frozenset():
            text = f"{kind} {sorted(repr(held) for held in value if is_plain(held))} of {len(value)}"
        case _ if is_plain(value):
            text = repr(value)
        case tuple() if found := table(value):
            text = found
        case Mapping() | tuple() | list() | deque():
            text = f"{kind} of {len(value)}"
        case _:
            text = kind
    return text


def legacy_state(generator: np.random.RandomState) -> str:
    """Where a legacy generator stands, as a text."""
    state: Any = generator.get_state(legacy=False)
    words = state["state"].get("key")  # of the Mersenne Twister; to print all 624 takes a while
    if words is not None:
        state["state"]["key"] = hash(words.tobytes())
    return str(state)


def take(
    roots: Mapping[str, Any],
    *,
    leave_out: Callable[[str, Any], bool] = lambda _path, _value: False,
) -> Snapshot:
    """Everything reachable from the roots: path -> token. Shared parts stand under their first path."""
    found: Snapshot = {}
    seen: dict[int, Any] = {}  # holds what was seen, so that no id is used twice
    front: deque[tuple[str, Any]] = deque(roots.items())
    while front and len(found) < LIMIT:
        path, value = front.popleft()
        if leave_out(path, value):
            continue
        found[path] = token(value)
        if is_plain(value) or id(value) in seen or is_sealed(value) or table(value):
            continue
        seen[id(value)] = value
        front.extend((path + step, held) for step, held in parts(value))
    return found


def changes(before: Snapshot, after: Snapshot, limit: int = 3) -> list[str]:
    """What differs between two snapshots, in words."""
    told = []
    for path in [*before, *(path for path in after if path not in before)]:
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        if old is None:
            told.append(f"{path} appeared ({_short(new)})")
        elif new is None:
            told.append(f"{path} went away")
        else:
            told.append(f"{path} went from {_short(old)} to {_short(new)}")
    # A list that grew shows in its length and in its new entries; the first few places are enough to find it.
    return [*told[:limit], f"and {len(told) - limit} more"] if len(told) > limit else told


def _short(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= 60 else f"{text[:57]}..."


def classwide(owners: Iterable[type]) -> dict[str, Any]:
    """What all instances of these classes share: class attributes, and module globals that methods use."""
    shared: dict[str, Any] = {}
    for owner in owners:
        for cls in owner.__mro__:
            if not is_ours_to_check(cls.__module__):
                continue
            for name, value in list(vars(cls).items()):
                function = function_of(value)
                if function is not None:
                    shared.update(global_parts(function))
                    shared.update(kept_parts(function))
                elif not name.startswith(("__", "_abc_")) and not _is_code(value):
                    shared[f"{cls.__name__}.{name}"] = value
    return shared


def global_parts(function: types.FunctionType) -> dict[str, Any]:
    """The module globals that a function names, apart from modules, classes and functions."""
    if not is_ours_to_check(function.__module__ or ""):
        return {}
    known = function.__globals__
    codes, names = [function.__code__], set()
    while codes:
        code = codes.pop()
        names |= set(code.co_names)
        codes += [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return {
        f"global {name}": known[name]
        for name in sorted(names)
        if name in known and not _is_code(known[name]) and not isinstance(known[name], types.ModuleType)
    }


def kept_parts(function: types.FunctionType) -> dict[str, Any]:
    """What a function keeps between two calls, apart from code: enclosed variables and defaults."""
    return {
        f"{function.__qualname__}{path}": held
        for path, held in _function_parts(function)
        if not _is_code(held) and not isinstance(held, types.ModuleType) and not is_plain(held)
    }


def function_of(value: Any) -> types.FunctionType | None:
    """The function in a class's attribute: a method, static or of the class, or a property; else None."""
    value = getattr(value, "__func__", value)  # static and class methods
    if isinstance(value, property):
        value = value.fget
    return value if isinstance(value, types.FunctionType) else None


def _is_code(value: Any) -> bool:
    code = (*_SEALED, types.FunctionType, types.BuiltinFunctionType, type, functools.cached_property)
    return isinstance(value, code) or hasattr(type(value), "__get__")


def is_ours_to_check(module: str) -> bool:
    """Is a module neither a library nor the core of the kit?"""
    root = module.split(".", maxsplit=1)[0]
    return not module.startswith("mas_kit.core") and root not in _LIBRARIES
