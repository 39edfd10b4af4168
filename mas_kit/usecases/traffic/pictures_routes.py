"""What is to be seen of the worlds in which travellers choose routes."""

from __future__ import annotations

import math

import numpy as np

from mas_kit.usecases.traffic.daytoday import RouteChoice
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.viz import Lane, LineChart, Picture

BLUE, VERMILION, GREEN, AMBER, VIOLET, SKY, SLATE, ROSE = range(8)
WIDEST = 15.0  # of a link, in pixels, when everything that there is, or 25,000 vehicles, is on it
FULL = 2.0  # times its capacity: the end of the scale of colours
SHOWN_UP_TO = 200  # travellers; beyond, they are the width of the links


def picture(model: Traffic) -> Picture:
    """The roads: as wide as their flow, as dark as volume over capacity; gantries, the board, travellers.

    Clicking the dot on a link opens the mind of its gantry, the board that of who publishes the news.
    """
    world = model.place
    assert isinstance(world, RouteChoice)
    n = world.network
    parallel = len(n.names) == 2
    bends = [0.3, -0.3] if parallel else [0.0 if len(n.tail) <= 8 else -0.07]
    lanes = [Lane("road", SLATE, bend=bend) for bend in bends[:1]]
    lanes += [Lane("other road", SLATE, bend=bend) for bend in bends[1:]]
    rows = range(len(n.tail))
    low, high = n.places.min(axis=0), n.places.max(axis=0)
    unit = float((high - low).max()) / 10
    dots = [middle(world, i, bends[i % len(bends)]) for i in rows]
    people = sample(world, low[0] - 1.2 * unit, (low[1] + high[1]) / 2, unit)
    names = [gantry.name for gantry in world.gantries]
    news = (low[0], high[1] + (1.6 if len(n.tail) > 8 else 1.2) * unit)
    places = [*map(tuple, n.places), *dots, news, *((x, y) for _, x, y, _ in people)]
    nodes = len(n.names)
    return Picture(
        name=[f"node {name}" for name in n.names] + names + ["news"] + [name for name, *_ in people],
        x=[x for x, _ in places],
        y=[y for _, y in places],
        size=[0.34 * unit] * nodes + [0.13 * unit] * len(names) + [0.3 * unit] + [0.16 * unit] * len(people),
        colour=[SLATE] * nodes
        + [VERMILION if toll > 0 else SKY for toll in world.toll]
        + [GREEN]
        + [colour for *_, colour in people],
        label=[*n.names, *[""] * len(names), "news", *[""] * len(people)],
        down=[False] * nodes
        + [not gantry.alive for gantry in world.gantries]
        + [not world.board.alive]
        + [False] * len(people),
        lanes=lanes,
        links=[(n.tail[i], n.head[i], lanes[i % len(lanes)].name) for i in rows],
        link_width=0.6 + WIDEST * world.flow / min(float(n.demand.sum()), 25_000.0),
        link_colour=world.flow / n.capacity,
        link_range=(0, FULL if len(n.tail) > 8 else 1),
    )


def middle(world: RouteChoice, link: int, bend: float) -> tuple[float, float]:
    """The place of a link's gantry: the middle of its curve."""
    n = world.network
    (ax, ay), (bx, by) = n.places[n.tail[link]], n.places[n.head[link]]
    return (ax + bx) / 2 - bend * (by - ay) / 2, (ay + by) / 2 + bend * (bx - ax) / 2


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
        title="Total time over the optimum's (3: or more)",
        columns={"travellers": "shown over so", "equilibrium": "equilibrium over so"},
        y="ratio",
        colours=[BLUE, VERMILION],
    ),
    LineChart(title="Relative gap, powers of ten", columns={"gap": "log gap"}, y="log10", colours=[VIOLET]),
    LineChart(title="Travellers who changed route", columns={"changed": "switched"}, colours=[GREEN]),
    LineChart(
        title="Vehicles on each road",
        columns={"first road": "flow home-work", "second road": "flow home-workb"},
        colours=[BLUE, VERMILION],
        stepped=True,
    ),
    LineChart(
        title="Trips on Braess's roads",
        columns={name: f"flow {name}" for name in ("s-a", "s-b", "a-t", "b-t", "a-b")},
        stepped=True,
    ),
]
