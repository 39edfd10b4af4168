"""Alternating offers: two agents offer each other terms in turn until one accepts or breaks off.

Rubinstein (1982), "Perfect Equilibrium in a Bargaining Model", Econometrica 50(1): of a pie of 1 that loses
value by the factors d1 and d2 with every turn, the opener gets (1 - d2) / (1 - d1·d2), at once.

Acceptance is confirmed, so that no message lost makes one side believe in a contract that the other does not
know of: when one side ends as "agreed", the other ends as "agreed" on the same terms, or as "unconfirmed".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from mas_kit.core.errors import out_of_range
from mas_kit.core.messages import Message, Performative
from mas_kit.protocols.content import is_amount, is_count, is_number, is_record, is_something, safely
from mas_kit.protocols.role import Role
from mas_kit.protocols.rules import START, TIMEOUT, Answer, Question, Rule, decides
from mas_kit.protocols.settings import people

PROPOSE, ACCEPT, REFUSE = Performative.PROPOSE, Performative.ACCEPT_PROPOSAL, Performative.REFUSE
INFORM, NOT_UNDERSTOOD = Performative.INFORM, Performative.NOT_UNDERSTOOD


class Offer(NamedTuple):
    """Content of an offer: its number (1 is the opener's first) and the terms."""

    number: int
    terms: Any


class Standing(NamedTuple):
    """What a negotiator is asked on: the number of the coming or present offer, both sides' last terms."""

    number: int
    mine: Any
    theirs: Any


class Negotiator(Role):
    """One side. One agent begins it, giving the other as `partner`; the other takes it up without.

    Questions: "offer" (content: `Standing`; propose with the terms, or refuse to break off) and "answer"
    (accept-proposal; propose with other terms; or refuse). Final states: "agreed", "broken off",
    "unconfirmed" (accepted, but the other side's confirmation did not come). The value is the `Offer` that
    was accepted, or None.

    Args:
        partner: the other agent, or its name, for the side that begins.
        readable: content -> are these terms? By default, a share: a number from 0 to 1.
        offers: how many offers there can be at most; the last one can only be accepted or refused.
        turn_ticks: ticks to wait for the other side, and for one's own policy.
    """

    protocol = "alternating-offers"
    name = "negotiator"
    table: ClassVar[tuple[Rule, ...]] = (
        Rule("start", START, "offering", "sit_down"),
        Rule("start", PROPOSE, "answering", "read", "is_next"),
        Rule("offering", decides(PROPOSE), "waiting", "offer", sends=(PROPOSE,)),
        Rule("offering", decides(REFUSE), "broken off"),
        Rule("offering", TIMEOUT, "broken off"),
        Rule("answering", decides(ACCEPT), "accepting", "accept", sends=(ACCEPT,)),
        Rule("answering", decides(PROPOSE), "waiting", "offer", "offers_left", (PROPOSE,)),
        Rule("answering", decides(REFUSE), "broken off", "break_off", sends=(REFUSE,)),
        Rule("answering", REFUSE, "broken off"),
        Rule("answering", TIMEOUT, "broken off", "break_off", sends=(REFUSE,)),
        Rule("waiting", PROPOSE, "answering", "read", "is_next"),
        Rule("waiting", ACCEPT, "agreed", "confirm", "is_my_offer", (INFORM,)),
        Rule("waiting", REFUSE, "broken off"),
        Rule("waiting", NOT_UNDERSTOOD, "broken off", "break_off", sends=(REFUSE,)),
        Rule("waiting", TIMEOUT, "broken off", "break_off", sends=(REFUSE,)),
        Rule("accepting", INFORM, "agreed", "", "confirms"),
        Rule("accepting", REFUSE, "broken off", "forget"),
        Rule("accepting", TIMEOUT, "unconfirmed"),
        Rule("broken off", ACCEPT, "broken off", "break_off", "is_my_offer", (REFUSE,)),
    )
    final: ClassVar[tuple[str, ...]] = ("agreed", "broken off", "unconfirmed")
    opens: ClassVar[Performative | None] = PROPOSE
    asks: ClassVar[Mapping[str, str]] = {"offering": "offer", "answering": "answer"}
    reads: ClassVar[Mapping[Performative, str]] = {
        PROPOSE: "is_offer",
        ACCEPT: "is_offer",
        INFORM: "is_offer",
    }

    def __init__(
        self,
        partner: Any = None,
        *,
        readable: Callable[[Any], object] | None = None,
        offers: int = 100,
        turn_ticks: float = 5,
    ) -> None:
        super().__init__()
        self.members = () if partner is None else people([partner])
        if not (is_count(offers) and offers >= 1):
            raise out_of_range("offers", offers, "whole numbers from 1", "how many offers there can be")
        if not is_amount(turn_ticks):
            raise out_of_range("turn_ticks", turn_ticks, "ticks from 0", "there and back, and to think")
        self.readable = is_share if readable is None else readable
        self.offers, self.turn_ticks = offers, turn_ticks
        self.number = 0  # of the last offer that was made
        self.mine: Any = None
        self.theirs: Any = None
        self.agreed: Offer | None = None

    @property
    def partner(self) -> str:
        """The other side."""
        return next(iter(self.members), "")

    def about(self) -> Standing:
        """How the negotiation stands."""
        return Standing(self.number + (self.state == "offering"), self.mine, self.theirs)

    def result(self) -> Offer | None:
        """What was agreed."""
        return self.agreed

    def is_offer(self, content: Any) -> bool:
        """Can the content be an offer?"""
        return is_record(content, Offer, is_count, is_something) and safely(self.readable, content.terms)

    def is_next(self, message: Message) -> bool:
        """Is it the next offer, and not an old one?"""
        return bool(message.content.number == self.number + 1 <= self.offers)

    def offers_left(self, _: Any) -> bool:
        """May there be another offer?"""
        return self.number < self.offers

    def sit_down(self, _: Any) -> None:
        """Begin: the first offer is one's own."""
        if not self.members:
            raise out_of_range("partner", None, "an agent or its name", "say with whom")
        self.deadline = self.now + self.turn_ticks

    def read(self, message: Message) -> None:
        """Keep the other side's offer."""
        self.number, self.theirs = message.content.number, message.content.terms
        self.deadline = self.now + self.turn_ticks

    def offer(self, answer: Answer) -> None:
        """Make the next offer."""
        if not safely(self.readable, answer.content) or answer.content is None:
            raise out_of_range("content", answer.content, "terms that `readable` can read", "a share, 0 to 1")
        self.number += 1
        self.mine, self.deadline = answer.content, self.now + self.turn_ticks
        self.tell(PROPOSE, self.partner, Offer(self.number, self.mine), reply_by=self.deadline)

    def accept(self, _: Any) -> None:
        """Accept the other side's offer, and wait for the confirmation."""
        self.agreed, self.deadline = Offer(self.number, self.theirs), self.now + 2 * self.turn_ticks
        self.tell(ACCEPT, self.partner, self.agreed)

    def is_my_offer(self, message: Message) -> bool:
        """Does it accept one's own last offer?"""
        return self.mine is not None and bool(message.content.number == self.number)

    def confirm(self, message: Message) -> None:
        """The other side has accepted: confirm."""
        self.agreed = Offer(self.number, self.mine)
        self.tell(INFORM, self.partner, self.agreed)

    def confirms(self, message: Message) -> bool:
        """Does it confirm what was accepted?"""
        return self.agreed is not None and bool(message.content.number == self.agreed.number)

    def forget(self, _: Any) -> None:
        """The other side had broken off before it heard of the acceptance."""
        self.agreed = None

    def break_off(self, _: Any) -> None:
        """Break off, and say so."""
        self.tell(REFUSE, self.partner)


def is_share(content: object) -> bool:
    """Is it a number from 0 to 1?"""
    return is_number(content) and 0 <= content <= 1  # type: ignore[operator]


def rubinstein(opener: float, other: float) -> float:
    """The opener's share in equilibrium, given both sides' discount factors (each at least 0, below 1)."""
    for name, value in (("opener", opener), ("other", other)):
        if not (is_number(value) and 0 <= value < 1):
            raise out_of_range(name, value, "0 to below 1", "a discount factor per turn")
    return (1 - other) / (1 - opener * other)


def equilibrium(question: Question, opener: float, other: float) -> Answer:
    """What a side that knows both discount factors does (terms are the opener's share, 0 to 1).

    Who opens makes the odd offers. Each offers the other just what waiting a turn would be worth to it, and
    accepts nothing less.
    """
    table: Standing = question.content
    first = rubinstein(opener, other)
    second = 1 - rubinstein(other, opener)  # the opener's share when the other side offers: opener · first
    opens = table.number % 2 == (1 if question.kind == "offer" else 0)
    if question.kind == "offer":
        return question.answer(PROPOSE, first if opens else second)
    worth = table.theirs if opens else 1 - table.theirs
    waiting = second if opens else 1 - first
    if worth >= waiting - 1e-12:
        return question.answer(ACCEPT)
    return question.answer(PROPOSE, first if opens else second)
