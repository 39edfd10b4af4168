"""What a tick's mail and clock bring about in an agent's conversations, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from mas_kit.core.messages import Message
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import Outcome, Question

Key = tuple[str, str]
Ignored = tuple[tuple[str, Message], ...]


class Hearing(NamedTuple):
    """What the mail and the clock of a tick bring about, thought through and not done yet.

    questions: what the policy is asked; `outcomes`: conversations that ended since the last hearing.
    """

    questions: tuple[Question, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    time: float = 0
    changed: Mapping[Key, Role] = {}
    messages: tuple[Message, ...] = ()
    ignored: Ignored = ()
    inbox: tuple[Message, ...] = ()  # mail that belongs to no conversation; the agent may read it itself
    fresh: int = 0  # how many of the outcomes were there before

    def ask(self, kind: str) -> tuple[Question, ...]:
        """The questions of one kind."""
        return tuple([question for question in self.questions if question.kind == kind])


@lru_cache(maxsize=8)
def quiet(now: float) -> Hearing:
    """Nothing came and nothing is due: the same for everybody."""
    return Hearing(time=now)
