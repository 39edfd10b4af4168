"""Agreement with nobody in charge: consensus, gossip, leader election, Byzantine generals."""

from mas_kit.protocols.agreement.byzantine import General, Relay
from mas_kit.protocols.agreement.consensus import AverageConsensus, Share
from mas_kit.protocols.agreement.gossip import PushGossip, expected_rounds
from mas_kit.protocols.agreement.ring import Candidate, Leader, RingMember

__all__ = [
    "AverageConsensus",
    "Candidate",
    "General",
    "Leader",
    "PushGossip",
    "Relay",
    "RingMember",
    "Share",
    "expected_rounds",
]
