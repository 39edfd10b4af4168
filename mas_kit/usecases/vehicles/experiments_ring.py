"""The ring: which rows of cars are stable, a jam out of nothing, and what one automated car does about it."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.experiments import (
    Absolute,
    Computation,
    Expected,
    Experiment,
    Relative,
    StandardErrors,
    ratio_of_means,
)
from mas_kit.usecases.vehicles import stability
from mas_kit.usecases.vehicles.cars import Road, population, spaced
from mas_kit.usecases.vehicles.drivers import optimal_speed
from mas_kit.usecases.vehicles.model import Vehicles

if TYPE_CHECKING:
    import pandas as pd

WILSON = "Wilson and Ward (2011), Transportation Planning and Technology 34(1), 3-18"
BANDO = "Bando et al. (1995), Physical Review E 51, 1035"
SUGIYAMA = "Sugiyama et al. (2008), New Journal of Physics 10, 033001: 22 cars on 230 m; the band is ours"
STERN = (
    "Stern et al. (2018), Transportation Research Part C 89, 205-221: order and size, not the field's numbers"
)
CARD = "a claim of the model card, Things to notice"
LINEAR = f"eigenvalue of the linearised ring; {WILSON}"
CARS, LENGTH, CAR = 22, 230.0, 5.0
GAP = LENGTH / CARS - CAR
QUICK = {"v0": 30.0, "headway": 1.0, "a": 1.3, "b": 2.0, "s0": 2.0}
SLOW = {"v0": 30.0, "headway": 1.0, "a": 1.0, "b": 1.5, "s0": 2.0}

# ---- linear theory

FINE = 0.002  # s: a tick so short that its eigenvalue is that of time, within two parts in a thousand
WAIT = 60.0  # s, twice: the second half is measured, when the fading waves are gone


def measured_growth(road: Road, columns: dict[str, Any], mode: int) -> float:
    """Rate (1/s) at which a small wave of that number grows among cars that drive, in ticks of `road.dt`."""
    n = len(columns["x"])
    rest = columns["v"]
    shape = rest + 1e-7 * np.cos(2 * np.pi * mode * np.arange(n) / n)
    cars = population(road, {**columns, "v": shape}, seed=1, engine="columns")
    sizes = []
    for _ in range(2):
        cars.run(round(WAIT / road.dt))
        sizes.append(abs(np.fft.fft(cars["v"] - rest)[mode]))
    return math.log(sizes[1] / sizes[0]) / WAIT


def _idm(drivers: dict[str, float], dt: float, mode: int = 1) -> float:
    v = stability.idm_equilibrium(GAP, drivers["v0"], drivers["headway"], drivers["s0"])
    road = Road(length=LENGTH, car=CAR, dt=dt, v0=drivers["v0"], b=drivers["b"], s0=drivers["s0"])
    columns = {"x": spaced(CARS, LENGTH), "v": np.full(CARS, v), "a": np.full(CARS, drivers["a"])}
    return measured_growth(road, columns, mode)


def _ovm(headway: float, mode: int = 1) -> float:
    length = CARS * headway
    road = Road(length=length, car=0.0, dt=FINE, optimal=True, sensitivity=1.0)
    v = optimal_speed(headway)
    return measured_growth(road, {"x": spaced(CARS, length), "v": np.full(CARS, v)}, mode)


def _growth() -> dict[str, float]:
    return {
        "criterion, quick drivers": stability.idm_partials(GAP, **QUICK).criterion,
        "criterion, slow drivers": stability.idm_partials(GAP, **SLOW).criterion,
        "growth, quick drivers": _idm(QUICK, FINE),
        "growth, slow drivers": _idm(SLOW, FINE),
        "growth, quick drivers, ticks of 0.1 s": _idm(QUICK, 0.1),
        "growth, optimal velocity at headway 1": _ovm(1.0),
        "growth, optimal velocity at headway 2": _ovm(2.0),
        "growth, optimal velocity at headway 2, third wave": _ovm(2.0, 3),
    }


def _rate(partials: stability.Partials, mode: int = 1) -> float:
    return stability.ring_modes(partials, CARS)[mode].real


_TICKS = stability.tick_modes(stability.idm_partials(GAP, **QUICK), CARS, 0.1)[1].real
_FOURTH = Absolute(5e-4)
growth = Computation(
    name="growth-of-waves",
    compute=_growth,
    expected=[
        Expected(quantity="criterion, quick drivers", value=-0.1194, tolerance=_FOURTH, source=WILSON),
        Expected(quantity="criterion, slow drivers", value=-0.1097, tolerance=_FOURTH, source=WILSON),
        *(
            Expected(quantity=f"growth, {name}", value=value, tolerance=Relative(0.004), source=LINEAR)
            for name, value in (
                ("quick drivers", _rate(stability.idm_partials(GAP, **QUICK))),
                ("slow drivers", _rate(stability.idm_partials(GAP, **SLOW))),
                ("optimal velocity at headway 1", _rate(stability.ovm_partials(1.0, 1.0))),
                ("optimal velocity at headway 2", _rate(stability.ovm_partials(2.0, 1.0))),
                ("optimal velocity at headway 2, third wave", _rate(stability.ovm_partials(2.0, 1.0), 3)),
            )
        ),
        Expected(
            quantity="growth, quick drivers, ticks of 0.1 s",
            value=_TICKS,
            tolerance=Relative(1e-3),
            source="eigenvalue of the map of a tick: stability.tick_modes",
        ),
    ],
)


def _thresholds() -> dict[str, float]:
    ring = stability.ovm_critical_headway(1.0, CARS)
    return {
        "critical headway, endless row": stability.ovm_critical_headway(1.0),
        "critical headway, 22 cars": ring,
        "growth just below": _ovm(ring - 0.02),
        "growth just above": _ovm(ring + 0.02),
    }


thresholds = Computation(
    name="optimal-velocity-threshold",
    compute=_thresholds,
    expected=[
        Expected(
            quantity="critical headway, endless row", value=1.11863, tolerance=Absolute(1e-5), source=BANDO
        ),
        Expected(quantity="critical headway, 22 cars", value=1.13317, tolerance=Absolute(1e-5), source=BANDO),
        Expected(quantity="growth just below", high=-1e-6, source=BANDO),
        Expected(quantity="growth just above", low=1e-6, source=BANDO),
    ],
)

# ---- the jam out of nothing, and one automated car

SETTINGS: dict[str, dict[str, Any]] = {
    "people": {},
    "slow people": {"a": 1.0, "b": 1.5},
    "stable people": {"a": 2.5},
    "U = 3.3": {"share": 0.05, "set_speed": 3.3},
    "U = 3.5": {"share": 0.05, "set_speed": 3.5},
    "U = 4": {"share": 0.05, "set_speed": 4.0},
    "U = 2": {"share": 0.05, "set_speed": 2.0},
    "21 cars, people": {"cars": 21, "length": 260.0},
    "21 cars, U = 0.9 of equilibrium": {"cars": 21, "length": 260.0, "share": 0.05, "set_speed": 4.84},
}


def ring(*, seed: int, setting: str, **more: Any) -> Vehicles:
    """The ring in one of `SETTINGS`: automation begins when there is a jam, the last 250 s are measured."""
    times = {"duration": 750, "switch_on": 250, "warmup": 500}
    return Vehicles(seed=seed, **{**times, "engine": "columns", **SETTINGS[setting], **more})


def _ratio(frame: pd.DataFrame, what: str, setting: str, people: str = "people") -> tuple[float, float]:
    """Of two settings, over replicates with the same seeds."""
    found = {
        name: frame[frame["setting"] == name].sort_values("replicate")[what].to_numpy()
        for name in (setting, people)
    }
    ratio = ratio_of_means(found[setting], found[people])
    return ratio.value, ratio.standard_error


def _largest(frame: pd.DataFrame, what: str) -> float:
    return float(frame[what].max())


def _tamed(setting: str, people: str, flow: tuple[float, float]) -> list[Expected]:
    return [
        Expected(
            quantity=f"speed std over that of people, {setting}",
            high=0.25,
            source=STERN,
            estimator=partial(_ratio, what="speed std", setting=setting, people=people),
        ),
        Expected(
            quantity=f"flow over that of people, {setting}",
            low=flow[0],
            high=flow[1],
            source=STERN,
            estimator=partial(_ratio, what="mean speed", setting=setting, people=people),
        ),
    ]


def _std(setting: str, **claimed: Any) -> Expected:
    at = {"setting": setting}
    return Expected(quantity=f"speed std, {setting}", estimator="speed std", at=at, **claimed)


_ERRORS = StandardErrors(3.5, at_most=0.5)
jams = Experiment(
    name="ring",
    model=ring,
    design={"setting": list(SETTINGS)},
    seeds=4,
    metrics=["mean speed", "speed std", "wave speed", "collisions", "least time to collision"],
    expected=[
        *(
            Expected(
                quantity=f"wave speed in km/h, {setting}",
                low=-25,
                high=-12,
                source=SUGIYAMA,
                estimator="wave speed",
                at={"setting": setting},
            )
            for setting in ("people", "slow people")
        ),
        _std("people", low=2.0, source=SUGIYAMA),
        _std("stable people", high=0.25, source=WILSON),
        *_tamed("U = 3.3", "people", (1.08, 1.35)),
        *_tamed("21 cars, U = 0.9 of equilibrium", "21 cars, people", (1.08, 1.35)),
        _std("U = 3.5", low=1.0, source=f"{CARD}: above the equilibrium speed of 3.454 m/s the wave stays"),
        _std("U = 4", low=1.0, source=f"{CARD}: above the equilibrium speed of 3.454 m/s the wave stays"),
        _std("U = 2", high=0.25, source=f"{CARD}: to crawl is no cure"),
        Expected(
            quantity="flow over that of people, U = 2",
            high=0.8,
            source=f"{CARD}: to crawl is no cure",
            estimator=partial(_ratio, what="mean speed", setting="U = 2"),
        ),
        Expected(
            quantity="mean speed, U = 3.3",
            value=3.3,
            tolerance=StandardErrors(
                3.5, bias=0.005, why="the set speed is approached from below", at_most=0.01
            ),
            source="everybody drives on average as fast as the slowest",
            estimator="mean speed",
            at={"setting": "U = 3.3"},
        ),
        Expected(
            quantity="collisions in any run",
            value=0,
            source="the intelligent driver model is free of collisions",
            estimator=partial(_largest, what="collisions"),
        ),
    ],
)

EXPERIMENTS: tuple[Experiment | Computation, ...] = (growth, thresholds, jams)
