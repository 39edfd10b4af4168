"""The manager of the crossing: cars request, it grants slots by its rule, which is a policy.

The protocol, in FIPA's words: `request` (a road, and when the car can be there), `agree` with a slot (GRANT),
`inform` (heard, wait), `refuse` with a reason (REJECT), `cancel`. A request has a number; a copy of it has
the same one and gets the same slot, so that nothing that is lost, late or doubled gives one slot to two cars.
The book of slots survives a crash, as if on disk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mas_kit.core import Agent, Message, Performative
from mas_kit.usecases.vehicles.scheduling import NEVER, Grant, ManagerPercept, Wish

if TYPE_CHECKING:
    from mas_kit.usecases.vehicles.crossing import Crossing

PROTOCOL = "reservation"
TINY = 1e-6  # s: rounding
REQUEST, CANCEL = Performative.REQUEST, Performative.CANCEL
ASKED = "a request is (road, time) or (road, time, car ahead): road 0 or 1, time in s"
GRANT, WAIT, REJECT = Performative.AGREE, Performative.INFORM, Performative.REFUSE


def _in_order(wishes: list[Wish], book: Mapping[str, Grant]) -> tuple[list[Wish], list[Wish]]:
    """Who may be served now, and who stands behind a car without a slot: it could not use one of its own."""
    served, kept, held = set(book), [], []
    for wish in wishes:
        if not wish.behind or wish.behind in served:
            served.add(wish.car)
            kept.append(wish)
        else:
            held.append(wish)
    return kept, held


class IntersectionManager(Agent):
    """Gives each car that asks a time to cross.

    Attributes:
        book: slots given and not yet over, by car
        waiting: requests without a slot, by car
        past: the last slot of each road that is over
    """

    def __init__(self, scene: Crossing, policy: Any) -> None:
        super().__init__(scene.model, "manager", policy)
        self.scene = scene
        self.book: dict[str, Grant] = {}
        self.waiting: dict[str, Wish] = {}
        self.past = (NEVER, NEVER)
        self.granted = self.refused = self.cancelled = 0

    def perceive(self) -> ManagerPercept:
        """Its mail, its book, and, where it has a camera, who is really there."""
        now, p = self.scene.now, self.scene.p
        book, waiting = self.book, self.waiting
        again: list[Grant] = []
        refused: list[tuple[str, str, str]] = []
        if self.inbox:
            book, waiting = dict(book), dict(waiting)
            for message in self.inbox:
                self._hear(message, now, book, waiting, again, refused)
        stale = now - 3 * p.retry  # nobody asks for it any more
        listed = sorted(
            (wish for wish in waiting.values() if wish.heard >= stale), key=lambda wish: wish.ready
        )
        held: list[Wish] = []
        if p.in_order:
            listed, held = _in_order(listed, book)
        last = self.past
        for grant in book.values():
            if grant.slot > last[grant.road]:
                last = (grant.slot, last[1]) if grant.road == 0 else (last[0], grant.slot)
        return ManagerPercept(
            now,
            tuple(listed),
            last,
            p.ts,
            p.tc,
            tuple(book.values()),
            tuple(again),
            tuple(refused),
            tuple(held),
            self.memory,
        )

    def _hear(
        self,
        message: Message,
        now: float,
        book: dict[str, Grant],
        waiting: dict[str, Wish],
        again: list[Grant],
        refused: list[tuple[str, str, str]],
    ) -> None:
        """Set one message in order. Anything can be in the mail: nothing in it may stop the manager."""
        car, number = message.sender, message.reply_with
        if message.protocol != PROTOCOL or number is None:
            return
        if message.performative is CANCEL:
            if car in book and book[car].number == number:
                del book[car]
            if car in waiting and waiting[car].number == number:
                del waiting[car]
            return
        if message.performative is not REQUEST:
            return
        reason = self._fault(car, message.content)
        if reason:
            refused.append((car, number, reason))
            return
        road, ready, *ahead = message.content
        given = book.get(car)
        if given is not None and given.number == number and given.slot >= ready - TINY:
            again.append(given)
            return
        book.pop(car, None)
        before = waiting.get(car)
        if before is not None and before.number == number:
            ready = before.ready  # its place in the line stays
        waiting[car] = Wish(car, road, ready, number, now, *ahead)

    def _fault(self, car: str, content: Any) -> str:
        """What is wrong with a request, if anything."""
        try:
            road, ready, *ahead = content
            sound = road in (0, 1) and math.isfinite(ready) and len(ahead) <= 1
            if not sound or not all(isinstance(name, str) for name in ahead):
                return ASKED
        except (TypeError, ValueError):
            return ASKED
        if self.scene.p.camera and car not in self.scene.on_the_road:
            return "nobody of that name is on the road"
        return ""

    def act(self, action: tuple[Grant, ...]) -> None:
        """Write the grants into the book and answer everybody who asked."""
        see: ManagerPercept = self.percept
        over = see.time - see.tc - see.ts
        past = self.past
        book = {}
        for grant in (*see.book, *action):
            if grant.slot >= over:
                book[grant.car] = grant
            elif grant.slot > past[grant.road]:
                past = (grant.slot, past[1]) if grant.road == 0 else (past[0], grant.slot)
        self.cancelled += sum(car not in {grant.car for grant in see.book} for car in self.book)
        self.book, self.past = book, past
        done = {grant.car for grant in action}
        self.waiting = {wish.car: wish for wish in (*see.waiting, *see.held) if wish.car not in done}
        self.granted += len(action)
        self.refused += len(see.refused)
        for grant in (*action, *see.again):
            self._answer(GRANT, grant.car, grant.slot, grant.number)
        for wish in self.waiting.values():
            if wish.heard == see.time:
                self._answer(WAIT, wish.car, None, wish.number)
        for car, number, reason in see.refused:
            self._answer(REJECT, car, reason, number)

    def _answer(self, act: Performative, car: str, content: Any, number: str) -> None:
        self.send(act, car, content, None, PROTOCOL, in_reply_to=number, network=self.scene.radio)


class Ghost(Agent):
    """Somebody who asks for slots in the name of cars that do not exist."""

    def __init__(self, scene: Crossing) -> None:
        super().__init__(scene.model, "ghost")
        self.scene, self.asked = scene, 0

    def perceive(self) -> float:
        """The time."""
        return self.scene.now

    def decide(self, percept: float) -> int:
        """How many false requests."""
        p = self.scene.p
        return int(self.rng.poisson(p.ghosts / 60 * p.dt))

    def act(self, action: int) -> None:
        """Send them, each under a new name."""
        p = self.scene.p
        for _ in range(action):
            self.asked += 1
            wish = (self.asked % 2, self.percept + p.approach / p.limit)
            name = f"phantom-{self.asked}"
            self.scene.radio.send(
                Message(REQUEST, name, "manager", wish, None, PROTOCOL, reply_with=f"{name}/1"), self.cause
            )
