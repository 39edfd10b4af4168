"""The other side of a contract net: who is called, bids, and does the work if the bid is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import Cancelled, Done, Result, is_number
from mas_kit.protocols.contract_net.initiator import REPORT_TIME
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import TIMEOUT, Answer, Rule, decides
from mas_kit.protocols.settings import ticks

CFP, PROPOSE, REFUSE = Performative.CFP, Performative.PROPOSE, Performative.REFUSE
ACCEPT, REJECT = Performative.ACCEPT_PROPOSAL, Performative.REJECT_PROPOSAL
INFORM, FAILURE, CANCEL = Performative.INFORM, Performative.FAILURE, Performative.CANCEL
NOT_UNDERSTOOD = Performative.NOT_UNDERSTOOD


class ContractNetParticipant(Role):
    """Is called, bids, and does the work if its bid is accepted.

    Two questions go to the agent's policy. "bid" (content: the task) is answered with propose (content: the
    bid), refuse or not-understood (content: the reason). "perform" (content: the task) stays open while the
    agent works and is answered with inform (content: `Done()` or `Result(value)`) or failure (the reason).

    Args:
        patience: ticks to wait for the award, from the call's `reply_by` on. Later the participant regards
            itself as free, and answers an award with failure.

    Final states: "done", "failed", "refused", "not understood", "silent" (nothing was said in time),
    "rejected", "forgotten" (the award did not come), "cancelled". The value is the task.
    """

    protocol = "fipa-contract-net"
    name = "participant"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", CFP, "called", "read_call"),
        Rule("called", decides(PROPOSE), "proposed", "propose", sends=(PROPOSE,)),
        Rule("called", decides(REFUSE), "refused", "answer_no", sends=(REFUSE,)),
        Rule("called", decides(NOT_UNDERSTOOD), "not understood", "answer_no", sends=(NOT_UNDERSTOOD,)),
        Rule("called", TIMEOUT, "silent"),
        Rule("called", CANCEL, "cancelled", "confirm", sends=(INFORM,)),
        Rule("proposed", ACCEPT, "working", "read_award"),
        Rule("proposed", REJECT, "rejected"),
        Rule("proposed", NOT_UNDERSTOOD, "not understood"),
        Rule("proposed", TIMEOUT, "forgotten"),
        Rule("proposed", CANCEL, "cancelled", "confirm", sends=(INFORM,)),
        Rule("working", decides(INFORM), "done", "report", sends=(INFORM,)),
        Rule("working", decides(FAILURE), "failed", "report", sends=(FAILURE,)),
        Rule("working", TIMEOUT, "failed", "report_overdue", sends=(FAILURE,)),
        Rule("working", CANCEL, "cancelled", "confirm", sends=(INFORM,)),
        Rule("forgotten", ACCEPT, "forgotten", "decline", sends=(FAILURE,)),
        Rule("done", CANCEL, "done", "repeat_report", sends=(INFORM,)),
    )
    final: ClassVar[tuple[str, ...]] = (
        "done",
        "failed",
        "refused",
        "not understood",
        "silent",
        "rejected",
        "forgotten",
        "cancelled",
    )
    opens = CFP
    alike = True
    asks: ClassVar[Mapping[str, str]] = {"called": "bid", "working": "perform"}
    reads: ClassVar[Mapping[Performative, str]] = {CFP: "is_task"}
    __slots__ = ("answered", "bid", "call_id", "patience", "reply_by", "task")

    def __init__(self, *, patience: float = 20) -> None:
        super().__init__()
        self.patience = ticks("patience", patience)
        self.task: Any = None
        self.bid: Any = None
        self.reply_by: float = 0
        self.call_id: str | None = None
        self.answered: Answer | None = None

    @property
    def initiator(self) -> str:
        """Who called."""
        return self.key[1]

    def is_task(self, content: Any) -> bool:
        """Does the call say what is to be done?"""
        return content is not None

    def about(self) -> Any:
        """The task."""
        return self.task

    def result(self) -> Any:
        """The task."""
        return self.task

    def read_call(self, message: Message) -> None:
        """Keep the task and the time limit of the call."""
        self.task, self.call_id = message.content, message.reply_with
        self.deadline = self.reply_by = message.reply_by or 0

    def propose(self, answer: Answer) -> None:
        """Bid."""
        self.bid = bid = answer.content
        self.deadline = self.reply_by + self.patience
        self.tell(PROPOSE, self.key[1], bid, in_reply_to=self.call_id)

    def answer_no(self, answer: Answer) -> None:
        """Refuse, or say that the call was not understood."""
        self.tell(answer.performative, self.initiator, answer.content, in_reply_to=self.call_id)

    def read_award(self, message: Message) -> None:
        """Keep the time limit of the work."""
        limit = message.reply_by
        self.deadline = max(limit, self.now) if is_number(limit) else self.now + REPORT_TIME  # type: ignore[type-var]

    def report(self, answer: Answer) -> None:
        """Report that it is done, what came of it, or that it failed."""
        if answer.performative is INFORM and not isinstance(answer.content, Done | Result):
            content = Done() if answer.content is None else Result(answer.content)
            answer = answer._replace(content=content)
        self.answered = answer
        self.tell(answer.performative, self.initiator, answer.content)

    def report_overdue(self, _: Any) -> None:
        """Report that it was not done in time."""
        self.tell(FAILURE, self.initiator, "not done in time")

    def confirm(self, _: Any) -> None:
        """Confirm that it is cancelled."""
        self.tell(INFORM, self.initiator, Cancelled())

    def decline(self, _: Any) -> None:
        """Say that the award came when it was no longer awaited."""
        self.tell(FAILURE, self.initiator, "the award came too late")

    def repeat_report(self, _: Any) -> None:
        """Say again what was done: too late to cancel; the report was lost or crossed it."""
        assert self.answered is not None
        self.tell(INFORM, self.initiator, self.answered.content)
