"""Messages and communicative acts, with FIPA's names."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class Performative(StrEnum):
    """The 22 communicative acts of FIPA SC00037J."""

    ACCEPT_PROPOSAL = "accept-proposal"
    AGREE = "agree"
    CANCEL = "cancel"
    CFP = "cfp"
    CONFIRM = "confirm"
    DISCONFIRM = "disconfirm"
    FAILURE = "failure"
    INFORM = "inform"
    INFORM_IF = "inform-if"
    INFORM_REF = "inform-ref"
    NOT_UNDERSTOOD = "not-understood"
    PROPAGATE = "propagate"
    PROPOSE = "propose"
    PROXY = "proxy"
    QUERY_IF = "query-if"
    QUERY_REF = "query-ref"
    REFUSE = "refuse"
    REJECT_PROPOSAL = "reject-proposal"
    REQUEST = "request"
    REQUEST_WHEN = "request-when"
    REQUEST_WHENEVER = "request-whenever"
    SUBSCRIBE = "subscribe"


class Message(NamedTuple):
    """One message, with the parameters of FIPA SC00061G by their names.

    A record that nobody can change: the sender and every receiver hold the same one. `sender`, `receiver`
    and `reply_to` are agent names; `reply_by` is a time of the model's clock, in ticks.
    """

    performative: Performative
    sender: str
    receiver: str
    content: Any = None
    conversation_id: str | None = None
    protocol: str | None = None
    reply_with: str | None = None
    in_reply_to: str | None = None
    reply_by: float | None = None
    reply_to: str | None = None
    language: str | None = None
    encoding: str | None = None
    ontology: str | None = None

    def reply(self, performative: Performative, content: Any = None, **more: Any) -> Message:
        """The answer to this message: addressed back, in the same conversation and protocol.

        >>> ask = Message(Performative.REQUEST, "ann", "bob", 3, conversation_id="c1", reply_with="q1")
        >>> answer = ask.reply(Performative.AGREE)
        >>> answer.receiver, answer.conversation_id, answer.in_reply_to
        ('ann', 'c1', 'q1')
        """
        return Message(
            performative,
            self.receiver,
            self.reply_to or self.sender,
            content,
            self.conversation_id,
            self.protocol,
            in_reply_to=self.reply_with,
            **more,
        )
