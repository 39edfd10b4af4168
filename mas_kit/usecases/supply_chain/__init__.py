"""Four stages order from each other and amplify what customers want: the beer game.

>>> from mas_kit.usecases.supply_chain import SupplyChain
>>> best = SupplyChain.oracle("benchmark").run()
>>> [stage.name + f" {best.metrics()[stage.name + '.cost']:.2f}" for stage in best.stages]
['retailer 46.00', 'wholesaler 50.00', 'distributor 54.00', 'factory 54.00']
"""

from mas_kit.usecases.supply_chain.agents import Customer, CustomerPercept, Order, Report, Stage, StagePercept
from mas_kit.usecases.supply_chain.model import STAGES, SupplyChain
from mas_kit.usecases.supply_chain.parameters import SupplyChainParameters
from mas_kit.usecases.supply_chain.policies import (
    AnchorAndAdjust,
    Autoregressive,
    BaseStock,
    MovingAverage,
    OrderUpTo,
    Smoothing,
    VendorManaged,
)

TITLE = "Supply chain: the beer game"
MODEL = SupplyChain

__all__ = [
    "MODEL",
    "STAGES",
    "TITLE",
    "AnchorAndAdjust",
    "Autoregressive",
    "BaseStock",
    "Customer",
    "CustomerPercept",
    "MovingAverage",
    "Order",
    "OrderUpTo",
    "Report",
    "Smoothing",
    "Stage",
    "StagePercept",
    "SupplyChain",
    "SupplyChainParameters",
    "VendorManaged",
]
