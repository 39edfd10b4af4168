"""The parameters of the drone fleet, each declared once."""

from __future__ import annotations

from typing import Literal

from mas_kit.core import Parameters, parameter

Allocation = Literal[
    "consensus",
    "contract net",
    "sequential auction",
    "dispatcher",
    "dispatcher and backup",
    "each for itself",
]


class DroneFleetParameters(Parameters):
    """Parameters of `DroneFleet`; a tick is the time in which a drone flies one cell."""

    allocation: Allocation = parameter(
        "consensus", help="who decides which drone takes which order, and how they talk about it"
    )
    ticks: int = parameter(200, ge=1, le=100_000, unit="ticks", help="length of the run")
    drones: int = parameter(6, ge=1, le=30, help="how many drones there are")
    rate: float = parameter(
        0.15, ge=0, le=5, step=0.01, unit="orders/tick", help="how many orders come in, on average"
    )
    start_orders: int = parameter(6, ge=0, le=100, unit="orders", help="orders that wait from the start")
    discount: float = parameter(
        0.97, ge=0.5, le=1, step=0.01, help="factor on the value of an order for every tick that it waits"
    )

    battery: int = parameter(60, ge=5, le=10_000, unit="cells", group="drones", help="on a full charge")
    payload: int = parameter(3, ge=1, le=1000, unit="parcels", group="drones", help="parcels on board")
    service: int = parameter(
        4, ge=1, le=100, unit="ticks", group="drones", help="to load and charge on a pad"
    )
    reserve: int = parameter(
        4, ge=0, le=100, unit="cells", group="drones", help="battery that no plan counts on"
    )
    bundle: int = parameter(3, ge=1, le=20, unit="orders", group="drones", help="longest plan of a drone")
    traffic: Literal["layers", "pibt"] = parameter(
        "layers",
        group="drones",
        help="layers: each drone has a height of its own; pibt: one height, and they make way for each other",
    )

    radio_range: float = parameter(
        8.0, ge=0, le=1000, step=0.5, unit="cells", group="radio", help="how far a radio reaches"
    )
    loss: float = parameter(0.0, ge=0, le=1, step=0.05, group="radio", help="share of messages that are lost")
    relay: bool = parameter(
        True, group="radio", help="drones and stations pass on the mail of others, so that it hops"
    )
    wired: bool = parameter(
        True, group="radio", help="ground stations and dispatchers are also joined by a wire"
    )
    patience: int = parameter(
        8, ge=1, le=1000, unit="ticks", group="radio", help="silence after which a party counts as gone"
    )

    lookahead: int = parameter(
        2, ge=1, le=3, unit="orders", group="dispatcher", help="longest route that the dispatcher plans"
    )
    candidates: int = parameter(
        8, ge=1, le=40, unit="orders", group="dispatcher", help="oldest open orders that it plans with"
    )

    size: int = parameter(20, ge=8, le=60, unit="cells", group="map", help="cells a side")
    stations: int = parameter(2, ge=1, le=4, group="map", help="ground stations, each with radio and a pad")
    no_fly: float = parameter(0.1, ge=0, le=0.3, step=0.01, group="map", help="share of no-fly cells, about")
