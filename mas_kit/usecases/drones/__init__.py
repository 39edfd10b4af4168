"""Drones deliver, and share out the orders by consensus, contract, auction or dispatcher: who outlives what?

>>> from mas_kit.usecases.drones import DroneFleet
>>> fleet = DroneFleet(seed=1, ticks=60).run()
>>> fleet.metrics()["delivered"] > 0
True
"""

from mas_kit.usecases.drones.agents import (
    Drone,
    DronePercept,
    Flight,
    Notice,
    Station,
    StationPercept,
)
from mas_kit.usecases.drones.desk import Desk
from mas_kit.usecases.drones.dispatcher import Dispatcher, DispatchPercept, ExactDispatch
from mas_kit.usecases.drones.model import DroneFleet
from mas_kit.usecases.drones.parameters import DroneFleetParameters
from mas_kit.usecases.drones.policies import Bidder, Commanded, Consensus, DronePolicy, EachForItself

TITLE = "Drone fleet: nobody in charge, or somebody"
MODEL = DroneFleet

__all__ = [
    "MODEL",
    "TITLE",
    "Bidder",
    "Commanded",
    "Consensus",
    "Desk",
    "DispatchPercept",
    "Dispatcher",
    "Drone",
    "DroneFleet",
    "DroneFleetParameters",
    "DronePercept",
    "DronePolicy",
    "EachForItself",
    "ExactDispatch",
    "Flight",
    "Notice",
    "Station",
    "StationPercept",
]
