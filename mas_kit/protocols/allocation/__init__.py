"""Task allocation with nobody in charge: the consensus-based bundle algorithm."""

from mas_kit.protocols.allocation.bundle import Claim, sequential_greedy
from mas_kit.protocols.allocation.cbba import BundleMember, Plan, Table

__all__ = ["BundleMember", "Claim", "Plan", "Table", "sequential_greedy"]
