"""What goes wrong with automated cars, and how much of what automation gains is left.

The ring: one automated car against a ring of people. The platoon: cruise control with radio against the same
without. The crossing has its own troubles in `experiments_crossing`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mas_kit.core.faults import Bias, Byzantine, Crash, Fault, Loss
from mas_kit.experiments import Absolute, Expected, Resilience, Trouble
from mas_kit.usecases.vehicles.model import Vehicles

if TYPE_CHECKING:
    import pandas as pd

CARD = "a claim of the model card, Things to notice"
TICKS_A_SECOND = 10  # with the default length of a tick

# ---- the ring

AUTOMATED, PEOPLE = "one automated car", "people"
START = 50 * TICKS_A_SECOND + 1


def _biased(metres: float) -> list[Fault]:
    """The radar reads every gap so much too long (or, below 0, too short)."""
    return [Bias(agent="car-0/perception", field="gap", offset=metres, at=START)]


def _fails(part: str, seconds: float) -> list[Fault]:
    return [Crash(agent=f"car-0/{part}", at=START, until=START + round(seconds * TICKS_A_SECOND))]


on_the_ring = Resilience(
    model=Vehicles,
    teams={AUTOMATED: {"share": 0.05, "switch_on": 0}, PEOPLE: {}},
    lone=PEOPLE,
    parameters={"duration": 550, "warmup": 350, "engine": "columns"},
    troubles={
        "radar too short": {3.0: _biased(-3.0)},
        "radar too long": {4.0: _biased(4.0)},
        "radar dropout": {0.9: Trouble(parameters={"radar_dropout": 0.9})},
        "planning down": {seconds: _fails("planning", seconds) for seconds in (30.0, 300.0)},
        "control down": {30.0: _fails("control", 30.0)},
    },
    score="mean speed",
    metrics=["speed std", "collisions", "least time to collision"],
    units={
        "radar too short": "m that the radar takes off every gap",
        "radar too long": "m that the radar adds to every gap",
        "radar dropout": "share of readings that fail",
        "planning down": "s in which planning is down",
        "control down": "s in which control is down",
    },
)

# ---- the platoon

RADIO, RADAR_ONLY = "CACC", "ACC"


def _lost(share: float) -> list[Fault]:
    return [Loss(network="v2v", probability=share, at=1)]


def _lies(share: float) -> list[Fault]:
    """That share of what the third car says of its plans is turned round: it brakes when it speeds up."""
    return [
        Byzantine(
            agent="car-2/planning", network="v2v", alter="corrupt", field="wants", share=share, at=1
        )
    ]  # fmt: skip


def _ghost(metres: float) -> list[Fault]:
    """The third car reports a place that far behind its own: a ghost between it and the car behind."""
    share = 1.0 - metres / 5e5  # places are near half of the open road's length
    return [
        Byzantine(
            agent="car-2/planning", network="v2v", alter="corrupt", change="scale", factor=share,
            field="position", at=1,
        )
    ]  # fmt: skip


in_a_platoon = Resilience(
    model=Vehicles,
    teams={RADIO: {"controller": "CACC"}, RADAR_ONLY: {"controller": "ACC"}},
    lone=RADAR_ONLY,
    parameters={
        "world": "platoon",
        "cars": 6,
        "share": 1.0,
        "headway": 1.0,
        "reaction": 0.2,
        "radar_noise": 2.0,  # rain: the radio has something to add
        "doppler_noise": 0.5,
        "gps_noise": 0.3,
        "duration": 130,
        "warmup": 80,
        "engine": "columns",
    },
    troubles={
        "messages lost": {share: _lost(share) for share in (0.5, 0.8, 0.95, 1.0)},
        "messages lost, old words forgotten": {
            share: Trouble(_lost(share), parameters={"hold": 0.5}) for share in (0.5, 0.95)
        },
        "plans turned round": {1.0: _lies(1.0)},
        "ghost": {20.0: _ghost(20.0)},
        "ghost, no gate": {20.0: Trouble(_ghost(20.0), parameters={"gate": False})},
    },
    score="head to tail",
    metrics=["collisions", "least time to collision", "furthest"],
    units={
        "messages lost": "share of messages lost",
        "messages lost, old words forgotten": "share of messages lost",
        "plans turned round": "share of one car's messages",
        "ghost": "m before the car ahead",
        "ghost, no gate": "m before the car ahead",
    },
)


def _left(study: Resilience, trouble: str, **claimed: Any) -> Expected:
    return Expected(
        quantity=f"gain left, {trouble}",
        estimator=partial(study.gain_left, trouble=trouble),
        source=CARD,
        **claimed,
    )


def _worst(frame: pd.DataFrame, what: str) -> float:
    return float(frame[what].max())


_NO_COLLISION = Expected(
    quantity="collisions in any run", value=0, source=CARD, estimator=partial(_worst, what="collisions")
)
EXPERIMENTS = (
    on_the_ring.experiment(
        "resilience-ring",
        seeds=3,
        expected=[
            _left(on_the_ring, "radar too short 3", low=0.8),
            _left(on_the_ring, "radar too long 4", low=0.95),
            _left(on_the_ring, "radar dropout 0.9", low=0.95),
            _left(on_the_ring, "planning down 30", low=0.95),
            _left(on_the_ring, "control down 30", low=0.95),
            _left(on_the_ring, "planning down 300", high=0.5),
            _NO_COLLISION,
        ],
    ),
    in_a_platoon.experiment(
        "resilience-platoon",
        seeds=3,
        expected=[
            _left(in_a_platoon, "messages lost 0.5", low=0.6, high=1.0),
            _left(in_a_platoon, "messages lost 0.95", high=-0.1),
            _left(in_a_platoon, "messages lost 1", value=0, tolerance=Absolute(1e-6)),
            _left(in_a_platoon, "messages lost, old words forgotten 0.95", low=0.2),
            _left(in_a_platoon, "plans turned round 1", low=0.3, high=0.95),
            _left(in_a_platoon, "ghost 20", low=0.6, high=0.99),
            _left(in_a_platoon, "ghost, no gate 20", low=0.99),
            _NO_COLLISION,
        ],
    ),
)
