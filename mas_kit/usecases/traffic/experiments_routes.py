"""What is known of route choice, exactly or published, and what the travellers make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.experiments import Absolute, Computation, Expected, Experiment, Relative, StandardErrors
from mas_kit.usecases.traffic import baseline, network
from mas_kit.usecases.traffic.assignment import (
    Roads,
    successive_averages,
    system_optimum,
    user_equilibrium,
)
from mas_kit.usecases.traffic.model import Traffic

if TYPE_CHECKING:
    pass

BRAESS = "Braess (1968), Unternehmensforschung 12, 258-268, with 6 trips"
PIGOU = "Pigou (1920), as in Roughgarden and Tardos (2002), Journal of the ACM 49(2), 236-259"
BOUND = "Roughgarden (2003), Journal of Computer and System Sciences 67(2), 341-364"
SELTEN = "Selten, Chmura, Pitz, Kube and Schreckenberg (2007), Games and Economic Behavior 58, 394-406"
TNTP = "the solution of Sioux Falls in Transportation Networks for Research, objective 42.31335287107440"
BECKMANN = "Beckmann, McGuire and Winsten (1956), Studies in the Economics of Transportation, chapter 4"
AVERAGES = "Powell and Sheffi (1982), Transportation Science 16(1), 45-55: a step of 1/(k + 1)"
OURS = "the converged assignment of these roads: assignment.user_equilibrium"
PLANNED = "the converged assignment of these roads: assignment.system_optimum"


# ---- small roads


def _ladder() -> dict[str, float]:
    pigou, bent = network.pigou(), baseline.nonlinear_pigou(4)
    return {
        "price of anarchy, Pigou": baseline.price_of_anarchy(pigou),
        "bound, straight lines": baseline.price_of_anarchy_bound(1),
        "price of anarchy, Pigou with x^4": baseline.price_of_anarchy(bent),
        "bound, degree 4": baseline.price_of_anarchy_bound(4),
        "equilibria of the lab game": len(baseline.pure_equilibria(network.lab_game())),
        "players on the main road": baseline.pure_equilibria(network.lab_game())[0][0],
        "equilibria of Braess's roads": len(baseline.pure_equilibria(network.braess())),
    }


ladder = Computation(
    name="routes-ladder",
    compute=_ladder,
    expected=[
        Expected(quantity="price of anarchy, Pigou", value=4 / 3, tolerance=Absolute(1e-9), source=PIGOU),
        Expected(quantity="bound, straight lines", value=4 / 3, tolerance=Absolute(1e-12), source=BOUND),
        Expected(quantity="bound, degree 4", value=2.1505, decimals=4, source=BOUND),
        Expected(
            quantity="price of anarchy, Pigou with x^4", value=2.1505, decimals=4, source=f"{BOUND}: attained"
        ),
        Expected(quantity="equilibria of the lab game", value=1, source="all 19 splits tried"),
        Expected(quantity="players on the main road", value=12, source=SELTEN),
        Expected(quantity="equilibria of Braess's roads", value=1, source="all 28 splits tried"),
    ],
)


def _one_at_a_time(world: str, name: str, expected: list[Expected], **parameters: Any) -> Experiment:
    settings = {"world": world, "choice": "one at a time", "days": 60, **parameters}
    return Experiment(name=name, model=Traffic, parameters=settings, seeds=1, expected=expected)


small = [
    _one_at_a_time(
        "braess",
        f"routes-braess-{'with' if bridge else 'without'}-bridge",
        [
            Expected(quantity="time per trip", value=each, source=BRAESS),
            Expected(quantity="tstt", value=total, source=BRAESS),
        ],
        bridge=bridge,
    )
    for bridge, each, total in ((False, 83, 498), (True, 92, 552))
] + [
    _one_at_a_time(
        "lab game",
        "routes-lab-game",
        [
            Expected(quantity="flow home-work", value=12, source=SELTEN),
            Expected(quantity="time per trip", value=30, source=SELTEN),
            Expected(quantity="gap", value=0, source=f"{SELTEN}: both roads take 30"),
        ],
    )
]

fluctuating = Experiment(
    name="routes-lab-game-habits",
    model=Traffic,
    parameters={"world": "lab game", "choice": "constant", "information": "own path", "days": 200},
    design={"rate": [0.2]},
    seeds=20,
    expected=[
        Expected(
            quantity="mean flow home-work",
            value=12,
            tolerance=Absolute(0.5),
            source=f"{SELTEN}: means very near the equilibrium",
        ),
        Expected(quantity="sd flow home-work", low=0.5, source=f"{SELTEN}: fluctuations persist to the end"),
    ],
)

drawing = Experiment(
    name="routes-logit",
    model=Traffic,
    parameters={
        "world": "pigou",
        "travellers": 10_000,
        "choice": "logit",
        "rate": 0.1,
        "theta": 4.0,
        "days": 300,
    },
    seeds=4,
    expected=[
        Expected(
            quantity="mean flow home-work",
            value=baseline.logit_split(network.pigou(), 4.0),
            tolerance=StandardErrors(3.5, bias=0.002, why="days are correlated", at_most=0.002),
            source="Daganzo and Sheffi (1977), stochastic user equilibrium, by bisection",
        )
    ],
)

# ---- Sioux Falls, by assignment


def _assigned() -> dict[str, float]:
    roads = network.sioux_falls()
    selfish, planned = user_equilibrium(roads, gap=1e-12), system_optimum(roads, gap=1e-12)
    rough = user_equilibrium(roads, gap=1e-6)
    tolled = user_equilibrium(roads.with_tolls(roads.marginal_toll(planned.flow)), gap=1e-9)
    days = successive_averages(roads, 1000)
    k = np.arange(1, 1001)
    fit = np.polyfit(np.log(k[9:]), np.log(days.gaps[9:]), 1)
    return {
        "objective": selfish.objective / 1e5,
        "total time, equilibrium": selfish.total_time,
        "total time, optimum": planned.total_time,
        "price of anarchy": selfish.total_time / planned.total_time,
        "relative gap reached": rough.gap,
        "objective above the least, gap 1e-6": rough.objective / selfish.objective - 1,
        "total time, optimal tolls": roads.total_time(tolled.flow),
        "largest difference of a link, optimal tolls": float(np.abs(tolled.flow - planned.flow).max()),
        "gap of the equilibrium by its definition": Roads(roads).gap(selfish.flow, roads.time(selfish.flow)),
        "power of the day in the gap of averages": float(fit[0]),
    }


assigned = Computation(
    name="sioux-falls-assignment",
    compute=_assigned,
    expected=[
        Expected(quantity="objective", value=42.31335287, decimals=8, source=TNTP),
        Expected(
            quantity="total time, equilibrium", value=7_480_225.34, decimals=2, source=f"{TNTP}, its flows"
        ),
        Expected(
            quantity="total time, optimum",
            value=7_194_256.05,
            decimals=2,
            source="Beckmann's objective with marginal costs, to a gap of 1e-12",
        ),
        Expected(quantity="price of anarchy", value=1.03975, decimals=5, source="the two above"),
        Expected(quantity="relative gap reached", high=1e-6, source="the gap that was asked for"),
        Expected(
            quantity="objective above the least, gap 1e-6",
            low=0,
            high=1e-6,
            source="convexity: the objective is above its minimum by less than the gap in total time",
        ),
        Expected(
            quantity="total time, optimal tolls",
            value=7_194_256.05,
            tolerance=Relative(1e-6),
            source=BECKMANN,
        ),
        Expected(quantity="largest difference of a link, optimal tolls", high=1.0, source=BECKMANN),
        Expected(quantity="gap of the equilibrium by its definition", high=1e-11, source="Wardrop (1952)"),
        Expected(
            quantity="power of the day in the gap of averages",
            value=-1,
            tolerance=Absolute(0.05),
            source=AVERAGES,
        ),
    ],
)


EXPERIMENTS = [ladder, *small, fluctuating, drawing, assigned]
