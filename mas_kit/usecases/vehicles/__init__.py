"""Cars on a ring, in a platoon and at a crossing, each made of three agents: who makes jams, who ends them?

>>> from mas_kit.usecases.vehicles import Vehicles
>>> model = Vehicles(seed=1, duration=20, noise=0).run()
>>> f"{model.metrics()['mean speed']:.2f}"     # evenly spaced and undisturbed, they keep the speed that fits
'3.45'
"""

from collections.abc import Callable
from typing import Any

from mas_kit.usecases.vehicles.model import Vehicles
from mas_kit.usecases.vehicles.parameters import VehiclesParameters
from mas_kit.usecases.vehicles.world import World

TITLE = "Vehicles: jams, platoons and a crossing"
MODEL = Vehicles
_RING: dict[str, Any] = {
    "seed": 3,
    "noise": 0.3,
    "share": 0.2,
    "switch_on": 5,
    "duration": 100,
    "record": False,
}
RULES: dict[str, Callable[[str], Vehicles]] = {  # the rule that ships, under both drivers, on either engine
    "drive, IDM": lambda engine: Vehicles(engine=engine, **_RING),
    "drive, OVM": lambda engine: Vehicles(engine=engine, drivers="OVM", length=44, car=0.5, **_RING),
}

__all__ = ["MODEL", "RULES", "TITLE", "Vehicles", "VehiclesParameters", "World"]
