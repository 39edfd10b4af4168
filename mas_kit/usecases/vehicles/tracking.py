"""How perception decides what to believe: a track of the car ahead, from radar and from radio."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mas_kit.core import Decision, Explanation, Policy
from mas_kit.usecases.vehicles.agents import Cam, Reading, Tracking, View
from mas_kit.usecases.vehicles.filters import Track, predict, update, update_speed
from mas_kit.usecases.vehicles.fusion import covariance_intersection, distance

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from mas_kit.usecases.vehicles.parameters import VehiclesParameters

PERFECT = 0.001  # m or m/s: the least error that a sensor is taken to have
RESTLESS = 1.0  # m/s²: how much a car's acceleration is expected to change from tick to tick
GATE = 9.21  # squared Mahalanobis distance that 1 honest report in 100 exceeds (chi-square, 2 degrees)


class Tracker(Policy):
    """Predicts the track, corrects it by the radar, and fuses it with what the car ahead says of itself.

    Args:
        p: what is known of the sensors
        between: the gap (m) between two places of noses, as the road has it
    """

    name = "Kalman filter"

    def __init__(self, p: VehiclesParameters, between: Callable[[float, float], float]) -> None:
        self.p, self.between = p, between
        # A sensor without noise beside one with noise: no filter takes a variance of 0.
        self.variance = max(p.radar_noise, PERFECT) ** 2
        self.speed_variance = max(p.doppler_noise, PERFECT) ** 2
        self.exact = p.radar_noise == p.doppler_noise == 0

    def decide(self, percept: Reading | None, rng: np.random.Generator | None = None) -> Decision:
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
            suspect = bool(self.p.gate and track is not None and not self._credible(track, theirs))
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

    @staticmethod
    def _predicted(see: Reading, old: Tracking) -> Track:
        """The old track at this time, seen from where the own nose is now."""
        step = see.time - old.time
        track = predict(old.track, step, RESTLESS)
        return track._replace(position=track.position - 0.5 * step * (old.speed + see.speed))

    def _from_radio(self, see: Reading, cam: Cam) -> Track:
        """What the car ahead said, brought up to this time and seen from the own nose."""
        p = self.p
        place = self.between(see.position, cam.position)
        said = Track(place, cam.speed, cam.variance + p.gps_noise**2, 0.0, cam.speed_variance)
        step = see.time - cam.time
        track = predict(said, step, max(RESTLESS, 1e-9))
        return track._replace(
            position=track.position + 0.5 * step * step * cam.wants, speed=track.speed + step * cam.wants
        )

    @staticmethod
    def _credible(track: Track, theirs: Track) -> bool:
        return bool(distance(track, theirs) <= GATE)

    def explain(self, percept: Reading | None, decision: Decision) -> Explanation:
        """What the radar read, what the car ahead said, and what is made of both."""
        view: View | None = decision.action
        if percept is None:
            return Explanation(None, "automation is off")
        if view is None:
            return Explanation(None, "it has neither seen nor heard the car ahead yet")
        radar = f"the radar reads {percept.gap:.1f} m" if percept.gap == percept.gap else "the radar is blind"
        heard = percept.heard
        if heard is None:
            radio = "nothing new came by radio"
        elif view.suspect:
            radio = "what the car ahead says of itself contradicts that, and is thrown away"
        else:
            radio = f"the car ahead said {view.age:.1f} s ago that it wants {view.wants:+.2f} m/s²"
        believes = f"it believes {view.gap:.1f} ± {view.sd:.1f} m to a car at {view.leader:.1f} m/s"
        return Explanation(view, f"{radar}; {radio}; {believes}")
