"""Byzantine agreement: loyal generals agree, whatever up to f traitors among them say to whom.

Oral messages, OM(f), of Lamport, Shostak and Pease (1982), "The Byzantine Generals Problem", ACM TOPLAS
4(3). With n > 3f generals and messages that arrive within a round: all loyal lieutenants decide the same
(IC1), and what the commander said if it is loyal (IC2). With n = 3f neither can be promised.

What is told in round r is bundled: f + 1 rounds, (n - 1) + f·(n - 1)(n - 2) messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_count, is_number
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, Rule
from mas_kit.protocols.settings import people

INFORM, NOT_UNDERSTOOD = Performative.INFORM, Performative.NOT_UNDERSTOOD

Path = tuple[str, ...]


class Relay(NamedTuple):
    """Content: what the sender heard in the round before, each with the chain of those who said so."""

    round: int
    said: tuple[tuple[Path, Any], ...]


class General(Role):
    """One general. All start it under one conversation id in the same tick, and keep step by the clock.

    Args:
        generals: agents or names, all of them, in the same order for everybody; the first one commands.
        traitors: how many traitors there may be (f).
        order: what the commander orders (only its own role needs it): a text or a number.
        otherwise: what is taken for anything that was not said, and where there is no majority.
        round_ticks: how long a round lasts; a message that takes longer counts as not sent, and so as a
            fault of its sender.

    Final state: "decided"; the value is the decision.
    """

    protocol = "byzantine-agreement"
    name = "general"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "decided", "command", "commands", (INFORM,)),
        Rule("start", START, "listening", "listen"),
        Rule("listening", INFORM, "listening", "note", "is_timely"),
        Rule("listening", NOT_UNDERSTOOD, "listening"),
        Rule("listening", TIMEOUT, "listening", "relay", "rounds_left", (INFORM,)),
        Rule("listening", TIMEOUT, "decided"),
    )
    final: ClassVar[tuple[str, ...]] = ("decided",)
    reads: ClassVar[Mapping[Performative, str]] = {INFORM: "is_relay"}
    changing: ClassVar[tuple[str, ...]] = ("said", "heard")

    def __init__(
        self,
        generals: Iterable[Any],
        *,
        traitors: int,
        order: Any = None,
        otherwise: Any = "retreat",
        round_ticks: float = 2,
    ) -> None:
        super().__init__()
        self.generals = people(generals)
        if not (is_count(traitors) and traitors <= len(self.generals) - 2):
            raise out_of_range(
                "traitors", traitors, f"0 to {len(self.generals) - 2}", "below a third is safe"
            )
        if not (is_number(round_ticks) and round_ticks >= 1):
            raise out_of_range("round_ticks", round_ticks, "ticks from 1", "longer than a message takes")
        if not is_word(otherwise) or not (order is None or is_word(order)):
            raise out_of_range("order", order, "a text or a number", "say what to do")
        self.members = frozenset(self.generals)
        self.traitors, self.order, self.otherwise = traitors, order, otherwise
        self.round_ticks, self.round = round_ticks, 1
        self.said: dict[Path, Any] = {}  # by chain: (commander, ..., who told it here)
        self.heard: set[tuple[int, str]] = set()

    @property
    def commander(self) -> str:
        """Who commands."""
        return self.generals[0]

    def commands(self, _: Any) -> bool:
        """Is it the commander itself?"""
        return self.me == self.commander

    def command(self, _: Any) -> None:
        """Send the order to everybody."""
        if self.order is None:
            raise out_of_range("order", None, "a text or a number", "the commander needs an order")
        self.tell_all(INFORM, self.generals[1:], Relay(1, (((), self.order),)))

    def listen(self, _: Any) -> None:
        """Wait for the commander's order."""
        self.deadline = self.now + self.round_ticks

    def is_relay(self, content: Any) -> bool:
        """Can the content be a bundle of sayings? Each of them is looked at by itself."""
        return (
            content.__class__ is Relay
            and len(content) == 2
            and is_count(content[0])
            and content[1].__class__ is tuple
        )

    def is_timely(self, message: Message) -> bool:
        """Is it of this round or a later one, and the sender's first of its round?"""
        number = message.content.round
        return self.round <= number <= self.traitors + 1 and (number, message.sender) not in self.heard

    def note(self, message: Message) -> None:
        """Keep what can be: a chain of the right length, all different, that begins with the commander."""
        number, sender = message.content.round, message.sender
        self.heard.add((number, sender))
        for saying in message.content.said[: len(self.generals) ** self.traitors + 1]:
            if not (saying.__class__ is tuple and len(saying) == 2 and saying[0].__class__ is tuple):
                continue
            path, word = saying
            if (
                len(path) != number - 1
                or any(name.__class__ is not str or name not in self.members for name in path)
                or not is_word(word)
            ):
                continue
            chain = (*path, sender)
            if len(set(chain)) == number and chain[0] == self.commander and self.me not in chain:
                self.said.setdefault(chain, word)

    def rounds_left(self, _: Any) -> bool:
        """Is there another round?"""
        return self.round <= self.traitors

    def relay(self, _: Any) -> None:
        """Tell the other lieutenants what was heard in the round that is over."""
        chains = [c for c in self._chains(self.round) if self.me not in c]
        said = tuple([(chain, self._word(chain)) for chain in chains])
        self.round += 1
        self.deadline = self.now + self.round_ticks
        others = [name for name in self.generals[1:] if name != self.me]
        self.tell_all(INFORM, others, Relay(self.round, said))

    def _chains(self, length: int) -> list[Path]:
        chains: list[Path] = [(self.commander,)]
        for _ in range(length - 1):
            chains = [(*c, name) for c in chains for name in self.generals if name not in c]
        return chains

    def _word(self, chain: Path) -> Any:
        return self.said.get(chain, self.otherwise)

    def _resolve(self, chain: Path) -> Any:
        """What to believe that the last of a chain said: the majority of what everybody else heard of it."""
        if len(chain) > self.traitors:
            return self._word(chain)
        words = Counter(
            self._word(chain) if name == self.me else self._resolve((*chain, name))
            for name in self.generals
            if name not in chain
        )
        word, votes = words.most_common(1)[0]
        return word if votes * 2 > sum(words.values()) else self.otherwise

    def result(self) -> Any:
        """The decision."""
        return self.order if self.me == self.commander else self._resolve((self.commander,))


def is_word(content: object) -> bool:
    """Is it a text or a finite number?"""
    return content.__class__ is str or is_number(content)
