"""Cars on a ring, in a platoon and at a crossing, each made of three agents: who makes jams, who ends them?

>>> from mas_kit.usecases.vehicles import Vehicles
>>> model = Vehicles(seed=1, duration=20, noise=0).run()
>>> f"{model.metrics()['mean speed']:.2f}"     # evenly spaced and undisturbed, they keep the speed that fits
'3.45'
"""

from mas_kit.usecases.vehicles.model import Vehicles
from mas_kit.usecases.vehicles.parameters import VehiclesParameters
from mas_kit.usecases.vehicles.world import World

TITLE = "Vehicles: jams, platoons and a crossing"
MODEL = Vehicles

__all__ = ["MODEL", "TITLE", "Vehicles", "VehiclesParameters", "World"]
