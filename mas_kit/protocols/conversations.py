"""The conversations that an agent is in: who gets which message, what is asked, what came of them.

In an agent, `perceive` returns `talks.hear(self.inbox)`, which changes nothing; the policy answers the
questions in it; `act` hands hearing and answers to `talks.act`, the only place where anything changes or is
sent.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mas_kit.core.errors import MasKitError, out_of_range, unknown
from mas_kit.core.messages import ACTS, Message, Performative
from mas_kit.core.network import Network, find
from mas_kit.protocols.hearing import Hearing, Key, quiet
from mas_kit.protocols.listening import INFINITY, Listener, prototype
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import Answer, Outcome, Question

if TYPE_CHECKING:
    from mas_kit.core.agent import Agent

NOBODY = SimpleNamespace(inbox=(), model=SimpleNamespace(tick=0))  # who looks at protocols without a model
_record = tuple.__new__


class Conversations(Listener):
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
            kind: Any = role if isinstance(role, type) else type(role)
            if not issubclass(kind, Role):
                raise out_of_range("roles", role, "classes of roles, or roles", "see mas_kit.protocols")
            if kind.opens is None or kind.protocol in self.roles:
                raise out_of_range(
                    "roles", kind.protocol, "one role a protocol that another agent opens", "choose one"
                )
            self.roles[kind.protocol] = prototype(kind) if isinstance(role, type) else role
        self.open: dict[Key, Role] = {}
        self.closed: dict[Key, Role | None] = {}
        self.outcomes: dict[Key, Outcome] = {}
        self.counts: Counter[str] = Counter()
        self._forget: deque[tuple[float, Key]] = deque()
        self._forgets = INFINITY  # when the first of them is due
        self._fresh: list[Outcome] = []
        self._number = 0
        self._channel: Network | None = None
        self._here: Any = NOBODY if self.agent is None else self.agent
        self._idle = INFINITY  # until when there is nothing to hear or to ask unless mail comes

    def outcome(self, conversation_id: str, opened_by: str = "") -> Outcome | None:
        """How a conversation ended, or None while it goes on (or if there was none)."""
        return self.outcomes.get((conversation_id, opened_by))

    # ---- what is pure

    def hear(self, inbox: Sequence[Message] | None = None, now: float | None = None) -> Hearing:
        """What this mail and this time bring about. Without arguments, the agent's inbox and clock."""
        here = self._here
        if inbox is None:
            inbox = here.inbox
        if now is None:
            now = here.model.tick
        if now <= self._idle:
            if not inbox:
                return quiet(now)
            if len(inbox) == 1 and (hearing := self._one(inbox[0], now)) is not None:
                return hearing
        fresh = self._fresh
        drafts, odd = self._drafts(inbox, now)
        messages, ignored, rest = self._sort_out(odd) if odd else ((), (), ())
        questions: tuple[Question, ...] = ()
        if now > self._idle:
            waiting = [r for key, r in self.open.items() if r.state in r.asks and key not in drafts]
            questions = tuple([role.question() for role in waiting])  # type: ignore[misc]
        outcomes: tuple[Outcome, ...] = tuple(fresh) if fresh else ()
        for key, role in drafts.items():
            if role.state in role.moves:
                role.proceed()
            messages += role.sent
            ignored += role.ignored
            if role.state in role.asks:
                questions += (role.question(),)  # type: ignore[operator]
            elif role.outcome is not None and key not in self.closed:
                outcomes += (role.outcome,)
        return _record(Hearing, (questions, outcomes, now, drafts, messages, ignored, rest, len(fresh)))

    # ---- what changes something

    def act(self, hearing: Hearing, answers: Iterable[Answer] | None = ()) -> tuple[Message, ...]:
        """Let happen what was heard, with the policy's answers; sends the messages and returns them.

        Raises MasKitError for an answer to a question that was not asked.
        """
        _, _, now, changed, messages, ignored, _, fresh = hearing
        if not (changed or answers or ignored or fresh):
            return ()
        opened = self.open
        if fresh:
            del self._fresh[:fresh]
        for key, role in changed.items():
            outcome = role.outcome
            if outcome is None:
                opened[key] = role
            else:
                self._end(key, role, outcome, now)
        for answer in answers or ():
            key = answer.key
            asking = opened.get(key)
            if asking is None:
                raise MasKitError(f"{self.me!r} answers {key!r}, which asks nothing now")
            deadline = asking.deadline
            role = asking._copy(now) if deadline is None or now <= deadline else asking.draft(now)
            role.decide(answer)
            if role.state in role.moves:
                role.proceed()
            messages += role.sent
            if role.outcome is None:
                opened[key] = role
            else:
                self._keep(key, role, now)
        for reason, _ in ignored:
            self.counts[reason] += 1
        self._tidy(now)
        return self._send(messages) if messages else messages

    def start(self, role: Role, conversation_id: str | None = None, now: float | None = None) -> str:
        """Open a conversation in that role, sending what it begins with; returns the conversation's id.

        Raises MasKitError when a conversation with that id is open or remembered, and for one with oneself:
        an agent plays one role in a conversation, so it would not hear its own answers.
        """
        if not isinstance(role, Role):
            raise out_of_range("role", role, "a role", "make it: give what it needs in its brackets")
        now = self._now() if now is None else now
        if now > self._forgets:
            self._tidy(now)
        if conversation_id is None:
            self._number += 1
            conversation_id = f"{self.me}/{role.protocol}/{self._number}"
        if (conversation_id, "") in self.open or (conversation_id, "") in self.closed:
            raise MasKitError(f"{self.me!r} has a conversation {conversation_id!r}; give this one another id")
        step = role.begin(self.me, conversation_id, now)
        if self.me in step.role.members and any(letter.receiver == self.me for letter in step.messages):
            raise MasKitError(
                f"{self.me!r} opens {role.protocol} with itself and could not hear its own answers; leave it "
                "out of those who take part, and weigh what it would say itself"
            )
        self._keep(step.role.key, step.role, now)
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
        act = ACTS.get(performative)
        if act is None:
            raise unknown("performative", performative, role.allowed())
        step = role.step((), now, Answer(role.key, act, content))
        self._keep(role.key, step.role, now)
        self._tidy(now)
        self._send(step.messages)

    def _keep(self, key: Key, role: Role, now: float) -> None:
        """Keep a role; when it has just ended, tell so at the next hearing."""
        outcome = role.outcome
        if outcome is None:
            self.open[key] = role
        else:
            if key not in self.closed:
                self._fresh.append(outcome)
            self._end(key, role, outcome, now)

    def _end(self, key: Key, role: Role, outcome: Outcome, now: float) -> None:
        closed = self.closed
        if key not in closed:
            outcomes, later = self.outcomes, now + self.memory
            self.open.pop(key, None)
            outcomes[key] = outcome
            if len(outcomes) > self.limit:
                del outcomes[next(iter(outcomes))]
            self._forget.append((later, key))
            if len(self._forget) == 1:  # they end, and are due, in the order of time
                self._forgets = later
        # Of a conversation that another opened only its key is kept, unless it may have more to say.
        closed[key] = role if not key[1] or role.state in role.answers_after else None

    def _tidy(self, now: float) -> None:
        while now > self._forgets:
            self.closed.pop(self._forget.popleft()[1], None)
            self._forgets = self._forget[0][0] if self._forget else INFINITY
        idle = -INFINITY if self._fresh else INFINITY
        if self.open:
            for role in self.open.values():
                deadline = role.deadline
                if role.state in role.asks:
                    idle = -INFINITY
                elif deadline is not None and deadline < idle:
                    idle = deadline
        self._idle = idle

    def _send(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        agent = self.agent
        if agent is not None and messages:
            network = self._channel
            if network is None:
                network = self._channel = find(agent.model.networks, self.network)
            network.send_many(messages, agent.cause)
        return messages

    def _now(self) -> float:
        now: float = self._here.model.tick
        return now

    def __repr__(self) -> str:
        return f"<conversations of {self.me!r}: {len(self.open)} open, {dict(self.counts)} ignored>"
