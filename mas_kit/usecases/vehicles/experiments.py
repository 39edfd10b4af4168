"""The published and exact results that the cars reproduce, world by world."""

from __future__ import annotations

from mas_kit.experiments import Computation, Experiment
from mas_kit.usecases.vehicles import (
    experiments_crossing,
    experiments_perception,
    experiments_platoon,
    experiments_ring,
    resilience,
)

EXPERIMENTS: tuple[Experiment | Computation, ...] = (
    *experiments_ring.EXPERIMENTS,
    *experiments_platoon.EXPERIMENTS,
    *resilience.EXPERIMENTS,
    *experiments_crossing.EXPERIMENTS,
    *experiments_perception.EXPERIMENTS,
)
