"""A role in a protocol: a small state machine whose whole behaviour is one table.

A role is a value. `begin` and `step` change nothing: they return the role as it is afterwards together with
the messages to send, so that a tick can be thought through before anything is done, and repeated.

A row of the table reads: in this state, on this event, if the guard holds, have the effect and go to that
state. Events are the arrival of a performative, a time-out, a decision of the agent's own policy, or a
condition that has come to hold. The first row whose guard holds is taken.

Three rules hold for every protocol, because they stand here:

- who is not in the conversation is not heard: such a message is ignored and counted as forged;
- content that cannot be read is answered with not-understood, and is otherwise as if never sent;
- what comes twice, or too late, or out of place, is ignored and counted.

The network vouches for a message's sender; what a member says in its own name is for the protocol to judge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from mas_kit.core.errors import unknown
from mas_kit.core.messages import Message, Performative, letters
from mas_kit.protocols.compiling import Reads, Rows, by_state, copier, method
from mas_kit.protocols.content import is_number
from mas_kit.protocols.rules import DECIDES, START, TIMEOUT, WHEN, Answer, Outcome, Question, Rule

if TYPE_CHECKING:
    from mas_kit.protocols.diagram import Diagram

_record = tuple.__new__  # what a named tuple's own constructor ends in: half of its time


class Step(NamedTuple):
    """What a step leads to: the role afterwards, what to send, and what was ignored and why."""

    role: Role
    messages: tuple[Message, ...] = ()
    ignored: tuple[tuple[str, Message], ...] = ()


class Role:
    """One side of a protocol. A subclass declares the table and writes the guards and effects it names.

    Attributes:
        me, conversation_id, key: who plays it and where; set by `begin` or by the message that opens it.
        state: where it stands in the table.
        deadline: the last tick of the present wait, inclusive; after it the time-out row is taken.
        members: the names it listens to.
        outcome: None until it has ended.
    """

    protocol: ClassVar[str]
    name: ClassVar[str]
    table: ClassVar[tuple[Rule, ...]]
    final: ClassVar[tuple[str, ...]]
    asks: ClassVar[Mapping[str, str]] = {}  # the kind of question that a state asks
    reads: ClassVar[Mapping[Performative, str]] = {}  # the method that says whether a content can be read
    opens: ClassVar[Performative | None] = None  # the message that opens it, where another begins
    changing: ClassVar[tuple[str, ...]] = ()  # attributes that hold a dict, list or set of its own
    alike: ClassVar[bool] = False  # opened by one message to many, all are alike but for `me`. Not inherited:
    # whoever overrides a method may make use of `me` in it

    moves: ClassVar[frozenset[str]]  # states in which it may go on by itself
    answers_after: ClassVar[frozenset[str]]  # final states in which it still answers to something
    _rows: ClassVar[dict[str, dict[str, Rows]]]  # the table, by state and event
    _heard: ClassVar[dict[str, dict[Performative, tuple[Reads, Rows]]]]  # by state and message
    _decided: ClassVar[dict[str, dict[Performative, Rows]]]  # by state and answer
    _hears: ClassVar[frozenset[Performative]]  # in any state
    _allowed: ClassVar[dict[str, tuple[Performative, ...]]]

    __slots__ = (
        *("me", "conversation_id", "key", "state", "deadline", "members", "outcome", "now"),
        *("sent", "ignored"),  # in the step that led here
    )

    def __init__(self) -> None:
        self.me, self.conversation_id, self.state = "", "", "start"
        self.key: tuple[str, str] = ("", "")
        self.deadline: float | None = None
        self.members: Collection[str] = ()
        self.outcome: Outcome | None = None
        self.now: float = 0
        self.sent: tuple[Message, ...] = ()
        self.ignored: tuple[tuple[str, Message], ...] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.alike = cls.__dict__.get("alike", False)
        cls._copy = copier(cls, cls.changing)  # type: ignore[assignment,method-assign]
        if not hasattr(cls, "table"):
            return
        cls._rows = by_state(cls, cls.table, cls.final)
        cls._heard = {
            state: {
                act: (method(cls, cls.reads.get(act, "")), events[act])
                for act in Performative
                if act in events
            }
            for state, events in cls._rows.items()
        }
        cls._decided = {
            state: {act: events[DECIDES[act]] for act in Performative if DECIDES[act] in events}
            for state, events in cls._rows.items()
        }
        cls._allowed = {state: tuple(answers) for state, answers in cls._decided.items()}
        own = cls.own_answer is not Role.own_answer
        cls.moves = frozenset([state for state, events in cls._rows.items() if WHEN in events])
        cls.moves |= frozenset(cls.asks) if own else frozenset()
        cls.answers_after = frozenset(cls.final) & {rule.state for rule in cls.table}
        cls._hears = frozenset([rule.on for rule in cls.table if isinstance(rule.on, Performative)])

    # ---- the pure surface

    def begin(self, me: str, conversation_id: str, now: float = 0) -> Step:
        """Open a conversation as this role, at time `now`."""
        role = self._copy(now)
        role.me, role.conversation_id, role.key = me, conversation_id, (conversation_id, "")
        role._take(role._rows["start"].get(START, ()), None)
        return role.proceed()._step()

    def take_up(self, me: str, message: Message, now: float) -> Step:
        """Answer to the message that opens a conversation. Its sender is the one who is listened to."""
        key = (message.conversation_id or "", message.sender)
        return self.opened(me, key, message, now).proceed()._step()

    def step(self, inbox: Iterable[Message] = (), now: float = 0, answer: Answer | None = None) -> Step:
        """What follows from these messages, this time and the policy's answer. Changes nothing."""
        draft = self.draft(now)
        for message in inbox:
            if message.conversation_id == self.conversation_id and message.sender.__class__ is str:
                draft.hear(message)
            else:
                draft.ignored += (("forged", message),)
        if answer is not None:
            draft.decide(answer)
        return draft.proceed()._step()

    def question(self) -> Question | None:
        """What it asks of the agent's policy now, if anything."""
        state, key = self.state, self.key
        kind = self.asks.get(state)
        if kind is None:
            return None
        what = (key, kind, self.about(), key[1], self.protocol, self.deadline, self._allowed[state])
        return _record(Question, what)

    def allowed(self) -> tuple[Performative, ...]:
        """What the policy may decide in this state."""
        return self._allowed.get(self.state, ())

    # ---- what a subclass writes

    def about(self) -> Any:
        """The content of the question that the present state asks."""

    def result(self) -> Any:
        """The value of the outcome."""

    def own_answer(self) -> Answer | None:
        """The answer to its question by a rule that it was given; None leaves it to the agent's policy."""
        return None

    def tell(
        self,
        performative: Performative,
        to: str,
        content: Any = None,
        *,
        reply_with: str | None = None,
        in_reply_to: str | None = None,
        reply_by: float | None = None,
    ) -> None:
        """Send a message of this conversation (for effects)."""
        cid, protocol = self.conversation_id, self.protocol
        others = (cid, protocol, reply_with, in_reply_to, reply_by, None, None, None, None)
        self.sent += (_record(Message, (performative, self.me, to, content, others)),)

    def tell_all(
        self, performative: Performative, names: Iterable[str], content: Any = None, **more: Any
    ) -> None:
        """Send the same message of this conversation to each of several (for effects)."""
        self.sent += tuple(
            letters(performative, self.me, names, content, self.conversation_id, self.protocol, **more)
        )

    # ---- the engine: a draft is made, hears and decides, and settles; nobody changes it then

    def draft(self, now: float) -> Self:
        """A copy of this role at time `now`, which may be too late for what it waits for."""
        draft = self._copy(now)
        deadline = self.deadline
        if deadline is not None and now > deadline:
            draft._take(draft._rows[draft.state].get(TIMEOUT, ()), None)
        return draft

    def opened(self, me: str, key: tuple[str, str], message: Message, now: float) -> Self:
        """A copy of this role that has heard the message that opens a conversation."""
        draft = self._copy(now)
        draft.me, draft.key = me, key
        draft.conversation_id, sender = key
        draft.members = (sender,)
        limit = message.reply_by
        if not is_number(limit):
            draft._not_understood(message, "reply_by is not a time")
        elif now > limit:  # type: ignore[operator]
            draft.ignored += (("late", message),)
        else:
            draft.hear(message)
        return draft

    def hear(self, message: Message) -> None:
        """Take the row for a message of this conversation, if there is one (for a draft)."""
        performative = message.performative
        if message.sender not in self.members:
            self.ignored += (("forged", message),)
        elif performative.__class__ is not Performative:
            self._not_understood(message, "no such performative")
        elif (heard := self._heard[self.state].get(performative)) is None:
            self.ignored += (("late" if performative in self._hears else "unexpected", message),)
        else:
            reads, rows = heard
            if reads is not None and not reads(self, message.content):
                self._not_understood(message, f"content of {performative} cannot be read")
                return
            for guard, effect, to, ends in rows:  # `_take`, without the call around it
                if guard is None or guard(self, message):
                    if effect is not None:
                        effect(self, message)
                    self.state = to
                    if ends and self.outcome is None:
                        self._end(to)
                    return
            self.ignored += (("duplicate", message),)

    def decide(self, answer: Answer) -> None:
        """Take the row for the policy's answer (for a draft)."""
        for guard, effect, to, ends in self._decided[self.state].get(answer.performative, ()):  # `_take`
            if guard is None or guard(self, answer):
                if effect is not None:
                    effect(self, answer)
                self.state = to
                if ends and self.outcome is None:
                    self._end(to)
                return
        raise unknown(f"decision in state {self.state!r}", answer.performative, self.allowed())

    def proceed(self) -> Self:
        """Go on by itself as far as it can."""
        while self.state in self.moves and self.outcome is None:
            if not self._take(self._rows[self.state].get(WHEN, ()), None):
                answer = self.own_answer() if self.state in self.asks else None
                if answer is None:
                    break
                self.decide(answer)
        return self

    def _step(self) -> Step:
        return Step(self, self.sent, self.ignored)

    def _take(self, rows: Rows, cause: Any) -> bool:
        """Take the first of these rows whose guard holds."""
        for guard, effect, to, ends in rows:
            if guard is None or guard(self, cause):
                if effect is not None:
                    effect(self, cause)
                self.state = to
                if ends and self.outcome is None:
                    self._end(to)
                return True
        return False

    def _end(self, status: str) -> None:
        self.deadline = None
        what = (status, self.result(), self.conversation_id, self.protocol, self.name)
        self.outcome = _record(Outcome, what)

    def _copy(self, now: float) -> Self:
        raise NotImplementedError  # each class gets its own

    def _not_understood(self, message: Message, reason: str) -> None:
        self.ignored += (("malformed", message),)
        if message.performative is not Performative.NOT_UNDERSTOOD:  # an answer to that could go on for ever
            reference = message.reply_with if isinstance(message.reply_with, str) else None
            self.tell(Performative.NOT_UNDERSTOOD, message.sender, reason, in_reply_to=reference)

    @classmethod
    def diagram(cls) -> Diagram:
        """The table as a picture; its `text()` is the same in words."""
        from mas_kit.protocols.diagram import Diagram

        return Diagram(cls)

    def __repr__(self) -> str:
        return f"<{self.protocol} {self.name} {self.me!r}: {self.state}>"
