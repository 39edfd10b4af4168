"""The three worlds from above, and over time: what the page draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.usecases.vehicles.crossing import PAST, Crossing
from mas_kit.usecases.vehicles.fleet import Fleet
from mas_kit.usecases.vehicles.model import Vehicles
from mas_kit.usecases.vehicles.platoon import Platoon
from mas_kit.usecases.vehicles.ring import Ring
from mas_kit.viz import Lane, Movers, Picture, Raster

BLUE, VERMILION, GREEN, AMBER, VIOLET, SKY, SLATE, ROSE = range(8)
PARTS = ("perception", "planning", "control")
BUS, V2V = Lane("bus", SLATE), Lane("v2v", VIOLET, "envelope", 0.35)
DETAILED_UP_TO = 6  # automated cars: beyond, their agents are not drawn apart
ONE_LAP_UP_TO = 150  # cars: beyond, the road is a coil
type Floats = NDArray[np.float64]


def picture(model: Vehicles) -> Picture:
    """The world now, from above. Dark is slow."""
    if isinstance(model.scene, Ring):
        return ring(model, model.scene)
    if isinstance(model.scene, Platoon):
        return platoon(model, model.scene)
    if isinstance(model.scene, Crossing):
        return crossing(model, model.scene)
    return Picture(name=[], x=[], y=[])


def raster(model: Vehicles) -> Raster:
    """The world over time: place up, time to the right. Dark is slow."""
    scene: Any = model.scene
    trace = scene.trace
    pale, dark, unit = slow_is_dark(model)
    shown = trace.values[: trace.count]
    if isinstance(scene, Platoon):  # the first car on top
        return Raster(
            values=shown[:, ::-1], step=trace.step, bottom=-trace.length, top=0.0, low=pale, high=dark,
            x="time, s", y="cars behind the first", value=unit,
        )  # fmt: skip
    line = model.p.approach if isinstance(scene, Crossing) else 0.0
    where = "to the stop line, m" if isinstance(scene, Crossing) else "place on the road, m"
    return Raster(
        values=shown, step=trace.step, bottom=-line, top=trace.length - line, low=pale, high=dark,
        x="time, s", y=where, value=unit,
    )  # fmt: skip


def slow_is_dark(model: Vehicles) -> tuple[float, float, str]:
    """The speeds at the pale and at the dark end of the colours, and their unit."""
    p = model.p
    if p.world == "platoon":
        wide = 2 * p.swing / p.frequency if p.profile == "sine" else 4 * p.swing
        over, under = (1.5, 0.5) if p.profile == "sine" else (0.5, 1.5)
        return (
            round(p.cruise + 0.1 + over * wide, 1),
            round(max(p.cruise - 0.1 - under * wide, 0.0), 1),
            "m/s",
        )
    if p.world == "crossing":
        return p.limit, 0.0, "m/s"
    return max(1, math.ceil(2.3 * model.scene.equilibrium)), 0.0, "m/s"  # type: ignore[attr-defined]


# ---- ring and platoon


def ring(model: Vehicles, scene: Ring) -> Picture:
    """A circle, or a coil where there are many cars: its inner end goes on at its outer end.

    The room above is for the headline numbers.
    """
    p, fleet = model.p, scene.fleet
    share = fleet.cars["x"] / p.length
    n = p.cars
    turns = 1 if n <= ONE_LAP_UP_TO else math.ceil((n / ONE_LAP_UP_TO) ** 0.6)
    inner = 1.0 if turns == 1 else 0.25
    radius = np.sqrt(inner**2 + (1 - inner**2) * share)
    turn = 2 * np.pi * (share if turns == 1 else turns * (radius - inner) / (1 - inner))
    flat = 1.55  # a page is wider than high
    x, y = flat * radius * np.sin(turn), radius * np.cos(turn)
    size = min(0.05, 2.2 * (1 if turns == 1 else 0.6 * turns) / n) if turns == 1 else 1.3 / math.sqrt(n * 12)
    return road(model, fleet, x, y, size, (-flat - 0.2, -1.16, flat + 0.2, 1.45), (-0.65, -0.6, 0.65, 0.6))


def platoon(model: Vehicles, scene: Platoon) -> Picture:
    """The first car on the right, the others behind it, as far apart as they are."""
    p, fleet = model.p, scene.fleet
    x = fleet.cars["x"] - fleet.cars["x"][0]
    long = 1.25 * scene.long
    lift = -0.03 * long * np.ones(p.cars)
    size = min(0.018 * long, 0.32 * long / p.cars)
    bounds = (-long, -0.12 * long, 0.06 * long, 0.3 * long)
    return road(model, fleet, x, lift, size, bounds, (-0.8 * long, 0.02 * long, -0.15 * long, 0.27 * long))


def road(
    model: Vehicles,
    fleet: Fleet,
    x: Floats,
    y: Floats,
    size: float,
    bounds: tuple[float, float, float, float],
    box: tuple[float, float, float, float],
) -> Picture:
    """All cars; of a few automated ones also the three agents, in a box, with their bus and their radio."""
    n = len(x)
    pale, dark, _ = slow_is_dark(model)
    apart = fleet.automated if len(fleet.automated) <= DETAILED_UP_TO else []
    many = n > ONE_LAP_UP_TO
    automated = np.zeros(n, dtype=bool)
    automated[fleet.automated] = True
    name = names(model, fleet)
    places, parts = _agents(model, fleet, apart, box)
    row = {part: n + i for i, part in enumerate(parts)}
    links: list[tuple[Any, Any, str]] = []
    for number in apart:
        mine = [row[part] for part in parts if part.startswith(f"{fleet.name(number)}/")]
        links += [(a, b, "bus") for a, b in pairwise([*mine, number])]
    extra = len(parts)
    speed = fleet.cars["v"]
    told = len(fleet.automated) <= DETAILED_UP_TO
    badges = [f"{v:.1f} m/s" if at and told else "" for v, at in zip(speed, automated, strict=True)]
    badges += [""] * extra
    shapes = ["diamond" if at else "circle" for at in automated] + ["hexagon"] * extra
    scale = np.concatenate([speed, np.full(extra, pale + 0.1 * (dark - pale))])
    return Picture(
        name=[*name, *parts],
        x=np.concatenate([x, places[:, 0]]),
        y=np.concatenate([y, places[:, 1]]),
        size=np.concatenate([np.where(automated, 1.45 * size, size), np.full(extra, 0.95 * size)]),
        colour=scale,
        colour_range=(pale, dark),
        shape="circle" if many else shapes,
        label=None if many else [*_labels(automated, n), *[_part(part, len(apart)) for part in parts]],
        badge=None if many else badges,
        down=None
        if many
        else [False] * n + [not model.agent(part).alive for part in parts],
        lanes=(BUS, V2V),
        links=links,
        movers=Movers() if many else _radio(fleet),
        bounds=bounds,
    )  # fmt: skip


def names(model: Vehicles, fleet: Fleet) -> Sequence[str]:
    """The cars by the name of who drives: of many automated cars, their planning."""
    scene: Any = model.scene
    kept: list[str] | None = getattr(scene, "drawn_names", None)
    if kept is None:
        drives = set(fleet.automated) if len(fleet.automated) > DETAILED_UP_TO else set()
        kept = [f"{fleet.name(i)}/planning" if i in drives else fleet.name(i) for i in range(len(fleet.cars))]
        scene.drawn_names = kept
    return kept


def _labels(automated: NDArray[np.bool_], n: int) -> list[str]:
    """Only the automated and every fifth car, so that the road can be seen."""
    return [str(i) if automated[i] or i % 5 == 0 else "" for i in range(n)]


def _part(name: str, cars: int) -> str:
    """What to write under an agent of a car: its part, and whose where that is not plain."""
    car, part = name.split("/")
    return part if cars == 1 else f"{part} {car.split('-')[1]}"


def _agents(
    model: Vehicles, fleet: Fleet, apart: Sequence[int], box: tuple[float, float, float, float]
) -> tuple[Floats, list[str]]:
    """Places and names of the agents that are drawn apart from their cars: a row for each car, in a box."""
    left, bottom, right, top = box
    places, found = [], []
    for k, number in enumerate(apart):
        up = top - (k + 0.5) * (top - bottom) / len(apart)
        for part, across in zip(PARTS, (0.0, 0.5, 1.0), strict=True):
            name = f"{fleet.name(number)}/{part}"
            if name in model.by_name:
                places.append((left + across * (right - left), up))
                found.append(name)
    return np.array(places, dtype=np.float64).reshape(-1, 2), found


def _radio(fleet: Fleet) -> Movers:
    """Messages between cars, on their way."""
    longest = fleet.v2v.latency[1] + fleet.v2v.extra_delay
    rows = []
    for message, due in fleet.v2v.in_flight():
        source, target = (
            int(name.split("/")[0].split("-")[1]) for name in (message.sender, message.receiver)
        )
        left = 1.0 - (due - fleet.model.tick) / (longest + 1)
        rows.append((hash((message.sender, due)) % 2**32, source, target, left, "v2v"))
    return Movers(*zip(*rows, strict=True)) if rows else Movers()


# ---- the crossing


def crossing(model: Vehicles, scene: Crossing) -> Picture:
    """Two roads; one leads to the right, one upwards. The manager has its hut in a corner."""
    p = model.p
    reach, aside = p.approach, 0.03 * p.approach
    cars = [car for car in scene.cars if -PAST - 0.25 * reach < car.position <= 1.02 * reach]
    x = [-car.position if car.lane == 0 else aside for car in cars]
    y = [-aside if car.lane == 0 else -0.55 * car.position for car in cars]
    extra = []  # what is no car: the manager, and where the roads begin and end
    if scene.manager is not None:
        extra.append(("manager", "hub", -4 * aside, 4 * aside, 0.03 * reach))
    extra += [
        (f"road {end}", "tile", *at, 0.002 * reach)
        for end, at in enumerate(
            (
                (-1.02 * reach, -aside),
                (PAST + 0.25 * reach, -aside),
                (aside, -0.56 * reach),
                (aside, 0.24 * reach),
            )
        )
    ]
    n, m = len(cars), len(extra)
    roads: list[Any] = [(n + m - 4, n + m - 3, "road"), (n + m - 2, n + m - 1, "road")]
    return Picture(
        name=[car.name for car in cars] + [name for name, *_ in extra],
        x=x + [at for _, _, at, _, _ in extra],
        y=y + [at for _, _, _, at, _ in extra],
        size=[0.013 * reach] * n + [size for *_, size in extra],
        colour=np.array([car.speed for car in cars] + [0.9 * p.limit] * m, dtype=np.float64),
        colour_range=(p.limit, 0.0),
        shape=["circle"] * n + [shape for _, shape, *_ in extra],
        label=[""] * n + [p.coordination if name == "manager" else "" for name, *_ in extra],
        badge=["waits" if car.speed < 0.1 and car.entered is None else "" for car in cars] + [""] * m,
        down=[False] * n + [name == "manager" and not model.agent("manager").alive for name, *_ in extra],
        bounds=(-1.05 * reach, -0.6 * reach, PAST + 0.3 * reach, 0.25 * reach),
        lanes=(Lane("road", SLATE), Lane("radio", VIOLET, "envelope", 0.2)),
        links=roads,
        movers=_requests(scene, {car.name: i for i, car in enumerate(cars)} | {"manager": n}),
    )


def _requests(scene: Crossing, row: dict[str, int]) -> Movers:
    longest = scene.radio.latency[1] + scene.radio.extra_delay
    rows = [
        (hash((m.sender, m.receiver, due)) % 2**32, row[m.sender], row[m.receiver],
         1.0 - (due - scene.model.tick) / (longest + 1), "radio")
        for m, due in scene.radio.in_flight()
        if m.sender in row and m.receiver in row
    ]  # fmt: skip
    return Movers(*zip(*rows, strict=True)) if rows else Movers()
