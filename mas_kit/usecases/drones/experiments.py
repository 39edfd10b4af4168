"""The exact results that the fleet reproduces, and the claim that it settles: who outlives what."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.experiments import Absolute, Computation, Expected, Experiment, StandardErrors
from mas_kit.usecases.drones import allocation, resilience
from mas_kit.usecases.drones.baseline import assignment, best_route, total
from mas_kit.usecases.drones.cbs import conflict_based_search
from mas_kit.usecases.drones.mapf import Paths, is_solution, random_instance, sum_of_costs
from mas_kit.usecases.drones.model import DroneFleet
from mas_kit.usecases.drones.prioritised import pibt, prioritised_planning

if TYPE_CHECKING:
    import pandas as pd

CHOI = "Choi, Brunet and How (2009), IEEE Transactions on Robotics 25(4), 912-926"
BERTSEKAS = "Bertsekas (1988), Annals of Operations Research 14, 105-123"
HUNGARIAN = "linear_sum_assignment of SciPy on the values at the first tick of flight"
INDEPENDENT = "an independent program: mean over 15 random 12 × 12 maps, a tenth of the cells blocked"
ROUNDING = Absolute(1e-6)

# ---- allocation by itself


def _cbba() -> dict[str, float]:
    small = [allocation.compare(allocation.problem(3, 6, "path", seed), 3) for seed in range(40)]
    ring = [
        allocation.compare(allocation.problem(6, 20, "ring", seed), 4, append=True, optimum=False)
        for seed in range(20)
    ]
    tight = [
        allocation.compare(allocation.problem(6, 20, "ring", seed), 4, optimum=False) for seed in range(20)
    ]
    every = [*small, *ring, *tight]
    return {
        "conflicts, all 80 instances": float(sum(found.conflicts for found in every)),
        "instances that settled": float(sum(found.settled for found in every)),
        "rounds over their bound, largest": max(found.rounds_over_bound for found in every),
        "3 drones, 6 orders: over sequential greedy, smallest": min(found.over_greedy for found in small),
        "3 drones, 6 orders: over sequential greedy, largest": max(found.over_greedy for found in small),
        "3 drones, 6 orders: over the optimum, smallest": min(found.over_optimum for found in small),
        "3 drones, 6 orders: over the optimum, mean": float(np.mean([found.over_optimum for found in small])),
        "6 drones, 20 orders: over sequential greedy, smallest": min(found.over_greedy for found in ring),
        "6 drones, 20 orders: over sequential greedy, largest": max(found.over_greedy for found in ring),
        "gains that need not diminish: over sequential greedy, smallest": min(
            found.over_greedy for found in tight
        ),
    }


def _exactly(quantity: str, value: float, source: str) -> Expected:
    return Expected(quantity=quantity, value=value, tolerance=ROUNDING, source=source)


_GREEDY = f"{CHOI}: CBBA comes to the sequential greedy allocation"
cbba = Computation(
    name="cbba",
    compute=_cbba,
    expected=[
        _exactly("conflicts, all 80 instances", 0, f"{CHOI}: conflict-free"),
        _exactly("instances that settled", 80, f"{CHOI}: it converges"),
        Expected(
            quantity="rounds over their bound, largest",
            high=1,
            source=f"{CHOI}: tasks × diameter of the network",
        ),
        _exactly("3 drones, 6 orders: over sequential greedy, smallest", 1, _GREEDY),
        _exactly("3 drones, 6 orders: over sequential greedy, largest", 1, _GREEDY),
        Expected(
            quantity="3 drones, 6 orders: over the optimum, smallest",
            low=0.5,
            source=f"{CHOI}: at least half of the optimum",
        ),
        _exactly("6 drones, 20 orders: over sequential greedy, smallest", 1, _GREEDY),
        _exactly("6 drones, 20 orders: over sequential greedy, largest", 1, _GREEDY),
    ],
)


def _bertsekas() -> dict[str, float]:
    n = 50
    found: dict[str, float] = {}
    tables = [np.random.default_rng(seed).integers(0, 100, (n, n)).astype(float) for seed in range(5)]
    for text, epsilon in (("5", 5.0), ("1", 1.0), ("0.1", 0.1), ("1/51", 1 / 51)):
        gaps = [allocation.auction_gap(values, epsilon) for values in tables]
        found[f"n = 50, epsilon = {text}: largest gap"] = max(gaps)
    return found


bertsekas = Computation(
    name="bertsekas",
    compute=_bertsekas,
    expected=[
        *(
            Expected(
                quantity=f"n = 50, epsilon = {text}: largest gap",
                low=0,
                high=50 * epsilon,
                source=f"{BERTSEKAS}: within n × epsilon of the optimum",
            )
            for text, epsilon in (("5", 5.0), ("1", 1.0), ("0.1", 0.1))
        ),
        _exactly(
            "n = 50, epsilon = 1/51: largest gap", 0, f"{BERTSEKAS}: optimal for epsilon < 1/n, whole values"
        ),
    ],
)

# ---- paths

MAPS = 45
THEIRS = 15  # maps behind each of the independent figures


def _ratios() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for drones in (4, 8, 12):
        ratios: dict[str, list[float]] = {"prioritised": [], "PIBT": [], "polite PIBT": []}
        wrong = 0
        for seed in range(MAPS):
            instance = random_instance(12, 0.1, drones, 1000 * drones + seed)
            best = conflict_based_search(instance).paths
            others: dict[str, Paths | None] = {
                "prioritised": prioritised_planning(instance, range(drones)),
                "PIBT": pibt(instance),
                "polite PIBT": pibt(instance, polite=True),
            }
            wrong += not is_solution(instance, best)
            for name, paths in others.items():
                if paths is not None:
                    ratios[name].append(sum_of_costs(paths) / sum_of_costs(best))
                    wrong += not is_solution(instance, paths)
        for name, values in ratios.items():
            spread = float(np.std(values, ddof=1))
            # of the difference: their mean of 15 maps is as uncertain as 15 of our own values
            error = spread * math.sqrt(1 / len(values) + 1 / THEIRS)
            found[f"{drones} drones, {name} over CBS"] = (float(np.mean(values)), error)
            found[f"{drones} drones, {name}: share solved"] = len(values) / MAPS
            found[f"{drones} drones, {name}: smallest ratio"] = min(values)
        found[f"{drones} drones: paths with a conflict"] = float(wrong)
    return found


RATIOS = {
    "prioritised": {4: 1.012, 8: 1.040, 12: 1.065},
    "PIBT": {4: 1.029, 8: 1.165, 12: 1.117},
}
paths = Computation(
    name="paths",
    compute=_ratios,
    expected=[
        *(
            Expected(
                quantity=f"{drones} drones, {name} over CBS",
                value=value,
                tolerance=StandardErrors(3.5, at_most=0.06),
                source=INDEPENDENT,
            )
            for name, values in RATIOS.items()
            for drones, value in values.items()
        ),
        *(
            Expected(
                quantity=f"{drones} drones, {name}: smallest ratio",
                low=1,
                source="Sharon et al. (2015): CBS is optimal",
            )
            for name in RATIOS
            for drones in (4, 8, 12)
        ),
        *(
            _exactly(f"{drones} drones: paths with a conflict", 0, "what a solution is")
            for drones in (4, 8, 12)
        ),
    ],
)

# ---- the fleet where it reduces to an exact problem


def _reckoned(model: DroneFleet) -> float:
    """The optimum of this run, from the tick in which the first command can have arrived."""
    fresh = DroneFleet(model.p, seed=model.seed)
    crafts = {drone.name: drone.craft for drone in fresh.drones}
    if len(crafts) == 1:
        return best_route(fresh.rules, crafts["drone-1"], 2, fresh.open_orders)[0]
    return total(fresh.rules, crafts, assignment(fresh.rules, crafts, fresh.open_orders, 2), 2)


def off_optimum(model: DroneFleet) -> float:
    """Value delivered less the exact optimum of the same orders."""
    return model.metrics()["value"] - _reckoned(model)


def _largest(frame: pd.DataFrame) -> float:
    return float(frame["off_optimum"].abs().max())


exact = [
    Experiment(
        name=name.replace(" ", "-"),
        model=DroneFleet,
        parameters=DroneFleet.oracles[name],
        seeds=10,
        metrics=["value", off_optimum],
        expected=[
            Expected(
                quantity="largest difference from the optimum, 10 runs",
                value=0,
                tolerance=ROUNDING,
                source=source,
                estimator=_largest,
            )
        ],
    )
    for name, source in (("assignment", HUNGARIAN), ("one route", "all sequences, tried one by one"))
]

# ---- the claim


def _claim(quantity: str, estimator: Any, **claimed: Any) -> Expected:
    return Expected(quantity=quantity, estimator=estimator, source=resilience.CARD, **claimed)


def _kept(who: str, trouble: str, **claimed: Any) -> Expected:
    return _claim(
        f"value kept, {who}, {trouble}",
        partial(resilience.study.retained, who=who, trouble=trouble),
        **claimed,
    )


def _over(who: str, other: str, trouble: str, **claimed: Any) -> Expected:
    return _claim(
        f"value of {who} over {other}, {trouble}",
        partial(resilience.study.against, who=who, other=other, trouble=trouble),
        **claimed,
    )


def _mean(metric: str, who: str, trouble: str, **claimed: Any) -> Expected:
    return _claim(f"{metric}, {who}, {trouble}", metric, at={"who": who, "trouble": trouble}, **claimed)


def _taken_over(who: str, **claimed: Any) -> Expected:
    return _claim(
        f"ticks until an order is taken over, {who}, 2 drones killed",
        partial(resilience.adoption, who=who, trouble="2 drones killed"),
        **claimed,
    )


claim = resilience.study.experiment(
    seeds=12,
    expected=[
        # a drone fails: the others take over
        _kept("consensus", "1 drone killed", low=0.88),
        _kept("consensus", "2 drones killed", low=0.75),
        _kept("consensus", "3 drones killed", low=0.6),
        _taken_over("consensus", low=5, high=12),
        _taken_over("contract net", low=8, high=15),
        _taken_over("sequential auction", low=12),
        _taken_over("dispatcher", low=1, high=5),
        _mean("value_after", resilience.LONE, "1 drone killed", value=0),
        # the desk fails: a dispatcher without a backup is the end of it, with one it is not
        _kept("dispatcher", "desk killed", high=0.25),
        _kept("dispatcher and backup", "desk killed", low=0.93),
        _kept("consensus", "desk killed", low=0.65),
        _kept("contract net", "desk killed", low=0.3, high=0.75),
        _kept("sequential auction", "desk killed", low=0.3, high=0.7),
        # where the dispatcher with a backup does as well, or better
        _over("consensus", "dispatcher and backup", "none", low=0.96, high=1.04),
        _over("dispatcher and backup", "consensus", "desk killed", low=1),
        _over("dispatcher and backup", "consensus", "3 drones killed", low=1),
        # messages are lost
        _kept("consensus", "loss 0.5", low=0.92),
        _kept("dispatcher and backup", "loss 0.5", low=0.92),
        _kept("contract net", "loss 0.5", high=0.75),
        _kept("sequential auction", "loss 0.5", high=0.75),
        # the radio net is split: whoever has somebody on each side goes on, and delivers some things twice
        _kept("consensus", "split", low=0.88),
        _kept("dispatcher and backup", "split", low=0.9),
        _kept("dispatcher", "split", high=0.91),
        _mean("late_duplicates", "consensus", "none", high=1),
        _mean("late_duplicates", "consensus", "split", low=2, high=10),
        _mean("late_duplicates", "dispatcher and backup", "split", low=3, high=14),
        _mean("late_duplicates", "dispatcher", "split", high=0.5),
        # a drone overbids: that costs more than a drone that is dead, where bids decide
        _kept("consensus", "1 drone overbids", low=0.7, high=0.92),
        _kept("contract net", "1 drone overbids", low=0.7, high=0.92),
        _kept("dispatcher", "1 drone overbids", value=1),
    ],
)

EXPERIMENTS: tuple[Experiment | Computation, ...] = (cbba, bertsekas, paths, *exact, claim)
