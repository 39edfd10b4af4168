"""What every world of the traffic model offers: the model asks it and knows nothing of what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mas_kit.usecases.traffic.model import Traffic


class World:
    """One rung of the ladder: a road network with travellers, a grid with signals, a ring with cars.

    `build` makes networks and agents (on `self.model`); in each tick the agents perceive, decide and act,
    the travellers choose, and then `advance` lets the world move.

    Args:
        model: the model that the world belongs to; its parameters are `self.p`, its streams `model.stream`.
    """

    def __init__(self, model: Traffic) -> None:
        self.model = model
        self.p = model.p

    @property
    def horizon(self) -> int:
        """The last tick."""
        raise NotImplementedError

    def build(self) -> None:
        """Make the networks and the agents."""
        raise NotImplementedError

    def ready(self) -> None:
        """What is to be done once all policies are in place."""

    def advance(self) -> None:
        """What the world does by itself at the end of a tick."""
        raise NotImplementedError

    def observe(self) -> Mapping[str, Any]:
        """The row that is recorded at the end of a tick."""
        raise NotImplementedError

    def metrics(self) -> dict[str, float]:
        """The summary of the run so far."""
        raise NotImplementedError
