"""Push gossip: whoever knows a rumour tells it, each round, to somebody drawn at random.

Frieze and Grimmett (1985), "The shortest-path problem for graphs with random arc-lengths", Discrete Applied
Mathematics 10; Pittel (1987), SIAM Journal on Applied Mathematics 47(1): with n members, about
log2 n + ln n rounds until everybody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_count, is_something
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, Rule
from mas_kit.protocols.settings import after, people

INFORM, NOT_UNDERSTOOD = Performative.INFORM, Performative.NOT_UNDERSTOOD


class PushGossip(Role):
    """One member. All members start it under one conversation id.

    Args:
        others: everybody whom it may tell: agents or names, without itself.
        until: the last tick; then it stops.
        seed: what its draws grow from, such as `int(agent.rng.integers(2**63))`. A draw depends on seed and
            tick alone, so that a step can be repeated.
        rumour: what it knows at the start (None: nothing).

    One round is one tick. The first rumour that a member hears is the one it keeps: nothing here tells a
    true one from a false one. Final states: "informed" (value: the rumour), "uninformed".
    """

    protocol = "push-gossip"
    name = "member"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "spreading", "spread", "knows", (INFORM,)),
        Rule("start", START, "waiting", "wait"),
        Rule("waiting", INFORM, "spreading", "learn", "", (INFORM,)),
        Rule("waiting", NOT_UNDERSTOOD, "waiting"),
        Rule("waiting", TIMEOUT, "uninformed"),
        Rule("spreading", INFORM, "spreading", note="it knows already"),
        Rule("spreading", NOT_UNDERSTOOD, "spreading"),
        Rule("spreading", TIMEOUT, "spreading", "spread", "has_time", (INFORM,)),
        Rule("spreading", TIMEOUT, "informed"),
    )
    final: ClassVar[tuple[str, ...]] = ("informed", "uninformed")
    reads: ClassVar[Mapping[Performative, str]] = {INFORM: "is_rumour"}

    def __init__(self, others: Iterable[Any], *, until: float, seed: int, rumour: Any = None) -> None:
        super().__init__()
        self.others = people(others)
        self.members = frozenset(self.others)
        if not isinstance(seed, int) or seed < 0:
            raise out_of_range("seed", seed, "whole numbers from 0", "int(agent.rng.integers(2**63))")
        self.until, self.seed, self.rumour = until, seed, rumour
        self.since: float | None = None  # the tick in which it learned the rumour

    def knows(self, _: Any) -> bool:
        """Does it know the rumour?"""
        return self.rumour is not None

    def wait(self, _: Any) -> None:
        """Wait to be told."""
        self.deadline = after(self.now, self.until, "until")

    def is_rumour(self, content: Any) -> bool:
        """Anything but None can be a rumour."""
        return is_something(content)

    def learn(self, message: Message) -> None:
        """Keep the rumour, and pass it on from now on."""
        self.rumour = message.content
        self.spread(message)

    def spread(self, _: Any) -> None:
        """Tell one of the others, drawn evenly."""
        if self.since is None:
            self.since = self.now
        draw = np.random.default_rng([self.seed, int(self.now)])
        self.tell(INFORM, self.others[int(draw.integers(len(self.others)))], self.rumour)
        self.deadline = self.now  # one round a tick

    def has_time(self, _: Any) -> bool:
        """Is it not over yet?"""
        return self.now <= self.until

    def result(self) -> Any:
        """The rumour."""
        return self.rumour


def expected_rounds(n: int) -> float:
    """The exact mean number of rounds until all n members know, from one that does.

    A Markov chain on the number of those who know. In a round each of them tells one of the n - 1 others;
    who is told twice learns once.
    """
    if not (is_count(n) and n >= 1):
        raise out_of_range("n", n, "whole numbers from 1", "say how many members there are")
    left = np.zeros(n + 1)  # expected rounds from k who know
    for known in range(n - 1, 0, -1):
        most = min(n, 2 * known)
        hits = (n - np.arange(known, most + 1)) / (n - 1)  # one more teller hits one who does not know yet
        after_round = np.zeros(most + 1 - known)
        after_round[0] = 1.0
        for _ in range(known):
            moved = after_round * hits
            after_round -= moved
            after_round[1:] += moved[:-1]
        left[known] = (1 + after_round[1:] @ left[known + 1 : most + 1]) / (1 - after_round[0])
    return float(left[1])
