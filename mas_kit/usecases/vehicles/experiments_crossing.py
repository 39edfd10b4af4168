"""The crossing: its rules against queueing theory and against the exact optimum."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from mas_kit.core import SeedTree
from mas_kit.experiments import Computation, Expected, Experiment, Relative, StandardErrors
from mas_kit.usecases.vehicles import baseline
from mas_kit.usecases.vehicles.crossing_resilience import CARD, resilience
from mas_kit.usecases.vehicles.model import Vehicles
from mas_kit.usecases.vehicles.scheduling import Cars, batch, delay, fixed_signal, poisson_cars, reserve

TS, TC = 1.0, 2.5  # s
CYCLE, GREEN, DISCHARGE = 60.0, 25.0, 1.8  # s
KHINCHINE = "M/D/1 queue, Pollaczek-Khinchine formula"
SETUPS = "M/G/1 queue with service ts or tc, Pollaczek-Khinchine: baseline.reservation_delay"
WEBSTER = "Webster (1958), Road Research Technical Paper 39: an approximation"
CYCLES = "fixed-cycle traffic light queue (Darroch 1964) by its Markov chain, a lower bound here"
PLANNER = "dynamic program over Pareto labels: baseline.optimum"

RULES: dict[str, Callable[[Cars], list[float]]] = {
    "FCFS": partial(reserve, ts=TS, tc=TC),
    "batch": partial(batch, ts=TS, tc=TC),
    "signal": partial(fixed_signal, discharge=DISCHARGE, cycle=CYCLE, green=GREEN),
}


def simulated(
    rule: Callable[[Cars], Sequence[float]],
    flow: float,
    name: str,
    *,
    runs: int = 24,
    duration: float = 20_000.0,
    warmup: float = 2_000.0,
) -> tuple[float, float]:
    """Mean delay in s of a rule with Poisson cars, and its standard error over independent runs.

    Args:
        flow: of each road, in vehicles an hour
        name: of the random stream
    """
    rng = SeedTree(1959).stream(name)
    found = []
    for _ in range(runs):
        cars = poisson_cars(flow, duration, rng)
        found.append(delay(cars, rule(cars), after=warmup))
    return mean_and_error(found)


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean and its standard error."""
    array = np.asarray(values, dtype=np.float64)
    return float(array.mean()), float(array.std(ddof=1)) / math.sqrt(len(array))


# ---- first come, first served, where the time needed is always the same: one server

LOADS = (0.3, 0.6, 0.8, 0.9)


def _one_server() -> dict[str, tuple[float, float]]:
    return {
        f"delay at load {load}": simulated(
            partial(reserve, ts=1.0, tc=1.0), 1800 * load, f"md1/{load}", runs=80 if load > 0.8 else 40
        )
        for load in LOADS
    }


one_server = Computation(
    name="crossing-md1",
    compute=_one_server,
    expected=[
        Expected(
            quantity=f"delay at load {load}",
            value=baseline.md1_delay(load, 1.0),
            tolerance=StandardErrors(3.5, at_most=0.02 * baseline.md1_delay(load, 1.0)),
            source=KHINCHINE,
        )
        for load in LOADS
    ],
)


def _rules() -> dict[str, Any]:
    found: dict[str, Any] = {
        f"FCFS at {flow}": simulated(RULES["FCFS"], flow, f"FCFS/{flow}") for flow in (400, 800)
    }
    found["FCFS at 1000"] = simulated(
        RULES["FCFS"], 1000, "FCFS/1000", runs=60, duration=60_000, warmup=10_000
    )
    found |= {
        f"batch at {flow}": simulated(RULES["batch"], flow, f"batch/{flow}") for flow in (400, 800, 1000)
    }
    found |= {f"signal at {flow}": simulated(RULES["signal"], flow, f"signal/{flow}") for flow in (400, 600)}
    found["signal at 800"] = simulated(RULES["signal"], 800, "signal/800", runs=60)
    jam = Cars([0.0] * 20_000, SeedTree(7).stream("jam").integers(0, 2, 20_000).tolist())
    found["capacity, FCFS"] = 3600 * 20_000 / max(RULES["FCFS"](jam))
    found["capacity, batch"] = 3600 * 20_000 / max(RULES["batch"](jam))
    return found


def _signal(flow: float) -> list[Expected]:
    exact = baseline.fixed_cycle_delay(flow, CYCLE, GREEN, DISCHARGE)
    quantity = f"signal at {flow}"
    return [
        Expected(
            quantity=quantity,
            low=exact,
            high=1.04 * exact,
            source=CYCLES,
            tolerance=StandardErrors(3.5, at_most=0.05 * exact),
        ),
        Expected(
            quantity=f"{quantity}, against the formula",
            value=baseline.webster(flow, CYCLE, GREEN, DISCHARGE),
            estimator=quantity,
            source=WEBSTER,
            tolerance=Relative(0.1 if flow < 700 else 0.25),
        ),
    ]


rules = Computation(
    name="crossing-rules",
    compute=_rules,
    expected=[
        *(
            Expected(
                quantity=f"FCFS at {flow}",
                value=baseline.reservation_delay(flow, TS, TC),
                tolerance=StandardErrors(3.5, at_most=0.1 * baseline.reservation_delay(flow, TS, TC)),
                source=SETUPS,
            )
            for flow in (400, 800, 1000)
        ),
        # No formula for a batch: never better than a crossing without clearance time, far below the capacity
        # of first come, first served never much worse than it.
        *(
            Expected(
                quantity=f"batch at {flow}",
                low=baseline.md1_delay(2 * flow / 3600 * TS, TS),
                high=baseline.reservation_delay(flow, TS, TC),
                source="between the queue without clearance times and first come, first served",
            )
            for flow in (400, 800, 1000)
        ),
        *(expected for flow in (400, 600, 800) for expected in _signal(flow)),
        Expected(
            quantity="capacity, FCFS",
            value=baseline.reservation_capacity(TS, TC),
            tolerance=Relative(0.01),
            source="2/(ts + tc): every second car is of the other road",
        ),
        Expected(
            quantity="capacity, batch",
            value=baseline.batch_capacity(TS),
            tolerance=Relative(0.001),
            source="1/ts: one change of road in 20,000 cars",
        ),
    ],
)

# ---- the planner who knows who will come


def instance(rng: np.random.Generator, cars: int = 12, flow: float = 800.0) -> tuple[list[list[float]], Cars]:
    """So many Poisson cars on each road, from an empty crossing on: by road, and in order."""
    roads = [np.cumsum(rng.exponential(3600 / flow, cars)).tolist() for _ in range(2)]
    order = sorted((ready, road) for road in (0, 1) for ready in roads[road])
    return roads, Cars([ready for ready, _ in order], [road for _, road in order])


def offline(instances: int = 300) -> dict[str, tuple[float, float]]:
    """Mean delays in s of the optimum and of two rules, and their ratios, over the same instances."""
    rng = SeedTree(12).stream("instances")
    rows = []
    for _ in range(instances):
        roads, cars = instance(rng)
        best = baseline.optimum(roads, TS, TC).delay
        rows.append((best, delay(cars, RULES["batch"](cars)), delay(cars, RULES["FCFS"](cars))))
    best, batched, reserved = np.array(rows).T
    found = {
        name: mean_and_error(v) for name, v in (("optimum", best), ("batch", batched), ("FCFS", reserved))
    }
    for name, values in (("batch", batched), ("FCFS", reserved)):
        ratio = values.mean() / best.mean()
        rest = values - ratio * best  # delta method
        error = float(rest.std(ddof=1)) / math.sqrt(instances) / float(best.mean())
        found[f"{name} over the optimum"] = (float(ratio), error)
    found["instances in which a rule beats the optimum"] = (
        float(((batched < best - 1e-9) | (reserved < best - 1e-9)).sum()),
        0.0,
    )
    return found


planner = Computation(
    name="crossing-optimum",
    compute=offline,
    expected=[
        Expected(quantity="instances in which a rule beats the optimum", value=0, source=PLANNER),
        Expected(quantity="batch over the optimum", low=1, high=1.15, source=CARD),
        Expected(quantity="FCFS over the optimum", low=1.6, high=2.2, source=CARD),
    ],
)

# ---- agents

agents = Experiment(
    name="crossing-agents",
    model=Vehicles,
    parameters={
        "world": "crossing",
        "coordination": "FCFS",
        "duration": 1200,
        "warmup": 100,
        "record": False,
    },
    design={"flow": [200.0, 400.0]},
    seeds=16,
    metrics=["delay", "collisions", "rear-end collisions", "closest"],
    expected=[
        *(
            Expected(
                quantity=f"delay at {flow:g}",
                value=baseline.reservation_delay(flow, TS, TC),
                estimator="delay",
                at={"flow": flow},
                tolerance=StandardErrors(3.5, at_most=0.1 * baseline.reservation_delay(flow, TS, TC)),
                source=SETUPS,
            )
            for flow in (200.0, 400.0)
        ),
        *(
            Expected(quantity=f"{what} at 400", value=0, estimator=what, at={"flow": 400.0}, source=CARD)
            for what in ("collisions", "rear-end collisions")
        ),
    ],
)

EXPERIMENTS: tuple[Experiment | Computation, ...] = (one_server, rules, planner, agents, resilience)
