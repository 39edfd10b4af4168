"""A town's traffic: every trip, gantry, signal and car an agent, beside the equilibrium and the optimum.

>>> from mas_kit.usecases.traffic import Traffic
>>> bridge = Traffic(seed=1, world="braess", choice="one at a time", days=20, engine="objects").run()
>>> bridge.metrics()["time per trip"]
92.0
"""

from collections.abc import Callable
from typing import Any

from mas_kit.usecases.traffic.agents import Gantry, GantryPercept, Latest, News, Report
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.usecases.traffic.parameters import TrafficParameters
from mas_kit.usecases.traffic.tolls import FixedToll, MarginalCostToll

TITLE = "Urban traffic"
MODEL = Traffic


def _on(**settings: Any) -> Callable[[str], Traffic]:
    """A function of the engine that makes a model whose population follows a rule."""
    return lambda engine: Traffic(seed=1, engine=engine, **settings)


# A model for every rule that ships, to be run on both engines.
RULES: dict[str, Callable[[str], Traffic]] = {
    "by_turns": _on(world="sioux falls", packet=100, choice="constant", ignore=0.1),
    "by_logit": _on(world="braess", choice="logit", rate=0.5),
    "one_at_a_time": _on(world="braess", choice="one at a time"),
    "by_experience": _on(world="lab game", choice="constant", information="own path"),
    "drive": _on(world="cars"),
}

__all__ = [
    "MODEL",
    "RULES",
    "TITLE",
    "FixedToll",
    "Gantry",
    "GantryPercept",
    "Latest",
    "MarginalCostToll",
    "News",
    "Report",
    "Traffic",
    "TrafficParameters",
]
