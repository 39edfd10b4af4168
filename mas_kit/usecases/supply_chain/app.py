"""The page of the beer game: what to draw, no logic."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mas_kit.core import Agent, Message
from mas_kit.usecases.supply_chain.agents import DELIVERY
from mas_kit.usecases.supply_chain.model import STAGES, SupplyChain
from mas_kit.viz import App, Ask, Bar, BarChart, Lane, LineChart, Picture, mail, page_of

NAMES = ("customer", *STAGES)
SHAPES = ("person", "shop", "warehouse", "hub", "factory")
COLOUR = dict(zip(NAMES, (6, 0, 2, 4, 7), strict=True))  # the same in the picture and in every chart
LANES = (
    Lane("orders", 3, "envelope", 0.3),
    Lane("goods", 5, "crate", 0.3),
    Lane("shared sales data", 6, "diamond", 0.55),
)
LINKS = [
    *((NAMES[i], NAMES[i + 1], "orders") for i in range(4)),
    *((NAMES[i + 1], NAMES[i], "goods") for i in range(4)),
    ("factory", "factory", "goods"),
]


def picture(model: SupplyChain) -> Picture:
    """The chain from the customers to the factory: orders travel right, above; goods travel left, below."""
    nobody = [math.nan]
    shared = [*zip(STAGES, STAGES[1:], ["shared sales data"] * 3, strict=False)]
    return Picture(
        name=NAMES,
        x=[0.0, 1.05, 2.1, 3.15, 4.2],
        y=[0.0] * 5,
        size=[0.15, 0.2, 0.2, 0.2, 0.2],
        bounds=(-0.5, -0.8, 4.7, 0.82),
        shape=SHAPES,
        colour=[COLOUR[name] for name in NAMES],
        label=[name.capitalize() for name in NAMES],
        badge=[
            f"asks for {model.customer.wants:g}",
            *(f"${stage.cost:.2f} this week" for stage in model.stages),
        ],
        bars={
            "inventory": Bar(nobody + [stage.on_hand for stage in model.stages], 5),
            "backlog": Bar(nobody + [stage.backlog for stage in model.stages], 1),
        },
        down=[not model.agent(name).alive for name in NAMES],
        lanes=LANES if shares(model) else LANES[:2],
        links=LINKS + shared if shares(model) else LINKS,
        movers=mail(model, lane=lane, amount=cases),
    )


def shares(model: SupplyChain) -> bool:
    """Does the chain pass sales data on?"""
    return any(stage.shares for stage in model.stages)


def lane(_network: str, message: Message) -> str:
    """Orders and confirmations go by mail, deliveries by road."""
    if message.protocol == DELIVERY:
        return "goods"
    return "orders" if isinstance(message.content, int | float | None) else "shared sales data"


def cases(message: Message) -> float:
    """How many cases a message orders or brings."""
    return message.content if isinstance(message.content, int | float) else math.nan


def bullwhip(model: SupplyChain) -> dict[str, float]:
    found = model.metrics()
    ratios = {name: found[f"{name}.bullwhip"] for name in STAGES}
    return {name: 0.0 if math.isnan(ratio) else ratio for name, ratio in ratios.items()}


def facts(model: SupplyChain) -> Mapping[str, str]:
    """The headline numbers."""
    peak = max((row["factory.order"] for row in model.history), default=0.0)
    return {"cost so far": f"${model.cost:,.2f}", "factory's largest order": f"{peak:g}"}


def seat(agent: Agent) -> Mapping[str, float]:
    """What lies in front of a player on the board."""
    see = agent.percept
    return {
        "cases in stock": see.on_hand,
        "to fill this week": see.owed,
        "of it new orders": see.demand,
        "on the way to you": see.supply_line,
        "weeks until an order arrives": see.lead,
    }


def last_order(agent: Agent) -> float:
    """What a person is likely to start from: the order that has just come in."""
    return float(agent.percept.demand)


def stage_lines(title: str, column: str, y: str, *, customer: bool = False) -> LineChart:
    """One line a stage, and one for the customers' demand where it belongs in the comparison."""
    columns = {name: f"{name}.{column}" for name in STAGES}
    if customer:
        columns = {"customer": "retailer.demand", **columns}
    return LineChart(title=title, columns=columns, y=y, colours=[COLOUR[name] for name in columns])


APP = App(
    model=SupplyChain,
    title="The beer game",
    about=(
        "Customers buy beer from a retailer, who orders from a wholesaler, who orders from a distributor, "
        "who orders from a factory. Orders take two weeks in the mail and goods two weeks on the road. Each "
        "stage sees its own stock and its own mail, nothing else, and pays $0.50 a week for every case in "
        "stock and $1.00 for every case it owes.\n\n"
        "In week 5 the customers' demand rises from 4 to 8 cases a week, once, and stays there. Watch what "
        "the factory makes of it.\n\n"
        "To play a role yourself, set it to person under Who decides: the week then waits for your order."
    ),
    picture=picture,
    charts=[
        stage_lines("Orders", "order", "cases a week", customer=True),
        stage_lines("Inventory", "inventory", "cases"),
        stage_lines("Backlog", "backlog", "cases"),
        stage_lines("Cost of the week", "cost", "$"),
        LineChart(title="Cost of the chain so far", columns={"cost": "cost"}, y="$", colours=[6]),
        BarChart(
            title="Bullwhip ratio",
            y="Var(orders) / Var(demand)",
            values=bullwhip,
            colours=[COLOUR[name] for name in STAGES],
            reference=1.0,
        ),
    ],
    facts=facts,
    ask=Ask(see=seat, label="Your order this week", unit="cases", low=0, high=10_000, start=last_order),
    clock="week",
    speed=2.0,
    ranges={
        "weeks": (10, 200),
        "mean": (1, 40),
        "sd": (0.5, 20),
        "target": (0, 100),
        "factory_target": (0, 100),
        "window": (1, 52),
        "cover": (0, 20),
        "safety": (0, 50),
        "freeze": (0, 20),
        "holding": (0, 5),
        "shortage": (0, 20),
        "start_stock": (0, 100),
        "start_flow": (0, 20),
        "warmup": (0, 100),
    },
)
__getattr__ = page_of(APP)
