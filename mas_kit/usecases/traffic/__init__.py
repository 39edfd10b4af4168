"""A town's traffic: every trip, gantry, signal and car an agent, beside the equilibrium and the optimum.

>>> from mas_kit.usecases.traffic import Traffic
>>> bridge = Traffic(seed=1, world="braess", choice="one at a time", days=20, engine="objects").run()
>>> bridge.metrics()["time per trip"]
92.0
"""

from mas_kit.usecases.traffic.agents import Gantry, GantryPercept, Latest, News, Report
from mas_kit.usecases.traffic.model import Traffic
from mas_kit.usecases.traffic.parameters import TrafficParameters
from mas_kit.usecases.traffic.tolls import FixedToll, MarginalCostToll

TITLE = "Urban traffic"
MODEL = Traffic

__all__ = [
    "MODEL",
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
