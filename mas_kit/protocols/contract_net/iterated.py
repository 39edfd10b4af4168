"""Iterated contract net: the initiator may call again, with changed terms, those who have proposed.

FIPA Iterated Contract Net Interaction Protocol, SC00030H (2002). On a network that loses nothing, with m
participants who all bid in r rounds, all of them called each time, and one winner: 2·m·r + m + 1 messages
(m cfp and m propose a round, then 1 accept-proposal, m - 1 reject-proposal, 1 inform).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import ParameterError, out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_count, is_number
from mas_kit.protocols.contract_net.initiator import ContractNetInitiator
from mas_kit.protocols.contract_net.participant import ContractNetParticipant
from mas_kit.protocols.rules import Answer, Rule, decides
from mas_kit.protocols.settings import after, chosen, function, ticks

CFP, REJECT = Performative.CFP, Performative.REJECT_PROPOSAL
ACCEPT = Performative.ACCEPT_PROPOSAL


class Again(NamedTuple):
    """The choice to call again: the changed task, and whom to call (None: everybody who proposed)."""

    task: Any
    participants: tuple[str, ...] | None = None


class IteratedContractNetInitiator(ContractNetInitiator):
    """Announces a task, and may call again before it awards.

    Args:
        task, participants, report_by, readable, patience: as in `ContractNetInitiator`.
        reply_by: the last tick in which a proposal of the first round counts.
        round_ticks: how many ticks each further round lasts.
        rounds: how many calls there can be at most; in the last one only an award or a rejection is left.
        choose: (proposals by name, round from 1) -> names of the winners, or `Again`. None asks the agent's
            policy: question "award", answered with accept-proposal, reject-proposal, or cfp (content: Again).

    Whoever is not called again gets a reject-proposal.
    """

    protocol = "fipa-iterated-contract-net"
    table: ClassVar[tuple[Rule, ...]] = (
        *ContractNetInitiator.table,
        Rule("choosing", decides(CFP), "calling", "call_again", "rounds_left", sends=(CFP, REJECT)),
    )
    __slots__ = ("choose_or_call", "round", "round_ticks", "rounds", "work_time")

    def __init__(
        self,
        task: Any,
        participants: Iterable[Any],
        *,
        reply_by: float,
        choose: Callable[[Mapping[str, Any], int], Any] | None,
        rounds: int = 10,
        round_ticks: float = 5,
        report_by: float | None = None,
        readable: Callable[[Any], object] = is_number,
        patience: float = 10,
    ) -> None:
        super().__init__(
            task,
            participants,
            reply_by=reply_by,
            report_by=report_by,
            choose=None,
            readable=readable,
            patience=patience,
        )
        if not (is_count(rounds) and rounds >= 1):
            raise out_of_range("rounds", rounds, "whole numbers from 1", "how many calls there can be")
        self.choose_or_call, self.rounds = function("choose", choose), rounds
        self.round_ticks = ticks("round_ticks", round_ticks)
        self.round = 1
        self.work_time = self.report_by - self.reply_by

    def first_answer(self, message: Message) -> bool:
        """Is it this agent's first answer to this round's call? It must say to which call it answers."""
        return message.in_reply_to == self.call_id and super().first_answer(message)

    def rounds_left(self, _: Any) -> bool:
        """May it call once more?"""
        return self.round < self.rounds

    def own_answer(self) -> Answer | None:
        """The choice by the rule that was given."""
        if self.choose_or_call is None:
            return None
        choice = self.choose_or_call(self.about(), self.round)
        if isinstance(choice, Again):
            return Answer(self.key, CFP, choice)
        winners = chosen(choice, self.participants)
        return Answer(self.key, ACCEPT if winners else REJECT, winners)

    def call_again(self, answer: Answer) -> None:
        """Send the changed call to those who go on, and reject the others."""
        again = answer.content if isinstance(answer.content, Again) else Again(answer.content)
        called = self.proposals.keys() if again.participants is None else set(again.participants)
        if not called or not self.proposals.keys() >= called:
            raise ParameterError(
                f"parameter 'participants' of Again is {sorted(called)}; allowed: one or more of those who "
                f"proposed: {', '.join(self.about())}"
            )
        self._reject(set(called))
        self.round += 1
        self.task = again.task
        self.participants = tuple(name for name in self.participants if name in called)
        self.call_id = f"{self.conversation_id}/cfp-{self.round}"
        self.reply_by = after(self.now, self.now + self.round_ticks, "round_ticks")
        self.report_by = self.reply_by + self.work_time
        self.proposals, self.refusals, self.deadline = {}, {}, self.reply_by
        self.tell_all(CFP, self.participants, self.task, reply_with=self.call_id, reply_by=self.reply_by)


class IteratedContractNetParticipant(ContractNetParticipant):
    """Is called, bids, may be called again, and does the work if its bid is accepted.

    Questions and final states as in `ContractNetParticipant`; "bid" may come several times.
    """

    protocol = "fipa-iterated-contract-net"
    table: ClassVar[tuple[Rule, ...]] = (
        *ContractNetParticipant.table,
        Rule("called", CFP, "called", "read_call", "is_new_call"),
        Rule("proposed", CFP, "called", "read_call", "is_new_call"),
    )
    __slots__ = ("calls",)

    def __init__(self, *, patience: float = 20) -> None:
        super().__init__(patience=patience)
        self.calls: tuple[Any, ...] = ()

    def is_new_call(self, message: Message) -> bool:
        """Is it a call that it has not seen, and that is still open?"""
        return (
            isinstance(message.reply_with, str)
            and message.reply_with not in self.calls
            and is_number(message.reply_by)
            and self.now <= message.reply_by  # type: ignore[operator]
        )

    def read_call(self, message: Message) -> None:
        """Keep the changed task."""
        super().read_call(message)
        self.calls = (*self.calls, message.reply_with)
