"""The platoon: automated cars behind a leader who does not drive evenly."""

from __future__ import annotations

from mas_kit.usecases.vehicles.world import World


class Platoon(World):
    """A row of cars on an open road."""
