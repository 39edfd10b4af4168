"""The parameters of the traffic model, each declared once: those of route choice here, the others beside."""

from __future__ import annotations

from typing import Literal

from mas_kit.core import Parameters, parameter
from mas_kit.usecases.traffic.parameters_cars import CarParameters
from mas_kit.usecases.traffic.parameters_signals import SignalParameters

WorldName = Literal["pigou", "braess", "lab game", "sioux falls", "signals", "cars"]
Choice = Literal["averages", "constant", "logit", "one at a time"]


class RouteParameters(Parameters):
    """What belongs to the worlds in which travellers choose a route day by day."""

    world: WorldName = parameter(
        "sioux falls", help="the road: two parallel roads, Braess's network, a game, a town, signals, a ring"
    )
    days: int = parameter(100, ge=1, le=100_000, unit="days", group="travellers", help="length of the run")
    packet: Literal[1, 10, 100] = parameter(
        100, group="travellers", help="vehicles that one traveller of Sioux Falls stands for"
    )
    travellers: int = parameter(
        100,
        ge=2,
        le=10_000,
        group="travellers",
        help="travellers on Pigou's two roads, one unit of flow in all",
    )
    choice: Choice = parameter(
        "averages",
        group="travellers",
        help="who reconsiders: a share 1/day, a constant share, a share that draws by logit, one a day",
    )
    rate: float = parameter(
        0.3, ge=0, le=1, step=0.01, group="travellers", help="share that reconsiders (constant, logit)"
    )
    theta: float = parameter(
        1.0, ge=0, le=100, step=0.1, group="travellers", help="logit: how much a minute counts"
    )
    explore: float = parameter(
        0.1, ge=0, le=1, step=0.01, group="information", help="own path: share that tries another way"
    )
    information: Literal["full", "own path"] = parameter(
        "full", group="information", help="what a traveller learns: all times, or those of its own trips"
    )
    ignore: float = parameter(
        0.0, ge=0, le=1, step=0.05, group="information", help="share that never reconsiders"
    )
    toll_share: float = parameter(
        0.2,
        ge=0,
        le=1,
        step=0.05,
        group="tolls",
        help="adaptive: how far a toll goes to the marginal cost each day",
    )
    bridge: bool = parameter(True, group="network", help="Braess: the road that makes everybody later")
    toll: Literal["none", "marginal cost", "adaptive"] = parameter(
        "none",
        group="tolls",
        help="none; those that make the optimum an equilibrium; or each link sets its own, by its own flow",
    )


class TrafficParameters(CarParameters, SignalParameters, RouteParameters):
    """Parameters of `Traffic`; which of them matter depends on `world`."""

    engine: Literal["columns", "objects", "auto"] = parameter(
        "columns", help="travellers and cars as compiled columns or as Python objects: the same numbers"
    )
