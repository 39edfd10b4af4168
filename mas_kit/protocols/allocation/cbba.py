"""Consensus-based bundle algorithm (CBBA): who does which tasks, with nobody in charge.

Choi, Brunet and How (2009), IEEE Transactions on Robotics 25(4). In each round everybody tells its
neighbours what it believes of who has which task, settles the differences by the rules of the paper, and
adds to its bundle what it can still win. On a connected network that loses nothing, with scores of
diminishing marginal gain, all agree after at most (number of tasks)·(diameter) rounds, without conflict, on
what a sequential greedy auction would give, which is at least half of the optimum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.allocation.bundle import NOBODY, Beliefs, Claim, Score, agree, build, release
from mas_kit.protocols.content import is_amount, is_count, is_number
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Rule
from mas_kit.protocols.settings import people

INFORM, NOT_UNDERSTOOD = Performative.INFORM, Performative.NOT_UNDERSTOOD


class Table(NamedTuple):
    """Content: the sender's claims (number of the task, who has it, for which bid) and time stamps."""

    round: int
    claims: tuple[tuple[int, str, float], ...]
    stamps: tuple[tuple[str, float], ...]


class Plan(NamedTuple):
    """What a member ends with: its own path, who has each task (for all it knows), and the last round in
    which its beliefs changed."""

    path: tuple[Any, ...]
    winners: Mapping[Any, str]
    last_change: int


class BundleMember(Role):
    """One member. All start it under one conversation id, in the same tick, with the same list of tasks.

    Args:
        tasks: hashable, all different, in the same order for everybody.
        neighbours: agents or names that it can talk to; each must have this one among its own.
        score: path (a tuple of tasks) -> what doing them in that order is worth. It should have diminishing
            marginal gains; with others the agents may never come to agree.
        capacity: how many tasks it can take.
        rounds: how many rounds there are; (number of tasks)·(diameter) + 1 are enough where nothing is lost.
        round_ticks: ticks to wait for the neighbours' tables.

    Final states: "settled" (in the last round it heard all neighbours, and they believed what it believes;
    when every member is settled, no task has two takers), "unsettled". The value is a `Plan`.
    """

    protocol = "consensus-based-bundle"
    name = "member"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "exchanging", "share_first", sends=(INFORM,)),
        Rule("exchanging", INFORM, "exchanging", "note", "is_new"),
        Rule("exchanging", NOT_UNDERSTOOD, "exchanging"),
        Rule("exchanging", WHEN, "heard", "end_round", "all_heard"),
        Rule("exchanging", TIMEOUT, "heard", "end_round"),
        Rule("heard", WHEN, "exchanging", "settle_and_share", "rounds_left", (INFORM,)),
        Rule("heard", WHEN, "settled", "", "all_agree"),
        Rule("heard", WHEN, "unsettled", "", "some_differ"),
        Rule("heard", TIMEOUT, "unsettled"),
    )
    final: ClassVar[tuple[str, ...]] = ("settled", "unsettled")
    reads: ClassVar[Mapping[Performative, str]] = {INFORM: "is_table"}
    changing: ClassVar[tuple[str, ...]] = ("tables",)

    def __init__(
        self,
        tasks: Iterable[Any],
        neighbours: Iterable[Any],
        *,
        score: Score,
        capacity: int,
        rounds: int,
        round_ticks: float = 3,
    ) -> None:
        super().__init__()
        self.tasks, self.neighbours = tuple(tasks), people(neighbours)
        self.members = frozenset(self.neighbours)
        if not self.tasks or len(set(self.tasks)) < len(self.tasks):
            raise out_of_range("tasks", self.tasks, "one or more different tasks", "name each once")
        for name, value in (("capacity", capacity), ("rounds", rounds)):
            if not (is_count(value) and value >= 1):
                raise out_of_range(name, value, "whole numbers from 1", "say how many")
        if not is_amount(round_ticks):
            raise out_of_range("round_ticks", round_ticks, "ticks from 0", "as long as a message may take")
        self.score, self.capacity, self.rounds, self.round_ticks = score, capacity, rounds, round_ticks
        self.round = self.last_change = 0
        self.beliefs = Beliefs(dict.fromkeys(self.tasks, NOBODY), (), (), {})
        self.tables: dict[tuple[int, str], Table] = {}  # by round and sender
        self.agreed = False

    def share_first(self, _: Any) -> None:
        """Build a first bundle and tell the neighbours."""
        self.last_change = 1
        self.beliefs = build(self.me, self.beliefs, self.tasks, self.score, self.capacity)
        self._share()

    def _share(self) -> None:
        self.round += 1
        self.deadline = self.now + self.round_ticks
        claims = [(number, *self.beliefs.claims[task]) for number, task in enumerate(self.tasks)]
        table = Table(self.round, tuple(claims), (*self.beliefs.stamps.items(), (self.me, float(self.round))))
        self.tell_all(INFORM, self.neighbours, table)

    def is_table(self, content: Any) -> bool:
        """Can the content be a neighbour's beliefs on all the tasks?"""
        return (
            content.__class__ is Table
            and len(content) == 3
            and is_count(content[0])
            and content[1].__class__ is tuple
            and len(content[1]) == len(self.tasks)
            and all(_is_claim(number, claim) for number, claim in enumerate(content[1]))
            and content[2].__class__ is tuple
            and all(_is_stamp(stamp) for stamp in content[2])
        )

    def is_new(self, message: Message) -> bool:
        """Is it of this round or a later one, and the first of its sender?"""
        number = message.content.round
        return self.round <= number <= self.rounds and (number, message.sender) not in self.tables

    def note(self, message: Message) -> None:
        """Keep a neighbour's table (a neighbour may be ahead)."""
        self.tables[message.content.round, message.sender] = message.content

    def all_heard(self, _: Any) -> bool:
        """Is every neighbour's table of this round there?"""
        return all((self.round, name) in self.tables for name in self.neighbours)

    def end_round(self, _: Any) -> None:
        """Do all neighbours believe what this agent believes?"""
        mine = tuple((number, *self.beliefs.claims[task]) for number, task in enumerate(self.tasks))
        tables = [self.tables.get((self.round, name)) for name in self.neighbours]
        self.agreed = all(table is not None and table.claims == mine for table in tables)
        self.deadline = self.now

    def rounds_left(self, _: Any) -> bool:
        """Is there another round?"""
        return self.round < self.rounds

    def settle_and_share(self, _: Any) -> None:
        """Agree with each neighbour in turn, give up what was lost, add what can be won; tell it."""
        before, me = self.beliefs, self.me
        for name in self.neighbours:
            table = self.tables.pop((self.round, name), None)
            if table is None:
                continue
            theirs = {self.tasks[number]: Claim(winner, bid) for number, winner, bid in table.claims}
            stamps = dict(table.stamps)
            claims = agree(me, self.beliefs, name, theirs, stamps)
            known = {
                n: max(stamps.get(n, -1.0), self.beliefs.stamps.get(n, -1.0))
                for n in {*stamps, *self.beliefs.stamps}
            }
            known.pop(me, None)  # nobody else has newer word of this agent than itself
            known[name] = float(self.round)
            self.beliefs = release(me, self.beliefs._replace(stamps=known), claims)
        self.beliefs = build(me, self.beliefs, self.tasks, self.score, self.capacity)
        if before[:3] != self.beliefs[:3]:
            self.last_change = self.round + 1
        self._share()

    def all_agree(self, _: Any) -> bool:
        """Was there no difference in the last round?"""
        return self.agreed

    def some_differ(self, _: Any) -> bool:
        """Was there one, or was a neighbour not heard?"""
        return not self.agreed

    def result(self) -> Plan:
        """The plan."""
        winners = {task: claim.winner for task, claim in self.beliefs.claims.items()}
        return Plan(self.beliefs.path, winners, self.last_change)


def _is_stamp(stamp: Any) -> bool:
    return stamp.__class__ is tuple and len(stamp) == 2 and stamp[0].__class__ is str and is_number(stamp[1])


def _is_claim(number: int, claim: Any) -> bool:
    return (
        claim.__class__ is tuple
        and len(claim) == 3
        and is_count(claim[0])
        and claim[0] == number
        and claim[1].__class__ is str
        and is_number(claim[2])
    )
