"""Conformance checks: does a policy, an agent or a model keep the rules of the kit?

Call them on your own work. Each failure names the likely cause and the fix::

    from mas_kit.checks import check_agent, check_model, check_policy

    check_policy(my_policy, percept)
    check_agent(SupplyChain, "retailer", policies={"retailer": my_policy})
    check_model(MyModel, weeks=10)
"""

from typing import Any

from mas_kit.checks.agent import check_agent
from mas_kit.checks.model import check_model
from mas_kit.checks.policy import check_policy
from mas_kit.checks.report import ConformanceError, Failure, Report

__all__ = [
    "ConformanceError",
    "Failure",
    "Report",
    "check_agent",
    "check_engines",
    "check_model",
    "check_policy",
]


def __getattr__(name: str) -> Any:
    """`check_engines` stands with the populations that it is about, and loads when it is asked for."""
    if name == "check_engines":
        from mas_kit.population.check import check_engines

        return check_engines
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
