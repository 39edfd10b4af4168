"""The parameters of the supply chain, each declared once."""

from __future__ import annotations

from typing import Literal

from mas_kit.core import Parameters, parameter

Kind = Literal[
    "sterman",
    "base stock",
    "planner",
    "moving average",
    "smoothing",
    "autoregressive",
    "vendor managed",
    "person",
]
_WHO = "who decides for the {}: a rule, the planner's level, or a person"


class SupplyChainParameters(Parameters):
    """Parameters of `SupplyChain`; the defaults are the board game with the average of its human players."""

    weeks: int = parameter(36, ge=1, le=1_000_000, unit="weeks", help="length of the game")
    demand: Literal["step", "normal", "poisson", "negative binomial", "ar1", "real"] = parameter(
        "step",
        help="what customers ask for: Sterman's step from 4 to 8 in week 5, or a random or real stream",
    )
    mean: float = parameter(
        8.0, ge=1, le=500, step=1, unit="cases/week", help="mean demand (not of the step)"
    )
    sd: float = parameter(
        3.0,
        ge=0.5,
        le=20,
        step=0.5,
        unit="cases/week",
        help="its standard deviation (Poisson demand has its own; negative binomial demand at least that)",
    )
    rho: float = parameter(
        0.5, ge=-0.99, le=0.99, step=0.01, help="correlation of AR(1) demand from week to week"
    )

    retailer: Kind = parameter("sterman", group="who decides", help=_WHO.format("retailer"))
    wholesaler: Kind = parameter("sterman", group="who decides", help=_WHO.format("wholesaler"))
    distributor: Kind = parameter("sterman", group="who decides", help=_WHO.format("distributor"))
    factory: Kind = parameter("sterman", group="who decides", help=_WHO.format("factory"))
    information: Literal["orders", "pos"] = parameter(
        "orders",
        group="who decides",
        help="what a stage knows of demand: its client's orders, or point-of-sale data",
    )

    theta: float = parameter(
        0.36, ge=0, le=1, step=0.01, group="rules", help="Sterman: weight of the newest order"
    )
    alpha: float = parameter(
        0.26, ge=0, le=1, step=0.01, group="rules", help="Sterman: share of the gap closed a week"
    )
    beta: float = parameter(
        0.34, ge=0, le=1, step=0.01, group="rules", help="Sterman: share of the supply line seen"
    )
    target: float = parameter(
        17.0, ge=0, le=100_000, step=1, unit="cases", group="rules", help="Sterman: desired stock"
    )
    factory_target: float = parameter(
        17.0,
        ge=0,
        le=100_000,
        step=1,
        unit="cases",
        group="rules",
        help="Sterman: desired stock of the factory",
    )
    window: int = parameter(
        10, ge=1, le=1000, unit="weeks", group="rules", help="length of the moving average"
    )
    weight: float = parameter(
        0.2, ge=0.01, le=1, step=0.01, group="rules", help="smoothing: weight of the newest week"
    )
    cover: int = parameter(
        0,
        ge=0,
        le=100,
        unit="weeks",
        group="rules",
        help="weeks that an order-up-to level covers; 0: the lead time",
    )
    safety: float = parameter(
        0.0, ge=0, le=100_000, step=1, unit="cases", group="rules", help="safety stock of order-up-to rules"
    )

    mail: int = parameter(
        2, ge=1, le=20, unit="weeks", group="times", help="from writing an order to its reading"
    )
    shipping: int = parameter(
        2, ge=1, le=20, unit="weeks", group="times", help="from sending goods to their arrival"
    )
    production: int = parameter(
        3, ge=1, le=20, unit="weeks", group="times", help="from the factory's request to goods"
    )
    pos_delay: int = parameter(
        1, ge=1, le=20, unit="weeks", group="times", help="age of shared data, per stage"
    )
    freeze: int = parameter(
        4,
        ge=0,
        le=1000,
        unit="weeks",
        group="times",
        help="weeks in which every order is fixed at the starting flow",
    )
    retry: int = parameter(
        0,
        ge=0,
        le=52,
        unit="weeks",
        group="times",
        help="repeat an order not confirmed for so long; 0: never",
    )

    costs: Literal["board", "echelon"] = parameter(
        "board",
        group="costs",
        help="board: each stage pays both; echelon: holding adds up downstream, only the shop pays shortage",
    )
    holding: float = parameter(
        0.5, ge=0, le=1000, step=0.05, unit="$/case/week", group="costs", help="holding cost"
    )
    shortage: float = parameter(
        1.0, ge=0, le=1000, step=0.5, unit="$/case/week", group="costs", help="backlog cost"
    )

    start_stock: float = parameter(
        12.0, ge=0, le=1_000_000, step=1, unit="cases", group="start", help="first stock"
    )
    start_flow: float = parameter(
        4.0,
        ge=0,
        le=1_000_000,
        step=1,
        unit="cases/week",
        group="start",
        help="in each box of mail and transport",
    )
    whole: bool = parameter(True, group="start", help="orders and demand in whole cases, rounded half up")
    warmup: int = parameter(
        0, ge=0, le=1_000_000, unit="weeks", group="start", help="weeks that the metrics leave out"
    )
