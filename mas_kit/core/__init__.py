"""The core: agents, models, parameters, policies, messages, networks, faults and the event log.

This package and `mas_kit.viz` are the only ones that import Mesa.
"""

from mas_kit.core.agent import Agent
from mas_kit.core.chance import SeedTree
from mas_kit.core.errors import MasKitError, ParameterError, TickError, UnknownNameError
from mas_kit.core.events import Event, EventLog
from mas_kit.core.faults import Bias, Byzantine, Crash, Delay, Fault, Loss, Partition, Silence
from mas_kit.core.messages import Message, Performative
from mas_kit.core.model import Model
from mas_kit.core.network import Network
from mas_kit.core.parameters import ParameterInfo, Parameters, parameter
from mas_kit.core.policy import Decision, Explanation, Option, Person, Policy, Scripted

__all__ = [
    "Agent",
    "Bias",
    "Byzantine",
    "Crash",
    "Decision",
    "Delay",
    "Event",
    "EventLog",
    "Explanation",
    "Fault",
    "Loss",
    "MasKitError",
    "Message",
    "Model",
    "Network",
    "Option",
    "ParameterError",
    "ParameterInfo",
    "Parameters",
    "Partition",
    "Performative",
    "Person",
    "Policy",
    "Scripted",
    "SeedTree",
    "Silence",
    "TickError",
    "UnknownNameError",
    "parameter",
]
