"""The published and exact results that the agents reproduce, and what the model card claims of troubles."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.experiments import Absolute, Computation, Expected, Experiment, Relative, StandardErrors
from mas_kit.usecases.supply_chain import amplification, contracts, distribution, resilience
from mas_kit.usecases.supply_chain.baseline import clark_scarf, stationary_beer_game
from mas_kit.usecases.supply_chain.model import STAGES, SupplyChain
from mas_kit.usecases.supply_chain.reference import Rule, play_beer_game, simulate_serial

if TYPE_CHECKING:
    import pandas as pd

STERMAN = "Sterman (1989), Management Science 35(3), 321-339"
EDALI = "Edali and Yasarcan (2014), JASSS 17(4) 2, benchmark costs of Sterman (1989)"
CLARK = "Clark and Scarf (1960), by convolution: baseline.stationary_beer_game"
EXAMPLE = "Snyder and Shen (2019), Example 6.1, as solved in the documentation of stockpyl"
ARRAYS = "the same rules as an array program: reference.play_beer_game"

# ---- the board game

benchmark = Experiment(
    name="benchmark",
    model=SupplyChain,
    parameters=SupplyChain.oracles["benchmark"],
    expected=[
        *(
            Expected(quantity=f"{stage}.cost", value=cost, decimals=2, source=EDALI)
            for stage, cost in zip(STAGES, (46, 50, 54, 54), strict=True)
        ),
        Expected(quantity="cost", value=204, decimals=2, source=EDALI),
    ],
)
free = Experiment(
    name="benchmark-free-ordering",
    model=SupplyChain,
    parameters={**SupplyChain.oracles["benchmark"], "freeze": 0},
    expected=[Expected(quantity="cost", value=180, decimals=2, source=ARRAYS)],
)


def _people(whole: bool) -> dict[str, float]:
    demand = np.where(np.arange(36) < 4, 4.0, 8.0)[:, None]
    rule = Rule((17, 17, 17, 17), theta=0.36, alpha=0.26, beta=0.34)
    game = play_beer_game(demand, rule, rounding="half up" if whole else "none")
    return {"cost": float(game.cost.sum())}


def _over_benchmark(frame: pd.DataFrame) -> float:
    return float(frame["cost"].iloc[0]) / 204


def _smallest_step(frame: pd.DataFrame, what: str) -> float:
    values = [float(frame[f"{stage}.{what}"].iloc[0]) for stage in STAGES]
    return min(after - before for before, after in pairwise(values))


people = [
    Experiment(
        name=f"people-{'whole' if whole else 'fractional'}-cases",
        model=SupplyChain,
        parameters={"whole": whole},
        expected=[
            Expected(
                quantity="cost over the benchmark's",
                low=8,
                high=14,
                source=f"{STERMAN}: mean estimated parameters of its 44 players",
                estimator=_over_benchmark,
            ),
            Expected(
                quantity="growth of the peak order from stage to stage, at least",
                low=1,
                source=f"{STERMAN}: amplification",
                estimator=partial(_smallest_step, what="peak"),
            ),
            Expected(
                quantity="weeks from one stage's peak to the next one's, at least",
                low=1,
                source=f"{STERMAN}: phase lag",
                estimator=partial(_smallest_step, what="peak week"),
            ),
            Expected(quantity="cost", value=_people(whole)["cost"], tolerance=Absolute(1e-6), source=ARRAYS),
        ],
    )
    for whole in (True, False)
]

# ---- the planner with the whole chain in view


def _example() -> dict[str, Any]:
    example: dict[str, Any] = {"holding": (7.0, 4.0, 2.0), "lead_times": (1, 1, 2)}
    demand = distribution.normal(5, 1)
    optimum = clark_scarf(**example, shortage=37.12, demand=demand)
    weekly = clark_scarf(**example, shortage=37.12, demand=demand, periodic=True)
    sample = np.random.default_rng(61).normal(5, 1, (1100, 1000))
    found: dict[str, Any] = {f"echelon level {j}": level for j, level in enumerate(optimum.echelon_levels, 1)}
    for periodic, best in ((False, optimum), (True, weekly)):
        cost = simulate_serial(
            best.echelon_levels,
            example["lead_times"],
            example["holding"],
            37.12,
            sample,
            periodic=periodic,
        )
        error = float(cost.std(ddof=1)) / len(cost) ** 0.5
        found[f"simulated cost{', order then demand' if periodic else ''}"] = (float(cost.mean()), error)
    return {**found, "cost": optimum.cost, "cost, order then demand": weekly.cost}


_HALF_A_PERCENT = Relative(0.005)
_SIMULATED = StandardErrors(3.5, at_most=0.05)
example = Computation(
    name="clark-scarf-example",
    compute=_example,
    expected=[
        Expected(quantity="echelon level 1", value=6.5144, tolerance=_HALF_A_PERCENT, source=EXAMPLE),
        Expected(quantity="echelon level 2", value=12.0123, tolerance=_HALF_A_PERCENT, source=EXAMPLE),
        Expected(quantity="echelon level 3", value=22.7002, tolerance=_HALF_A_PERCENT, source=EXAMPLE),
        Expected(quantity="cost", value=47.6687, tolerance=_HALF_A_PERCENT, source=EXAMPLE),
        Expected(quantity="simulated cost", value=47.6602, tolerance=_SIMULATED, source=CLARK),
        Expected(
            quantity="simulated cost, order then demand", value=51.1860, tolerance=_SIMULATED, source=CLARK
        ),
    ],
)


def surplus(model: SupplyChain) -> float:
    """Mean weekly demand less what is expected: the first control variate of the cost (its mean is 0)."""
    demand = [row["retailer.demand"] for row in model.history[model.p.warmup :]]
    return float(np.mean(demand)) - model.wishes.mean


def excess(model: SupplyChain, echelon: int) -> float:
    """Mean demand beyond an echelon's level over the weeks that it covers, less what is expected.

    Further control variates: they go up and down with the shortages of the run.
    """
    p = model.p
    level = model.planner_optimum().echelon_levels[echelon]
    weeks = (p.mail + p.shipping) * min(echelon + 1, 3) + (p.production if echelon == 3 else 0)
    total = np.cumsum([row["retailer.demand"] for row in model.history])
    over = np.maximum(total[p.warmup :] - total[p.warmup - weeks : -weeks] - level, 0)
    return float(over.mean()) - model.wishes.distribution().sum(weeks).expected_cost(level, 0.0, 1.0)


CONTROLS: dict[str, Callable[[Any], float]] = {
    "surplus": surplus,
    **{f"excess {j}": partial(excess, echelon=j) for j in range(len(STAGES))},
}
COST_AND_CONTROLS: dict[str, str | Callable[[Any], float]] = {"cost per week": "cost per week", **CONTROLS}


def _controlled(frame: pd.DataFrame) -> tuple[float, float]:
    """Mean cost per week with the control variates regressed out, and its standard error.

    It needs a twentieth of the weeks that the plain mean needs. Source: Lavenberg and Welch (1981),
    Management Science 27(3), 322-335.
    """
    cost = frame["cost per week"].to_numpy()
    design = np.column_stack([np.ones(len(cost)), frame[list(CONTROLS)].to_numpy()])
    slopes = np.linalg.lstsq(design, cost, rcond=None)[0]
    rest = cost - design @ slopes
    spread = rest @ rest / (len(cost) - design.shape[1])
    return float(slopes[0]), float((spread * np.linalg.inv(design.T @ design)[0, 0]) ** 0.5)


def _optimal(name: str, demand: str, law: distribution.Distribution, **settings: Any) -> Experiment:
    """The planner's levels in the hands of four agents, against the planner's expected cost."""
    cost = stationary_beer_game(law).cost
    return Experiment(
        name=f"clark-scarf-agents-{name}",
        model=SupplyChain,
        parameters={
            **SupplyChain.oracles["stationary"],
            "demand": demand,
            "weeks": 3000,
            "warmup": 100,
            **settings,
        },
        seeds=50,
        metrics=COST_AND_CONTROLS,
        expected=[
            Expected(
                quantity="cost per week, simulated",
                value=cost,
                source=CLARK,
                tolerance=tolerance,
                estimator=_controlled,
            )
            for tolerance in (_HALF_A_PERCENT, StandardErrors(3.5, at_most=0.0025 * cost))
        ],
    )


optimal = [
    _optimal("poisson", "poisson", distribution.poisson(8)),
    _optimal("negative-binomial", "negative binomial", distribution.negative_binomial(8, 4), sd=4),
]

# ---- contracts


def _contracts() -> dict[str, float]:
    market = contracts.Market()
    alone = contracts.price_only(market)
    quantity, profit = contracts.one_owner(market)
    found = {"one owner: quantity": quantity, "one owner: profit": profit}
    found |= {"price only: quantity": alone.quantity, "price only: profit": alone.total}
    found["price only: efficiency"] = alone.efficiency
    for share in (0.8, 0.6, 0.4):
        terms = contracts.buy_back(market, share)
        found[f"buy back {share}: efficiency"] = terms.efficiency
        found[f"buy back {share}: retailer's share"] = terms.retailer / terms.total
    return found


LARIVIERE = "Lariviere and Porteus (2001), MSOM 3(4), 293-305, uniform demand"
PASTERNACK = "Pasternack (1985), Marketing Science 4(2), 166-176"
season = Computation(
    name="contracts",
    compute=_contracts,
    expected=[
        Expected(quantity=quantity, value=value, tolerance=Absolute(1e-9), source=source)
        for quantity, value, source in (
            ("one owner: quantity", 80, LARIVIERE),
            ("one owner: profit", 320, LARIVIERE),
            ("price only: quantity", 40, LARIVIERE),
            ("price only: profit", 240, LARIVIERE),
            ("price only: efficiency", 0.75, LARIVIERE),
            *((f"buy back {share}: efficiency", 1, PASTERNACK) for share in (0.8, 0.6, 0.4)),
            *((f"buy back {share}: retailer's share", share, PASTERNACK) for share in (0.8, 0.6, 0.4)),
        )
    ],
)

EXPERIMENTS: tuple[Experiment | Computation, ...] = (
    benchmark,
    free,
    *people,
    *amplification.EXPERIMENTS,
    example,
    *optimal,
    season,
    *resilience.EXPERIMENTS,
)
