"""The platoon: how near cars may follow, with radio and without, and what lost messages cost."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.experiments import Absolute, Computation, Expected, Experiment, Relative, StandardErrors
from mas_kit.usecases.vehicles.cacc import Loop, simulate
from mas_kit.usecases.vehicles.model import Vehicles

if TYPE_CHECKING:
    import pandas as pd

AGAIN = "computed independently from the transfer functions of Ploeg et al. (2014), IEEE TCST 22(2), 786-793"
SLOWEST = "limit of slow waves: sqrt(2 / kp)"
GAMMA = "|Gamma| of a tick, cacc.Loop.tick_gamma"
CARD = "a claim of the model card, Things to notice"
CAR = Loop(reaction=0.2)

# ---- the smallest headway that amplifies nothing

DELAYS = {0.0: 0.0, 0.05: 0.40, 0.1: 0.57, 0.15: 0.70, 0.2: 0.81, 0.3: 1.00, 0.5: 1.31}  # s -> s


def _headways() -> dict[str, float]:
    found = {f"CACC, radio {delay:g} s late": CAR.smallest_headway(delay) for delay in DELAYS}
    found["CACC, radio 0.15 s late, engine at once"] = Loop().smallest_headway(0.15)
    found["ACC"] = CAR.smallest_headway(None)
    return found


headways = Computation(
    name="smallest-headway",
    compute=_headways,
    expected=[
        Expected(quantity="ACC", value=math.sqrt(2 / CAR.kp), tolerance=Absolute(5e-4), source=SLOWEST),
        Expected(
            quantity="CACC, radio 0.15 s late, engine at once",
            value=0.6725,
            decimals=4,
            tolerance=Absolute(5e-4),
            source=AGAIN,
        ),
        *(
            Expected(
                quantity=f"CACC, radio {delay:g} s late",
                value=headway,
                decimals=2,
                tolerance=Absolute(0.005),
                source=AGAIN,
            )
            for delay, headway in DELAYS.items()
        ),
    ],
)

# ---- the same in time

WAVE: dict[str, Any] = {"swing": 0.3, "duration": 260.0, "warmup": 160.0, "dt": 0.01, "delay": 0.15}


def _in_time() -> dict[str, float]:
    found = {}
    for headway, w in ((0.5, 1.0), (0.7, 1.0), (1.0, 1.0), (0.7, 0.6)):
        swing = simulate(cars=5, headway=headway, frequency=w, rate=100.0, loop=CAR, **WAVE)[0]
        found[f"head to tail, h = {headway:g}, w = {w:g}"] = float(swing[-1] / swing[0])
    return found


def _four(headway: float, w: float) -> float:
    return abs(complex(CAR.tick_gamma(w, headway, WAVE["delay"], WAVE["dt"]))) ** 4


in_time = Computation(
    name="head-to-tail",
    compute=_in_time,
    expected=[
        Expected(
            quantity=f"head to tail, h = {headway:g}, w = {w:g}",
            value=_four(headway, w),
            tolerance=Relative(1e-3),
            source=f"{GAMMA}, four times",
        )
        for headway, w in ((0.5, 1.0), (0.7, 1.0), (1.0, 1.0), (0.7, 0.6))
    ],
)

# ---- lost messages, at 10 messages a second

LOSSES = (0.0, 0.2, 0.5, 0.8, 0.95)
RUNS = 60


def _losses() -> dict[str, Any]:
    rng = np.random.default_rng(72)
    found: dict[str, Any] = {}
    for loss in LOSSES:
        runs = RUNS if loss else 1
        swing = simulate(
            cars=2, headway=0.7, frequency=0.6, rate=10.0, loss=loss, runs=runs, rng=rng, loop=CAR, **WAVE
        )
        ratio = swing[:, 1] / swing[:, 0]
        error = float(ratio.std(ddof=1)) / math.sqrt(runs) if runs > 1 else None
        found[f"amplification, {100 * loss:g} % lost"] = (float(ratio.mean()), error)
    return found


def _mean_radio(loss: float) -> float:
    radio = {"every": round(1 / (10.0 * WAVE["dt"])), "loss": loss}
    return abs(complex(CAR.tick_gamma(0.6, 0.7, WAVE["delay"], WAVE["dt"], **radio)))


losses = Computation(
    name="packet-loss",
    compute=_losses,
    expected=[
        Expected(
            quantity=f"amplification, {100 * loss:g} % lost",
            value=_mean_radio(loss),
            tolerance=StandardErrors(3.5, at_most=0.02) if loss else Relative(1e-3),
            source=f"{GAMMA}: a word is held until the next that is not lost; 10 Hz alone cost 1.5 %",
        )
        for loss in LOSSES
    ],
)

# ---- eight cars of three agents each

CARS, SWINGS = 8, 0.6  # rad/s
PLATOON: dict[str, Any] = {
    "world": "platoon",
    "cars": CARS,
    "frequency": SWINGS,
    "duration": 160.0,
    "warmup": 90.0,
    "dt": 0.1,
    "delay": 0.15,
    "share": 1.0,
    "reaction": CAR.reaction,
}
PERFECT = {"radar_noise": 0.0, "doppler_noise": 0.0, "gps_noise": 0.0}
ROWS: dict[str, tuple[str, float]] = {  # controller, headway in s
    "ACC 0.7 s": ("ACC", 0.7),
    "CACC 1.2 s": ("CACC", 1.2),
    "CACC 0.4 s": ("CACC", 0.4),
}


def platoon(*, seed: int, row: str, noisy: bool = True, **more: Any) -> Vehicles:
    """Eight automated cars in one of `ROWS`, with noise in every sensor or with none, in ticks of 0.1 s."""
    controller, headway = ROWS[row]
    how = {"controller": controller, "headway": headway, "engine": "columns", **({} if noisy else PERFECT)}
    return Vehicles(seed=seed, **{**PLATOON, **how, **more})


def in_ticks(row: str) -> float:
    """Head to tail of a row with perfect sensors, exactly: one car's transfer function, seven times."""
    controller, headway = ROWS[row]
    delay = PLATOON["delay"] if controller == "CACC" else None
    return abs(complex(CAR.tick_gamma(SWINGS, headway, delay, PLATOON["dt"]))) ** (CARS - 1)


def _largest(frame: pd.DataFrame, what: str) -> float:
    return float(frame[what].max())


def _surely(frame: pd.DataFrame, row: str, errors: float) -> float:
    """Mean head to tail of a row with noisy sensors, so many of its standard errors further."""
    found = frame.loc[(frame["row"] == row) & frame["noisy"], "head to tail"].to_numpy(dtype=np.float64)
    return float(found.mean() + errors * found.std(ddof=1) / math.sqrt(len(found)))


def _noisy(row: str, **claimed: Any) -> Expected:
    """A row amplifies or it does not: the bound is 1, and chance must not be able to explain it."""
    errors = -3.5 if "low" in claimed else 3.5
    return Expected(
        quantity=f"head to tail, {row}, noisy, {errors:+g} s.e.",
        source="string stability is that nothing grows: below 1",
        estimator=partial(_surely, row=row, errors=errors),
        **claimed,
    )


rows = Experiment(
    name="platoon",
    model=platoon,
    design={"row": list(ROWS), "noisy": [True, False]},
    seeds=4,
    metrics=["head to tail", "collisions", "least time to collision"],
    expected=[
        *(
            Expected(
                quantity=f"head to tail, {row}, perfect sensors",
                value=in_ticks(row),
                estimator="head to tail",
                at={"row": row, "noisy": False},
                tolerance=Relative(1e-4),
                source=f"{GAMMA}, seven times",
            )
            for row in ROWS
        ),
        _noisy("ACC 0.7 s", low=1.0),
        _noisy("CACC 1.2 s", high=1.0),
        _noisy("CACC 0.4 s", low=1.0),
        Expected(
            quantity="collisions in any run",
            value=0,
            source=CARD,
            estimator=partial(_largest, what="collisions"),
        ),
    ],
)

EXPERIMENTS: tuple[Experiment | Computation, ...] = (headways, in_time, losses, rows)
