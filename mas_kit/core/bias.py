"""What a bias makes of what an agent sees or does."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.errors import ParameterError, unknown

if TYPE_CHECKING:
    from mas_kit.core.faults import Bias


def biased(record: Any, fault: Bias) -> Any:
    """A copy of a percept or an action with the fault's number off; a bare number counts as the field."""
    if isinstance(record, int | float | np.number):
        return record * fault.factor + fault.offset
    if record is None:
        return None
    if isinstance(record, Mapping):
        if fault.field not in record:
            raise unknown(f"field of {type(record).__name__}", fault.field, record)
        return {**record, fault.field: _off(record, record[fault.field], fault)}
    if not hasattr(record, fault.field):
        fields = getattr(record, "_fields", getattr(record, "__dataclass_fields__", ()))
        raise unknown(f"field of {type(record).__name__}", fault.field, fields)
    changed = {fault.field: _off(record, getattr(record, fault.field), fault)}
    return (
        record._replace(**changed) if hasattr(record, "_replace") else dataclasses.replace(record, **changed)
    )


def _off(record: Any, value: Any, fault: Bias) -> Any:
    if value is None:
        return None
    if not isinstance(value, int | float | np.number | np.ndarray):
        what = f"field {fault.field!r} of {type(record).__name__} is {value!r}"
        raise ParameterError(f"{what}; allowed: numbers; a bias can only be put on a number")
    return value * fault.factor + fault.offset
