"""The three agents of an automated car, and what they tell each other on its bus.

Perception reads the radar, keeps a track of the car ahead and fuses it with what that car says of itself.
Planning turns the track into a wish to accelerate, and tells the car behind. Control makes the wish true as
far as engine and brake go. A tick takes three rounds of the bus; an agent without news does nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from mas_kit.core import Agent, Decision, Performative

if TYPE_CHECKING:
    from mas_kit.core import Policy
    from mas_kit.usecases.vehicles.filters import Track
    from mas_kit.usecases.vehicles.fleet import Fleet
    from mas_kit.usecases.vehicles.model import Vehicles

INFORM = Performative.INFORM
ENGINE, BRAKES = 3.0, 9.0  # m/s²: nobody accelerates or brakes harder


class Cam(NamedTuple):
    """A cooperative awareness message: what a car says of itself, to whom it may concern."""

    time: float  # s, when it was said
    position: float  # of its nose along the road, in m
    speed: float  # m/s
    wants: float  # the acceleration that it plans, in m/s²
    variance: float  # of the position, in m²
    speed_variance: float  # m²/s²


class View(NamedTuple):
    """What perception tells planning of the car ahead."""

    gap: float  # m, bumper to bumper, as believed
    leader: float  # its speed in m/s, as believed
    sd: float  # of the gap, in m, as believed
    wants: float  # the acceleration that the car ahead last said it plans, in m/s²; 0: it never said
    age: float  # of that word, in s; infinite: it never said
    suspect: bool  # was its last word thrown away as contradicting the radar?


class Tracking(NamedTuple):
    """What perception remembers: the track of the car ahead, seen from the own nose."""

    time: float
    track: Track
    speed: float  # own, then
    wants: float
    said: float  # when the car ahead said so
    suspect: bool


class Reading(NamedTuple):
    """What perception sees: the radar, its own wheels, and the radio."""

    time: float  # s
    gap: float  # m, as the radar reads it; NaN: no echo
    closing: float  # speed of the car ahead less the own, in m/s, as the radar reads it; NaN: no echo
    speed: float  # own, from the wheels
    position: float  # own, from satellites
    heard: Cam | None  # the newest word of the car ahead, if one came in
    memory: Tracking | None


class Situation(NamedTuple):
    """What planning sees: the view of perception, if there is news, and the own speed."""

    time: float
    view: View | None
    speed: float
    memory: Any


class Plan(NamedTuple):
    """What planning wants: an acceleration in m/s²."""

    acceleration: float


class Order(NamedTuple):
    """What control sees: the plan, if there is a new one."""

    time: float
    wanted: float | None
    memory: Actuator | None


class Actuator(NamedTuple):
    """What control remembers: orders on their way to the engine, and what the engine does, in m/s²."""

    queue: tuple[float, ...]
    acceleration: float


class Perception(Agent):
    """Keeps a track of the car ahead from radar and radio. One to a car, `car-3/perception`."""

    model: Vehicles

    def __init__(self, model: Vehicles, fleet: Fleet, number: int, policy: Policy) -> None:
        super().__init__(model, f"{fleet.name(number)}/perception", policy)
        self.fleet, self.number = fleet, number
        self.planning = f"{fleet.name(number)}/planning"
        p = model.p
        self.quiet = p.radar_noise == p.doppler_noise == p.gps_noise == p.radar_dropout == 0

    def perceive(self) -> Reading | None:
        """One reading of the radar and of the satellites, with their noise, and the newest word heard."""
        p, fleet = self.model.p, self.fleet
        if not fleet.on:
            return None
        gap, closing, speed, position = fleet.truth(self.number)
        echo, there, fast, missed = 0.0, 0.0, 0.0, 1.0
        if not self.quiet:
            echo, fast, there = self.rng.normal(size=3).tolist()
            missed = self.rng.random()
        if missed < p.radar_dropout:
            gap = closing = math.nan
        heard = [message.content for message in self.inbox]
        return Reading(
            fleet.time,
            gap + p.radar_noise * echo,
            closing + p.doppler_noise * fast,
            speed,
            position + p.gps_noise * there,
            max(heard, key=lambda cam: cam.time) if heard else None,
            self.memory,
        )

    def act(self, action: View | None) -> None:
        """Tell planning."""
        if action is not None:
            self.send(INFORM, self.planning, action, network=self.fleet.bus)


class Planning(Agent):
    """Wants an acceleration, and tells the car behind. One to a car, `car-3/planning`."""

    model: Vehicles

    def __init__(self, model: Vehicles, fleet: Fleet, number: int, policy: Policy) -> None:
        super().__init__(model, f"{fleet.name(number)}/planning", policy)
        self.fleet, self.number = fleet, number
        self.control = f"{fleet.name(number)}/control"
        self.listener: str | None = None  # perception of the car behind, where it has a radio

    def perceive(self) -> Situation:
        """What perception says, if it says anything."""
        view = self.inbox[-1].content if self.inbox else None
        return Situation(self.fleet.time, view, self.fleet.car(self.number).v, self.memory)

    def decide(self, percept: Situation) -> Any:
        """What the planner says; nothing without news."""
        return Decision(None, percept.memory) if percept.view is None else super().decide(percept)

    def act(self, action: Plan | None) -> None:
        """Tell control, and on the radio the car behind."""
        if action is None:
            return
        fleet = self.fleet
        self.send(INFORM, self.control, action, network=fleet.bus)
        if self.listener is not None and (self.model.tick - 1) % fleet.period == 0:
            self.send(INFORM, self.listener, fleet.cam(self, action), network=fleet.v2v)


class Lead(Planning):
    """Plans for the first car of a platoon: it looks at the clock and at nobody."""

    def decide(self, percept: Situation) -> Any:
        """What the profile says."""
        return super(Planning, self).decide(percept)


class Control(Agent):
    """Brings the plan to engine and brake, later and softer. One to a car, `car-3/control`."""

    model: Vehicles

    def __init__(self, model: Vehicles, fleet: Fleet, number: int, policy: Policy) -> None:
        super().__init__(model, f"{fleet.name(number)}/control", policy)
        self.fleet, self.number = fleet, number

    def perceive(self) -> Order:
        """The plan, if one came in."""
        wanted = self.inbox[-1].content.acceleration if self.inbox else None
        return Order(self.fleet.time, wanted, self.memory)

    def act(self, action: float | None) -> None:
        """Set engine and brake."""
        if action is not None:
            car = self.fleet.car(self.number)
            car.command = action
            car.silent = 0.0
