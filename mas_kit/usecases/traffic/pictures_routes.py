"""What is to be seen of the worlds in which travellers choose routes."""

from __future__ import annotations

import math

import numpy as np

from mas_kit.usecases.traffic.daytoday import FEW, RouteChoice
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.usecases.traffic.network import Floats, RoadNetwork
from mas_kit.viz import Lane, LineChart, Picture

BLUE, VERMILION, GREEN, AMBER, VIOLET, SKY, SLATE, ROSE = range(8)
WIDEST = 15.0  # of a link, in pixels, when everything that there is, or 25,000 vehicles, is on it
FULL = 2.0  # times its capacity: the end of the scale of colours
WIDE = (1.6, 0.62)  # roads are drawn wider than on the map, as pages are
BLANK = "\u2003" * 4
SHOWN_UP_TO = 200  # travellers; beyond, they are the width of the links


def picture(model: Traffic) -> Picture:
    """The roads: as wide as their flow, as dark as volume over capacity; gantries, the board, travellers.

    Clicking the dot on a link opens the mind of its gantry, the board that of who publishes the news, a node
    that of a traveller who lives there.
    """
    world = model.place
    assert isinstance(world, RouteChoice)
    n = world.network
    town = len(n.tail) > FEW
    places = n.places * WIDE
    lanes = [Lane(name, SLATE, bend=bend) for name, bend in _lanes(world)]
    low, high = places.min(axis=0), places.max(axis=0)
    unit = float((high - low).max()) / 10
    rows = range(len(n.tail))
    dots = [middle(places[n.tail[i]], places[n.head[i]], lanes[i % len(lanes)].bend) for i in rows]
    board = (low[0], high[1] + 1.2 * unit)
    people = sample(world, low[0] - 1.2 * unit, (low[1] + high[1]) / 2, unit)
    at = [*places, *dots, board, *((x, y) for _, x, y, _ in people)]
    nodes, gantries, count = len(n.names), len(world.gantries), len(people)
    return Picture(
        name=[resident(world, node) for node in range(nodes)]
        + [gantry.name for gantry in world.gantries]
        + ["news"]
        + [name for name, *_ in people],
        x=[float(x) for x, _ in at],
        y=[float(y) for _, y in at],
        size=[0.22 * unit] * nodes + [0.09 * unit] * gantries + [0.25 * unit] + [0.16 * unit] * count,
        colour=[SLATE] * nodes
        + [VERMILION if toll > 0 else SKY for toll in world.toll]
        + [GREEN]
        + [colour for *_, colour in people],
        label=[beside(n, node) for node in range(nodes)] + [""] * gantries + ["news"] + [""] * count,
        down=[False] * nodes
        + [not gantry.alive for gantry in world.gantries]
        + [not world.board.alive]
        + [False] * count,
        lanes=lanes,
        links=[(n.tail[i], n.head[i], lanes[i % len(lanes)].name) for i in rows],
        link_width=0.6 + WIDEST * world.flow / min(float(n.demand.sum()), 25_000.0),
        link_colour=world.flow / n.capacity,
        link_range=(0, FULL if town else 1),
    )


def resident(world: RouteChoice, node: int) -> str:
    """A traveller whose trip begins at this node; a node where none begins has a name of its own."""
    pairs = np.flatnonzero(world.network.origin == node)
    if not len(pairs) or len(world.travellers) <= SHOWN_UP_TO:
        return f"node {world.network.names[node]}"
    return f"traveller-{np.searchsorted(world.travellers['pair'], pairs[0])}"


def _lanes(world: RouteChoice) -> list[tuple[str, float]]:
    """How roads are called in the legend, and how far they bend: where there are two, one to each side."""
    if len(world.network.names) == 2:
        return [("first road", 0.3), ("second road", -0.3)]
    text = "road: as wide as its flow, and darker the fuller it is"
    return [(text, -0.1 if len(world.network.tail) > FEW else 0.0)]


def middle(tail: Floats, head: Floats, bend: float) -> tuple[float, float]:
    """The place of a link's gantry: the middle of its curve."""
    (ax, ay), (bx, by) = tail, head
    return (ax + bx) / 2 - bend * (by - ay) / 2, (ay + by) / 2 + bend * (bx - ax) / 2


def beside(network: RoadNetwork, node: int) -> str:
    """A node's name, moved out of the way of the roads that lead down from it."""
    here = network.places[node]
    onward = [network.places[head] for head in network.head[network.tail == node]]
    right = any(place[1] < here[1] and place[0] > here[0] for place in onward)
    return f"{network.names[node]}{BLANK}" if right else f"{BLANK}{network.names[node]}"


def sample(world: RouteChoice, x: float, y: float, unit: float) -> list[tuple[str, float, float, int]]:
    """Travellers where there are few: name, place (beside the roads), and a colour for their route."""
    count = len(world.travellers)
    if count > SHOWN_UP_TO:
        return []
    tall = math.ceil(math.sqrt(2 * count))
    step = 0.45 * unit
    return [
        (f"traveller-{i}", x - step * (i // tall), y + step * ((tall - 1) / 2 - i % tall), int(route) % 8)
        for i, route in enumerate(world.travellers["route"].tolist())
    ]


def facts(model: Traffic) -> dict[str, str]:
    """The headline numbers."""
    world = model.place
    assert isinstance(world, RouteChoice)
    if not model.history:
        return {"travellers": f"{len(world.travellers):,}", "routes known": f"{world.book.known:,}"}
    row = model.history[-1]
    return {
        "total time over the optimum's": f"{row['tstt over so']:.4f}",
        "of the equilibrium": f"{row['equilibrium over so']:.4f}",
        "relative gap": f"{row['gap']:.2g}",
        "changed route": f"{row['switched']:,} of {len(world.travellers):,}",
        "busiest link": busiest(world),
    }


def busiest(world: RouteChoice) -> str:
    """The link that is fullest, and how full."""
    share = world.flow / world.network.capacity
    link = int(np.argmax(share))
    return f"{world.network.links[link]}: {share[link]:.0%}"


CHARTS = [
    LineChart(
        title="Total time over the optimum's (2: or more)",
        unit="day",
        columns={"travellers": "shown over so", "equilibrium": "equilibrium over so"},
        y="ratio",
        colours=[BLUE, VERMILION],
    ),
    LineChart(
        title="Relative gap, powers of ten",
        unit="day",
        columns={"gap": "log gap"},
        y="log10",
        colours=[VIOLET],
    ),
    LineChart(
        title="Travellers who changed route", unit="day", columns={"changed": "switched"}, colours=[GREEN]
    ),
    LineChart(
        title="Vehicles on each road",
        unit="day",
        columns={"first road": "flow home-work", "second road": "flow home-workb"},
        colours=[BLUE, VERMILION],
        stepped=True,
    ),
    LineChart(
        title="Trips on Braess's roads",
        unit="day",
        columns={name: f"flow {name}" for name in ("s-a", "s-b", "a-t", "b-t", "a-b")},
        stepped=True,
    ),
]
