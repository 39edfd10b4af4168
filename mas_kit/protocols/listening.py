"""Which role hears which message: the mail of a tick, told apart by conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.messages import Message
from mas_kit.protocols.hearing import Hearing, Ignored, Key
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import Outcome, Question

INFINITY = float("inf")
_record = tuple.__new__


class Call(NamedTuple):
    """A call that was read: by what role, and what became of it."""

    plays: Role
    others: tuple[Any, ...]
    content: Any
    sender: str
    time: float
    role: Role
    questions: tuple[Question, ...]


@lru_cache(maxsize=64)
def _prototype(cls: type[Role]) -> Role:
    return cls()


def prototype(cls: type[Role]) -> Role:
    """A role of that class without settings: one for everybody where that makes no difference."""
    return _prototype(cls) if cls.alike else cls()  # type: ignore[arg-type]  # a class can be hashed


class Listener:
    """An agent's roles, and what they make of its mail. Nothing here changes anything."""

    _latest: ClassVar[Call | None] = None  # the last call read by anybody

    me: str
    roles: dict[str, Role]  # that it takes up when it is called, by protocol
    open: dict[Key, Role]
    closed: dict[Key, Role | None]  # None: it has nothing more to say
    _idle: float = INFINITY  # until when there is nothing to hear or to ask unless mail comes

    def _drafts(self, inbox: Sequence[Message], now: float) -> tuple[dict[Key, Role], list[Message | Role]]:
        """What this mail and time make of the roles; mail that none hears, roles that it could not open."""
        drafts: dict[Key, Role] = {}
        odd: list[Message | Role] = []
        opened, takes_calls = self.open, self.roles
        last: str | None = None  # its conversation's draft hears again: the answers to a call come in a row
        draft: Role | None = None
        for message in inbox:
            others, sender = message.others, message.sender
            if others is None or (cid := others[0]).__class__ is not str or sender.__class__ is not str:
                odd.append(message)
                continue
            if cid is last and draft is not None:
                draft.hear(message)
                continue
            key = (cid, sender) if takes_calls else (cid, "")
            draft = drafts.get(key)
            if draft is None:
                role = opened.get(key)
                if role is None:
                    self._otherwise(key, message, now, drafts, odd)
                    continue
                drafts[role.key] = draft = role.draft(now)
            draft.hear(message)
            last = None if takes_calls else cid
        if now > self._idle:
            for key, role in opened.items():
                if role.deadline is not None and now > role.deadline and key not in drafts:
                    drafts[key] = role.draft(now)
        return drafts, odd

    def _one(self, message: Message, now: float) -> Hearing | None:
        """What a single message brings about when nothing else is due; None where it is not that simple.

        It is the commonest case by far, and comes to the same as the long way.
        """
        others, sender = message.others, message.sender
        if others is None or (cid := others[0]).__class__ is not str or sender.__class__ is not str:
            return None
        key = (cid, sender) if self.roles else (cid, "")
        role = self.open.get(key)
        if role is None:
            return self._called(key, message, now)
        draft = role._copy(now)  # no wait is over, or there would be more to hear than this message
        draft.hear(message)
        if draft.state in draft.moves:
            draft.proceed()
        questions: tuple[Question, ...] = ()
        outcomes: tuple[Outcome, ...] = ()
        if draft.state in draft.asks:
            questions = (draft.question(),)  # type: ignore[assignment]
        elif draft.outcome is not None:
            outcomes = (draft.outcome,)
        what = (questions, outcomes, now, {draft.key: draft}, draft.sent, draft.ignored, (), 0)
        return _record(Hearing, what)

    def _called(self, key: Key, message: Message, now: float) -> Hearing | None:
        """What a call brings about that went to others as well, if it makes the same of all of them.

        Such letters share their parameters and content, so the first is read and the others are compared.
        """
        others = message.others
        assert others is not None
        protocol, own = others[1], (key[0], "")
        plays = self.roles.get(protocol) if protocol.__class__ is str else None
        if plays is None or not plays.alike or message.performative is not plays.opens:
            return None
        if key in self.closed or own in self.open or own in self.closed:
            return None
        call = Listener._latest  # once: another thread may run another model
        if (
            call is not None
            and call.others is others
            and call.plays is plays
            and call.time == now
            and call.content is message.content
            and call.sender == key[1]
        ):
            draft = call.role._copy(now)
            draft.me = self.me
        else:
            draft = plays.opened(self.me, key, message, now)
            asked = draft.question()
            if asked is None or draft.sent or draft.ignored or draft.state in draft.moves:
                return None
            Listener._latest = call = Call(plays, others, message.content, key[1], now, draft, (asked,))
        return _record(Hearing, (call.questions, (), now, {draft.key: draft}, (), (), (), 0))

    def _otherwise(
        self, key: Key, message: Message, now: float, drafts: dict[Key, Role], odd: list[Message | Role]
    ) -> None:
        """Mail to none of the open conversations with its sender: to an ended one, an own one, a new one?"""
        if key in self.closed:
            role = self.closed[key]  # None when it has nothing more to say
        else:
            own = (key[0], "")
            draft = drafts.get(own)
            if draft is not None:
                draft.hear(message)
                return
            role = self.open.get(own) or self.closed.get(own)
            if role is None:
                protocol = message.protocol
                plays = self.roles.get(protocol) if protocol.__class__ is str else None
                if plays is None or message.performative is not plays.opens:
                    odd.append(message)
                    return
                draft = plays.opened(self.me, key, message, now)
                if draft.state == "start":
                    odd.append(draft)
                else:
                    drafts[key] = draft
                return
        if role is None:
            odd.append(message)
            return
        drafts[role.key] = draft = role.draft(now)
        draft.hear(message)

    def _sort_out(
        self, odd: Iterable[Message | Role]
    ) -> tuple[tuple[Message, ...], Ignored, tuple[Message, ...]]:
        """What is sent because of odd mail; what is ignored, and why; what belongs to no conversation."""
        messages: tuple[Message, ...] = ()
        ignored: Ignored = ()
        rest: tuple[Message, ...] = ()
        for one in odd:
            if isinstance(one, Role):  # the call that it was to open with could not be read, or came late
                messages += one.sent
                ignored += one.ignored
            elif reason := self._reason(one):
                ignored += ((reason, one),)
            else:
                rest += (one,)
        return messages, ignored, rest

    def _reason(self, message: Message) -> str:
        """Why nobody hears a message; "" when it belongs to no conversation."""
        cid, sender = message.conversation_id, message.sender
        if cid.__class__ is not str or sender.__class__ is not str:
            return "" if cid is None and message.protocol is None else "malformed"
        if (cid, sender) in self.closed:
            return "late"
        known = any(key[0] == cid for roles in (self.open, self.closed) for key in roles)
        return "forged" if known else "unknown conversation"
