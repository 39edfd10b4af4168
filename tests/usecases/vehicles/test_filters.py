"""The filter against its closed form, the Riccati equation, linear algebra and its own claims."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.usecases.vehicles.filters import (
    Track,
    innovation,
    kalata,
    nees,
    predict,
    riccati,
    tracking_index,
    transition,
    update,
    update_speed,
)

T, SW, SV = 0.1, 1.0, 0.5


@pytest.mark.parametrize(("step", "sw", "sv"), [(T, SW, SV), (1.0, 2.0, 0.3), (0.02, 0.5, 4.0)])
def test_kalatas_gains_are_those_of_the_riccati_equation(step, sw, sv):
    steady = riccati(step, sw, sv)
    assert kalata(tracking_index(step, sw, sv)) == pytest.approx((steady.alpha, steady.beta), rel=1e-9)


def test_the_published_gains():
    assert kalata(tracking_index(T, SW, SV)) == pytest.approx((0.181201, 0.018098), abs=5e-7)


def matrices(track):
    return np.array([track.position, track.speed]), np.array([[track.pp, track.pv], [track.pv, track.vv]])


def test_it_is_the_kalman_filter_in_matrices():
    """Predict, position, speed: the same numbers as by the textbook's matrices."""
    rng = np.random.default_rng(1)
    track = Track(3.0, 20.0, 4.0, 0.5, 2.0)
    mean, cov = matrices(track)
    moves, noise = transition(T, SW)
    for _ in range(30):
        at, speed = 3 + rng.normal(), 20 + rng.normal()
        track = predict(track, T, SW)
        mean, cov = moves @ mean, moves @ cov @ moves.T + noise
        for row, value, sd in (([[1.0, 0.0]], at, SV), ([[0.0, 1.0]], speed, 0.7)):
            track = (update if row[0][0] else update_speed)(track, value, sd**2)
            gain = cov @ np.array(row).T / (np.array(row) @ cov @ np.array(row).T + sd**2)
            mean = mean + gain[:, 0] * (value - np.array(row)[0] @ mean)
            cov = (np.eye(2) - gain @ np.array(row)) @ cov
        ours = matrices(track)
        assert ours[0] == pytest.approx(mean, rel=1e-9)
        assert ours[1] == pytest.approx(cov, rel=1e-9)


def test_it_settles_to_the_riccati_solution_from_anywhere():
    track = Track(0.0, 0.0, 1e6, 0.0, 1e6)
    for _ in range(2000):
        track = update(predict(track, T, SW), 0.0, SV**2)
    steady = riccati(T, SW, SV)
    assert (track.pp, track.pv, track.vv) == pytest.approx(
        (steady.updated[0, 0], steady.updated[0, 1], steady.updated[1, 1]), rel=1e-9
    )
    predicted = predict(track, T, SW)
    assert predicted.pp == pytest.approx(steady.predicted[0, 0], rel=1e-9)
    assert innovation(predicted, 1.0, SV**2)[1] == pytest.approx(steady.predicted[0, 0] + SV**2, rel=1e-9)


@pytest.mark.parametrize(("sensors", "sd"), [(1, 0.2128), (2, 0.1626), (4, 0.1240), (8, 0.0944)])
def test_more_sensors_know_better(sensors, sd):
    steady = riccati(T, SW, SV, sensors)
    assert steady.sd == pytest.approx(sd, abs=5e-5)
    track = steady.track(0.0, 0.0)
    for _ in range(5):  # a step with as many measurements leaves the steady state where it is
        track = predict(track, T, SW)
        for _ in range(sensors):
            track = update(track, 0.0, SV**2)
    assert track.pp**0.5 == pytest.approx(steady.sd, rel=1e-6)


def test_floats_and_arrays_give_the_same_numbers():
    rng = np.random.default_rng(2)
    columns = [rng.normal(size=4), rng.normal(size=4), *(np.full(4, v) for v in (0.3, 0.1, 0.2))]
    seen = rng.normal(size=4)
    many = update(predict(Track(*columns), T, SW), seen, SV**2)
    for i in range(4):
        one = update(predict(Track(*(float(c[i]) for c in columns)), T, SW), float(seen[i]), SV**2)
        assert one == tuple(column[i] for column in many)
        assert type(one.position) is float


def test_an_honest_track_has_a_normalised_error_of_two():
    rng = np.random.default_rng(3)
    cov = np.array([[0.3, 0.1], [0.1, 0.2]])
    errors = np.linalg.cholesky(cov) @ rng.standard_normal((2, 20_000))
    found = nees(Track(errors[0], errors[1], 0.3, 0.1, 0.2), 0.0, 0.0)
    assert abs(found.mean() - 2) < 3.5 * found.std() / 20_000**0.5
    twice = nees(Track(errors[0], errors[1], 0.15, 0.05, 0.1), 0.0, 0.0)
    assert twice == pytest.approx(2 * found)


@pytest.mark.parametrize("bad", [(0, 1, 1), (0.1, -1, 1), (0.1, 1, 0), (float("nan"), 1, 1)])
def test_bad_values_are_told(bad):
    with pytest.raises(ParameterError, match="above 0"):
        riccati(*bad)
    with pytest.raises(ParameterError, match="above 0"):
        kalata(0.0)
    with pytest.raises(ParameterError, match="sensors"):
        riccati(T, SW, SV, 0)
