"""An election: a chair asks for ballots, counts those that come in time, and announces the result.

The messages are those of FIPA Query (SC00027): query-ref for the ballot, inform with it or refuse; then an
inform with the result. With n voters, all of whom answer: 3n messages on a network that loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_count, is_name
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Answer, Rule, decides
from mas_kit.protocols.settings import after, people, ticks
from mas_kit.protocols.voting.rules import Count, Ranking, is_ballot, plurality, rule

QUERY_REF, INFORM, REFUSE = Performative.QUERY_REF, Performative.INFORM, Performative.REFUSE
NOT_UNDERSTOOD = Performative.NOT_UNDERSTOOD


class Election(NamedTuple):
    """Content of the question: who stands for election, and by which rule it is counted."""

    candidates: tuple[str, ...]
    rule: str


class Elected(NamedTuple):
    """Content of the result."""

    winner: str
    votes: int


class Poll(NamedTuple):
    """The value of the chair's outcome."""

    tally: Count | None
    ballots: Mapping[str, tuple[str, ...]]
    abstained: tuple[str, ...]
    silent: tuple[str, ...]


def _listed(candidates: Iterable[str]) -> tuple[str, ...]:
    """The candidates in their order, which settles ties; those of a set, which has none, are put in one."""
    if isinstance(candidates, str):
        raise out_of_range("candidates", candidates, "a list of names", f"give [{candidates!r}]")
    return tuple(sorted(candidates)) if isinstance(candidates, Set) else tuple(candidates)


class Chair(Role):
    """Holds an election.

    Args:
        candidates: their names, all different; of equals, who is listed first wins.
        voters: agents, or their names. One voter, one vote: the first ballot counts.
        reply_by: the last tick in which a ballot counts.
        by: a voting rule: its name, or a function (candidates, ballots) -> Count.
        quorum: how many ballots there must be.

    A ballot is a tuple of candidates, the best first (for approval: those approved of). One that cannot be
    read is answered with not-understood, and the voter may send another in time. Final states: "elected",
    "no quorum". The value is a `Poll`.
    """

    protocol = "election"
    name = "chair"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "polling", "open_poll", sends=(QUERY_REF,)),
        Rule("polling", INFORM, "polling", "note_ballot", "first_vote"),
        Rule("polling", REFUSE, "polling", "note_abstention", "first_vote"),
        Rule("polling", NOT_UNDERSTOOD, "polling", "note_abstention", "first_vote"),
        Rule("polling", WHEN, "elected", "announce", "complete_with_quorum", (INFORM,)),
        Rule("polling", WHEN, "no quorum", "announce", "complete", (INFORM,)),
        Rule("polling", TIMEOUT, "elected", "announce", "has_quorum", (INFORM,)),
        Rule("polling", TIMEOUT, "no quorum", "announce", sends=(INFORM,)),
    )
    final: ClassVar[tuple[str, ...]] = ("elected", "no quorum")
    reads: ClassVar[Mapping[Performative, str]] = {INFORM: "is_vote"}
    changing: ClassVar[tuple[str, ...]] = ("ballots", "abstained")

    def __init__(
        self,
        candidates: Iterable[str],
        voters: Iterable[Any],
        *,
        reply_by: float,
        by: str | Callable[[Sequence[str], Sequence[Ranking]], Count] = plurality,
        quorum: int = 1,
    ) -> None:
        super().__init__()
        self.candidates, self.voters = _listed(candidates), people(voters)
        if not self.candidates or len(set(self.candidates)) < len(self.candidates):
            raise out_of_range("candidates", self.candidates, "one or more, all different", "name each once")
        if not (is_count(quorum) and 1 <= quorum <= len(self.voters)):
            raise out_of_range("quorum", quorum, f"1 to {len(self.voters)}", "count the voters")
        self.members = frozenset(self.voters)
        self.reply_by, self.quorum = reply_by, quorum
        self.rule = rule(by) if isinstance(by, str) else by
        self.rule_name = by if isinstance(by, str) else getattr(by, "__name__", "rule")
        self.ballots: dict[str, tuple[str, ...]] = {}
        self.abstained: set[str] = set()
        self.count: Count | None = None

    def open_poll(self, _: Any) -> None:
        """Ask everybody for a ballot."""
        self.deadline = after(self.now, self.reply_by, "reply_by")
        self.tell_all(
            QUERY_REF,
            self.voters,
            Election(self.candidates, self.rule_name),
            reply_with=f"{self.conversation_id}/ballot",
            reply_by=self.reply_by,
        )

    def is_vote(self, content: Any) -> bool:
        """Can the content be a ballot?"""
        return is_ballot(self.candidates, content)

    def first_vote(self, message: Message) -> bool:
        """Has the voter not voted or abstained yet?"""
        return message.sender not in self.ballots and message.sender not in self.abstained

    def note_ballot(self, message: Message) -> None:
        """Keep a ballot."""
        self.ballots[message.sender] = message.content

    def note_abstention(self, message: Message) -> None:
        """Somebody does not vote."""
        self.abstained.add(message.sender)

    def complete(self, _: Any) -> bool:
        """Has everybody answered?"""
        return len(self.ballots) + len(self.abstained) == len(self.voters)

    def has_quorum(self, _: Any) -> bool:
        """Are there enough ballots?"""
        return len(self.ballots) >= self.quorum

    def complete_with_quorum(self, _: Any) -> bool:
        """Both of these?"""
        return self.complete(_) and self.has_quorum(_)

    def announce(self, _: Any) -> None:
        """Count, and tell everybody the winner ("" without a quorum)."""
        if self.has_quorum(_):
            self.count = self.rule(
                self.candidates, [self.ballots[n] for n in self.voters if n in self.ballots]
            )
        winner = self.count.winner if self.count is not None else ""
        self.tell_all(INFORM, self.voters, Elected(winner, len(self.ballots)))

    def result(self) -> Poll:
        """The count and the ballots."""
        silent = [n for n in self.voters if n not in self.ballots and n not in self.abstained]
        return Poll(self.count, dict(self.ballots), tuple(sorted(self.abstained)), tuple(silent))


class Voter(Role):
    """Votes, and hears the result.

    Question "vote" (content: `Election`): inform with a tuple of candidates, or refuse to abstain. Final
    states: "told" (value: the `Elected`), "untold" (no result came).

    Args:
        patience: ticks to wait for the result after the poll has closed.
    """

    protocol = "election"
    name = "voter"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", QUERY_REF, "asked", "read_poll"),
        Rule("asked", decides(INFORM), "waiting", "vote", sends=(INFORM,)),
        Rule("asked", decides(REFUSE), "waiting", "abstain", sends=(REFUSE,)),
        Rule("asked", INFORM, "told", "note_result"),
        Rule("asked", TIMEOUT, "waiting", "wait"),
        Rule("waiting", INFORM, "told", "note_result"),
        Rule("waiting", NOT_UNDERSTOOD, "asked", "may_vote_again", "in_time"),
        Rule("waiting", NOT_UNDERSTOOD, "waiting"),
        Rule("waiting", TIMEOUT, "untold"),
    )
    final: ClassVar[tuple[str, ...]] = ("told", "untold")
    opens: ClassVar[Performative | None] = QUERY_REF
    asks: ClassVar[Mapping[str, str]] = {"asked": "vote"}
    reads: ClassVar[Mapping[Performative, str]] = {QUERY_REF: "is_poll", INFORM: "is_result"}

    def __init__(self, *, patience: float = 20) -> None:
        super().__init__()
        self.patience = ticks("patience", patience)
        self.poll: Any = None
        self.reply_by: float = 0
        self.poll_id: Any = None
        self.told: Any = None

    def is_poll(self, content: Any) -> bool:
        """Can the content be an election?"""
        return (
            content.__class__ is Election
            and len(content) == 2
            and content[0].__class__ is tuple
            and bool(content[0])
            and all(is_name(name) for name in content[0])
            and is_name(content[1])
        )

    def is_result(self, content: Any) -> bool:
        """Can the content be the result?"""
        return content.__class__ is Elected and len(content) == 2 and content[0].__class__ is str

    def about(self) -> Any:
        """The election."""
        return self.poll

    def result(self) -> Any:
        """The result, as far as it was told."""
        return self.told

    def read_poll(self, message: Message) -> None:
        """Keep the question and its time limit."""
        self.poll, self.poll_id = message.content, message.reply_with
        self.deadline = self.reply_by = message.reply_by or 0

    def vote(self, answer: Answer) -> None:
        """Send the ballot."""
        ballot = answer.content if isinstance(answer.content, str) else tuple(answer.content or ())
        ballot = (ballot,) if isinstance(ballot, str) else ballot
        if not is_ballot(self.poll.candidates, ballot):
            raise out_of_range("content", ballot, f"some of {self.poll.candidates}, each once", "best first")
        self.tell(INFORM, self.key[1], ballot, in_reply_to=self.poll_id)
        self.wait(answer)

    def abstain(self, _: Any) -> None:
        """Do not vote."""
        self.tell(REFUSE, self.key[1], None, in_reply_to=self.poll_id)
        self.wait(_)

    def wait(self, _: Any) -> None:
        """Wait for the result."""
        self.deadline = self.reply_by + self.patience

    def in_time(self, _: Any) -> bool:
        """Is the poll still open?"""
        return self.now < self.reply_by

    def may_vote_again(self, _: Any) -> None:
        """The ballot could not be read: it may send another."""
        self.deadline = self.reply_by

    def note_result(self, message: Message) -> None:
        """Keep the result."""
        self.told = message.content
