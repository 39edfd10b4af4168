"""Belief-desire-intention agents: a policy, and what desires and plans are made of."""

from mas_kit.policies.bdi.intentions import Intention
from mas_kit.policies.bdi.plans import Achieve, Act, Believe, Desire, Goal, Plan
from mas_kit.policies.bdi.policy import BDI, BDIMemory

__all__ = ["BDI", "Achieve", "Act", "BDIMemory", "Believe", "Desire", "Goal", "Intention", "Plan"]
