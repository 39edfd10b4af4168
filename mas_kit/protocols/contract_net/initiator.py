"""Contract net: a task is announced, bids come in, the best bidder gets the contract and reports.

FIPA Contract Net Interaction Protocol, SC00029H (2002), after Smith (1980), "The Contract Net Protocol",
IEEE Transactions on Computers C-29(12). On a network that loses nothing, with m participants who all bid
and one winner, m cfp + m propose + 1 accept-proposal + (m - 1) reject-proposal + 1 inform = 3m + 1 messages;
each refusal saves its reject-proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import ParameterError
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import Cancelled, Done, Result, is_number
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Answer, Rule, decides
from mas_kit.protocols.settings import after, chosen, function, moment, people, ticks

CFP, PROPOSE, REFUSE = Performative.CFP, Performative.PROPOSE, Performative.REFUSE
ACCEPT, REJECT = Performative.ACCEPT_PROPOSAL, Performative.REJECT_PROPOSAL
INFORM, FAILURE, CANCEL = Performative.INFORM, Performative.FAILURE, Performative.CANCEL
NOT_UNDERSTOOD = Performative.NOT_UNDERSTOOD

REPORT_TIME = 50  # ticks for the work, where the initiator does not say


class Contract(NamedTuple):
    """What became of a task. `results` and `failures` are what the contractors reported, by name."""

    task: Any
    contractors: tuple[str, ...]
    proposals: Mapping[str, Any]
    refusals: Mapping[str, Any]
    results: Mapping[str, Any]
    failures: Mapping[str, Any]


def lowest(proposals: Mapping[str, Any]) -> tuple[str, ...]:
    """Award to the lowest proposal; of equals, to whom the initiator listed first."""
    return (min(proposals, key=proposals.__getitem__),)


def highest(proposals: Mapping[str, Any]) -> tuple[str, ...]:
    """Award to the highest proposal; of equals, to whom the initiator listed first."""
    return (max(proposals, key=proposals.__getitem__),)


class ContractNetInitiator(Role):
    """Announces a task and awards it.

    Args:
        task: what is to be done; the content of the cfp (anything but None).
        participants: agents, or their names.
        reply_by: the last tick in which a proposal counts; later ones are treated as not made.
        report_by: the last tick in which a contractor's report counts (default: `reply_by` + 50). Whoever
            has not reported then is sent a cancel, and the outcome is "overdue".
        choose: proposals by name -> name or names of the winners (none: reject all). None asks the agent's
            policy: question "award", answered with accept-proposal (content: the names) or reject-proposal.
        readable: content -> is it a proposal? By default, a finite number.
        patience: ticks to wait for the policy's choice, and for answers to a cancel.

    The outcome's status is "done", "failed" (a contractor said so), "overdue" (a contractor said nothing in
    time), "unassigned" or "cancelled"; its value is a `Contract`. `Conversations.say(id, "cancel")` cancels.
    """

    protocol = "fipa-contract-net"
    name = "initiator"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "calling", "call", sends=(CFP,)),
        Rule("calling", PROPOSE, "calling", "note_proposal", "first_answer"),
        Rule("calling", REFUSE, "calling", "note_refusal", "first_answer"),
        Rule("calling", NOT_UNDERSTOOD, "calling", "note_refusal", "first_answer"),
        Rule("calling", WHEN, "choosing", "wait_for_choice", "all_answered"),
        Rule("calling", TIMEOUT, "choosing", "wait_for_choice"),
        Rule("calling", decides(CANCEL), "cancelling", "cancel_all", sends=(CANCEL,)),
        Rule("choosing", WHEN, "unassigned", "", "none_proposed"),
        Rule("choosing", decides(ACCEPT), "awarded", "award", sends=(ACCEPT, REJECT)),
        Rule("choosing", decides(REJECT), "unassigned", "reject_all", sends=(REJECT,)),
        Rule("choosing", TIMEOUT, "unassigned", "reject_all", sends=(REJECT,)),
        Rule("choosing", decides(CANCEL), "cancelling", "cancel_all", sends=(CANCEL,)),
        Rule("awarded", INFORM, "awarded", "note_result", "is_report"),
        Rule("awarded", FAILURE, "awarded", "note_failure", "from_contractor"),
        Rule("awarded", NOT_UNDERSTOOD, "awarded", "note_failure", "from_contractor"),
        Rule("awarded", WHEN, "failed", "", "all_reported_one_failed"),
        Rule("awarded", WHEN, "done", "", "all_reported"),
        Rule("awarded", TIMEOUT, "cancelling", "cancel_overdue", sends=(CANCEL,)),
        Rule("awarded", decides(CANCEL), "cancelling", "cancel_all", sends=(CANCEL,)),
        Rule("cancelling", INFORM, "cancelling", "note_late_report", "is_awaited"),
        Rule("cancelling", FAILURE, "cancelling", "note_late_report", "is_awaited"),
        Rule("cancelling", NOT_UNDERSTOOD, "cancelling", "note_late_report", "is_awaited"),
        Rule("cancelling", WHEN, "overdue", "", "all_told_after_overdue"),
        Rule("cancelling", WHEN, "cancelled", "", "all_told"),
        Rule("cancelling", TIMEOUT, "overdue", "", "was_overdue"),
        Rule("cancelling", TIMEOUT, "cancelled"),
    )
    final: ClassVar[tuple[str, ...]] = ("done", "failed", "overdue", "unassigned", "cancelled")
    asks: ClassVar[Mapping[str, str]] = {"choosing": "award"}
    reads: ClassVar[Mapping[Performative, str]] = {PROPOSE: "is_proposal", INFORM: "is_inform"}
    changing: ClassVar[tuple[str, ...]] = ("proposals", "refusals", "results", "failures", "awaited")
    __slots__ = (
        *("task", "participants", "reply_by", "report_by", "choose", "readable", "patience"),
        *("call_id", "proposals", "refusals", "contractors", "results", "failures", "awaited", "overdue"),
    )

    def __init__(
        self,
        task: Any,
        participants: Iterable[Any],
        *,
        reply_by: float,
        report_by: float | None = None,
        choose: Callable[[Mapping[str, Any]], Collection[str] | None] | None = lowest,
        readable: Callable[[Any], object] = is_number,
        patience: float = 10,
    ) -> None:
        super().__init__()
        self.task, self.participants = task, people(participants)
        self.members = frozenset(self.participants)
        self.reply_by = moment("reply_by", reply_by)
        self.report_by = (
            reply_by + REPORT_TIME if report_by is None else after(reply_by, report_by, "report_by")
        )
        self.choose, self.readable = function("choose", choose), function("readable", readable)
        self.patience = ticks("patience", patience)
        if task is None:
            raise ParameterError("parameter 'task' is None; allowed: anything else; say what is to be done")
        self.call_id = ""
        self.proposals: dict[str, Any] = {}
        self.refusals: dict[str, Any] = {}
        self.results: dict[str, Any] = {}
        self.failures: dict[str, Any] = {}
        self.contractors: tuple[str, ...] = ()
        self.awaited: set[str] = set()  # whose answer to a cancel is not there yet
        self.overdue = False

    # ---- calling

    def call(self, _: Any) -> None:
        """Send the call for proposals."""
        self.deadline = after(self.now, self.reply_by, "reply_by")
        self.call_id = f"{self.conversation_id}/cfp"
        self.tell_all(CFP, self.participants, self.task, reply_with=self.call_id, reply_by=self.reply_by)

    def is_proposal(self, content: Any) -> bool:
        """Can the content be a proposal?"""
        try:
            return bool(self.readable(content))
        except Exception:  # the check is the user's, the content is not
            return False

    def first_answer(self, message: Message) -> bool:
        """Is it this agent's first answer to this call?"""
        sender, others = message.sender, message.others
        reference = others and others[3]  # in_reply_to, without the call of a property
        return (
            sender not in self.proposals
            and sender not in self.refusals
            and (reference is None or reference == self.call_id)
        )

    def note_proposal(self, message: Message) -> None:
        """Keep a proposal."""
        self.proposals[message.sender] = message.content

    def note_refusal(self, message: Message) -> None:
        """Keep a refusal, with its reason."""
        self.refusals[message.sender] = message.content

    def all_answered(self, _: Any) -> bool:
        """Has every participant proposed or refused?"""
        return len(self.proposals) + len(self.refusals) == len(self.participants)

    def wait_for_choice(self, _: Any) -> None:
        """The policy has so long to choose."""
        self.deadline = self.now + self.patience

    # ---- choosing

    def about(self) -> dict[str, Any]:
        """The proposals, in the order in which the initiator listed the participants."""
        return {name: self.proposals[name] for name in self.participants if name in self.proposals}

    def own_answer(self) -> Answer | None:
        """The choice by the rule that was given."""
        if self.choose is None:
            return None
        winners = chosen(self.choose(self.about()), self.participants)
        return Answer(self.key, ACCEPT if winners else REJECT, winners)

    def none_proposed(self, _: Any) -> bool:
        """Did nobody propose?"""
        return not self.proposals

    def award(self, answer: Answer) -> None:
        """Accept the winners' proposals and reject the others."""
        winners = chosen(answer.content, self.participants)
        if not winners or len(set(winners)) < len(winners) or not self.proposals.keys() >= set(winners):
            raise ParameterError(
                f"the award goes to {winners!r}; allowed: one or more of those who proposed, each once: "
                f"{', '.join(self.about())}; answer reject-proposal to award to nobody"
            )
        self.contractors = winners
        self.deadline = max(self.report_by, self.now)
        self.tell_all(ACCEPT, winners, self.task, reply_by=self.deadline)
        self._reject(set(winners))

    def reject_all(self, _: Any) -> None:
        """Reject every proposal."""
        self._reject(set())

    def _reject(self, winners: set[str]) -> None:
        self.tell_all(REJECT, [name for name in self.proposals if name not in winners])

    # ---- awarded

    def is_inform(self, content: Any) -> bool:
        """Can the content be a report?"""
        return isinstance(content, Done | Result | Cancelled)

    def from_contractor(self, message: Message) -> bool:
        """Is it the first report of somebody who has the contract?"""
        name = message.sender
        return name in self.contractors and name not in self.results and name not in self.failures

    def is_report(self, message: Message) -> bool:
        """Is it a contractor's first report, and not an answer to a cancel?"""
        return not isinstance(message.content, Cancelled) and self.from_contractor(message)

    def note_result(self, message: Message) -> None:
        """Keep a result."""
        self.results[message.sender] = message.content

    def note_failure(self, message: Message) -> None:
        """Keep a failure, with its reason."""
        self.failures[message.sender] = message.content

    def all_reported(self, _: Any) -> bool:
        """Has every contractor reported?"""
        return len(self.results) + len(self.failures) == len(self.contractors)

    def all_reported_one_failed(self, _: Any) -> bool:
        """Has every contractor reported, and one of them a failure?"""
        return bool(self.failures) and self.all_reported(_)

    # ---- cancelling

    def cancel_all(self, _: Any) -> None:
        """Cancel with everybody who may be waiting or working."""
        self._cancel(self.contractors or [p for p in self.participants if p not in self.refusals])

    def cancel_overdue(self, _: Any) -> None:
        """Cancel with the contractors that have not reported."""
        self.overdue = True
        self._cancel(self.contractors)

    def _cancel(self, names: Iterable[str]) -> None:
        self.awaited = {name for name in names if name not in self.results and name not in self.failures}
        self.deadline = self.now + self.patience
        self.tell_all(CANCEL, [name for name in self.participants if name in self.awaited], self.task)

    def is_awaited(self, message: Message) -> bool:
        """Is it the answer of somebody with whom the task was cancelled?"""
        return message.sender in self.awaited

    def note_late_report(self, message: Message) -> None:
        """Keep what it says: cancelled, failed, or done after all."""
        self.awaited.discard(message.sender)
        if message.performative is not INFORM:
            self.failures[message.sender] = message.content
        elif not isinstance(message.content, Cancelled):
            self.results[message.sender] = message.content

    def all_told(self, _: Any) -> bool:
        """Has everybody answered the cancel?"""
        return not self.awaited

    def was_overdue(self, _: Any) -> bool:
        """Was it cancelled because the report did not come?"""
        return self.overdue

    def all_told_after_overdue(self, _: Any) -> bool:
        """Both of these?"""
        return self.overdue and not self.awaited

    def result(self) -> Contract:
        """The contract."""
        return Contract(
            self.task,
            self.contractors,
            self.about(),
            dict(self.refusals),
            dict(self.results),
            dict(self.failures),
        )
