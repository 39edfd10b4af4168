"""How the page draws the grid of signals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mas_kit.usecases.traffic.grid import BLINK, NOWHERE, NS
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.usecases.traffic.signals import SignalWorld
from mas_kit.viz import Bar, Lane, LineChart, Picture

BLUE, VERMILION, GREEN, AMBER, SLATE = 0, 1, 2, 3, 6
FULL = 20.0  # vehicles at which a road is drawn as full where it holds any number


def picture(model: Any) -> Picture:
    """The grid from above: roads as wide and as dark as they are full, and who has green.

    A crossing is blue while north-south has green and amber while east-west has it; its bars are the vehicles
    on its two approaches. Clicking it opens the mind of its signal (or of the centre).
    """
    world: SignalWorld = model.place
    grid = world.grid
    held, room = grid.held(), float(model.p.storage or FULL)
    central = not world.signals
    crossings = range(grid.crossings)
    names = ["centre" if central else world.signals[k].name for k in crossings]
    x = [float(k % grid.cols) for k in crossings]
    y = [float(-(k // grid.cols)) for k in crossings]
    for link in grid.edge:  # where vehicles come in
        at = link // 2
        row, col = divmod(at, grid.cols)
        ahead = 1 - 2 * ((col if link % 2 == NS else row) % 2)
        x.append(x[at] if link % 2 == NS else x[at] - 0.8 * ahead)
        y.append(y[at] + 0.8 * ahead if link % 2 == NS else y[at])
    gates = len(grid.edge)
    start = {link: grid.crossings + i for i, link in enumerate(grid.edge)}
    roads = [
        (start[link] if grid.upstream[link] == NOWHERE else grid.upstream[link], link // 2)
        for link in range(len(held))
    ]
    dark = [grid.phase[k] == BLINK for k in crossings]
    return Picture(
        name=[*names, *["edge"] * gates],
        x=x,
        y=y,
        size=[0.15] * grid.crossings + [0.06] * gates,
        bounds=(-1.0, -grid.rows - 0.1, float(grid.cols), 1.3),
        shape=["square"] * grid.crossings + ["circle"] * gates,
        colour=[SLATE if dark[k] else BLUE if world.green[k] == NS else AMBER for k in crossings]
        + [SLATE] * gates,
        label=["" if central else name.removeprefix("signal ") for name in names] + [""] * gates,
        bars={
            "north-south": Bar([float(held[2 * k]) for k in crossings] + [float("nan")] * gates, BLUE, room),
            "east-west": Bar(
                [float(held[2 * k + 1]) for k in crossings] + [float("nan")] * gates, AMBER, room
            ),
        },
        down=[*dark, *[False] * gates],
        lanes=(Lane("road", SLATE),),
        links=[(a, b, "road") for a, b in roads],  # type: ignore[misc]
        link_width=[1.0 + 7.0 * min(1.0, vehicles / room) for vehicles in held],
        link_colour=[float(vehicles) for vehicles in held],
        link_range=(0.0, room),
    )


def facts(model: Traffic) -> Mapping[str, str]:
    """The headline numbers."""
    found, world = model.metrics(), model.place
    assert isinstance(world, SignalWorld)
    delay = found["mean delay"]
    return {
        "vehicles in the grid": f"{found['vehicles']:,.0f}",
        "have left": f"{world.grid.left:,}",
        "mean delay": "–" if math.isnan(delay) else f"{2 * delay:,.0f} s",
        "heaviest crossing": f"{100 * max(world.loads()):.0f} % of capacity",
    }


CHARTS = [
    LineChart(
        title="Vehicles in the grid",
        unit="step",
        columns={"vehicles": "vehicles"},
        y="vehicles",
        colours=[BLUE],
    ),
    LineChart(
        title="On the fullest road",
        unit="step",
        columns={"vehicles": "fullest link"},
        y="vehicles",
        colours=[VERMILION],
    ),
]
