"""What a sensor tells over time: the constant-velocity Kalman filter, and its exact steady state.

A track is five numbers (position, speed and their covariance), so that the filter is plain arithmetic: the
same functions take floats (one car that looks at another) and arrays of one shape (a thousand runs at once).

>>> alpha, beta = kalata(tracking_index(0.1, 1.0, 0.5))
>>> f"{alpha:.6f} {beta:.6f}"
'0.181201 0.018098'
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import out_of_range
from mas_kit.usecases.vehicles.checks import at_least

type Number = Any  # a float, or an array of one shape with the others


class Track(NamedTuple):
    """What is believed of one object: mean and covariance of its position and its speed.

    Attributes:
        position, speed: in m, in m/s
        pp, pv, vv: variance of the position (m²), covariance (m²/s), variance of the speed (m²/s²)
    """

    position: Number
    speed: Number
    pp: Number
    pv: Number
    vv: Number

    @property
    def sd(self) -> Number:
        """The standard deviation that the track claims for the position, in m."""
        return self.pp**0.5


def predict(track: Track, step: float, acceleration_sd: float) -> Track:
    """The track `step` seconds later, when nothing was measured.

    The object's acceleration is taken as constant during a step and independent from step to step, with
    standard deviation `acceleration_sd` in m/s² (the piecewise constant white acceleration model: Bar-Shalom,
    Li and Kirubarajan 2001, Estimation with Applications to Tracking and Navigation, section 6.3.2).
    """
    q = acceleration_sd * acceleration_sd
    position, speed, pp, pv, vv = track
    return Track(
        position + step * speed,
        speed,
        pp + 2 * step * pv + step * step * vv + q * step**4 / 4,
        pv + step * vv + q * step**3 / 2,
        vv + q * step * step,
    )


def innovation(track: Track, position: Number, variance: Number) -> tuple[Number, Number]:
    """How far a measured position is from the predicted one, in m, and the variance that it should have."""
    return position - track.position, track.pp + variance


def update(track: Track, position: Number, variance: Number) -> Track:
    """The track after a position was measured, with that variance of the measurement in m²."""
    residual, spread = innovation(track, position, variance)
    gain_p, gain_v = track.pp / spread, track.pv / spread
    return Track(
        track.position + gain_p * residual,
        track.speed + gain_v * residual,
        (1 - gain_p) * track.pp,
        (1 - gain_p) * track.pv,
        track.vv - gain_v * track.pv,
    )


def update_speed(track: Track, speed: Number, variance: Number) -> Track:
    """The track after a speed was measured, with that variance of the measurement in m²/s²."""
    spread = track.vv + variance
    gain_p, gain_v = track.pv / spread, track.vv / spread
    residual = speed - track.speed
    return Track(
        track.position + gain_p * residual,
        track.speed + gain_v * residual,
        track.pp - gain_p * track.pv,
        (1 - gain_v) * track.pv,
        (1 - gain_v) * track.vv,
    )


def nees(track: Track, position: Number, speed: Number) -> Number:
    """Normalised estimation error squared: the squared error in units of the covariance that is claimed.

    Its mean is 2 for a track that knows how good it is, above for one that is too sure of itself, below for
    one that is too careful (Bar-Shalom, Li and Kirubarajan 2001, section 5.4.2).

    Args:
        position, speed: the true ones
    """
    dx, dv = position - track.position, speed - track.speed
    determinant = track.pp * track.vv - track.pv * track.pv
    return (track.vv * dx * dx - 2 * track.pv * dx * dv + track.pp * dv * dv) / determinant


def tracking_index(step: float, acceleration_sd: float, measurement_sd: float) -> float:
    """Kalata's tracking index: how far the object wanders in a step, in units of the measurement's error.

    Raises ParameterError for anything not above 0.
    """
    for name, value in (
        ("step", step),
        ("acceleration_sd", acceleration_sd),
        ("measurement_sd", measurement_sd),
    ):
        if not (math.isfinite(value) and value > 0):
            raise out_of_range(name, value, "finite numbers above 0", "give it in s, m/s² or m")
    return acceleration_sd * step * step / measurement_sd


def kalata(index: float) -> tuple[float, float]:
    """The steady gains alpha and beta of the filter, in closed form.

    The position moves by alpha, the speed by beta/step of each innovation. Raises ParameterError for an index
    that is not above 0.

    Source: Kalata (1984), IEEE Transactions on Aerospace and Electronic Systems 20(2), 174-182.
    """
    if not (math.isfinite(index) and index > 0):
        raise out_of_range("index", index, "finite numbers above 0", "see tracking_index")
    r = (4 + index - math.sqrt(8 * index + index * index)) / 4
    alpha = 1 - r * r
    return alpha, 2 * (2 - alpha) - 4 * math.sqrt(1 - alpha)


class Steady(NamedTuple):
    """What the filter settles to.

    Attributes:
        alpha, beta: gains, as `kalata` gives them
        predicted, updated: covariances before and after a measurement, 2 x 2, in m and s
    """

    alpha: float
    beta: float
    predicted: NDArray[np.float64]
    updated: NDArray[np.float64]

    @property
    def sd(self) -> float:
        """Standard deviation of the position after a measurement, in m."""
        return math.sqrt(float(self.updated[0, 0]))

    def track(self, position: Number, speed: Number) -> Track:
        """A track in the steady state, after a measurement."""
        (pp, pv), (_, vv) = self.updated.tolist()
        one = 1.0 + 0.0 * position  # of the shape of the position
        return Track(position, speed, pp * one, pv * one, vv * one)


def riccati(step: float, acceleration_sd: float, measurement_sd: float, sensors: int = 1) -> Steady:
    """The steady state of the filter by the discrete algebraic Riccati equation.

    Args:
        step: between two measurements, in s
        acceleration_sd: of the object, in m/s²
        measurement_sd: of each sensor, in m
        sensors: how many independent sensors measure the same place at the same time

    Raises:
        ParameterError: a value that is not above 0.
    """
    tracking_index(step, acceleration_sd, measurement_sd)  # checks
    at_least(1, "somebody has to look", sensors=sensors)
    from scipy.linalg import solve_discrete_are

    variance = measurement_sd**2 / sensors
    moves, noise = transition(step, acceleration_sd)
    seen = np.array([[1.0], [0.0]])
    predicted = solve_discrete_are(moves.T, seen, noise, np.array([[variance]]))
    gain = predicted[:, 0] / (predicted[0, 0] + variance)
    updated = predicted - np.outer(gain, predicted[0])
    return Steady(float(gain[0]), float(gain[1] * step), predicted, updated)


def transition(step: float, acceleration_sd: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The motion of `predict` as matrices: what a step does to a track, and the noise that it adds."""
    push = np.array([step * step / 2, step]) * acceleration_sd
    return np.array([[1.0, step], [0.0, 1.0]]), np.outer(push, push)
