"""The cars of a road: what is known of each, and of the road; moved by one rule, `drivers.drive`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.usecases.vehicles.drivers import drive

FIELDS = {"x": 0.0, "v": 0.0, "headway": 1.0, "a": 1.0, "automated": False, "command": 0.0, "silent": 0.0}


class Car:
    """One car: place (m), speed (m/s), its driver's time headway (s) and acceleration (m/s²); whether a
    controller has it, what that commands (m/s²), and how long it has been silent (s)."""

    __slots__ = tuple(FIELDS)

    def __init__(self, **values: Any) -> None:
        for name, default in FIELDS.items():
            setattr(self, name, values.get(name, default))


class Road:
    """What drivers know of the road and of driving."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


class Cars:
    """All cars, in the order of the road: the leader of the last is the first."""

    def __init__(self, size: int, road: Road, rng: np.random.Generator, columns: dict[str, Any]) -> None:
        self.road, self.rng = road, rng
        self.cars = [
            Car(**{name: np.asarray(column)[i].item() for name, column in columns.items()})
            for i in range(size)
        ]

    def __len__(self) -> int:
        return len(self.cars)

    def __getitem__(self, key: int | str) -> Any:
        if isinstance(key, str):
            return np.array([getattr(car, key) for car in self.cars])
        return self.cars[key]

    def step(self) -> None:
        """Move all cars at once."""
        before = [Car(**{name: getattr(car, name) for name in FIELDS}) for car in self.cars]
        for i, car in enumerate(self.cars):
            drive(car, before[(i + 1) % len(before)], self.road, self.rng)


def spaced(size: int, length: float) -> NDArray[np.float64]:
    """Places at equal distances on a ring."""
    return np.arange(size, dtype=np.float64) * np.float64(length / size)
