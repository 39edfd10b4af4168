"""Leader election on a ring: the highest number goes all the way round.

Le Lann (1977); Chang and Roberts (1979), "An improved algorithm for decentralized extrema-finding in
circular configurations of processes", Communications of the ACM 22(5). Each member sends its number to its
successor, passes on higher numbers than its own and swallows lower ones; whose own number comes back leads.
With n members, the messages that carry numbers are 2n - 1 at best, n(n + 1)/2 at worst and n·H_n on average
over all orders; n more announce the leader.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_amount, is_number, is_record
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, Rule
from mas_kit.protocols.settings import people

PROPOSE, INFORM = Performative.PROPOSE, Performative.INFORM
NOT_UNDERSTOOD = Performative.NOT_UNDERSTOOD


class Candidate(NamedTuple):
    """Content of a propose: somebody's number on its way round."""

    number: float


class Leader(NamedTuple):
    """Content of an inform: the number of the leader, on its way round."""

    number: float


class RingMember(Role):
    """One member. All members start it under one conversation id, in the same tick.

    Args:
        number: its own number; all numbers differ.
        successor, predecessor: its neighbours on the ring: agents or names. It listens to the predecessor
            alone.
        patience: ticks until it gives up; at least twice the way round.

    Final states: "leader", "follower" (value: the leader's number), "no leader" (nothing came in time).
    """

    protocol = "ring-election"
    name = "member"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "candidate", "stand", sends=(PROPOSE,)),
        Rule("candidate", PROPOSE, "announcing", "announce", "is_own", (INFORM,)),
        Rule("candidate", PROPOSE, "candidate", "pass_on", "is_higher", (PROPOSE,)),
        Rule("candidate", PROPOSE, "candidate", "", "is_lower"),
        Rule("candidate", INFORM, "follower", "follow", "", (INFORM,)),
        Rule("candidate", NOT_UNDERSTOOD, "candidate"),
        Rule("candidate", TIMEOUT, "no leader"),
        Rule("announcing", INFORM, "leader", "", "is_own"),
        Rule("announcing", NOT_UNDERSTOOD, "announcing"),
        Rule("announcing", TIMEOUT, "leader"),
    )
    final: ClassVar[tuple[str, ...]] = ("leader", "follower", "no leader")
    reads: ClassVar[Mapping[Performative, str]] = {PROPOSE: "is_candidate", INFORM: "is_leader"}

    def __init__(self, number: float, *, successor: Any, predecessor: Any, patience: float = 200) -> None:
        super().__init__()
        if not is_number(number):
            raise out_of_range("number", number, "finite numbers, all different", "number the members")
        if not is_amount(patience):
            raise out_of_range("patience", patience, "ticks from 0", "at least twice the way round")
        (self.successor,), (self.predecessor,) = people([successor]), people([predecessor])
        self.members = (self.predecessor,)
        self.number, self.patience = number, patience
        self.highest = number  # that it has seen
        self.leader: float | None = None

    def stand(self, _: Any) -> None:
        """Send its own number round."""
        self.deadline = self.now + self.patience
        self.tell(PROPOSE, self.successor, Candidate(self.number))

    def is_candidate(self, content: Any) -> bool:
        """Can the content be a candidate's number?"""
        return is_record(content, Candidate, is_number)

    def is_leader(self, content: Any) -> bool:
        """Can the content be a leader's number?"""
        return is_record(content, Leader, is_number)

    def is_own(self, message: Message) -> bool:
        """Has its own number come back?"""
        return bool(message.content.number == self.number)

    def is_higher(self, message: Message) -> bool:
        """Is it higher than all that it has seen?"""
        return bool(message.content.number > self.highest)

    def is_lower(self, message: Message) -> bool:
        """Is it lower than its own?"""
        return bool(message.content.number < self.number)

    def pass_on(self, message: Message) -> None:
        """Pass a higher number on."""
        self.highest = message.content.number
        self.tell(PROPOSE, self.successor, message.content)

    def announce(self, _: Any) -> None:
        """It leads: tell everybody."""
        self.leader = self.number
        self.deadline = self.now + self.patience
        self.tell(INFORM, self.successor, Leader(self.number))

    def follow(self, message: Message) -> None:
        """Somebody else leads: pass it on."""
        self.leader = message.content.number
        self.tell(INFORM, self.successor, message.content)

    def result(self) -> float | None:
        """The leader's number."""
        return self.leader
