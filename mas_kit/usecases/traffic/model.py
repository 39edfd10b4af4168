"""Urban traffic: one model, whose world is a road network with travellers, signals on a grid, or cars."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

from mas_kit.core import Model
from mas_kit.usecases.traffic.parameters import TrafficParameters
from mas_kit.usecases.traffic.world import World

# By name, so that a world with compiled parts is loaded only by who asks for it.
WORLDS = {
    "pigou": ("daytoday", "RouteChoice"),
    "braess": ("daytoday", "RouteChoice"),
    "lab game": ("daytoday", "RouteChoice"),
    "sioux falls": ("daytoday", "RouteChoice"),
    "signals": ("signals", "SignalWorld"),
    "cars": ("cars", "CarWorld"),
}


class Traffic(Model):
    """Travellers on a road network, signals on a grid, or cars on a ring: see `parameters.world`."""

    Parameters = TrafficParameters
    activation = "simultaneous"
    oracles: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    p: TrafficParameters

    def build(self) -> None:
        """Load the world and let it make its agents."""
        module, name = WORLDS[self.p.world]
        self.place: World = getattr(import_module(f"mas_kit.usecases.traffic.{module}"), name)(self)
        self.place.build()

    def ready(self) -> None:
        """All policies are in place."""
        self.place.ready()

    @property
    def horizon(self) -> int:
        """The last tick."""
        return self.place.horizon

    def world(self) -> None:
        """The world moves."""
        self.place.advance()

    def observe(self) -> Mapping[str, Any]:
        """The row of the world."""
        return self.place.observe()

    def metrics(self) -> dict[str, float]:
        """The summary of the world."""
        return self.place.metrics()
