"""What the model asks of a world: the ring, the platoon or the crossing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from mas_kit.usecases.vehicles.model import Vehicles
    from mas_kit.usecases.vehicles.parameters import VehiclesParameters


def spread(v: Any) -> dict[str, float]:
    """Mean, smallest and largest of some speeds (m/s), by the names of their columns; NaN for none."""
    if not len(v):
        return dict.fromkeys(("mean speed", "slowest", "fastest"), math.nan)
    return {"mean speed": float(np.mean(v)), "slowest": float(np.min(v)), "fastest": float(np.max(v))}


class World:
    """One world. The model builds it, moves it at the end of every tick, and reads it.

    Agents, networks and populations that it makes in `build` belong to the model; what they do in a tick
    needs no word here.
    """

    def __init__(self, model: Vehicles) -> None:
        self.model = model

    @property
    def p(self) -> VehiclesParameters:
        """The parameters of the run."""
        return self.model.p

    @property
    def time(self) -> float:
        """Seconds since the start."""
        return self.model.tick * self.p.dt

    @property
    def horizon(self) -> int:
        """The last tick."""
        return max(1, round(self.p.duration / self.p.dt))

    def build(self) -> None:
        """Make networks, agents and cars."""

    def ready(self) -> None:
        """What is to be done once all policies are in place."""

    def advance(self) -> None:
        """Dynamics and counting at the end of a tick."""

    def observe(self) -> Mapping[str, Any]:
        """The row that is recorded at the end of a tick."""
        return {}

    def metrics(self) -> dict[str, float]:
        """The summary of the run so far; the same keys in every run of this world."""
        return {}
