"""What a role's table is made of, and what passes between a conversation and the agent's policy."""

from __future__ import annotations

from typing import Any, NamedTuple

from mas_kit.core.errors import unknown
from mas_kit.core.messages import ACTS, Performative

_record = tuple.__new__  # what a named tuple's own constructor ends in: half of its time

START, TIMEOUT, WHEN = "start", "time-out", "when"


def decides(performative: Performative) -> str:
    """The event that the agent's own policy decided to say this."""
    return f"decides {performative}"


DECIDES = {act: decides(act) for act in Performative}


class Rule(NamedTuple):
    """One row of a role's table. `guard` and `effect` name methods of the role."""

    state: str
    on: str
    to: str
    effect: str = ""
    guard: str = ""
    sends: tuple[Performative, ...] = ()
    note: str = ""


class Question(NamedTuple):
    """What a conversation asks of the agent's policy, until it is answered or the time is out."""

    key: tuple[str, str]  # which conversation: its id, and who opened it ("" for oneself)
    kind: str
    content: Any
    sender: str
    protocol: str
    reply_by: float | None
    allowed: tuple[Performative, ...]

    def answer(self, performative: Performative | str, content: Any = None) -> Answer:
        """The policy's answer. Raises UnknownNameError for an act that the protocol does not allow here."""
        act = ACTS.get(performative)
        if act not in self.allowed:
            raise unknown(f"answer to {self.kind!r}", performative, self.allowed)
        return _record(Answer, (self.key, act, content))


class Answer(NamedTuple):
    """What the policy answered to a question."""

    key: tuple[str, str]
    performative: Performative
    content: Any = None


class Outcome(NamedTuple):
    """How a conversation ended for one role: its final state, and what came of it."""

    status: str
    value: Any
    conversation_id: str
    protocol: str
    role: str
