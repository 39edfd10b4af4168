"""Vehicles: one model, three worlds."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

from mas_kit.core import Model
from mas_kit.usecases.vehicles.parameters import VehiclesParameters
from mas_kit.usecases.vehicles.world import World

WORLDS = {"ring": "Ring", "platoon": "Platoon", "crossing": "Crossing"}  # each in the module of its name


class Vehicles(Model):
    """Cars on a ring, in a platoon, or at a crossing of two streams.

    A tick is `dt` seconds. Automated cars perceive, plan and control in messages over a bus of their own;
    then all cars move at once.
    """

    Parameters = VehiclesParameters
    activation = "simultaneous"
    oracles: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    p: VehiclesParameters
    scene: World

    def build(self) -> None:
        """The world that the parameters name."""
        module = import_module(f"mas_kit.usecases.vehicles.{self.p.world}")
        self.scene = getattr(module, WORLDS[self.p.world])(self)
        self.scene.build()

    def ready(self) -> None:
        """Policies are in place."""
        self.scene.ready()

    def world(self) -> None:
        """The end of a tick."""
        self.scene.advance()

    @property
    def horizon(self) -> int:
        """The last tick."""
        return self.scene.horizon

    def observe(self) -> Mapping[str, Any]:
        """What the world records."""
        return self.scene.observe()

    def metrics(self) -> dict[str, float]:
        """What the world counts."""
        return self.scene.metrics()
