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

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from mas_kit.core.errors import out_of_range, unknown
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_number
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Answer, Outcome, Question, Rule, decides

if TYPE_CHECKING:
    from mas_kit.protocols.diagram import Diagram


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

    _rules: ClassVar[dict[str, dict[str, list[tuple[Any, Any, Rule]]]]]
    _reads: ClassVar[dict[str, Callable[[Any, Any], bool]]]
    answers_after: ClassVar[frozenset[str]]  # final states in which it still answers to something
    _hears: ClassVar[frozenset[str]]
    _moves: ClassVar[frozenset[str]]  # states in which it may go on by itself
    _allowed: ClassVar[dict[str, tuple[Performative, ...]]]

    members: Collection[str] = ()
    _out: list[Message]  # only there during a step
    _ignored: tuple[tuple[str, Message], ...] = ()

    def __init__(self) -> None:
        self.me, self.conversation_id, self.state = "", "", "start"
        self.key: tuple[str, str] = ("", "")
        self.deadline: float | None = None
        self.outcome: Outcome | None = None
        self.now: float = 0

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "table" not in cls.__dict__:
            return
        cls._rules = {}
        for rule in cls.table:
            rows = cls._rules.setdefault(rule.state, {}).setdefault(rule.on, [])
            rows.append((_method(cls, rule.guard), _method(cls, rule.effect), rule))
        own = cls.own_answer is not Role.own_answer
        cls._moves = frozenset([state for state, events in cls._rules.items() if WHEN in events])
        cls._moves |= frozenset(cls.asks) if own else frozenset()
        cls.answers_after = frozenset(cls._rules) & frozenset(cls.final)
        cls._hears = frozenset(str(rule.on) for rule in cls.table if isinstance(rule.on, Performative))
        cls._allowed = {
            state: tuple([act for act in Performative if decides(act) in events])
            for state, events in cls._rules.items()
        }
        cls._reads = {act: getattr(cls, how) for act, how in cls.reads.items()}

    # ---- the pure surface

    def begin(self, me: str, conversation_id: str, now: float = 0) -> Step:
        """Open a conversation as this role, at time `now`."""
        draft = self._copy()
        draft.me, draft.conversation_id, draft.now = str(me), conversation_id, now
        draft.key = (conversation_id, "")
        draft._fire(START, None)
        return draft._done()

    def take_up(self, me: str, message: Message, now: float) -> Step:
        """Answer to the message that opens a conversation. Its sender is the one who is listened to."""
        draft = self._copy()
        draft.me, draft.conversation_id, draft.now = me, message.conversation_id or "", now
        draft.key = (draft.conversation_id, message.sender)
        draft.members = (message.sender,)
        if not is_number(message.reply_by):
            draft._not_understood(message, "reply_by is not a time")
        elif now > message.reply_by:  # type: ignore[operator]
            draft._ignored += (("late", message),)
        else:
            draft._take(message)
        return draft._done()

    def step(self, inbox: Iterable[Message] = (), now: float = 0, answer: Answer | None = None) -> Step:
        """What follows from these messages, this time and the policy's answer. Changes nothing."""
        draft = self._copy()
        draft.now = now
        if draft.deadline is not None and now > draft.deadline:
            draft._fire(TIMEOUT, None)
        for message in inbox:
            draft._take(message)
        if answer is not None and not draft._fire(decides(answer[1]), answer):
            raise unknown(f"decision in state {draft.state!r}", answer[1], draft.allowed())
        return draft._done()

    def question(self) -> Question | None:
        """What it asks of the agent's policy now, if anything."""
        kind = self.asks.get(self.state)
        if kind is None:
            return None
        return Question(
            self.key, kind, self.about(), self.key[1], self.protocol, self.deadline, self.allowed()
        )

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

    def tell(self, performative: Performative, to: str, content: Any = None, **more: Any) -> None:
        """Send a message of this conversation (for effects)."""
        self._out.append(
            Message(performative, self.me, to, content, self.conversation_id, self.protocol, **more)
        )

    # ---- the engine

    def _copy(self) -> Self:
        draft: Self = object.__new__(type(self))
        values = draft.__dict__
        values.update(self.__dict__)
        for attribute in self.changing:
            values[attribute] = values[attribute].copy()
        values["_out"] = []
        return draft

    def _take(self, message: Message) -> None:
        performative, sender = message.performative, message.sender
        if (
            message.conversation_id != self.conversation_id
            or sender.__class__ is not str
            or sender not in self.members
        ):
            self._ignored += (("forged", message),)
            return
        if performative.__class__ is not Performative:
            self._not_understood(message, "no such performative")
            return
        rows = self._rules.get(self.state, {}).get(performative)
        if rows is None:
            self._ignored += (("late" if performative in self._hears else "unexpected", message),)
            return
        reads = self._reads.get(performative)
        if reads is not None and not reads(self, message.content):
            self._not_understood(message, f"content of {performative} cannot be read")
            return
        for guard, effect, rule in rows:
            if guard is None or guard(self, message):
                if effect is not None:
                    effect(self, message)
                self._go(rule.to)
                return
        self._ignored += (("duplicate", message),)

    def _fire(self, event: str, cause: Any) -> bool:
        for guard, effect, rule in self._rules.get(self.state, {}).get(event, ()):
            if guard is None or guard(self, cause):
                if effect is not None:
                    effect(self, cause)
                self._go(rule.to)
                return True
        return False

    def _go(self, state: str) -> None:
        self.state = state
        if state in self.final and self.outcome is None:
            self.deadline = None
            self.outcome = Outcome(state, self.result(), self.conversation_id, self.protocol, self.name)

    def _done(self) -> Step:
        while self.state in self._moves and self.outcome is None:
            if not self._fire(WHEN, None):
                answer = self.own_answer() if self.state in self.asks else None
                if answer is None:
                    break
                if not self._fire(decides(answer[1]), answer):
                    raise unknown(f"decision in state {self.state!r}", answer[1], self.allowed())
        rest = self.__dict__
        return Step(self, tuple(rest.pop("_out")), rest.pop("_ignored", ()))

    def _not_understood(self, message: Message, reason: str) -> None:
        self._ignored += (("malformed", message),)
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


def _method(cls: type[Role], name: str) -> Any:
    if not name:
        return None
    if not hasattr(cls, name):
        raise unknown(f"method of {cls.__name__} (its table names it)", name, dir(cls))
    return getattr(cls, name)


def people(participants: Iterable[Any]) -> tuple[str, ...]:
    """The names of agents, given as names or as agents. Raises ParameterError for none, or one twice."""
    names = tuple(each if isinstance(each, str) else getattr(each, "name", "") for each in participants)
    if not names or "" in names or len(set(names)) != len(names):
        raise out_of_range("participants", names, "one or more different agents", "give each name once")
    return names


def after(now: float, limit: float, name: str) -> float:
    """A deadline, checked to be a number of ticks that is not over yet."""
    if not isinstance(limit, int | float) or not limit >= now:
        raise out_of_range(name, limit, f"ticks from now ({now:g}) on", "give a tick of the model's clock")
    return limit
