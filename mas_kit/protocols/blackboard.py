"""Blackboard: agents share what they know on a board with versioned entries.

The architecture of Hearsay-II (Erman, Hayes-Roth, Lesser and Reddy 1980, ACM Computing Surveys 12(2)), with
optimistic concurrency (Kung and Robinson 1981, ACM TODS 6(2)): who writes says which version it has read;
if somebody wrote meanwhile, the board refuses and shows the present entry. Every request has an id, and one
that comes again gets the answer that it got: so a request can be sent again until it is answered, and is
carried out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_amount, is_count, is_name, is_record, is_something
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, Answer, Rule, decides
from mas_kit.protocols.settings import after, people

REQUEST, QUERY_REF, SUBSCRIBE = Performative.REQUEST, Performative.QUERY_REF, Performative.SUBSCRIBE
INFORM, REFUSE, NOT_UNDERSTOOD = Performative.INFORM, Performative.REFUSE, Performative.NOT_UNDERSTOOD


class Write(NamedTuple):
    """Content of a request: write this under that key, if its version still is what was read (0: none)."""

    key: str
    value: Any
    read: int


class Entry(NamedTuple):
    """What stands under a key. Version 0, without a value and an author: nothing does."""

    key: str
    value: Any
    version: int
    author: str


class Sheet(NamedTuple):
    """What a source is asked on: the entries that it knows, and what came of its last request
    ("written", "refused", "read", "unanswered", or "" before the first)."""

    entries: Mapping[str, Entry]
    last: str


def is_write(content: object) -> bool:
    """Is it a request to write?"""
    return is_record(content, Write, is_name, is_something, is_count)


def is_entry(content: object) -> bool:
    """Is it an entry?"""
    return (
        content.__class__ is Entry
        and len(content) == 4
        and is_name(content[0])
        and is_count(content[2])
        and content[3].__class__ is str
    )


class Blackboard(Role):
    """The board itself. It starts the conversation; its sources start theirs under the same id.

    Args:
        sources: who may read and write: agents or names.
        until: the last tick in which it is open.

    Final state: "closed"; the value is every entry ever written, in order: per key, the versions 1, 2, ...
    """

    protocol = "blackboard"
    name = "board"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "open", "open_board"),
        Rule("open", REQUEST, "open", "repeat", "is_repeated", (INFORM, REFUSE)),
        Rule("open", REQUEST, "open", "write", "has_id", (INFORM, REFUSE)),
        Rule("open", QUERY_REF, "open", "show", "has_id", (INFORM,)),
        Rule("open", SUBSCRIBE, "open", "subscribe", "has_id", (INFORM,)),
        Rule("open", NOT_UNDERSTOOD, "open"),
        Rule("open", TIMEOUT, "closed"),
    )
    final: ClassVar[tuple[str, ...]] = ("closed",)
    reads: ClassVar[Mapping[Performative, str]] = {
        REQUEST: "is_request",
        QUERY_REF: "is_key",
        SUBSCRIBE: "is_key",
    }
    changing: ClassVar[tuple[str, ...]] = ("entries", "history", "answers", "readers")

    def __init__(self, sources: Iterable[Any], *, until: float) -> None:
        super().__init__()
        self.sources, self.until = people(sources), until
        self.members = frozenset(self.sources)
        self.entries: dict[str, Entry] = {}
        self.history: list[Entry] = []
        self.answers: dict[tuple[str, str], tuple[Performative, Entry]] = {}
        self.readers: dict[str, tuple[str, ...]] = {}  # by key: who is told of changes

    def open_board(self, _: Any) -> None:
        """Open until the end of the last tick."""
        self.deadline = after(self.now, self.until, "until")

    def is_request(self, content: Any) -> bool:
        """Can the content be a request to write?"""
        return is_write(content)

    def is_key(self, content: Any) -> bool:
        """Can the content be a key?"""
        return is_name(content)

    def has_id(self, message: Message) -> bool:
        """Has the request an id?"""
        return isinstance(message.reply_with, str)

    def is_repeated(self, message: Message) -> bool:
        """Was the request answered already?"""
        return self.has_id(message) and (message.sender, message.reply_with) in self.answers

    def entry(self, key: str) -> Entry:
        """What stands under a key."""
        return self.entries.get(key, Entry(key, None, 0, ""))

    def repeat(self, message: Message) -> None:
        """Give the same answer again."""
        act, entry = self.answers[message.sender, str(message.reply_with)]
        self.tell(act, message.sender, entry, in_reply_to=message.reply_with)

    def write(self, message: Message) -> None:
        """Write and tell, if nobody has written since the sender read; or else show what stands there."""
        key, value, read = message.content
        entry, act = self.entry(key), REFUSE
        if read == entry.version:
            entry, act = Entry(key, value, entry.version + 1, message.sender), INFORM
            self.entries[key] = entry
            self.history.append(entry)
            for name in self.readers.get(key, ()):
                if name != message.sender:
                    self.tell(INFORM, name, entry)
        self.answers[message.sender, str(message.reply_with)] = (act, entry)
        self.repeat(message)

    def show(self, message: Message) -> None:
        """Answer with the entry."""
        self.tell(INFORM, message.sender, self.entry(message.content), in_reply_to=message.reply_with)

    def subscribe(self, message: Message) -> None:
        """Answer with the entry, and tell the sender of every change from now on."""
        readers = self.readers.get(message.content, ())
        if message.sender not in readers:
            self.readers[message.content] = (*readers, message.sender)
        self.show(message)

    def result(self) -> tuple[Entry, ...]:
        """Everything that was written."""
        return tuple(self.history)


class Source(Role):
    """An agent that reads and writes on a board.

    Question "use" (content: `Sheet`), asked while no request is on its way: request with `(key, value)` to
    write over the version that it knows, query-ref or subscribe with a key, or no answer.

    Args:
        board: the agent that keeps the board, or its name.
        until: the last tick.
        retry: ticks after which an unanswered request is sent again.
        tries: how often a request is sent; then it counts as "unanswered", and may or may not be done.

    Final state: "closed"; the value is the entries that it knows, by key.
    """

    protocol = "blackboard"
    name = "source"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "idle", "begin_use"),
        Rule("idle", decides(REQUEST), "waiting", "ask_board", sends=(REQUEST,)),
        Rule("idle", decides(QUERY_REF), "waiting", "ask_board", sends=(QUERY_REF,)),
        Rule("idle", decides(SUBSCRIBE), "waiting", "ask_board", sends=(SUBSCRIBE,)),
        Rule("idle", INFORM, "idle", "learn", "is_newer"),
        Rule("idle", TIMEOUT, "closed"),
        Rule("waiting", INFORM, "idle", "note_done", "is_answer"),
        Rule("waiting", REFUSE, "idle", "note_refused", "is_answer"),
        Rule("waiting", NOT_UNDERSTOOD, "idle", "note_unanswered", "is_answer"),
        Rule("waiting", INFORM, "waiting", "learn", "is_newer"),
        Rule("waiting", TIMEOUT, "closed", "", "is_over"),
        Rule("waiting", TIMEOUT, "waiting", "send_request", "tries_left", (REQUEST, QUERY_REF, SUBSCRIBE)),
        Rule("waiting", TIMEOUT, "idle", "note_unanswered"),
    )
    final: ClassVar[tuple[str, ...]] = ("closed",)
    asks: ClassVar[Mapping[str, str]] = {"idle": "use"}
    reads: ClassVar[Mapping[Performative, str]] = {INFORM: "is_known", REFUSE: "is_known"}
    changing: ClassVar[tuple[str, ...]] = ("entries",)

    def __init__(self, board: Any, *, until: float, retry: float = 4, tries: int = 3) -> None:
        super().__init__()
        self.board = people([board])[0]
        self.members = (self.board,)
        for name, value in (("retry", retry), ("tries", tries)):
            if not (is_amount(value) and value >= 1):
                raise out_of_range(name, value, "from 1", "as long as there and back; how often")
        self.until, self.retry, self.tries = until, retry, tries
        self.entries: dict[str, Entry] = {}
        self.request: tuple[Performative, Any] = (QUERY_REF, "")
        self.number = self.trial = 0
        self.last = ""

    def begin_use(self, _: Any) -> None:
        """Ready."""
        self.deadline = after(self.now, self.until, "until")

    def about(self) -> Sheet:
        """What it knows."""
        return Sheet(dict(self.entries), self.last)

    def result(self) -> dict[str, Entry]:
        """What it knows."""
        return dict(self.entries)

    def is_known(self, content: Any) -> bool:
        """Can the content be an entry?"""
        return is_entry(content)

    def _id(self) -> str:
        return f"{self.me}/{self.number}"

    def ask_board(self, answer: Answer) -> None:
        """Send a request."""
        content = answer.content
        if answer.performative is REQUEST:
            key, value = content
            known = self.entries.get(key)
            content = Write(key, value, known.version if known is not None else 0)
        if not (is_write(content) or (answer.performative is not REQUEST and is_name(content))):
            raise out_of_range("content", answer.content, "a key; to write, (key, value)", "keys are texts")
        self.request = (answer.performative, content)
        self.number += 1
        self.trial = 0
        self.send_request(answer)

    def send_request(self, _: Any) -> None:
        """Send the request (again, with the same id)."""
        self.trial += 1
        self.deadline = min(self.now + self.retry, self.until)
        self.tell(self.request[0], self.board, self.request[1], reply_with=self._id())

    def is_answer(self, message: Message) -> bool:
        """Does it answer the request that is on its way?"""
        return message.in_reply_to == self._id()

    def is_newer(self, message: Message) -> bool:
        """Is it a version that it does not know yet?"""
        known = self.entries.get(message.content.key)
        return known is None or message.content.version > known.version

    def is_over(self, _: Any) -> bool:
        """Is the time up?"""
        return self.now > self.until

    def tries_left(self, _: Any) -> bool:
        """May it be sent again?"""
        return self.trial < self.tries

    def learn(self, message: Message) -> None:
        """Keep an entry that is newer than what is known."""
        if self.is_newer(message):
            self.entries[message.content.key] = message.content

    def note_done(self, message: Message) -> None:
        """The request was carried out."""
        self.learn(message)
        self.last = "written" if self.request[0] is REQUEST else "read"
        self.deadline = self.until

    def note_refused(self, message: Message) -> None:
        """Somebody else had written: now its entry is known."""
        self.learn(message)
        self.last, self.deadline = "refused", self.until

    def note_unanswered(self, _: Any) -> None:
        """No answer came."""
        self.last, self.deadline = "unanswered", self.until
