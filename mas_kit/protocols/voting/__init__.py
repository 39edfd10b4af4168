"""Voting: the rules, and an election held by message."""

from mas_kit.protocols.voting.election import Chair, Elected, Election, Poll, Voter
from mas_kit.protocols.voting.rules import (
    Count,
    approval,
    borda,
    condorcet,
    copeland,
    pairwise,
    plurality,
    single_transferable,
)

__all__ = [
    "Chair",
    "Count",
    "Elected",
    "Election",
    "Poll",
    "Voter",
    "approval",
    "borda",
    "condorcet",
    "copeland",
    "pairwise",
    "plurality",
    "single_transferable",
]
