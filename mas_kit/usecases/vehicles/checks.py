"""Checks that the formulas share: what is no finite number above 0 (or from 0 on) is refused by its name."""

from __future__ import annotations

import math

from mas_kit.core.errors import out_of_range


def positive(fix: str = "", **values: float) -> None:
    """Raise ParameterError for the first of these that is not a finite number above 0."""
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0):
            raise out_of_range(name, value, "finite numbers above 0", fix)


def from_zero(fix: str = "", **values: float) -> None:
    """Raise ParameterError for the first of these that is not a finite number from 0 on."""
    for name, value in values.items():
        if not (math.isfinite(value) and value >= 0):
            raise out_of_range(name, value, "finite numbers from 0", fix)


def at_least(least: int, fix: str = "", **values: float) -> None:
    """Raise ParameterError for the first of these that is not a whole number from `least` on."""
    for name, value in values.items():
        if value < least or value != int(value):
            raise out_of_range(name, value, f"whole numbers from {least}", fix)
