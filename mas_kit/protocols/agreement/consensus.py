"""Average consensus: everybody moves towards its neighbours until all hold the mean.

Olfati-Saber and Murray (2004), "Consensus Problems in Networks of Agents with Switching Topology and
Time-Delays", IEEE Transactions on Automatic Control 49(9). In each round x_i becomes
x_i + step · Σ_j (x_j - x_i) over the neighbours j. On an undirected graph with Laplacian eigenvalues
0 = λ1 < λ2 ≤ ... ≤ λn the mean never changes and the disagreement shrinks each round by the factor
max(|1 - step·λ2|, |1 - step·λn|) at the most. A lost message shifts the mean, but with
step ≤ 1 / (number of neighbours) everybody stays within the range of the values at the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_amount, is_count, is_number, is_record
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Rule
from mas_kit.protocols.settings import people

INFORM, NOT_UNDERSTOOD = Performative.INFORM, Performative.NOT_UNDERSTOOD


class Share(NamedTuple):
    """Content: the value that the sender holds at the start of a round."""

    round: int
    value: float


class AverageConsensus(Role):
    """One member. All members start it under one conversation id, in the same tick.

    Args:
        value: the member's own number.
        neighbours: agents or names; each must have this one among its own.
        step: how far to move; at most 1 / (number of neighbours).
        rounds: how many rounds there are.
        round_ticks: ticks to wait for the neighbours' values; who is silent is left out of that round.

    Final state: "done"; the value is the number held at the end. `value` may be read in between.
    """

    protocol = "average-consensus"
    name = "member"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "exchanging", "share", sends=(INFORM,)),
        Rule("exchanging", INFORM, "exchanging", "note", "is_new"),
        Rule("exchanging", NOT_UNDERSTOOD, "exchanging"),
        Rule("exchanging", WHEN, "moved", "move", "all_heard"),
        Rule("exchanging", TIMEOUT, "moved", "move"),
        Rule("moved", WHEN, "exchanging", "share", "rounds_left", (INFORM,)),
        Rule("moved", WHEN, "done", "", "no_rounds_left"),
        Rule("moved", TIMEOUT, "done"),
    )
    final: ClassVar[tuple[str, ...]] = ("done",)
    reads: ClassVar[Mapping[Performative, str]] = {INFORM: "is_share"}
    changing: ClassVar[tuple[str, ...]] = ("heard",)

    def __init__(
        self,
        value: float,
        neighbours: Iterable[Any],
        *,
        step: float,
        rounds: int = 100,
        round_ticks: float = 3,
    ) -> None:
        super().__init__()
        self.neighbours = people(neighbours)
        self.members = frozenset(self.neighbours)
        if not is_number(value):
            raise out_of_range("value", value, "finite numbers", "give the member's own number")
        if not (is_number(step) and 0 < step * len(self.neighbours) <= 1 + 1e-12):
            raise out_of_range(
                "step", step, f"above 0, to 1/{len(self.neighbours)}", "1/(1 + most neighbours)"
            )
        if not (is_count(rounds) and rounds >= 1):
            raise out_of_range("rounds", rounds, "whole numbers from 1", "say how many rounds")
        if not is_amount(round_ticks):
            raise out_of_range("round_ticks", round_ticks, "ticks from 0", "as long as a message may take")
        self.value, self.step_size, self.rounds, self.round_ticks = float(value), step, rounds, round_ticks
        self.round = 0
        self.heard: dict[tuple[int, str], float] = {}

    def share(self, _: Any) -> None:
        """Begin a round: tell the neighbours the value."""
        self.round += 1
        self.deadline = self.now + self.round_ticks
        self.tell_all(INFORM, self.neighbours, Share(self.round, self.value))

    def is_share(self, content: Any) -> bool:
        """Can the content be a value of a round?"""
        return is_record(content, Share, is_count, is_number)

    def is_new(self, message: Message) -> bool:
        """Is it of this round or a later one, and the first of its sender?"""
        number = message.content.round
        return self.round <= number <= self.rounds and (number, message.sender) not in self.heard

    def note(self, message: Message) -> None:
        """Keep a neighbour's value (a neighbour may be ahead)."""
        self.heard[message.content.round, message.sender] = float(message.content.value)

    def all_heard(self, _: Any) -> bool:
        """Is every neighbour's value of this round there?"""
        return all((self.round, name) in self.heard for name in self.neighbours)

    def move(self, _: Any) -> None:
        """Move towards those that were heard."""
        pull = 0.0
        for name in self.neighbours:
            theirs = self.heard.pop((self.round, name), None)
            if theirs is not None:
                pull += theirs - self.value
        self.value += self.step_size * pull
        self.deadline = self.now

    def rounds_left(self, _: Any) -> bool:
        """Is there another round?"""
        return self.round < self.rounds

    def no_rounds_left(self, _: Any) -> bool:
        """Was that the last round?"""
        return self.round >= self.rounds

    def result(self) -> float:
        """The number held at the end."""
        return self.value
