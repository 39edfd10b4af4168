"""The three agents of an automated car, and what they tell each other on its bus.

Perception reads the radar, keeps a track of the car ahead and fuses it with what that car says of itself.
Planning turns the track into a wish to accelerate, and tells the car behind. Control makes the wish true as
far as engine and brake go. A tick takes three rounds of the bus; an agent without news does nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from mas_kit.core import Agent, Decision, Performative
from mas_kit.usecases.vehicles.filters import Track, predict, update, update_speed
from mas_kit.usecases.vehicles.fusion import covariance_intersection, distance

if TYPE_CHECKING:
    from mas_kit.core import Policy
    from mas_kit.usecases.vehicles.fleet import Fleet
    from mas_kit.usecases.vehicles.model import Vehicles

INFORM = Performative.INFORM
RESTLESS = 1.0  # m/s²: how much a car's acceleration is expected to change from tick to tick
GATE = 9.21  # squared Mahalanobis distance that 1 honest report in 100 exceeds (chi-square, 2 degrees)
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

    def __init__(self, model: Vehicles, fleet: Fleet, number: int) -> None:
        super().__init__(model, f"{fleet.name(number)}/perception")
        self.fleet, self.number = fleet, number
        self.planning = f"{fleet.name(number)}/planning"
        p = model.p
        self.variance, self.speed_variance = p.radar_noise**2, p.doppler_noise**2
        self.exact = p.radar_noise == p.doppler_noise == 0

    def perceive(self) -> Reading | None:
        """One reading of the radar and of the satellites, with their noise, and the newest word heard."""
        p, fleet = self.model.p, self.fleet
        if not fleet.on:
            return None
        gap, closing, speed, position = fleet.truth(self.number)
        echo, there, fast, missed = 0.0, 0.0, 0.0, 1.0
        if not self.exact or p.gps_noise or p.radar_dropout:
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

    def decide(self, percept: Reading | None) -> Decision:
        """The view, and the new track; nothing while a person drives."""
        if percept is None:
            return Decision(None, None)
        see, old = percept, percept.memory
        track = None if old is None else self._predicted(see, old)
        if see.gap == see.gap:  # there is an echo
            leader = see.speed + see.closing
            if track is None or self.exact:
                track = Track(see.gap, leader, self.variance, 0.0, self.speed_variance)
            else:
                track = update_speed(update(track, see.gap, self.variance), leader, self.speed_variance)
        wants, said, suspect = (0.0, -math.inf, False) if old is None else (old.wants, old.said, old.suspect)
        if see.heard is not None and said <= see.heard.time <= see.time:  # nobody can be heard before
            theirs = self._from_radio(see, see.heard)
            suspect = bool(self.model.p.gate and track is not None and not self._credible(track, theirs))
            if not suspect:
                wants, said = see.heard.wants, see.heard.time
                if track is None:
                    track = theirs
                elif not self.exact:
                    track = covariance_intersection(track, theirs)
        if track is None:  # it has never seen anything: no news
            return Decision(None, None)
        view = View(track.position, track.speed, track.pp**0.5, wants, see.time - said, suspect)
        return Decision(view, Tracking(see.time, track, see.speed, wants, said, suspect))

    def _predicted(self, see: Reading, old: Tracking) -> Track:
        """The old track at this time, seen from where the own nose is now."""
        step = see.time - old.time
        track = predict(old.track, step, RESTLESS)
        return track._replace(position=track.position - 0.5 * step * (old.speed + see.speed))

    def _from_radio(self, see: Reading, cam: Cam) -> Track:
        """What the car ahead said, brought up to this time and seen from the own nose."""
        p = self.model.p
        place = self.fleet.between(see.position, cam.position)
        said = Track(place, cam.speed, cam.variance + p.gps_noise**2, 0.0, cam.speed_variance)
        step = see.time - cam.time
        track = predict(said, step, max(RESTLESS, 1e-9))
        return track._replace(
            position=track.position + 0.5 * step * step * cam.wants, speed=track.speed + step * cam.wants
        )

    @staticmethod
    def _credible(track: Track, theirs: Track) -> bool:
        return bool(distance(track, theirs) <= GATE)

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

    def __init__(self, model: Vehicles, fleet: Fleet, number: int) -> None:
        super().__init__(model, f"{fleet.name(number)}/control")
        self.fleet, self.number = fleet, number
        p = model.p
        self.wait = round(p.reaction / p.dt)
        self.fade = math.exp(-p.dt / p.lag) if p.lag else 0.0
        self.mean = p.lag / p.dt * (1.0 - self.fade)  # of what is left of the old acceleration, over a tick

    def perceive(self) -> Order:
        """The plan, if one came in."""
        wanted = self.inbox[-1].content.acceleration if self.inbox else None
        return Order(self.fleet.time, wanted, self.memory)

    def decide(self, percept: Order) -> Decision:
        """The mean acceleration of this tick: a delay of whole ticks, then a first-order lag (exact)."""
        if percept.wanted is None:
            return Decision(None, percept.memory)
        old = percept.memory or Actuator((0.0,) * self.wait, 0.0)
        wanted = min(max(percept.wanted, -BRAKES), ENGINE)
        queue = (*old.queue, wanted)
        order = queue[0]
        push = order + (old.acceleration - order) * self.mean
        return Decision(push, Actuator(queue[1:], order + (old.acceleration - order) * self.fade))

    def act(self, action: float | None) -> None:
        """Set engine and brake."""
        if action is not None:
            car = self.fleet.car(self.number)
            car.command = action
            car.silent = 0.0
