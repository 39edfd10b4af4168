"""Fusion of tracks: against the exact recursion of errors, brute force, and its own promises."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.usecases.vehicles.filters import Track, nees, riccati
from mas_kit.usecases.vehicles.fusion import (
    GATE,
    WAYS,
    covariance_intersection,
    distance,
    expected,
    naive,
    watch,
)

RUNS = 200
A, B = Track(1.0, 5.0, 0.4, 0.1, 0.3), Track(2.0, 4.0, 0.2, -0.1, 0.9)


def cov(track):
    return np.array([[track.pp, track.pv], [track.pv, track.vv]])


def mean(track):
    return np.array([track.position, track.speed])


def mixed(a, b, w):
    together = np.linalg.inv(w * np.linalg.inv(cov(a)) + (1 - w) * np.linalg.inv(cov(b)))
    right = w * np.linalg.inv(cov(a)) @ mean(a) + (1 - w) * np.linalg.inv(cov(b)) @ mean(b)
    return together @ right, together


@pytest.mark.parametrize("seed", range(20))
def test_the_weight_of_covariance_intersection_is_the_best_of_all(seed):
    rng = np.random.default_rng(seed)
    tracks = []
    for _ in range(2):
        root = rng.normal(size=(2, 2))
        c = root @ root.T + 0.01 * np.eye(2)
        tracks.append(Track(*rng.normal(size=2).tolist(), c[0, 0].item(), c[0, 1].item(), c[1, 1].item()))
    fused = covariance_intersection(*tracks)
    tried = [np.linalg.det(mixed(*tracks, w)[1]) for w in np.linspace(0, 1, 2001)]
    assert np.linalg.det(cov(fused)) <= min(tried) * (1 + 1e-9)
    best = mixed(*tracks, np.linspace(0, 1, 2001)[int(np.argmin(tried))])
    assert mean(fused) == pytest.approx(best[0], abs=0.01)


@pytest.mark.parametrize("rho", [-0.95, -0.5, 0.0, 0.5, 0.95])
def test_covariance_intersection_never_claims_more_than_it_knows(rho):
    """Whatever the correlation of the two errors, the claimed covariance covers the real one."""
    ra, rb = np.linalg.cholesky(cov(A)), np.linalg.cholesky(cov(B))
    joint = np.block([[cov(A), rho * ra @ rb.T], [rho * rb @ ra.T, cov(B)]])
    for fuse, honest in ((covariance_intersection, True), (naive, rho <= 0)):
        columns = [fuse(A._replace(position=p, speed=v), B) for p, v in ((1.0, 5.0), (2.0, 5.0), (1.0, 6.0))]
        gain_a = np.column_stack([mean(columns[1]) - mean(columns[0]), mean(columns[2]) - mean(columns[0])])
        gains = np.hstack([gain_a, np.eye(2) - gain_a])
        real = gains @ joint @ gains.T
        worst = np.linalg.eigvalsh(cov(columns[0]) - real)[0]
        assert (worst > -1e-9) == honest, (fuse.__name__, rho)


def test_two_equal_tracks_stay_as_sure_as_they_were():
    fused = covariance_intersection(A, A._replace(position=3.0))
    assert fused.position == pytest.approx(2.0)
    assert cov(fused) == pytest.approx(cov(A))
    assert cov(naive(A, A)) == pytest.approx(cov(A) / 2)  # where it goes wrong


def test_floats_and_arrays_give_the_same_numbers():
    pairs = [(A, B), (B, A), (A, A), (A, Track(0.0, 0.0, 4.0, 1.0, 3.0))]
    columns = [Track(*map(np.array, zip(*side, strict=True))) for side in zip(*pairs, strict=True)]
    many = covariance_intersection(*columns)
    for i, pair in enumerate(pairs):
        one = covariance_intersection(*pair)
        assert all(type(value) is float for value in one)
        assert one == pytest.approx(tuple(column[i] for column in many), rel=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_the_errors_are_those_of_the_exact_recursion(way):
    found, exact = watch(way, np.random.default_rng(7), runs=RUNS), expected(way)
    for ours, theirs in (
        (found.nees, exact.nees[100:].mean()),
        (found.error**2, (exact.error[100:] ** 2).mean()),
    ):
        error = ours.std(ddof=1) / RUNS**0.5
        assert abs(ours.mean() - theirs) < 3.5 * error
        assert error < 0.12 * theirs
    assert found.claimed == pytest.approx(float((exact.claimed[100:] ** 2).mean() ** 0.5))


def test_who_is_honest():
    exact = {way: expected(way, steps=300) for way in WAYS}
    assert exact["solo"].nees == pytest.approx(2)
    assert exact["central"].nees == pytest.approx(2)
    assert exact["central"].error[-1] == pytest.approx(riccati(0.1, 1.0, 0.5, 2).sd)
    assert exact["covariance intersection"].nees[-1] == pytest.approx(1.4875, abs=1e-4)
    assert exact["covariance intersection"].error[-1] == pytest.approx(0.1666, abs=1e-4)
    # naive: the longer they talk, the surer and the more wrong
    lie = exact["naive"]
    assert lie.claimed[-1] == pytest.approx(0.0205, abs=1e-4)
    assert lie.error[-1] > 100 * lie.claimed[-1]
    assert (np.diff(lie.nees) > 0).all()


def test_a_bias_shows_in_the_exact_error_and_in_the_runs():
    for way in ("central", "covariance intersection"):
        found, exact = watch(way, np.random.default_rng(8), runs=RUNS, bias=0.4), expected(way, bias=0.4)
        error = found.nees.std(ddof=1) / RUNS**0.5
        assert abs(found.nees.mean() - exact.nees[100:].mean()) < 3.5 * error
        assert exact.nees[-1] > expected(way).nees[-1] + 1


@pytest.mark.parametrize("dropout", [0.3, 0.9])
def test_a_filter_that_misses_measurements_knows_that_it_does(dropout):
    found = watch("solo", np.random.default_rng(9), runs=RUNS, dropout=dropout)
    assert abs(found.nees.mean() - 2) < 3.5 * found.nees.std(ddof=1) / RUNS**0.5
    assert found.claimed.mean() > riccati(0.1, 1.0, 0.5).sd


def test_ghosts_take_over_who_believes_them_and_a_gate_keeps_them_out():
    believing = watch("covariance intersection", np.random.default_rng(4), runs=100, ghosts=0.05)
    gated = watch("covariance intersection", np.random.default_rng(4), runs=100, ghosts=0.05, gated=True)
    assert believing.error.mean() > 5  # covariance intersection is no protection from a lie
    assert gated.error.mean() < 0.2
    # where every message is a ghost and none is believed, the car is on its own
    alone = watch("covariance intersection", np.random.default_rng(4), runs=RUNS, ghosts=1.0, gated=True)
    assert abs(alone.nees.mean() - 2) < 3.5 * alone.nees.std(ddof=1) / RUNS**0.5


def test_the_gate_lets_true_reports_pass():
    rng = np.random.default_rng(5)
    errors = rng.standard_normal((2, 2, 20_000))
    tracks = [Track(*e, *(np.full(20_000, v) for v in (1.0, 0.0, 1.0))) for e in errors]
    assert (distance(*tracks) > GATE).mean() < 0.001
    assert distance(A, A._replace(position=20.0)) > GATE
    assert distance(A, B) == pytest.approx(
        nees(Track(1.0, 5.0, 2 * (0.4 + 0.2), 0.0, 2 * (0.3 + 0.9)), 2.0, 4.0)
    )


def test_bad_values_are_told():
    rng = np.random.default_rng(0)
    with pytest.raises(UnknownNameError, match="covariance intersection"):
        watch("covariance intersecton", rng)
    with pytest.raises(ParameterError, match="dropout"):
        watch("solo", rng, dropout=1.5)
    with pytest.raises(ParameterError, match="every"):
        expected("solo", every=0)
