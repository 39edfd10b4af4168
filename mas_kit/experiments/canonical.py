"""One stable text for a parameter's value: it identifies a run on disk, in every process."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np

from mas_kit.core.errors import ParameterError
from mas_kit.experiments.fingerprint import fingerprint

type Scalar = bool | int | float | str


def canonical(name: str, value: Any) -> Any:  # noqa: PLR0911  (one return a kind of value)
    """The value as plain JSON data that is equal in every process when the value is.

    Raises:
        ParameterError: the value has no text of its own (an open file, a generator).
    """
    if isinstance(value, Enum):
        return {"enum": f"{type(value).__qualname__}.{value.name}"}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": str(value.dtype)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = dict(zip(value._fields, value, strict=True))
        return {type(value).__qualname__: canonical(name, fields)}
    if isinstance(value, list | tuple | range):
        return [canonical(name, item) for item in value]
    if isinstance(value, set | frozenset):
        return {"set": sorted((canonical(name, item) for item in value), key=json.dumps)}
    if isinstance(value, Mapping):
        return {"map": [[canonical(name, key), canonical(name, value[key])] for key in value]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {type(value).__qualname__: canonical(name, fields), "code": fingerprint(type(value))}
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return {"code of": value.__qualname__, "code": fingerprint(value)}
    if hasattr(value, "__dict__") and "__reduce__" not in vars(type(value)):
        return {type(value).__qualname__: canonical(name, vars(value)), "code": fingerprint(type(value))}
    raise ParameterError(
        f"parameter {name!r} is {value!r}, a {type(value).__qualname__} that no text stands for, so that its "
        "runs could not be told apart on disk; give numbers, text, a dataclass or a plain object"
    )


def text_of(value: Any) -> str:
    """Canonical data as one line of JSON."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def label_of(name: str, value: Any) -> Scalar:
    """What a column of the results shows for a value: the value itself when it is plain, else its text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool | int | float | str):
        return value
    return text_of(canonical(name, value))
