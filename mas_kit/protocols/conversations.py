"""The conversations that an agent is in: who gets which message, what is asked, what came of them.

In an agent, `perceive` returns `talks.hear(self.inbox)`, which changes nothing; the policy answers the
questions in it; `act` hands hearing and answers to `talks.act`, the only place where anything changes or is
sent.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mas_kit.core.errors import MasKitError, out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.core.network import Network, find
from mas_kit.protocols.hearing import Hearing, Ignored, Key, quiet
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import Answer, Outcome, Question

if TYPE_CHECKING:
    from mas_kit.core.agent import Agent

INFINITY = float("inf")


def _late(letters: Sequence[Message]) -> Ignored:
    return tuple([("late", letter) for letter in letters])


class Conversations:
    """All conversations of one agent.

    Args:
        agent: whose they are; or just its name, to look at protocols without a model: then nothing is sent
            and `act` and `start` only return the messages.
        roles: the roles that it takes up when another agent opens a conversation: classes, or instances
            where they have settings.
        network: the name of the network to speak on, where the model has several.
        memory: ticks for which an ended conversation is remembered, so that a late copy of the message that
            opened it does not open it again.

    Attributes:
        open, closed: the roles that go on, and those that have ended and are remembered, by key.
        outcomes: how each conversation ended, by key (only the newest `limit`); `outcome` looks one up. A
            key is the conversation's id and who opened it ("" for oneself), so that a stranger who calls
            under an id that he has overheard opens a conversation of his own.
        counts: how many messages were ignored, by reason: forged, malformed, duplicate, late, unexpected,
            unknown conversation.

    Raises:
        ParameterError: two roles for one protocol, or one that nobody else can open.
    """

    limit = 10_000

    def __init__(
        self,
        agent: Agent | str,
        roles: Iterable[Role | type[Role]] = (),
        *,
        network: str | None = None,
        memory: float = 100,
    ) -> None:
        self.agent = None if isinstance(agent, str) else agent
        self.me = agent if isinstance(agent, str) else agent.name
        self.network, self.memory = network, memory
        self.roles: dict[str, Role] = {}
        for role in roles:
            plays = role() if isinstance(role, type) else role
            if plays.opens is None or plays.protocol in self.roles:
                raise out_of_range(
                    "roles", plays.protocol, "one role a protocol that another agent opens", "choose one"
                )
            self.roles[plays.protocol] = plays
        self.open: dict[Key, Role] = {}
        self.closed: dict[Key, Role | None] = {}
        self.outcomes: dict[Key, Outcome] = {}
        self.counts: Counter[str] = Counter()
        self._forget: deque[tuple[float, Key]] = deque()
        self._fresh: list[Outcome] = []
        self._number = 0
        self._channel: Network | None = None
        self._wake = INFINITY  # the first deadline of an open conversation
        self._asking = 0  # open conversations that wait for the policy

    def outcome(self, conversation_id: str, opened_by: str = "") -> Outcome | None:
        """How a conversation ended, or None while it goes on (or if there was none)."""
        return self.outcomes.get((conversation_id, opened_by))

    # ---- what is pure

    def hear(self, inbox: Sequence[Message] | None = None, now: float | None = None) -> Hearing:
        """What this mail and this time bring about. Without arguments, the agent's inbox and clock."""
        inbox = self._inbox() if inbox is None else inbox
        now = self._now() if now is None else now
        if not inbox and now <= self._wake and not self._asking and not self._fresh:
            return quiet(now)
        changed: dict[Key, Role] = {}
        messages: tuple[Message, ...] = ()
        mail, ignored, rest = self._sort(inbox)
        for key, letters in mail.items():
            role = self.open.get(key) or self.closed.get(key)
            if role is not None:
                role, out, bad = role.step(letters, now)
            elif key in self.closed:
                out, bad = (), _late(letters)
            else:
                role, out, bad = self._take_up(letters, now)
            messages += out
            ignored += bad
            if role is not None:
                changed[key] = role
        if now > self._wake:
            due = [(k, r) for k, r in self.open.items() if r.deadline is not None and now > r.deadline]
            for key, role in due:
                if key not in changed:
                    changed[key], out, _ = role.step((), now)
                    messages += out
        outcomes = tuple(self._fresh)
        for key, role in changed.items():
            if role.outcome is not None and key not in self.closed:
                outcomes += (role.outcome,)
        questions = self._questions(changed)
        return Hearing(questions, outcomes, now, changed, messages, ignored, rest, len(self._fresh))

    def _sort(
        self, inbox: Sequence[Message]
    ) -> tuple[dict[Key, list[Message]], Ignored, tuple[Message, ...]]:
        """The mail by conversation, in order of arrival; what is ignored; what belongs to no conversation."""
        mail: dict[Key, list[Message]] = {}
        ignored: Ignored = ()
        rest: tuple[Message, ...] = ()
        for message in inbox:
            cid, sender = message.conversation_id, message.sender
            if cid is None or cid.__class__ is not str or sender.__class__ is not str:
                if cid is None and message.protocol is None:
                    rest += (message,)
                else:
                    ignored += (("malformed", message),)
                continue
            key = (cid, sender)
            if key not in self.open and key not in self.closed:
                own = (cid, "")
                if own in self.open or own in self.closed:
                    key = own
                elif key not in mail and not self._opens(message):
                    ignored += ((self._stray(cid), message),)
                    continue
            if key in mail:
                mail[key].append(message)
            else:
                mail[key] = [message]
        return mail, ignored, rest

    def _opens(self, message: Message) -> bool:
        protocol = message.protocol
        role = self.roles.get(protocol) if protocol.__class__ is str else None
        return role is not None and message.performative is role.opens

    def _stray(self, conversation_id: str) -> str:
        known = any(key[0] == conversation_id for roles in (self.open, self.closed) for key in roles)
        return "forged" if known else "unknown conversation"

    def _take_up(
        self, letters: Sequence[Message], now: float
    ) -> tuple[Role | None, tuple[Message, ...], Ignored]:
        """The first letter that opens a conversation opens it; no role if none of them does."""
        messages: tuple[Message, ...] = ()
        ignored: Ignored = ()
        for at, letter in enumerate(letters):
            if at and not self._opens(letter):  # the first one was looked at already
                ignored += (("unknown conversation", letter),)
                continue
            step = self.roles[str(letter.protocol)].take_up(self.me, letter, now)
            messages, ignored = messages + step.messages, ignored + step.ignored
            if step.role.state != "start":
                if at + 1 < len(letters):
                    step = step.role.step(letters[at + 1 :], now)
                    messages, ignored = messages + step.messages, ignored + step.ignored
                return step.role, messages, ignored
        return None, messages, ignored

    def _questions(self, changed: Mapping[Key, Role]) -> tuple[Question, ...]:
        asked: list[Role] = []
        if self._asking:
            asked += [role for key, role in self.open.items() if key not in changed]
        asked += changed.values()
        found = [role.question() for role in asked if role.state in role.asks]
        return tuple([question for question in found if question is not None]) if found else ()

    # ---- what changes something

    def act(self, hearing: Hearing, answers: Iterable[Answer] | None = ()) -> tuple[Message, ...]:
        """Let happen what was heard, with the policy's answers; sends the messages and returns them.

        Raises MasKitError for an answer to a question that was not asked.
        """
        if hearing.fresh:
            del self._fresh[: hearing.fresh]
        if not hearing.changed and not hearing.ignored and not answers:
            return ()
        now, messages, ignored = hearing.time, hearing.messages, hearing.ignored
        for key, role in hearing.changed.items():
            self._keep(key, role, now, False)
        for answer in answers or ():
            asked = self.open.get(answer.key)
            if asked is None:
                raise MasKitError(f"{self.me!r} answers {answer.key!r}, which asks nothing now")
            step = asked.step((), now, answer)
            messages += step.messages
            self._keep(answer.key, step.role, now, True)
        for reason, _ in ignored:
            self.counts[reason] += 1
        self._tidy(now)
        return self._send(messages)

    def start(self, role: Role, conversation_id: str | None = None, now: float | None = None) -> str:
        """Open a conversation in that role, sending what it begins with; returns the conversation's id.

        Raises MasKitError when a conversation with that id is open or remembered.
        """
        now = self._now() if now is None else now
        if conversation_id is None:
            self._number += 1
            conversation_id = f"{self.me}/{role.protocol}/{self._number}"
        if (conversation_id, "") in self.open or (conversation_id, "") in self.closed:
            raise MasKitError(f"{self.me!r} has a conversation {conversation_id!r}; give this one another id")
        step = role.begin(self.me, conversation_id, now)
        self._keep(step.role.key, step.role, now, True)
        self._tidy(now)
        self._send(step.messages)
        return conversation_id

    def say(self, conversation_id: str, performative: Performative | str, content: Any = None) -> None:
        """Decide something in a conversation of one's own without having been asked, such as to cancel it.

        Raises MasKitError when no such conversation is open, UnknownNameError when its state does not let
        the agent decide that. In a tick, call it after `act`.
        """
        role = self.open.get((conversation_id, ""))
        if role is None:
            raise MasKitError(f"{self.me!r} has no open conversation {conversation_id!r} of its own")
        now = self._now()
        step = role.step((), now, Answer(role.key, Performative(performative), content))
        self._keep(role.key, step.role, now, True)
        self._tidy(now)
        self._send(step.messages)

    def _keep(self, key: Key, role: Role, now: float, news: bool) -> None:
        if role.outcome is None:
            self.open[key] = role
            return
        if key not in self.closed:
            self.open.pop(key, None)
            self.outcomes[key] = role.outcome
            if len(self.outcomes) > self.limit:
                del self.outcomes[next(iter(self.outcomes))]
            self._forget.append((now + self.memory, key))
            if news:
                self._fresh.append(role.outcome)
        # Of a conversation that another opened only its key is kept, unless it may have more to say.
        self.closed[key] = role if not key[1] or role.state in role.answers_after else None

    def _tidy(self, now: float) -> None:
        while self._forget and now > self._forget[0][0]:
            self.closed.pop(self._forget.popleft()[1], None)
        wake, asking = INFINITY, 0
        for role in self.open.values():
            if role.deadline is not None and role.deadline < wake:
                wake = role.deadline
            if role.state in role.asks:
                asking += 1
        self._wake, self._asking = wake, asking

    def _send(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        if self.agent is not None and messages:
            network = self._channel
            if network is None:
                network = self._channel = find(self.agent.model.networks, self.network)
            if network.log is None:
                network.outbox += messages
            else:
                for message in messages:
                    network.send(message, self.agent.cause)
        return messages

    def _inbox(self) -> Sequence[Message]:
        return () if self.agent is None else self.agent.inbox

    def _now(self) -> float:
        return 0 if self.agent is None else self.agent.model.tick

    def __repr__(self) -> str:
        return f"<conversations of {self.me!r}: {len(self.open)} open, {dict(self.counts)} ignored>"
