"""Percepts and numbers as text."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

from mas_kit import Message
from mas_kit.viz.records import brief, fields, number


class See(NamedTuple):
    stock: float
    memory: object = None


@dataclass(frozen=True)
class Look:
    far: int


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (See(3.0), [("stock", 3.0), ("memory", None)]),
        (Look(4), [("far", 4)]),
        ({"a": 1}, [("a", 1)]),
        ((5, 6), [("0", 5), ("1", 6)]),
        (7, [("value", 7)]),
        (None, []),
    ],
)
def test_any_record_has_fields(record, found):
    assert fields(record) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (np.bool_(False), "no"),
        (np.int64(3), "3"),
        (3.0, "3"),
        (-2.5, "−2.5"),
        (1 / 3, "0.3333"),
        (float("nan"), "–"),
        (float("-inf"), "−∞"),
        (None, "–"),
        ((), "none"),
        (See(3.0), "stock 3"),
        (np.arange(8), "[0, 1, 2, 3, 4, 5, …]"),
        (Message("inform", "ann", "bob", 4), "ann → bob: inform 4"),
        ({"a": 1.5}, "a 1.5"),
    ],
)
def test_values_are_brief(value, text):
    assert brief(value) == text


def test_long_text_is_cut():
    assert brief("x" * 200, 10) == "x" * 9 + "…"
    assert number(123456.789) == "1.235e+05"
    assert number(999_999.0) == "999999"
