"""The parameters of the world "cars": a ring of cells."""

from __future__ import annotations

from mas_kit.core import Parameters


class CarParameters(Parameters):
    """What belongs to the cars on the ring."""
