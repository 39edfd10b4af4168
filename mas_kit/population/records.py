"""Declared, typed fields: what an agent of a population is made of, and what a rule may read of the world."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from mas_kit.core.errors import ParameterError, out_of_range, unknown


class _Missing(Enum):
    """One value, which stays itself when it is copied."""

    VALUE = "no default"


MISSING: Any = _Missing.VALUE
DTYPES: dict[str, Any] = {"float": np.float64, "int": np.int64, "bool": np.bool_}
ZEROS: dict[str, Any] = {"float": 0.0, "int": 0, "bool": False}
LARGEST = 2**63 - 1


class Field(NamedTuple):
    """One declared field: its kind is "float", "int", "bool", or "array" (of the world only)."""

    name: str
    kind: str
    default: Any
    unit: str
    help: str


class _Declared(NamedTuple):
    default: Any
    unit: str
    help: str


def field(default: Any = MISSING, *, unit: str = "", help: str = "") -> Any:
    """Declare a field of a Record: its default (none: a value must be given), unit and help text."""
    return _Declared(default, unit, help)


class Record:
    """A named bundle of typed fields. Subclass it and annotate the fields as `float`, `int` or `bool`.

    The fields of a population's record become columns (float64, int64, bool). A record of the world may hold
    arrays too, annotated as `NDArray`; a rule reads them by index (`road.cost[k]`).

    >>> class Road(Record):
    ...     length: float = field(unit="m")
    ...     lanes: int = 1
    >>> Road(length=230)
    Road(length=230.0, lanes=1)
    >>> Road(length="far")
    Traceback (most recent call last):
    mas_kit.core.errors.ParameterError: parameter 'Road.length' is 'far'; allowed: a number; give a float

    Raises:
        ParameterError: a value of another type. UnknownNameError: a field that is not declared.
    """

    fields: ClassVar[Mapping[str, Field]] = {}
    version: ClassVar[int] = 0  # of an instance: how often it was written to

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found = dict(cls.fields)
        for name, annotation in inspect.get_annotations(cls).items():
            if "ClassVar" not in str(annotation):
                found[name] = _declare(cls, name, annotation)
        cls.fields = found

    def __init__(self, **values: Any) -> None:
        for name in values:
            if name not in self.fields:
                raise unknown(f"field of {type(self).__name__}", name, self.fields)
        for name, what in self.fields.items():
            value = values.get(name, what.default)
            if value is MISSING:
                raise ParameterError(
                    f"field {name!r} of {type(self).__name__} has no value and no default; "
                    f"give it: {type(self).__name__}({name}=...)"
                )
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        what = self.fields.get(name)
        if what is None:
            raise unknown(f"field of {type(self).__name__}", name, self.fields)
        object.__setattr__(self, name, coerce(what, value, type(self).__name__))
        object.__setattr__(self, "version", self.version + 1)

    def replace(self, **changes: Any) -> Self:
        """A copy with these fields changed."""
        return type(self)(**{**{name: getattr(self, name) for name in self.fields}, **changes})

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.fields)
        return f"{type(self).__name__}({inside})"


def _declare(cls: type[Record], name: str, annotation: Any) -> Field:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    kind = "array" if "array" in f"{text} {annotation}".lower() else text
    if kind not in (*DTYPES, "array"):
        raise out_of_range(
            f"{cls.__name__}.{name}", text, "float, int, bool (in the world also NDArray)", "annotate it so"
        )
    if name in ("id", "version", "fields", "replace") or name.startswith("_"):
        raise out_of_range(
            f"{cls.__name__}.{name}",
            name,
            "names that do not start with _ (id, version, fields and replace are taken)",
            "rename it",
        )
    given = cls.__dict__.get(name, MISSING)
    declared = given if isinstance(given, _Declared) else _Declared(given, "", "")
    if given is not MISSING:
        delattr(cls, name)
    made = Field(name, kind, *declared)
    if made.default is MISSING:
        return made
    return made._replace(default=coerce(made, made.default, cls.__name__))


def coerce(what: Field, value: Any, owner: str = "") -> Any:
    """The value as its field keeps it; ParameterError where that would change it."""
    label = f"{owner}.{what.name}" if owner else what.name
    if what.kind == "array":
        return _array(label, value)
    if what.kind == "bool":
        if isinstance(value, bool | np.bool_):
            return bool(value)
        raise out_of_range(label, value, "True or False", "give a bool")
    if what.kind == "int":
        try:
            whole = operator.index(value)
        except TypeError:
            raise out_of_range(label, value, "a whole number", "give an int, or declare it float") from None
        if not -LARGEST - 1 <= whole <= LARGEST:
            raise out_of_range(label, value, "whole numbers of 64 bits", "declare it float")
        return int(whole)
    if isinstance(value, float | int | np.floating | np.integer) and not isinstance(value, bool):
        return float(value)
    raise out_of_range(label, value, "a number", "give a float")


def _array(label: str, value: Any) -> np.ndarray:
    found = np.asarray(value)
    for dtype, kinds in ((np.bool_, "b"), (np.int64, "iu"), (np.float64, "f")):
        if found.dtype.kind in kinds:
            return np.ascontiguousarray(found, dtype=dtype)
    raise out_of_range(label, value, "an array of numbers", "give floats, ints or bools")


def column(what: Field, values: Any, size: int, owner: str) -> np.ndarray:
    """A fresh column of `size` entries from an array, a sequence or one value for all.

    Raises ParameterError naming the field where the length or the type does not fit.
    """
    label, dtype = f"{owner}.{what.name}", DTYPES[what.kind]
    found = np.asarray(values)
    if found.shape not in ((), (size,)):
        raise out_of_range(label, f"of shape {found.shape}", f"one value, or {size} of them", "mind the size")
    fits = {"float": "fiu", "int": "iu", "bool": "b"}[what.kind]
    if found.dtype.kind not in fits:
        raise out_of_range(
            label, f"of {found.dtype}", f"an array of {what.kind}", f"convert it to {what.kind}"
        )
    return np.ascontiguousarray(np.broadcast_to(found, (size,)).astype(dtype))
