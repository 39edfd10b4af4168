"""A car at the crossing: what it sees, and how it decides when to go.

A car without a slot drives up to the stop line and waits. With one it slows down in time and is at the line,
at full speed, at its slot. Where the manager is silent for too long the crossing is an all-way stop: a car
stops, looks, and goes when the crossing is clear, no car of the other road can be there within the clearance
time, and it has stood at the line longer than the first car of the other road.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mas_kit.core import Agent, Explanation, Policy
from mas_kit.usecases.vehicles.manager import CANCEL, GRANT, PROTOCOL, REQUEST

if TYPE_CHECKING:
    from mas_kit.usecases.vehicles.crossing import Crossing

TINY = 1e-6  # m or s: rounding
RUN_UP = 2.0  # s: so long before its slot a car is at full speed again


class Habits(NamedTuple):
    """What every driver knows: the rules of the road and the length of a tick."""

    limit: float  # m/s
    room: float  # m from one car to the next in a queue
    ts: float
    tc: float
    tick: float  # s
    retry: float  # s
    silence: float  # s
    lead: float  # s: a standing car asks for a slot no sooner than that from now


class Rival(NamedTuple):
    """The first car of the other road that has not crossed yet, as everybody can see it."""

    distance: float  # m to the line
    standing: float | None  # s: since when it has stood at the line
    road: int
    slot: float | None  # what its lamp says: it holds a slot, and which


class ApproachPercept(NamedTuple):
    """What a car sees. Distances are to the stop line, positive before it."""

    time: float  # on its own clock
    road: int
    distance: float  # m
    ahead: float  # m: where the car ahead is; -inf where there is none
    standing: float | None  # s: since when it has stood at the line
    slot: float | None  # s
    offer: float | None  # s: a slot that has just come with the mail
    asked: float  # s: when it asked last; -inf before the first time
    ready: float  # s: when it can be at the line, as it said last; before that, when it would be if alone
    answered: float  # s: the last word of the manager
    cleared: float  # s since a car of the other road last drove onto the crossing
    rival: Rival | None
    memory: Any = None


class Drive(NamedTuple):
    """What a car does in a tick."""

    distance: float  # m to the line at the end of the tick
    enters: float | None = None  # s on its own clock: when it drives onto the crossing, if it does
    slot: float | None = None  # s: the slot that it holds
    ask: float | None = None  # s: it asks for a slot from that time on
    cancel: bool = False  # it gives its slot back


class Approach(Policy):
    """Ask for a slot, keep it, and know what to do without one."""

    name = "keep the slot"

    def __init__(self, habits: Habits) -> None:
        self.habits = habits

    def decide(self, percept: ApproachPercept, rng: np.random.Generator) -> Drive:
        """One tick of driving, and what to tell the manager."""
        know, see = self.habits, percept
        soonest = see.time + max(see.distance, 0.0) / know.limit
        slot = see.slot
        if slot is None and see.offer is not None:
            # What is sooner than it said it could be there was given away since. Who stands at the line has
            # to leave those without a manager the time to see its lamp.
            least = soonest if see.standing is None else see.time + know.tc + know.tick
            if see.offer >= max(see.ready, least) - TINY:
                slot = see.offer
        cancel = slot is not None and soonest > slot + TINY
        if cancel:
            slot = None
        ask = None
        if slot is None and (cancel or see.time - see.asked >= know.retry):
            ask = see.ready if see.asked == -math.inf else max(soonest, see.time + know.lead)
        if slot is not None:
            return self._keep(see, slot, ask, cancel)
        alone = see.standing is not None and see.time - see.answered > know.silence
        if alone and self._my_turn(see):
            return Drive(-know.limit * know.tick, see.time, None, None, cancel)
        return Drive(
            self._behind(see, max(see.distance - know.limit * know.tick, 0.0)), None, None, ask, cancel
        )

    def _keep(self, see: ApproachPercept, slot: float, ask: float | None, cancel: bool) -> Drive:
        """Be at the line at the slot, at full speed for the last stretch."""
        know = self.habits
        after = see.time + know.tick
        full = know.limit * (slot - after)  # where a car at full speed would be to make it
        stretch = know.limit * RUN_UP
        left = slot - RUN_UP - see.time
        if see.distance > stretch and left > 0:
            wanted = see.distance - min(know.limit, (see.distance - stretch) / left) * know.tick
            wanted = min(wanted, full) if full < stretch else wanted
        else:
            wanted = min(see.distance, full)
        to = self._behind(see, wanted)
        goes = slot <= after and to == wanted
        return Drive(to if goes else max(to, 0.0), slot if goes else None, slot, ask, cancel)

    def _behind(self, see: ApproachPercept, wanted: float) -> float:
        """Not nearer to the car ahead than a queue allows, and never backwards."""
        return min(see.distance, max(wanted, see.ahead + self.habits.room))

    def _my_turn(self, see: ApproachPercept) -> bool:
        """All-way stop: may it go now?"""
        know, rival = self.habits, see.rival
        assert see.standing is not None
        if see.time - see.standing < know.ts - TINY:  # it has to stop, and to look
            return False
        if see.ahead > -know.limit * know.ts + TINY or see.cleared < know.tc - TINY:
            return False
        if rival is None:
            return True
        if rival.slot is not None:
            return rival.slot >= see.time + know.tc
        if rival.standing is None:
            return rival.distance >= know.limit * know.tc
        return (see.standing, see.road) < (rival.standing, rival.road)

    def explain(self, percept: ApproachPercept, decision: Any) -> Explanation:
        """Why it drives, waits or asks."""
        drive: Drive = decision.action
        if drive.cancel:
            why = "it cannot make its slot any more, and gives it back"
        elif drive.slot is not None:
            why = f"its slot is {drive.slot - percept.time:.1f} s away"
        elif drive.enters is not None:
            why = "the manager is silent; the crossing is clear and it is its turn"
        elif percept.standing is not None:
            why = "it has no slot and waits at the line"
        else:
            why = "it has no slot yet and drives up to the line"
        return Explanation(drive, why)


class Reckless(Approach):
    """Drive on as if there were no other road. To show what the protocol is for."""

    name = "drive on"

    def decide(self, percept: ApproachPercept, rng: np.random.Generator) -> Drive:
        """Full speed behind the car ahead."""
        know, see = self.habits, percept
        to = self._behind(see, see.distance - know.limit * know.tick)
        goes = to <= 0 < see.distance
        speed = (see.distance - to) / know.tick
        return Drive(to, see.time + see.distance / speed if goes else None)

    def explain(self, percept: ApproachPercept, decision: Any) -> Explanation:
        """It does not look."""
        return Explanation(decision.action, "it does not look at the other road")


class CrossingCar(Agent):
    """One car on its way to the crossing.

    Attributes:
        lane: its road, 0 or 1
        position: m to the stop line, negative past it
        due: s: when it would cross if it were alone; entered: when it did
    """

    def __init__(
        self, scene: Crossing, name: str, lane: int, position: float, due: float, ahead: CrossingCar | None
    ) -> None:
        super().__init__(scene.model, name, scene.way_to_cross)
        self.scene, self.lane, self.position, self.due, self.ahead = scene, lane, position, due, ahead
        self.speed = scene.p.limit
        self.skew = scene.clock_error()
        self.slot: float | None = None
        self.entered: float | None = None
        self.standing: float | None = None
        self.asked, self.ready, self.answered, self.requests = -math.inf, due + self.skew, -math.inf, 0

    @property
    def number(self) -> str:
        """Of its present request."""
        return f"{self.name}/{self.requests}"

    @property
    def state(self) -> str:
        """For the picture."""
        if self.entered is not None:
            return "crossed"
        if self.slot is not None:
            return "granted"
        return "driving" if self.standing is None else "waiting"

    def perceive(self) -> ApproachPercept:
        """The road ahead, the crossing, the first car of the other road, its mail."""
        now = self.scene.now + self.skew
        offer, answered = None, self.answered
        for message in self.inbox:
            if message.sender == "manager" and message.in_reply_to == self.number:
                answered = now
                if message.performative is GRANT:
                    offer = message.content
        if self.ahead is not None and self.ahead.scene.gone(self.ahead):
            self.ahead = None
        return ApproachPercept(
            now,
            self.lane,
            self.position,
            -math.inf if self.ahead is None else self.ahead.position,
            self.standing,
            self.slot,
            offer,
            self.asked,
            self.ready,
            answered,
            self.scene.cleared(1 - self.lane),
            self.scene.first(1 - self.lane) if self.position < self.scene.p.limit * self.scene.p.tc else None,
            self.memory,
        )

    def act(self, action: Drive) -> None:
        """Drive, and talk to the manager."""
        if self.entered is not None:  # it leaves, whatever it thinks
            self.position -= self.scene.p.limit * self.scene.p.dt
            return
        see: ApproachPercept = self.percept
        self.answered = see.answered
        self.speed = (see.distance - action.distance) / self.scene.p.dt
        self.position, self.slot = action.distance, action.slot
        if action.enters is not None:
            self.entered, self.standing = action.enters - self.skew, None
            self.speed = self.scene.p.limit
            self.scene.note(self)
            return
        if self.position > TINY:
            self.standing = None
        elif self.standing is None:
            self.standing = see.time
        if action.cancel:
            self.send(
                CANCEL, "manager", None, None, PROTOCOL, reply_with=self.number, network=self.scene.radio
            )
        if action.ask is not None and self.scene.manager is not None:
            if action.cancel or self.requests == 0:
                self.requests += 1
            if self.asked == -math.inf:
                self.answered = see.time
            self.asked, self.ready = see.time, action.ask
            wish: tuple[Any, ...] = (self.lane, action.ask)
            ahead = self.ahead
            if self.scene.p.in_order and ahead is not None and ahead.entered is None:
                wish = (*wish, ahead.name)
            self.send(
                REQUEST, "manager", wish, None, PROTOCOL, reply_with=self.number, network=self.scene.radio
            )
