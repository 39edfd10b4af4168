"""Errors name what was wrong, what is allowed, and the nearest match."""

import pytest

from mas_kit.core.errors import (
    MasKitError,
    ParameterError,
    TickError,
    UnknownNameError,
    out_of_range,
    unknown,
)


def test_nearest_match_is_suggested():
    error = unknown("agent", "retialer", ["retailer", "factory"])
    assert str(error) == (
        "there is no agent named 'retialer'; did you mean 'retailer'? Known: factory, retailer"
    )


def test_nothing_near_and_nothing_known():
    assert "did you mean" not in str(unknown("agent", "xyz", ["retailer"]))
    assert str(unknown("agent", "x", [])).endswith("Known: none")


def test_out_of_range_says_it_all():
    error = out_of_range("loss", 1.5, "0 to 1", "give a probability")
    assert str(error) == "parameter 'loss' is 1.5; allowed: 0 to 1; give a probability"


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [(ParameterError, ValueError), (UnknownNameError, LookupError), (TickError, RuntimeError)],
)
def test_family(kind, builtin):
    assert issubclass(kind, MasKitError)
    assert issubclass(kind, builtin)
