"""The crossing of two streams."""

from __future__ import annotations

from mas_kit.usecases.vehicles.world import World


class Crossing(World):
    """Two streams of cars that cross."""
