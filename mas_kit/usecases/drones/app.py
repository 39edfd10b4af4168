"""The page of the drone fleet: what to draw, no logic."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mas_kit.core import Message
from mas_kit.usecases.drones.agents import Drone
from mas_kit.usecases.drones.dispatcher import Dispatcher
from mas_kit.usecases.drones.mail import Beat, Board, Command, Report
from mas_kit.usecases.drones.model import DroneFleet
from mas_kit.viz import App, Bar, BarChart, Lane, LineChart, Movers, Picture, page_of

SLOT = 2.4  # cells between two parked drones: as much as their bars take
BLUE, VERMILION, GREEN, AMBER, VIOLET, SKY, SLATE, ROSE = range(8)
LANES = (
    Lane("radio", SKY),
    Lane("route", GREEN),
    Lane("bids", VIOLET, "diamond"),
    Lane("commands", VERMILION, "envelope"),
)


def picture(model: DroneFleet) -> Picture:
    """The map from above: stations, drones, who is in radio range of whom, orders, routes, no-fly cells.

    Clicking an order opens the mind of the drone that has it in its plan, or of the station that took it in.
    """
    ground = model.ground
    agents = [*model.stations, *model.dispatchers, *model.drones]
    names = [agent.name for agent in agents]
    holder = {order.number: drone.name for drone in model.drones if drone.alive for order in drone.route}
    orders = list(model.open_orders)
    row = {order.number: len(agents) + i for i, order in enumerate(orders)}
    blocked = sorted(ground.blocked)
    places = [place(model, agent) for agent in agents]
    places += [ground.place(order.cell) for order in orders]
    places += [ground.place(cell) for cell in blocked]
    scenery = [math.nan] * (len(orders) + len(blocked))
    on_ground = [math.nan] * (len(model.stations) + len(model.dispatchers))
    return Picture(
        name=[*names, *(holder.get(o.number, f"station-{o.station + 1}") for o in orders)]
        + ["no-fly"] * len(blocked),
        x=[x for x, _ in places],
        y=[y for _, y in places],
        size=[0.6] * len(model.stations)
        + [0.6] * len(model.dispatchers)
        + [0.5] * len(model.drones)
        + [0.45] * len(orders)
        + [0.5] * len(blocked),
        bounds=(-1.5, -3, ground.size + 0.5, ground.size + 1.8),
        shape=["hub"] * len(model.stations)
        + ["robot"] * len(model.dispatchers)
        + ["triangle"] * len(model.drones)
        + ["house"] * len(orders)
        + ["tile"] * len(blocked),
        colour=[VIOLET] * len(model.stations)
        + [VERMILION] * len(model.dispatchers)
        + [BLUE if drone.route else SKY for drone in model.drones]
        + [AMBER if order.number in holder else ROSE for order in orders]
        + [SLATE] * len(blocked),
        label=[name.replace("drone-", "").replace("station-", "S") for name in names]
        + [f"#{order.number}" for order in orders]
        + [""] * len(blocked),
        bars={
            "battery": Bar(
                on_ground + [drone.battery for drone in model.drones] + scenery, GREEN, float(model.p.battery)
            ),
            "parcels": Bar(
                on_ground + [float(drone.load) for drone in model.drones] + scenery,
                AMBER,
                float(model.p.payload),
            ),
        },
        down=[not agent.alive for agent in agents] + [False] * (len(orders) + len(blocked)),
        lanes=LANES,
        links=[*radio_links(model, names), *ways(model, names, row)],
        movers=transit(model, names),
    )


def place(model: DroneFleet, agent: Any) -> tuple[float, float]:
    """Where to draw an agent: parked drones in rows beyond their pad, a dispatcher beside its station."""
    x, y = model.ground.place(agent.cell)
    if isinstance(agent, Dispatcher):
        return x - 2.6, float(y)
    if not isinstance(agent, Drone):
        return float(x), float(y)
    here = [drone.name for drone in model.drones if drone.cell == agent.cell]
    at = here.index(agent.name)
    if agent.cell not in model.ground.pads:
        return x + 1.4 * (at - (len(here) - 1) / 2), float(y)  # in layers, one above the other
    columns = max(3, math.ceil(len(here) / 2))
    row, column = divmod(at, columns)
    wide = min(columns, len(here) - row * columns)
    rows = 2.3 + 2.5 * row
    return x + SLOT * (column - (wide - 1) / 2), y + 0.6 + rows if 2 * y > model.ground.size else y - rows


def radio_links(model: DroneFleet, names: list[str]) -> list[tuple[Any, Any, str]]:
    """Who is in direct radio range (or on the wire), by row."""
    index = {name: i for i, name in enumerate(names)}
    cell = {name: model.agent(name).cell for name in names}
    return [
        (index[name], index[other], "radio")
        for name in names
        for other in model.near(name)
        if name < other and cell[name] != cell[other]  # who stands together can talk, lines or not
    ]


def ways(model: DroneFleet, names: list[str], row: Mapping[int, int]) -> list[tuple[Any, Any, str]]:
    """From each drone along the orders of its plan, by row."""
    found: list[tuple[Any, Any, str]] = []
    for drone in model.drones:
        at = names.index(drone.name)
        for order in drone.route if drone.alive else ():
            if order.number in row:
                found.append((at, row[order.number], "route"))
                at = row[order.number]
    return found


def transit(model: DroneFleet, names: list[str]) -> Movers:
    """Bids, calls and awards, and commands on the air; boards, reports and signs of life are left out."""
    index = {name: i for i, name in enumerate(names)}
    rows = [
        (id(message) % 2**32, index[message.sender], index[message.receiver], 0.5, lane(message))
        for message, _ in model.radio.in_flight()
        if message.content.__class__ not in (Board, Report, Beat)
    ]
    return Movers(*zip(*rows, strict=True)) if rows else Movers()


def lane(message: Message) -> str:
    """Commands go in envelopes."""
    return "commands" if message.content.__class__ is Command else "bids"


def battery(model: DroneFleet) -> dict[str, float]:
    """What is left in each drone."""
    return {drone.name: max(0.0, float(drone.battery)) for drone in model.drones}


def facts(model: DroneFleet) -> Mapping[str, str]:
    """The headline numbers."""
    tally = model.tally
    return {
        "value delivered": f"{tally.value:,.1f} of {tally.offered:,.0f}",
        "open orders": str(len(model.waiting)),
        "duplicates": str(tally.duplicates),
        "parts of the radio net": str(model.antennas.parts),
    }


APP = App(
    model=DroneFleet,
    title="Drone fleet",
    about=(
        "Drones (triangles) bring first-aid kits to whoever orders one (houses: amber when a drone has the "
        "order in its plan, pink when nobody has). An order is worth less with every tick that it waits. "
        "Lines show who is in radio range of whom, and where drones mean to go.\n\n"
        "Under allocation, choose who decides: the drones among themselves (consensus), ground stations that "
        "call for bids (contract net, auction), or a dispatcher who sees everything. Then make the radio "
        "weak: lower its range, lose messages, switch the relays off.\n\n"
        "Click a drone and ask it why."
    ),
    picture=picture,
    charts=[
        LineChart(title="Value delivered so far", columns={"value": "value"}, colours=[GREEN]),
        LineChart(
            title="Orders",
            columns={"open": "open", "delivered": "delivered", "duplicates": "duplicates"},
            y="orders",
            colours=[ROSE, BLUE, VERMILION],
        ),
        LineChart(
            title="Drones with an order, and parts of the radio net",
            columns={"drones at work": "working", "parts": "parts"},
            colours=[BLUE, SKY],
            stepped=True,
        ),
        LineChart(title="Messages sent", columns={"messages": "messages"}, colours=[VIOLET]),
        BarChart(title="Battery", values=battery, y="cells"),
    ],
    facts=facts,
    clock="tick",
    speed=4.0,
    inspect="drone-1",
    lie={"alter": "corrupt", "change": "scale", "factor": 10, "field": "bid"},
    ranges={
        "ticks": (20, 400),
        "drones": (1, 12),
        "rate": (0, 0.5),
        "start_orders": (0, 20),
        "discount": (0.8, 1),
        "battery": (10, 200),
        "payload": (1, 10),
        "service": (1, 20),
        "reserve": (0, 10),
        "bundle": (1, 6),
        "radio_range": (0, 30),
        "patience": (1, 40),
        "candidates": (1, 10),
        "size": (8, 30),
    },
)
__getattr__ = page_of(APP)
