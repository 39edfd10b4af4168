"""Cooperative adaptive cruise control in the frequency domain, and the same platoon as an array program.

Everybody drives the same car, G(s) = e^(-phi s) / (s² (tau s + 1)), and keeps a time headway, H = 1 + h s,
with the controller K = kp + kd s. What the car ahead wants comes by radio through D(s) = e^(-theta s). Then
one car's acceleration is Gamma = (D + G K) / (H (1 + G K)) times that of the car ahead; without radio D = 0.
Source: Ploeg, van de Wouw and Nijmeijer (2014), IEEE Transactions on Control Systems Technology 22(2),
786-793.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mas_kit.core.errors import ParameterError, out_of_range
from mas_kit.usecases.vehicles.checks import at_least, from_zero, positive

type Floats = NDArray[np.float64]
type Complexes = NDArray[np.complex128]


@dataclass(frozen=True)
class Loop:
    """The car and its controller.

    Attributes:
        lag: tau, the time constant of the engine, in s
        reaction: phi, from command to engine, in s
        kp, kd: gains of the spacing error (1/s²) and of its rate (1/s)
    """

    lag: float = 0.1
    reaction: float = 0.0
    kp: float = 0.2
    kd: float = 0.7

    def __post_init__(self) -> None:
        from_zero(lag=self.lag, reaction=self.reaction)
        positive(kp=self.kp, kd=self.kd)

    def open(self, w: ArrayLike) -> Complexes:
        """G K at the angular frequencies `w` (rad/s)."""
        s = 1j * np.asarray(w, dtype=np.float64)
        found: Complexes = (
            np.exp(-self.reaction * s) / (s * s * (self.lag * s + 1.0)) * (self.kp + self.kd * s)
        )
        return found

    @staticmethod
    def radio(w: ArrayLike, delay: float, *, period: float = 0.0, loss: float = 0.0) -> Complexes:
        """D at the angular frequencies `w`: what is heard over what was said.

        With a `period` (s) a word is held until the next one comes; each is lost with probability `loss`, so
        that the age of what is held is geometric, and this is the mean over luck.
        """
        s = 1j * np.asarray(w, dtype=np.float64)
        late: Complexes = np.exp(-delay * s).astype(np.complex128)
        if not period:
            return late
        turn = np.exp(-period * s)
        held = late * (1.0 - turn) / (period * s) * (1.0 - loss) / (1.0 - loss * turn)
        return np.asarray(held, dtype=np.complex128)

    def gamma(
        self, w: ArrayLike, headway: float, delay: float | None, *, period: float = 0.0, loss: float = 0.0
    ) -> Complexes:
        """One car's acceleration over that of the car ahead; `delay` is theta in s, None without radio."""
        s = 1j * np.asarray(w, dtype=np.float64)
        gk = self.open(w)
        d = 0.0 if delay is None else self.radio(w, delay, period=period, loss=loss)
        found: Complexes = (d + gk) / ((1.0 + headway * s) * (1.0 + gk))
        return found

    def tick_gamma(
        self,
        w: ArrayLike,
        headway: float,
        delay: float | None,
        dt: float,
        *,
        every: int = 1,
        loss: float = 0.0,
    ) -> Complexes:
        """The same for cars that decide in ticks of `dt` s and report in each of them: as the agents do it.

        Exact, by z = e^(i w dt): a word takes whole ticks, at least one, and is held for `every` ticks until
        the next one, an order is held for a tick, and `Adaptive` approaches its wish in steps. Of words that
        are lost with probability `loss` it is the mean over luck. For dt -> 0 it is `gamma`.
        """
        positive(headway=headway, dt=dt)
        at_least(1, every=every)
        _check_loss(loss)
        z = np.exp(1j * dt * np.asarray(w, dtype=np.float64))
        fade = math.exp(-dt / self.lag) if self.lag else 0.0
        mean = self.lag / dt * (1.0 - fade)
        gain = 1.0 - math.exp(-dt / headway)
        engine = z ** -round(self.reaction / dt) * (1.0 - mean + mean * (1.0 - fade) / (z - fade))
        car = engine * dt / (z - 1.0)  # wish -> speed
        gap = 0.5 * dt * (z + 1.0) / (z - 1.0)  # difference of speeds -> gap
        heard: Any = 0.0
        if delay is not None:
            held = sum(z**-late for late in range(every)) / every  # its age is 0 .. every - 1
            heard = held * z ** -max(1, math.ceil(delay / dt - 1e-9))
            heard = heard * (1.0 - loss) / (1.0 - loss * z**-every)
        own = headway + gap + self.kd / self.kp * (1.0 + headway * (1.0 - 1.0 / z) / dt)
        ahead = gain * (self.kp * gap + self.kd + heard / car)
        found: Complexes = ahead / ((1.0 - (1.0 - gain) / z) / car + gain * self.kp * own)
        return found

    def smallest_headway(self, delay: float | None) -> float:
        """The time headway (s) from which a platoon amplifies no frequency.

        |H|² = 1 + h² w², so that |Gamma| <= 1 at w asks for h >= sqrt(|D + G K|² / |1 + G K|² - 1) / w; the
        answer is the largest of these. Raises ParameterError for a loop that is unstable by itself.
        """
        if delay is not None:
            from_zero("it takes time to hear a word", delay=delay)
        if not self.stable():
            raise out_of_range("kp, kd", (self.kp, self.kd), "gains of a stable loop", "lower them")
        w = np.geomspace(1e-3, 1e3, 200_001)
        excess = np.abs(self.gamma(w, 0.0, delay)) ** 2 - 1.0
        need = np.where(excess > 1e-9, np.sqrt(np.maximum(excess, 0.0)) / w, 0.0)  # below it is rounding
        slow = math.sqrt(2.0 / self.kp) if delay is None else 0.0  # the limit for w -> 0
        return max(float(need.max()), slow)

    def stable(self) -> bool:
        """Does a single car settle behind a steady one? By Nyquist: the phase margin is positive."""
        w = np.geomspace(1e-3, 1e3, 20_001)
        gk = self.open(w)
        crossing = np.flatnonzero((np.abs(gk[:-1]) >= 1.0) & (np.abs(gk[1:]) < 1.0))
        phase = np.unwrap(np.angle(gk))
        phase = phase - 2 * math.pi * np.round((phase[0] + math.pi) / (2 * math.pi))
        return bool(len(crossing)) and bool(phase[crossing[-1]] > -math.pi)


def _check_loss(loss: float, rng: object = "not needed") -> None:
    if not 0 <= loss <= 1:
        raise out_of_range("loss", loss, "0 to 1", "give a probability")
    if loss and rng is None:
        raise ParameterError("parameter 'rng' is None; messages are lost by chance: pass a random generator")


def simulate(
    *,
    cars: int,
    headway: float,
    frequency: float,
    swing: float,
    duration: float,
    dt: float,
    delay: float | None,
    rate: float = 10.0,
    loss: float = 0.0,
    runs: int = 1,
    rng: np.random.Generator | None = None,
    loop: Loop | None = None,
    warmup: float = 0.0,
) -> Floats:
    """Amplitudes of the cars' speeds (m/s; runs x cars) behind a first car that swings.

    The arithmetic of the agents, with perfect sensors: `delay` (s) is rounded up to whole ticks, at least
    one; without a message a car goes on with the last that it heard. Other arguments: see the parameters.

    Raises ParameterError for what is out of range, and for losses without a source of chance.
    """
    positive(headway=headway, frequency=frequency, dt=dt, rate=rate)
    at_least(2, "one leads, one follows", cars=cars)
    if round(duration / dt) - round(warmup / dt) < 3:
        raise out_of_range("duration", duration, f"above the warm-up, {warmup:g} s", "three ticks are needed")
    at_least(1, runs=runs)
    _check_loss(loss, rng)
    loop = loop or Loop()
    wait = round(loop.reaction / dt)
    fade = math.exp(-dt / loop.lag) if loop.lag else 0.0
    mean = loop.lag / dt * (1.0 - fade)
    gain = 1.0 - math.exp(-dt / headway)
    period = max(1, round(1.0 / (rate * dt)))
    latency = None if delay is None else max(1, math.ceil(delay / dt - 1e-9))
    shape = (runs, cars)
    gap = np.zeros((runs, cars - 1))  # beyond what is wanted at the cruising speed
    v, old, a, u = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape)  # speeds less cruise
    heard = np.zeros((runs, cars - 1))
    orders = [np.zeros(shape) for _ in range(wait)]
    said: dict[int, Floats] = {}
    squares, products = np.zeros((3, 3)), np.zeros((3, runs, cars))
    for tick in range(round(duration / dt)):
        time = tick * dt
        if latency is not None and tick - latency in said:
            word = said.pop(tick - latency)
            if loss and rng is not None:
                heard = np.where(rng.random(word.shape) >= loss, word, heard)
            else:
                heard = word
        own = (v[:, 1:] - old[:, 1:]) / dt
        error = gap - headway * v[:, 1:]
        slip = v[:, :-1] - v[:, 1:]
        u = u.copy()
        u[:, 1:] += gain * (loop.kp * error + loop.kd * (slip - headway * own) + heard - u[:, 1:])
        u[:, 0] = swing * math.sin(frequency * time)
        if latency is not None and tick % period == 0:
            said[tick] = u[:, :-1]
        orders.append(u)
        order = orders.pop(0)
        push = order + (a - order) * mean
        a = order + (a - order) * fade
        old, v = v, v + push * dt
        mid = 0.5 * (old + v) * dt
        gap = gap + mid[:, :-1] - mid[:, 1:]
        time = (tick + 1) * dt
        if time > warmup:
            wave = np.array([1.0, math.sin(frequency * time), math.cos(frequency * time)])
            squares += np.outer(wave, wave)
            products += wave[:, None, None] * v
    fit = np.linalg.solve(squares, products.reshape(3, -1)).reshape(3, runs, cars)
    found: Floats = np.hypot(fit[1], fit[2])
    return found
