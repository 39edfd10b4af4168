"""A wire that does to messages what a test says: loses, delays, repeats, corrupts and forges them.

No model and no network in between, so that a failing script shrinks to the few messages that matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from mas_kit import Message, Performative
from mas_kit.protocols.conversations import Conversations
from mas_kit.protocols.role import Role

STRANGER = "mallory"


class Junk:
    """Content that nobody can read; comparing it is an error, as with many objects."""

    def __eq__(self, other: object) -> bool:
        raise TypeError("do not compare me")

    __hash__ = None  # type: ignore[assignment]


JUNK: tuple[Any, ...] = (
    None, "", "nonsense", (), [], {}, [1, [2]], {"a": {}}, float("nan"), float("inf"), -float("inf"), 10**400,
    -(10**400), True, b"\x00", Junk(), object, -1, 1.5, (None, None), ("x", float("nan"), None, 1),
)  # fmt: skip

# The parts of a message that can be damaged on the way (not who it is from and for: the network knows that).
DAMAGED = (
    "performative", "content", "conversation_id", "protocol", "reply_with", "in_reply_to", "reply_by",
    "reply_to", "language", "encoding", "ontology",
)  # fmt: skip

# What can happen to one message: (what, how much, with what content).
fates = st.one_of(
    st.just(("pass", 0, None)),
    st.just(("lose", 0, None)),
    st.tuples(st.just("delay"), st.integers(1, 12), st.none()),
    st.tuples(st.just("repeat"), st.integers(0, 40), st.none()),
    st.tuples(st.just("corrupt"), st.just(0), st.integers(0, len(JUNK) - 1)),
    st.tuples(st.just("corrupt a copy"), st.just(0), st.integers(0, len(JUNK) - 1)),
    st.tuples(st.just("forge"), st.integers(0, 3), st.integers(0, len(JUNK) - 1)),
    st.tuples(st.just("other act"), st.integers(0, 3), st.sampled_from(list(Performative))),
    st.tuples(st.just("other act of a member"), st.integers(0, 3), st.sampled_from(list(Performative))),
    st.tuples(st.just("damage"), st.integers(0, len(DAMAGED) - 1), st.integers(0, len(JUNK) - 1)),
)
scripts = st.lists(fates, max_size=30)
harmless = st.lists(  # nothing that puts other words into a member's mouth
    st.one_of(
        st.just(("pass", 0, None)),
        st.just(("lose", 0, None)),
        st.tuples(st.just("delay"), st.integers(1, 12), st.none()),
        st.tuples(st.just("repeat"), st.integers(0, 40), st.none()),
        st.tuples(st.just("forge"), st.integers(0, 3), st.integers(0, len(JUNK) - 1)),
        st.tuples(st.just("other act"), st.integers(0, 3), st.sampled_from(list(Performative))),
    ),
    max_size=30,
)

Policy = Callable[[Any], Any]


class Wire:
    """Conversations by name, and a script that is gone through message by message.

    Attributes:
        sent: every message that a role sent, with the tick.
        latency: ticks that a message takes when nothing happens to it.
    """

    def __init__(
        self,
        talks: Mapping[str, Conversations],
        policies: Mapping[str, Policy] | None = None,
        script: Iterable[tuple[str, int, Any]] = (),
        *,
        latency: int = 1,
    ) -> None:
        self.talks, self.policies = dict(talks), dict(policies or {})
        self.script, self.at, self.latency = list(script), 0, latency
        self.now = 0
        self.due: dict[int, list[Message]] = {}
        self.sent: list[tuple[int, Message]] = []
        self.told: list[tuple[str, Any]] = []

    def start(self, who: str, role: Role, conversation_id: str | None = None) -> str:
        """Let somebody open a conversation now."""
        talks = self.talks[who]
        messages: list[Message] = []
        talks._send = lambda out: (messages.extend(out), tuple(out))[1]  # type: ignore[method-assign]
        cid = talks.start(role, conversation_id, now=self.now)
        del talks._send
        self.post(messages)
        return cid

    def say(self, who: str, cid: str, performative: str) -> None:
        """Let somebody decide something unasked, now."""
        talks = self.talks[who]
        messages: list[Message] = []
        talks._send = lambda out: (messages.extend(out), tuple(out))[1]  # type: ignore[method-assign]
        talks._now = lambda: self.now  # type: ignore[method-assign]
        talks.say(cid, performative)
        del talks._send, talks._now
        self.post(messages)

    def post(self, messages: Iterable[Message]) -> None:
        """Send messages, and let happen to each what the script says."""
        for message in messages:
            self.sent.append((self.now, message))
            what, number, content = "pass", 0, None
            if self.at < len(self.script):
                what, number, content = self.script[self.at]
                self.at += 1
            for delay, letter in mangle(message, what, number, content):
                self.due.setdefault(self.now + self.latency + delay, []).append(letter)

    def tick(self) -> None:
        """One tick for everybody: hear, decide, act."""
        self.now += 1
        mail: dict[str, list[Message]] = {}
        for letter in self.due.pop(self.now, []):
            mail.setdefault(letter.receiver, []).append(letter)
        out: list[Message] = []
        for name, talks in self.talks.items():
            letters = tuple(mail.get(name, ()))
            before = photograph(talks) if letters and self.script else None
            hearing = talks.hear(letters, self.now)
            if before is not None:
                again = talks.hear(letters, self.now)
                assert photograph(talks) == before, "hearing changed something"
                assert told(again) == told(hearing), "not repeatable"
            for outcome in hearing.outcomes:
                self.told.append((name, outcome))
            policy = self.policies.get(name)
            answers = [] if policy is None else [a for q in hearing.questions if (a := policy(q)) is not None]
            out += talks.act(hearing, answers)
            for role in talks.open.values():
                assert role.deadline is not None, f"{role} waits for ever"
        self.post(out)

    def run(self, ticks: int) -> Wire:
        """So many ticks."""
        for _ in range(ticks):
            self.tick()
        return self

    def settled(self) -> bool:
        """Has every conversation ended?"""
        return not any(talks.open for talks in self.talks.values())

    def status(self, who: str, cid: str) -> str:
        """How a conversation ended for somebody; "" if it never began, or did not end."""
        outcome = self.outcome(who, cid)
        return "" if outcome is None else outcome.status

    def outcome(self, who: str, cid: str) -> Any:
        """The outcome of one's own conversation of that id, or else of the boss's."""
        talks = self.talks[who]
        return talks.outcome(cid) or talks.outcome(cid, "boss")

    def count(self) -> Counter[str]:
        """Messages sent, by performative."""
        return Counter(str(message.performative) for _, message in self.sent)


def mangle(message: Message, what: str, number: int, content: Any) -> list[tuple[int, Message]]:
    """What arrives in place of a message: (extra delay, message) pairs."""
    bad = message
    if what in ("corrupt", "corrupt a copy") or (what == "forge" and number % 2):
        bad = bad._replace(content=JUNK[content])
    if what in ("other act", "other act of a member"):
        bad = bad._replace(performative=content)
    if what in ("forge", "other act"):  # a stranger has overheard it, and is faster
        bad = bad._replace(sender=STRANGER)
    if what == "damage":
        part, bad_part = DAMAGED[number], JUNK[content]
        if part != "content" and isinstance(bad_part, Junk):  # a message compares its parts as it is made
            bad_part = object()
        bad = message._replace(**{part: bad_part})
    arrives = {
        "lose": [],
        "delay": [(number, message)],
        "repeat": [(0, message), (number, message)],
        "corrupt": [(0, bad)],
        "damage": [(0, bad)],
        "pass": [(0, message)],
    }
    return arrives.get(what, [(0, bad), (number, message)])


def told(hearing: Any) -> list[Any]:
    """Whom a hearing says what."""
    return [(m.performative, m.sender, m.receiver, repr(m.content)) for m in hearing.messages]


def photograph(talks: Conversations) -> Any:
    """What an agent's conversations hold, as text that can be compared."""
    roles = {k: role and attributes(role) for k, role in (*talks.open.items(), *talks.closed.items())}
    return repr((roles, talks.counts, list(talks.outcomes), talks._fresh))


def attributes(role: Role) -> dict[str, Any]:
    """All that a role holds, in slots or in a dict."""
    slots = [name for base in type(role).__mro__ for name in base.__dict__.get("__slots__", ())]
    return {name: getattr(role, name) for name in slots} | getattr(role, "__dict__", {})
