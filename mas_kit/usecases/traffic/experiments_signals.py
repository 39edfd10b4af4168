"""What the signals reproduce: point queues, the stability region, full links after an incident, faults."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mas_kit.experiments import Absolute, Computation, Expected, Experiment, StandardErrors
from mas_kit.usecases.traffic.experiments_full import GRID, claim, gridlock, incident, of, over
from mas_kit.usecases.traffic.grid import NS, Grid, least_growth
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.usecases.traffic.resilience_signals import study

if TYPE_CHECKING:
    import pandas as pd

VARAIYA = "Varaiya (2013), Transportation Research Part C 36, 177-195: the stability region"
STRAIGHT = {**GRID, "turning": 0.0, "storage": 0}  # point queues, nobody turns
HEAVY = {"rate_ns": 0.65, "rate_ew": 0.30}  # every crossing at 0.95 of its capacity
TOO_HEAVY = {"rate_ns": 0.72, "rate_ew": 0.33}  # at 1.05

# ---- one queue


def point_queue(arrivals: float = 0.6, capacity: float = 0.4, steps: int = 1200) -> float:
    """Mean delay at one crossing that is always green, in steps: regular arrivals above its capacity.

    In continuous time the queue grows to (arrivals - capacity) * steps and the mean delay is
    steps * (arrivals / capacity - 1) / 2.
    """
    grid = Grid(1, 1)
    grid.cap(NS, capacity)
    tick = 0
    while tick < steps or grid.inside:
        tick += 1
        if tick <= steps and math.floor(arrivals * tick + 1e-9) > math.floor(arrivals * (tick - 1) + 1e-9):
            grid.arrive(NS, tick, turns=False)
        grid.move(tick, [NS], [False])
    return grid.delay / grid.left


queue = Computation(
    name="signals-point-queue",
    compute=lambda: {"mean delay": point_queue()},
    expected=[
        Expected(
            quantity="mean delay",
            value=300,
            tolerance=Absolute(3),  # a vehicle comes every 5/3 steps and goes every 5/2: whole steps
            source="cumulative curves: steps x (arrivals / capacity - 1) / 2",
        )
    ],
)

crossing = Experiment(
    name="signals-one-crossing",
    model=Traffic,
    parameters={
        **STRAIGHT,
        "rows": 1,
        "cols": 1,
        "rate_ns": 0.5,
        "rate_ew": 0.4,
        "steps": 20_000,
        "settle": 500,
        "controller": "longest queue",
    },
    seeds=20,
    metrics=["mean vehicles"],
    expected=[
        Expected(
            quantity="mean vehicles",
            value=0.9 + 0.5 * 0.4 / (1 - 0.9),
            tolerance=StandardErrors(3.5, at_most=0.1),
            source="discrete-time queue with two Bernoulli arrivals: load + product of rates / (1 - load)",
        )
    ],
)

# ---- the stability region


def _rates(rates: Mapping[str, float]) -> list[float]:
    grid = Grid(4, 4)
    found = [0.0] * 32
    for link in grid.edge:
        found[link] = rates["rate_ns"] if link % 2 == NS else rates["rate_ew"]
    return found


LEAST = least_growth(Grid(4, 4), _rates(TOO_HEAVY), 0.0)  # 4 streets, 0.05 too many on each
UNTUNED = 4 * (HEAVY["rate_ns"] - 0.5)  # half the green for 0.65 vehicles a step
_SLOPE = StandardErrors(3.5, at_most=0.02)


def _stability(name: str, rates: Mapping[str, float], expected: Sequence[Expected]) -> Experiment:
    return Experiment(
        name=name,
        model=Traffic,
        parameters={**STRAIGHT, **rates, "steps": 8000, "settle": 2000},
        design={"controller": ["max pressure", "longest queue", "self-organising", "fixed", "tuned"]},
        seeds=10,
        metrics=["growth", "mean vehicles"],
        expected=expected,
    )


def _growth(controller: str, source: str = VARAIYA, **wanted: Any) -> Expected:
    return Expected(
        quantity=f"growth, {controller}",
        estimator="growth",
        at={"controller": controller},
        tolerance=_SLOPE,
        source=source,
        **wanted,
    )


stable = _stability(
    "signals-stable",
    HEAVY,
    [
        _growth("max pressure", value=0.0),
        _growth("fixed", value=UNTUNED, source="fluid: 4 streets, each 0.65 in and 0.5 out"),
    ],
)
unstable = _stability(
    "signals-overloaded",
    TOO_HEAVY,
    [
        _growth("max pressure", low=LEAST, high=0.27),
        _growth("longest queue", low=LEAST, high=0.27),
        *(
            _growth(name, low=LEAST, source="least growth of any control, by linear program")
            for name in ("self-organising", "fixed", "tuned")
        ),
    ],
)

# ---- one agent against many: 2 steps are lost at every change, and each controller has its best setting

MINDS: Mapping[str, Mapping[str, Any]] = {
    "centre": {"controller": "centre", "min_green": 5, "cycle": 20},
    "tuned": {"controller": "tuned", "min_green": 1, "cycle": 30},
    "capacity aware": {"controller": "capacity aware", "min_green": 16, "cycle": 20},
    "longest queue": {"controller": "longest queue", "min_green": 12, "cycle": 20},
}
minds = Experiment(
    name="signals-one-against-many",
    model=Traffic,
    parameters={**GRID, "clearance": 2, "rate_ns": 0.4, "rate_ew": 0.3, "steps": 1500},
    design=[{**mind, "ties": "keep"} for mind in MINDS.values()],
    seeds=8,
    metrics=["mean vehicles"],
    expected=[
        claim(
            f"{name} over the centre, vehicles",
            partial(over, this=name, that="centre", metric="mean vehicles"),
            low=low,
        )
        for name, low in (("tuned", 1.05), ("longest queue", 1.25), ("capacity aware", 1.25))
    ],
)

# ---- faults: what is kept of what sixteen minds gain over plans that were made once


def _left(trouble: str, who: str = "signals", **wanted: Any) -> Expected:
    estimator = partial(study.gain_left, trouble=trouble, who=who)
    return claim(f"gain left, {who}, {trouble}", estimator, **wanted)


def locked(frame: pd.DataFrame, who: str, trouble: str) -> float:
    """Share of runs that never recover: 500 vehicles or more in the grid at the end."""
    return float((of(frame, "vehicles", who=who, trouble=trouble) >= 500).mean())


def _locked(trouble: str, who: str = "signals", **wanted: Any) -> Expected:
    estimator = partial(locked, who=who, trouble=trouble)
    return claim(f"share of runs locked for good, {who}, {trouble}", estimator, **wanted)


faults = study.experiment(
    "signals-resilience",
    seeds=10,
    expected=[
        _left("a third of the messages lost", low=0.9),
        _left("all messages lost", low=0.85),
        _left("4 detectors dead", low=0.8),
        _left("16 detectors dead", low=0.5, high=0.9),
        _left("1 detector stuck at 0", high=0),
        _left("1 controller down", high=0),
        _locked("4 detectors stuck at 0", low=0.9),
        _locked("1 controller down", low=0.4),
        _locked("1 controller down", who="centre", high=0.1),
    ],
)

EXPERIMENTS: list[Experiment | Computation] = [
    queue,
    crossing,
    stable,
    unstable,
    incident,
    gridlock,
    minds,
    faults,
]
