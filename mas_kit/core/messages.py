"""Messages and communicative acts, with FIPA's names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple, Self, TypedDict, Unpack

from mas_kit.core.errors import unknown


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


ACTS: dict[str, Performative] = {act: act for act in Performative}  # a text finds its act: they are equal


def as_performative(text: Performative | str) -> Performative:
    """The performative of that name. Raises UnknownNameError, with the nearest, for one that there is not."""
    try:
        return ACTS[text]
    except (KeyError, TypeError):
        raise unknown("performative", text, ACTS) from None


class Fipa(TypedDict, total=False):
    """The parameters of a message that are given by name."""

    reply_with: str | None
    in_reply_to: str | None
    reply_by: float | None
    reply_to: str | None
    language: str | None
    encoding: str | None
    ontology: str | None


_NOTHING: tuple[None, ...] = (None,) * 9


def other_parameters(
    conversation_id: str | None = None,
    protocol: str | None = None,
    reply_with: str | None = None,
    in_reply_to: str | None = None,
    reply_by: float | None = None,
    reply_to: str | None = None,
    language: str | None = None,
    encoding: str | None = None,
    ontology: str | None = None,
) -> tuple[Any, ...] | None:
    """The parameters of a message besides the first four, as it stores them: None where none is given."""
    others = (
        conversation_id,
        protocol,
        reply_with,
        in_reply_to,
        reply_by,
        reply_to,
        language,
        encoding,
        ontology,
    )
    for other in others:  # `==` would ask foreign objects
        if other is not None:
            return others
    return None


class _Stored(NamedTuple):
    """How a message is kept: most carry none of FIPA's other parameters, and need not have room for them."""

    performative: Performative
    sender: str
    receiver: str
    content: Any
    others: tuple[Any, ...] | None


def _other(index: int) -> Any:
    return property(lambda self: (others := self.others) and others[index])


class Message(_Stored):
    """One message, with the parameters of FIPA SC00061G by their names.

    A record that nobody can change: the sender, every receiver and the log hold the same one. So they share
    its content, which is not copied: who changes a list or dict after sending it changes what was said. Send
    tuples and frozen records, or a copy. `sender`, `receiver`
    and `reply_to` are agent names; `reply_by` is a time of the model's clock, in ticks. To the outside it is
    a named tuple of all thirteen; inside it is short, because a simulation is full of messages.
    """

    __slots__ = ()
    _fields = (  # type: ignore[assignment]
        "performative",
        "sender",
        "receiver",
        "content",
        "conversation_id",
        "protocol",
        "reply_with",
        "in_reply_to",
        "reply_by",
        "reply_to",
        "language",
        "encoding",
        "ontology",
    )

    conversation_id: str | None = _other(0)
    protocol: str | None = _other(1)
    reply_with: str | None = _other(2)
    in_reply_to: str | None = _other(3)
    reply_by: float | None = _other(4)
    reply_to: str | None = _other(5)
    language: str | None = _other(6)
    encoding: str | None = _other(7)
    ontology: str | None = _other(8)

    def __new__(
        cls,
        performative: Performative,
        sender: str,
        receiver: str,
        content: Any = None,
        conversation_id: str | None = None,
        protocol: str | None = None,
        *in_order: Any,
        **fipa: Unpack[Fipa],
    ) -> Self:
        """Only the first three are needed."""
        if performative.__class__ is str:
            performative = ACTS.get(performative, performative)
        others = other_parameters(conversation_id, protocol, *in_order, **fipa)
        return tuple.__new__(cls, (performative, sender, receiver, content, others))

    def __iter__(self) -> Iterator[Any]:
        yield from (self.performative, self.sender, self.receiver, self.content)
        yield from self.others or _NOTHING

    def __len__(self) -> int:
        return len(self._fields)

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def _replace(self, **changes: Any) -> Self:
        return type(self)(**{**self._asdict(), **changes})

    def __repr__(self) -> str:
        given = [(k, v) for k, v in self._asdict().items() if v is not None]
        return f"Message({', '.join(f'{name}={value!r}' for name, value in given)})"

    def reply(self, performative: Performative | str, content: Any = None, **more: Any) -> Message:
        """The answer to this message: addressed back, in the same conversation and protocol.

        Raises UnknownNameError for a performative that FIPA does not know.

        >>> ask = Message(Performative.REQUEST, "ann", "bob", 3, conversation_id="c1", reply_with="q1")
        >>> answer = ask.reply(Performative.AGREE)
        >>> answer.receiver, answer.conversation_id, answer.in_reply_to
        ('ann', 'c1', 'q1')
        """
        return Message(
            as_performative(performative),
            self.receiver,
            self.reply_to or self.sender,
            content,
            self.conversation_id,
            self.protocol,
            in_reply_to=self.reply_with,
            **more,
        )


_record = tuple.__new__  # what Message(...) ends in


def letters(
    performative: Performative,
    sender: str,
    receivers: Iterable[str],
    content: Any = None,
    conversation_id: str | None = None,
    protocol: str | None = None,
    **fipa: Unpack[Fipa],
) -> list[Message]:
    """The same message to each of several receivers: what they have in common is made, and kept, once.

    >>> [letter.receiver for letter in letters(Performative.CFP, "boss", ["ann", "bob"], "dig")]
    ['ann', 'bob']
    """
    others = other_parameters(conversation_id, protocol, **fipa)
    return [_record(Message, (performative, sender, name, content, others)) for name in receivers]
