"""Which role hears which message: the mail of a tick, told apart by conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mas_kit.core.messages import Message
from mas_kit.protocols.hearing import Ignored, Key
from mas_kit.protocols.role import Role

INFINITY = float("inf")


class Listener:
    """An agent's roles, and what they make of its mail. Nothing here changes anything."""

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
        for message in inbox:
            others, sender = message.others, message.sender
            if others is None or (cid := others[0]).__class__ is not str or sender.__class__ is not str:
                odd.append(message)
                continue
            key = (cid, sender) if takes_calls else (cid, "")
            draft = drafts.get(key)
            if draft is not None:
                draft.hear(message)
            elif (role := opened.get(key)) is not None:
                drafts[role.key] = draft = role.draft(now)
                draft.hear(message)
            else:
                self._otherwise(key, message, now, drafts, odd)
        if now > self._idle:
            for key, role in opened.items():
                if role.deadline is not None and now > role.deadline and key not in drafts:
                    drafts[key] = role.draft(now)
        return drafts, odd

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
