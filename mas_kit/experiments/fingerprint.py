"""A fingerprint of a model's code, so that runs of an older version are never taken for runs of this one."""

from __future__ import annotations

import functools
import hashlib
import re
import sys
import sysconfig
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_OF_NO_MEANING = re.compile(
    r"__(doc|module|dict|weakref|slotnames|annotations|annotate|annotate_func|annotations_cache|firstlineno"
    r"|static_attributes|abstractmethods|class_vars|private_attributes|signature|slots|qualname"
    r"|parameters|orig_bases|type_params|conditional_annotations|pydantic_\w+)__|_abc_impl|__class_getitem__"
)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def fingerprint(thing: Any, *, data: bool = True) -> str:
    """16 hexadecimal digits that change when the code of a class or function changes.

    What is hashed: the compiled code of the functions and methods and of everything they name, as far as it
    belongs to the same package, to a notebook, or to files outside the installed libraries. Comments,
    docstrings and line numbers do not count. Objects looked up by text, or imported inside a function,
    cannot be followed. The compiled code differs between minor versions of Python. Without `data`, lists,
    dicts and objects that the code names are left out: a cache may fill differently in two processes.
    """
    walk = _Walk(_top(getattr(thing, "__module__", None) or type(thing).__module__), data)
    walk.value(thing)
    return walk.hash.hexdigest()[:16]


def _top(module: str | None) -> str:
    return (module or "").partition(".")[0]


@functools.cache
def _installed(top: str) -> bool:
    """Whether a package is a library: its version is in the manifest, its code is not ours to watch."""
    if top == "mas_kit" or top in sys.stdlib_module_names:
        return True
    origin = getattr(sys.modules.get(top), "__file__", None)
    if origin is None:
        return top != "__main__"
    places = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return any(Path(origin).is_relative_to(place) for place in places)


class _Walk:
    def __init__(self, home: str, data: bool) -> None:
        self.home = home
        self.data = data
        self.hash = hashlib.sha256()
        self.seen: dict[int, Any] = {}  # holds the objects too: an id is only good while its object lives

    def ours(self, module: str | None) -> bool:
        top = _top(module)
        if top in (self.home, "__main__"):
            return True
        return not _installed(top)

    def add(self, *texts: object) -> None:
        for text in texts:
            self.hash.update(str(text).encode())
            self.hash.update(b"\0")

    def value(self, value: Any, names: frozenset[str] = frozenset()) -> None:
        if isinstance(value, _PLAIN):
            self.add(type(value).__name__, repr(value))
        elif id(value) in self.seen:
            self.add("again")
        else:
            self.seen[id(value)] = value
            self.compound(value, names)

    def compound(self, value: Any, names: frozenset[str]) -> None:  # noqa: PLR0912  (one branch a kind)
        if isinstance(value, staticmethod | classmethod):
            self.value(value.__func__)
        elif isinstance(value, property):
            for part in (value.fget, value.fset, value.fdel):
                self.value(part)
        elif isinstance(value, functools.cached_property):
            self.value(value.func)
        elif isinstance(value, functools.partial):
            for piece in (value.func, value.args, value.keywords):
                self.value(piece)
        elif isinstance(value, types.MethodType):
            self.value(value.__func__)
            self.value(value.__self__)
        elif isinstance(value, types.FunctionType):
            self.function(value)
        elif isinstance(value, type):
            self.type(value)
        elif isinstance(value, types.ModuleType):
            self.add("module", value.__name__)
            if self.ours(value.__name__):
                for name in sorted(names & vars(value).keys()):
                    self.value(getattr(value, name))
        elif hasattr(value, "__wrapped__") or hasattr(value, "py_func"):  # cached, or compiled by numba
            self.value(getattr(value, "__wrapped__", None) or value.py_func)
        elif not self.data and not isinstance(value, tuple | frozenset):
            self.value(type(value))
        elif isinstance(value, Mapping):
            self.add("map", len(value))
            for key in sorted(value, key=repr):
                self.value(key)
                self.value(value[key])
        elif isinstance(value, set | frozenset):
            self.add("set", sorted(map(repr, value)))
        elif isinstance(value, list | tuple):
            self.add("list", len(value))
            for item in value:
                self.value(item)
        elif hasattr(value, "tobytes") and hasattr(value, "dtype"):
            self.add("array", value.dtype, hashlib.sha256(value.tobytes()).hexdigest())
        else:
            self.value(type(value))
            if self.ours(type(value).__module__) and hasattr(value, "__dict__"):
                self.value(vars(value))

    def function(self, function: types.FunctionType) -> None:
        self.add("def", function.__name__)
        if not self.ours(function.__module__):
            return
        self.code(function.__code__, function.__globals__, function.__doc__)
        self.value(function.__defaults__)
        self.value(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            try:
                self.value(cell.cell_contents)
            except ValueError:  # not filled yet
                self.add("empty")

    def code(self, code: types.CodeType, space: dict[str, Any], doc: str | None) -> None:
        self.add(code.co_name, code.co_code.hex(), code.co_names, code.co_varnames, code.co_freevars)
        names = frozenset(code.co_names)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self.code(constant, space, None)
            elif not (isinstance(constant, str) and constant == doc):
                self.value(constant)
        for name in code.co_names:
            if name in space:
                self.value(space[name], names)

    def type(self, cls: type) -> None:
        self.add("class", cls.__name__)  # a class inside another forgets that on its way to a worker
        if not self.ours(cls.__module__):
            return
        for base in cls.__bases__:
            self.value(base)
        for name, field in getattr(cls, "model_fields", {}).items():  # a pydantic declaration
            self.add(name, _ADDRESS.sub("", repr(field)))
        for name in sorted(vars(cls)):
            if not _OF_NO_MEANING.fullmatch(name) and name != "model_fields":
                self.add(name)
                self.value(vars(cls)[name])
