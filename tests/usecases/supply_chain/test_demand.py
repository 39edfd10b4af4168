"""Demand streams: their moments, their distributions, and what they do to the random stream."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit import datasets
from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.usecases.supply_chain.demand import (
    AR1,
    KINDS,
    Demand,
    NegativeBinomial,
    Normal,
    Poisson,
    Series,
    Shock,
    Step,
    make_demand,
    prescriptions,
)


def draw(stream: Demand, periods: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array([stream.next(t, rng) for t in range(1, periods + 1)])


def test_step():
    assert draw(Step(), 6).tolist() == [4, 4, 4, 4, 8, 8]
    assert (Step().mean, Step().sd, Step().distribution().mean) == (8, 0, 8)


STREAMS = {
    "normal": Normal(8, 2),
    "normal, often censored": Normal(2, 3),
    "normal, whole": Normal(8, 2, whole=True),
    "normal, whole, often censored": Normal(1, 2, whole=True),
    "poisson": Poisson(8),
    "negative binomial": NegativeBinomial(8, 4),
    "ar1": AR1(8, 2, 0.7),
    "ar1, whole": AR1(8, 2, -0.5, whole=True),
    "blocks": prescriptions(8, block=12),
}


@pytest.mark.parametrize("name", STREAMS)
def test_stated_moments(agree, name):
    """Batches of 500 periods as replicates: far apart against any correlation in time."""
    stream = STREAMS[name]
    batches = draw(stream, 100_000).reshape(-1, 500)
    agree(batches.mean(axis=1), stream.mean)
    agree(((batches - stream.mean) ** 2).mean(axis=1), stream.sd**2)


@pytest.mark.parametrize("name", STREAMS)
def test_the_distribution_has_the_stated_moments(name):
    distribution = STREAMS[name].distribution(
        0.01 if name in ("normal", "normal, often censored", "ar1") else 1
    )
    assert distribution.mean == pytest.approx(STREAMS[name].mean, abs=1e-5)
    assert distribution.sd == pytest.approx(STREAMS[name].sd, abs=1e-4)
    assert distribution.mass.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "name", ["normal, whole", "normal, whole, often censored", "poisson", "negative binomial"]
)
def test_frequencies_are_those_of_the_distribution(agree, name):
    stream = STREAMS[name]
    batches = draw(stream, 100_000, seed=5).reshape(-1, 500)
    likely = stream.distribution().mass > 0.02
    assert likely.sum() > 3
    for value in stream.distribution().values[likely]:
        share = stream.distribution().mass[int(value)]
        agree((batches == value).mean(axis=1), share)


def test_correlation(agree):
    stream = AR1(100, 10, 0.7)
    deviations = (draw(stream, 200_000).reshape(-1, 1000) - 100) / 10
    agree((deviations[:, 1:] * deviations[:, :-1]).mean(axis=1), 0.7)


def test_ar1_starts_in_its_long_run_distribution(agree):
    stream, rng = AR1(100, 10, 0.9), np.random.default_rng(9)
    starts = [[stream.next(1, rng), stream.next(2, rng)] for _ in range(4000)]
    first, second = np.array(starts).T - 100
    agree(first, 0.0)
    agree(first**2, 100.0)
    agree(second**2, 100.0)
    agree(first * second, 90.0)


@pytest.mark.parametrize("name", STREAMS)
def test_period_one_starts_afresh(name):
    stream = STREAMS[name]
    assert np.array_equal(draw(stream, 50, seed=3), draw(stream, 50, seed=3))
    assert not np.array_equal(draw(stream, 50, seed=3), draw(stream, 50, seed=4))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Normal(8, 2), Normal(16, 1, whole=True)),
        (AR1(8, 2, 0.7), AR1(8, 4, 0.1)),
        (AR1(8, 2, 0.7), Normal(8, 2)),
        (prescriptions(8, block=12), prescriptions(20, block=12)),
        (Poisson(8), Shock(Poisson(8), 3, 5, 2)),
    ],
)
def test_a_change_of_moments_leaves_the_random_stream_in_step(one, other):
    """Common random numbers: two settings can be compared draw by draw."""
    first, second = np.random.default_rng(1), np.random.default_rng(1)
    for t in range(1, 101):
        one.next(t, first)
        other.next(t, second)
        assert first.bit_generator.state == second.bit_generator.state


def test_nothing_is_negative_and_whole_means_whole():
    assert draw(Normal(1, 3), 5000).min() == 0
    assert draw(AR1(1, 3, 0.5), 5000).min() == 0
    for kind in KINDS:
        values = draw(make_demand(kind, whole=True), 500)
        assert np.array_equal(values, np.rint(values)), kind


def test_the_real_series_is_the_data():
    counts = datasets.load("pbs_prescriptions")["scripts"].to_numpy()
    stream = prescriptions()
    assert np.array_equal(draw(stream, 408), np.tile(counts, 2))
    assert stream.mean == pytest.approx(counts.mean())
    assert stream.sd == pytest.approx(counts.std())


@pytest.mark.parametrize("mean", [2.0, 8.0, 30.0])
def test_scaling_keeps_the_total_and_the_silence(mean):
    counts = datasets.load("pbs_prescriptions")["scripts"].to_numpy()
    values = draw(prescriptions(mean), 204)
    assert values.sum() == pytest.approx(204 * mean, abs=0.5)
    assert (values[counts == 0] == 0).all()
    assert np.abs(values - counts * mean / counts.mean()).max() <= 1
    exact = draw(prescriptions(mean, whole=False), 204)
    assert exact == pytest.approx(counts * mean / counts.mean())


def test_blocks_are_pieces_of_the_series():
    stream = Series(list(range(1, 31)), block=6)
    values = draw(stream, 600).reshape(-1, 6)
    steps = np.diff(values, axis=1)
    assert set(np.unique(steps)) == {1, -29}, "each value is followed by the next, the last by the first"
    assert len(np.unique(values[:, 0])) > 20, "blocks begin anywhere"


def test_shock():
    calm, shocked = draw(Poisson(8), 40, seed=2), draw(Shock(Poisson(8), 11, 5, 2), 40, seed=2)
    assert np.array_equal(shocked[10:15], 2 * calm[10:15])
    assert np.array_equal(np.delete(shocked, range(10, 15)), np.delete(calm, range(10, 15)))
    assert draw(Shock(Poisson(8), 1, 3, 0), 3).tolist() == [0, 0, 0]
    rounded = draw(Shock(Poisson(9), 1, 40, 1.5, whole=True), 40, seed=2)
    assert np.array_equal(rounded, np.floor(1.5 * draw(Poisson(9), 40, seed=2) + 0.5))
    surprised = Shock(AR1(8, 2, 0.3), 1, 9, 3)
    assert (surprised.mean, surprised.sd, surprised.independent) == (
        surprised.base.mean,
        surprised.base.sd,
        False,
    )


def test_who_is_independent():
    assert Poisson(3).independent
    assert AR1(8, 2, 0.0).independent
    assert not AR1(8, 2, 0.1).independent
    assert not prescriptions().independent


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: Normal(8, 0), "sd"),
        (lambda: Normal(-1, 2), "mean"),
        (lambda: Poisson(0), "mean"),
        (lambda: NegativeBinomial(8, 2.8), "sd"),
        (lambda: AR1(8, 2, 1.0), "rho"),
        (lambda: Step(before=-4), "before"),
        (lambda: Step(change=0), "change"),
        (lambda: Series([]), "values"),
        (lambda: Series([0, 0]), "values"),
        (lambda: Series([1, -1]), "values"),
        (lambda: Series([1, float("nan")]), "values"),
        (lambda: Series([1, 2], mean=0), "mean"),
        (lambda: Series([1, 2], block=3), "block"),
        (lambda: Shock(Step(), 0, 1, 2), "start"),
        (lambda: Shock(Step(), 1, 1, -2), "factor"),
        (lambda: Shock(Step(), 1, 1, float("nan")), "factor"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ParameterError, match=f"'{name}'"):
        call()


def test_unknown_kind():
    with pytest.raises(UnknownNameError, match="did you mean 'poisson'"):
        make_demand("poison")
