"""Two cars watch a third and tell each other what they see: how to put two tracks together.

Tracks of the same object are never independent: its motion is common to both, and what a car hears today was
partly its own word yesterday. `naive` fusion forgets that and grows far too sure of itself. Covariance
intersection holds whatever the correlation is; `central` fusion exchanges measurements, which are independent
of each other.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import out_of_range, unknown
from mas_kit.usecases.vehicles.filters import Number, Track, nees, predict, riccati, transition, update

type Array = NDArray[np.float64]

Way = Literal["solo", "central", "covariance intersection", "naive"]
WAYS: tuple[Way, ...] = get_args(Way)
GATE = 13.8  # of chi-square with 2 degrees of freedom: a true report is refused once in 1000


def covariance_intersection(a: Track, b: Track) -> Track:
    """Two tracks as one, consistent whatever the correlation between them.

    Information is mixed with the weight that makes the determinant of the covariance smallest. In two
    dimensions the determinant of the mixture is quadratic in the weight, so that no search is needed.

    Source: Julier and Uhlmann (1997), Proceedings of the American Control Conference, 2369-2373.
    """
    ia, ib = _information(a), _information(b)
    det_a, det_b = _determinant(ia), _determinant(ib)
    # det(w) = bend w² + slope w + det_b on [0, 1]: largest at its vertex, an end, or (equal tracks) anywhere
    cross = ia[0] * ib[2] + ia[2] * ib[0] - 2 * ia[1] * ib[1]
    bend, slope, tiny = det_a + det_b - cross, cross - 2 * det_b, 1e-12 * (det_a + det_b)
    if isinstance(bend, float):
        if bend < -tiny:
            weight = min(max(-slope / (2 * bend), 0.0), 1.0)
        else:
            weight = 0.5 if abs(det_a - det_b) <= tiny else float(det_a > det_b)
    else:
        vertex = -slope / np.where(bend < -tiny, 2 * bend, 1.0)
        end = np.where(abs(det_a - det_b) <= tiny, 0.5, np.where(det_a > det_b, 1.0, 0.0))
        weight = np.clip(np.where(bend < -tiny, vertex, end), 0.0, 1.0)
    return _mix(a, b, ia, ib, weight, 1 - weight)


def naive(a: Track, b: Track) -> Track:
    """Two tracks as one, as if they were independent."""
    return _mix(a, b, _information(a), _information(b), 1.0, 1.0)


def distance(a: Track, b: Track) -> Number:
    """How far two tracks of one object are apart: squared, in units of the covariance it can have at most.

    The difference of two tracks has at most twice the sum of their covariances, whatever the correlation.
    Above `GATE` they are not about the same object, or one of them is a ghost.
    """
    gap = Track(a.position, a.speed, 2 * (a.pp + b.pp), 2 * (a.pv + b.pv), 2 * (a.vv + b.vv))
    return nees(gap, b.position, b.speed)


def _information(track: Track) -> tuple[Number, Number, Number]:
    """The inverse covariance: its entries pp, pv, vv."""
    determinant = track.pp * track.vv - track.pv * track.pv
    return track.vv / determinant, -track.pv / determinant, track.pp / determinant


def _determinant(matrix: tuple[Number, Number, Number]) -> Number:
    return matrix[0] * matrix[2] - matrix[1] * matrix[1]


def _mix(a: Track, b: Track, ia: Any, ib: Any, wa: Number, wb: Number) -> Track:
    known = (wa * ia[0] + wb * ib[0], wa * ia[1] + wb * ib[1], wa * ia[2] + wb * ib[2])
    determinant = _determinant(known)
    right_p = wa * (ia[0] * a.position + ia[1] * a.speed) + wb * (ib[0] * b.position + ib[1] * b.speed)
    right_v = wa * (ia[1] * a.position + ia[2] * a.speed) + wb * (ib[1] * b.position + ib[2] * b.speed)
    pp, pv, vv = known[2] / determinant, -known[1] / determinant, known[0] / determinant
    return Track(pp * right_p + pv * right_v, pv * right_p + vv * right_v, pp, pv, vv)


# ---- two watchers


class Watch(NamedTuple):
    """What two watchers believed, as the first of them sees it, over the second half of the time.

    Attributes:
        nees: mean normalised error squared, one a run; 2 for an honest track
        error: root mean square error of the position, one a run, in m
        claimed: standard deviation that the track claims, one a run, in m
    """

    nees: Array
    error: Array
    claimed: Array


def watch(
    way: str,
    rng: np.random.Generator,
    *,
    runs: int = 400,
    steps: int = 200,
    step: float = 0.1,
    acceleration_sd: float = 1.0,
    measurement_sd: float = 0.5,
    every: int = 1,
    bias: float = 0.0,
    dropout: float = 0.0,
    ghosts: float = 0.0,
    gated: bool = False,
) -> Watch:
    """Two cars measure the position of a third every `step`, filter, exchange tracks, and fuse.

    Args:
        way: one of `WAYS`; `central` exchanges the measurements themselves
        rng: the random stream
        runs, steps: independent runs, and measurements in each; they start in the filter's steady state
        every: steps between two exchanges
        bias: of the second car's sensor, in m
        dropout: probability that a measurement is missing
        ghosts: probability that a message holds a false track instead: 15 m nearer, and very sure of it
        gated: refuse a track further than `GATE` from one's own

    Raises:
        ParameterError, UnknownNameError: a probability outside 0 to 1, no run or step; a way that is none.
    """
    _check(way, runs, steps, every)
    for name, value in (("dropout", dropout), ("ghosts", ghosts)):
        if not 0 <= value <= 1:
            raise out_of_range(name, value, "0 to 1", "give a probability")
    steady = riccati(step, acceleration_sd, measurement_sd, 2 if way == "central" else 1)
    root = np.linalg.cholesky(steady.updated)
    x, v = np.zeros(runs), np.zeros(runs)
    tracks = [steady.track(*(root @ rng.standard_normal((2, runs)))) for _ in range(2)]
    if way == "central":
        tracks[1] = tracks[0]
    found: list[tuple[Array, Array, Array]] = []
    for k in range(1, steps + 1):
        push = acceleration_sd * rng.standard_normal(runs)
        x, v = x + step * v + push * step * step / 2, v + step * push
        seen = x + measurement_sd * rng.standard_normal((2, runs))
        seen[1] += bias
        there = rng.random((2, runs)) >= dropout
        tracks = [predict(track, step, acceleration_sd) for track in tracks]
        both = [0, 1] if way == "central" else None
        for i in range(2):
            for j in both or [i]:
                tracks[i] = _where(there[j], update(tracks[i], seen[j], measurement_sd**2), tracks[i])
        if way not in ("solo", "central") and k % every == 0:
            tracks = _exchange(way, tracks, rng.random((2, runs)) < ghosts, gated)
        if 2 * k > steps:
            mine = tracks[0]
            found.append((nees(mine, x, v), (mine.position - x) ** 2, mine.pp + 0.0 * x))
    normalised, squared, claimed = (np.mean(column, axis=0) for column in zip(*found, strict=True))
    return Watch(normalised, np.sqrt(squared), np.sqrt(claimed))


def _exchange(way: str, tracks: list[Track], ghost: Any, gated: bool) -> list[Track]:
    fuse = naive if way == "naive" else covariance_intersection
    after = []
    for me in range(2):
        mine, heard = tracks[me], tracks[1 - me]
        false = Track(
            mine.position - 15.0,
            mine.speed,
            0.01 + 0.0 * mine.position,
            0.0 * mine.position,
            0.01 + 0.0 * mine.position,
        )
        heard = _where(ghost[me], false, heard)
        fused = fuse(mine, heard)
        after.append(_where(distance(mine, heard) <= GATE, fused, mine) if gated else fused)
    return after


def _where(condition: Any, one: Track, other: Track) -> Track:
    return Track(*(np.where(condition, a, b) for a, b in zip(one, other, strict=True)))


class Consistency(NamedTuple):
    """The exact expectation of what `watch` measures.

    Attributes:
        nees: expected normalised error squared, one a step
        error: root mean square error of the position, one a step, in m
        claimed: standard deviation that the track claims, one a step, in m
    """

    nees: Array
    error: Array
    claimed: Array


def expected(
    way: str,
    *,
    steps: int = 200,
    step: float = 0.1,
    acceleration_sd: float = 1.0,
    measurement_sd: float = 0.5,
    every: int = 1,
    bias: float = 0.0,
) -> Consistency:
    """What the error of the first car's track must be, by the recursion of the joint error of both cars.

    Everything is linear, and both cars claim the same covariance, so that covariance intersection takes the
    middle of the two tracks and so does naive fusion: nothing is drawn. The arguments are those of `watch`.
    """
    _check(way, 1, steps, every)
    together = way == "central"
    claimed = riccati(step, acceleration_sd, measurement_sd, 2 if together else 1).updated
    moves, noise = transition(step, acceleration_sd)
    pair, two = np.eye(2), np.ones((2, 2))
    # the joint error (first car, second car): covariance and mean
    joint = np.kron(two if together else pair, claimed)
    mean = np.zeros(4)
    variance = measurement_sd**2 / (2 if together else 1)
    offset = np.array([bias / 2, bias / 2] if together else [0.0, bias])
    rows = []
    for k in range(1, steps + 1):
        claimed = moves @ claimed @ moves.T + noise
        both = np.kron(pair, moves)
        joint, mean = both @ joint @ both.T + np.kron(two, noise), both @ mean
        gain = claimed[:, :1] / (claimed[0, 0] + variance)
        keep = np.eye(2) - gain @ np.array([[1.0, 0.0]])
        claimed = keep @ claimed
        both = np.kron(pair, keep)
        drawn = np.kron(two if together else pair, gain @ gain.T * variance)
        joint, mean = both @ joint @ both.T + drawn, both @ mean + np.kron(offset, gain[:, 0])
        if way in ("covariance intersection", "naive") and k % every == 0:
            middle = np.kron(two / 2, np.eye(2))
            joint, mean = middle @ joint @ middle.T, middle @ mean
            claimed = claimed / 2 if way == "naive" else claimed
        real = joint[:2, :2] + np.outer(mean[:2], mean[:2])
        rows.append((np.trace(np.linalg.solve(claimed, real)), real[0, 0] ** 0.5, claimed[0, 0] ** 0.5))
    columns = np.array(rows, dtype=np.float64).T
    return Consistency(columns[0], columns[1], columns[2])


def _check(way: str, runs: int, steps: int, every: int) -> None:
    if way not in WAYS:
        raise unknown("way of fusion", way, WAYS)
    for name, value in (("runs", runs), ("steps", steps), ("every", every)):
        if value < 1:
            raise out_of_range(name, value, "whole numbers from 1", "take at least one")
