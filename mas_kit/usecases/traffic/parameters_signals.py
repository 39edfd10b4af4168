"""The parameters of the world "signals": a grid of intersections, and who switches their lights."""

from __future__ import annotations

from typing import Literal

from mas_kit.core import Parameters, parameter

Controller = Literal[
    "max pressure", "capacity aware", "longest queue", "self-organising", "fixed", "tuned", "centre"
]


class SignalParameters(Parameters):
    """What belongs to intersections and their controllers; a step is 2 s at 1,800 vehicles an hour."""

    controller: Controller = parameter(
        "capacity aware",
        group="signals",
        help="who switches: one agent at each crossing with one of six rules, or one centre that sees all",
    )
    steps: int = parameter(2000, ge=1, le=1_000_000, unit="steps", group="signals", help="length of the run")
    rows: int = parameter(4, ge=1, le=10, group="signals", help="east-west streets")
    cols: int = parameter(4, ge=1, le=10, group="signals", help="north-south streets")
    rate_ns: float = parameter(
        0.4,
        ge=0,
        le=1,
        step=0.01,
        unit="vehicles/step",
        group="signals",
        help="arrivals at the edge on each north-south street",
    )
    rate_ew: float = parameter(
        0.4,
        ge=0,
        le=1,
        step=0.01,
        unit="vehicles/step",
        group="signals",
        help="arrivals at the edge on each east-west street",
    )
    turning: float = parameter(
        0.2, ge=0, le=0.9, step=0.05, group="signals", help="share that turns at each crossing"
    )
    storage: int = parameter(
        20,
        ge=0,
        le=1000,
        unit="vehicles",
        group="signals",
        help="room on a link between two crossings; 0: any number",
    )
    drive: int = parameter(
        1, ge=1, le=50, unit="steps", group="signals", help="time to drive from one crossing to the next"
    )
    clearance: int = parameter(
        0, ge=0, le=20, unit="steps", group="signals", help="time lost at each change of the lights"
    )
    min_green: int = parameter(
        1, ge=1, le=100, unit="steps", group="signals", help="shortest time between two changes"
    )
    ties: Literal["keep", "change", "by chance"] = parameter(
        "keep",
        group="signals",
        help="two streets that want green alike, as two full ones do: keep, change, or toss a coin",
    )
    cycle: int = parameter(20, ge=2, le=200, unit="steps", group="signals", help="cycle of the fixed plans")
    sotl_threshold: int = parameter(
        20,
        ge=1,
        le=1000,
        unit="vehicle steps",
        group="signals",
        help="self-organising: vehicles at red times steps, before they are heard",
    )
    sotl_platoon: int = parameter(
        3,
        ge=0,
        le=50,
        unit="vehicles",
        group="signals",
        help="self-organising: so few or fewer at green are let through first",
    )
    blink_rate: float = parameter(
        0.5,
        ge=0,
        le=1,
        step=0.05,
        unit="vehicles/step",
        group="signals",
        help="a dark signal: what an all-way stop passes",
    )
    signal_loss: float = parameter(
        0.0, ge=0, le=1, step=0.05, group="signals", help="share of the messages between signals that is lost"
    )
    incident_at: int = parameter(
        500, ge=0, le=1_000_000, unit="step", group="signals", help="when the incident happens"
    )
    incident_for: int = parameter(
        0, ge=0, le=1_000_000, unit="steps", group="signals", help="how long it lasts; 0: none"
    )
    incident_capacity: float = parameter(
        0.2,
        ge=0,
        le=1,
        step=0.05,
        unit="vehicles/step",
        group="signals",
        help="what it leaves of the link before the crossing in row 3, column 1 (north-south)",
    )
    settle: int = parameter(
        200, ge=0, le=1_000_000, unit="steps", group="signals", help="steps that the metrics leave out"
    )
