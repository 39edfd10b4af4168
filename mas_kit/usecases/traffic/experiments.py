"""The published and exact results that the traffic model reproduces: routes, signals and cars."""

from __future__ import annotations

from mas_kit.usecases.traffic import (
    experiments_cars,
    experiments_lab,
    experiments_routes,
    experiments_signals,
    experiments_town,
)

EXPERIMENTS = [
    *experiments_routes.EXPERIMENTS,
    *experiments_lab.EXPERIMENTS,
    *experiments_town.EXPERIMENTS,
    *experiments_signals.EXPERIMENTS,
    *experiments_cars.EXPERIMENTS,
]
