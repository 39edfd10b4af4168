"""Contract net (FIPA SC00029H) and iterated contract net (FIPA SC00030H)."""

from mas_kit.protocols.contract_net.initiator import Contract, ContractNetInitiator, highest, lowest
from mas_kit.protocols.contract_net.iterated import (
    Again,
    IteratedContractNetInitiator,
    IteratedContractNetParticipant,
)
from mas_kit.protocols.contract_net.participant import ContractNetParticipant

__all__ = [
    "Again",
    "Contract",
    "ContractNetInitiator",
    "ContractNetParticipant",
    "IteratedContractNetInitiator",
    "IteratedContractNetParticipant",
    "highest",
    "lowest",
]
