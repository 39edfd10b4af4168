"""The parameters of the three worlds, each declared once."""

from __future__ import annotations

from typing import Literal

from mas_kit.core import Parameters, parameter

RING, CARS, AUTO, V2V, PLATOON, CROSSING = (
    "the road",
    "human drivers",
    "automated cars",
    "radio between cars",
    "the platoon",
    "the crossing",
)


class VehiclesParameters(Parameters):
    """Parameters of `Vehicles`; the defaults are the ring of Sugiyama et al. with human drivers alone."""

    world: Literal["ring", "platoon", "crossing"] = parameter("ring", help="which road the cars are on")
    duration: float = parameter(600.0, ge=1, le=1_000_000, step=10, unit="s", help="length of the run")
    warmup: float = parameter(
        0.0, ge=0, le=1_000_000, step=10, unit="s", help="time that the metrics leave out"
    )
    dt: float = parameter(0.1, ge=0.001, le=0.5, step=0.05, unit="s", help="length of a tick")
    engine: Literal["auto", "objects", "columns"] = parameter(
        "auto", help="who moves the cars: one object each, or compiled columns; the numbers are the same"
    )

    cars: int = parameter(22, ge=2, le=100_000, group=RING, help="cars on the ring, or in the platoon")
    length: float = parameter(
        230.0, ge=1, le=10_000_000, step=1, unit="m", group=RING, help="length of the ring"
    )
    car: float = parameter(5.0, ge=0, le=20, step=0.5, unit="m", group=RING, help="length of a car")

    drivers: Literal["IDM", "OVM"] = parameter(
        "IDM",
        group=CARS,
        help="how people drive: intelligent driver model, or Bando's optimal velocity",
    )
    v0: float = parameter(30.0, ge=1, le=70, step=1, unit="m/s", group=CARS, help="IDM: desired speed")
    T: float = parameter(1.0, ge=0.1, le=5, step=0.1, unit="s", group=CARS, help="IDM: desired time gap")
    a: float = parameter(
        1.3, ge=0.1, le=5, step=0.1, unit="m/s²", group=CARS, help="IDM: largest acceleration"
    )
    b: float = parameter(
        2.0, ge=0.1, le=9, step=0.1, unit="m/s²", group=CARS, help="IDM: comfortable deceleration"
    )
    s0: float = parameter(2.0, ge=0.1, le=10, step=0.1, unit="m", group=CARS, help="IDM: gap at standstill")
    sensitivity: float = parameter(
        1.0,
        ge=0.05,
        le=10,
        step=0.05,
        unit="1/s",
        group=CARS,
        help="OVM: how fast speed is corrected",
    )
    noise: float = parameter(
        0.1, ge=0, le=2, step=0.01, unit="m/s^1.5", group=CARS, help="unsteadiness of every human foot"
    )
    spread: float = parameter(
        0.0, ge=0, le=0.5, step=0.05, group=CARS, help="how far drivers differ: relative s.d. of T and a"
    )

    share: float = parameter(0.0, ge=0, le=1, step=0.01, group=AUTO, help="share of automated cars")
    controller: Literal["FollowerStopper", "IDM", "ACC", "CACC"] = parameter(
        "FollowerStopper", group=AUTO, help="how automated cars plan"
    )
    set_speed: float = parameter(
        3.3, ge=0, le=60, step=0.05, unit="m/s", group=AUTO, help="FollowerStopper: the speed U it keeps"
    )
    headway: float = parameter(
        0.7, ge=0.05, le=10, step=0.05, unit="s", group=AUTO, help="ACC and CACC: time headway h"
    )
    switch_on: float = parameter(
        300.0, ge=0, le=1_000_000, step=10, unit="s", group=AUTO,
        help="ring: when automation begins; before, a person drives",
    )  # fmt: skip
    lag: float = parameter(
        0.1, ge=0, le=2, step=0.05, unit="s", group=AUTO, help="time constant of engine and brake"
    )
    reaction: float = parameter(
        0.0, ge=0, le=2, step=0.05, unit="s", group=AUTO, help="from command to engine, in whole ticks"
    )
    radar_noise: float = parameter(
        0.5, ge=0, le=10, step=0.1, unit="m", group=AUTO, help="s.d. of a distance that the radar reads"
    )
    doppler_noise: float = parameter(
        0.1, ge=0, le=5, step=0.05, unit="m/s", group=AUTO, help="s.d. of a speed that the radar reads"
    )
    radar_dropout: float = parameter(
        0.0, ge=0, le=1, step=0.05, group=AUTO, help="share of radar readings that fail"
    )
    patience: float = parameter(
        0.5, ge=0.1, le=60, step=0.1, unit="s", group=AUTO,
        help="a car whose controller is silent for longer is driven by a person again",
    )  # fmt: skip

    rate: float = parameter(
        10.0,
        ge=0.5,
        le=100,
        step=0.5,
        unit="Hz",
        group=V2V,
        help="how often automated cars report",
    )
    delay: float = parameter(
        0.15, ge=0, le=10, step=0.05, unit="s", group=V2V,
        help="from sending to hearing; read at the next tick, after one tick at the soonest",
    )  # fmt: skip
    loss: float = parameter(0.0, ge=0, le=1, step=0.05, group=V2V, help="share of radio messages lost")
    gps_noise: float = parameter(
        1.0,
        ge=0,
        le=50,
        step=0.5,
        unit="m",
        group=V2V,
        help="s.d. of a place that a car reads off satellites",
    )
    hold: float = parameter(
        60.0, ge=0.1, le=3600, step=0.1, unit="s", group=V2V, help="CACC: a word older than this is forgotten"
    )
    gate: bool = parameter(True, group=V2V, help="throw away what contradicts the own radar")

    cruise: float = parameter(
        25.0, ge=1, le=60, step=1, unit="m/s", group=PLATOON, help="speed of the first car"
    )
    profile: Literal["sine", "brake", "steady"] = parameter(
        "sine", group=PLATOON, help="what the first car does: swing, brake once, or nothing"
    )
    swing: float = parameter(
        0.5, ge=0, le=8, step=0.1, unit="m/s²", group=PLATOON, help="how hard: amplitude, or braking"
    )
    frequency: float = parameter(
        0.6, ge=0.01, le=10, step=0.05, unit="rad/s", group=PLATOON, help="sine: its angular frequency"
    )

    # the crossing: its parameters stand below
    coordination: Literal["FCFS", "batch", "signal", "all-way stop", "none"] = parameter(
        "FCFS",
        group=CROSSING,
        help="who says when a car may cross: a manager (three rules), the cars among themselves, or nobody",
    )
    arrivals: Literal["poisson", "bernoulli"] = parameter(
        "poisson", group=CROSSING, help="how cars come: at any time, or one or none in each ts"
    )
    flow: float = parameter(
        400.0, ge=1, le=3600, step=50, unit="veh/h", group=CROSSING, help="cars on each of the two roads"
    )
    ts: float = parameter(
        1.0, ge=0.1, le=10, step=0.1, unit="s", group=CROSSING, help="between two cars of one road"
    )
    tc: float = parameter(
        2.5, ge=0.1, le=30, step=0.1, unit="s", group=CROSSING, help="between two cars of different roads"
    )
    approach: float = parameter(
        250.0, ge=30, le=10_000, step=10, unit="m", group=CROSSING, help="a car asks this far from the line"
    )
    limit: float = parameter(15.0, ge=1, le=40, step=1, unit="m/s", group=CROSSING, help="speed limit")
    notice: float = parameter(
        8.0, ge=1, le=60, step=0.5, unit="s", group=CROSSING, help="batch: a slot is granted so long before"
    )
    cycle: float = parameter(
        60.0, ge=10, le=300, step=5, unit="s", group=CROSSING, help="signal: green for both roads and back"
    )
    green: float = parameter(
        25.0, ge=1, le=140, step=1, unit="s", group=CROSSING, help="signal: green for one road"
    )
    discharge: float = parameter(
        1.8, ge=0.5, le=10, step=0.1, unit="s", group=CROSSING, help="signal: between two cars of one road"
    )
    retry: float = parameter(
        1.0, ge=0.2, le=60, step=0.1, unit="s", group=CROSSING, help="a car without an answer asks again"
    )
    silence: float = parameter(
        2.5, ge=0.5, le=600, step=0.5, unit="s", group=CROSSING,
        help="a car that heard nothing for longer takes the crossing for an all-way stop",
    )  # fmt: skip
    in_order: bool = parameter(
        False,
        group=CROSSING,
        help="does the manager promise nothing to a car before the car ahead has a slot?",
    )
    ghosts: float = parameter(
        0.0, ge=0, le=600, step=5, unit="1/min", group=CROSSING, help="requests for cars that do not exist"
    )
    camera: bool = parameter(
        False, group=CROSSING, help="does the manager look whether a car that asks is there?"
    )
    clock_sd: float = parameter(
        0.0, ge=0, le=10, step=0.1, unit="s", group=CROSSING, help="how far the cars' clocks are off"
    )
