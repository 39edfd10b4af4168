"""The statistic behind a mark: how often it fails a good submission, how surely it finds a bad one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import stdtrit
from scipy.stats import binom

from mas_kit.classroom.grading import FALSE_FAIL, no_worse
from mas_kit.classroom.grading.trial import _SHARE, skewed_t
from mas_kit.core.errors import ParameterError

N = 100  # the fewest replicates for which the rate is stated
Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
# Excess costs with mean 0: a submission that is exactly at the limit.
SHAPES: dict[str, Draw] = {
    "normal": lambda rng, size: rng.normal(size=size),
    "uniform": lambda rng, size: rng.random(size) - 0.5,
    "heavy tails": lambda rng, size: rng.laplace(size=size),
    "skewed up": lambda rng, size: rng.exponential(size=size) - 1,
    "skewed down": lambda rng, size: 1 - rng.exponential(size=size),
    "lognormal down": lambda rng, size: np.exp(0.125) - np.exp(0.5 * rng.normal(size=size)),
}


def _failures(draw: Draw, trials: int, seed: int) -> int:
    rng, limit = np.random.default_rng(seed), stdtrit(N - 1, 1 - FALSE_FAIL * _SHARE)
    return sum(int((skewed_t(draw(rng, (2_000, N))) > limit).sum()) for _ in range(trials // 2_000))


@pytest.mark.parametrize("shape", SHAPES)
def test_at_the_limit_at_most_one_in_a_thousand_fails(shape: str) -> None:
    trials = 40_000
    failed = _failures(SHAPES[shape], trials, seed=7)
    # As many as a true rate of 0.1 % would leave with 99.9 % certainty: 60 of 40,000.
    assert failed <= binom.ppf(0.999, trials, FALSE_FAIL)
    assert failed > 0  # a test that never fails anything would be no test


def test_the_plain_t_would_not_do() -> None:
    rng = np.random.default_rng(7)
    limit = stdtrit(N - 1, 1 - FALSE_FAIL)
    failed = 0
    for _ in range(10):
        excess = SHAPES["skewed down"](rng, (2_000, N))
        t = excess.mean(axis=1) / excess.std(axis=1, ddof=1) * np.sqrt(N)
        failed += int((t > limit).sum())
    assert failed > 2 * FALSE_FAIL * 20_000


def test_the_statistic_rises_with_the_mean_for_every_skewness() -> None:
    rng = np.random.default_rng(3)
    for sign in (-1, 1):
        sample = sign * rng.exponential(size=100)
        moved = np.array([sample + step for step in np.linspace(-20, 20, 401)])
        assert (np.diff(skewed_t(moved)) >= 0).all()


def test_far_above_the_limit_fails_and_far_below_passes() -> None:
    rng = np.random.default_rng(1)
    base = rng.gamma(20, 10, N)
    ours = base * (1.2 + 0.1 * rng.normal(size=N))
    assert not no_worse(ours, base, within=1.1).passed
    assert no_worse(ours, base, within=1.3).passed
    found = no_worse(ours, base, within=1.3)
    assert found.ratio == pytest.approx(ours.mean() / base.mean())
    assert abs(found.ratio - 1.2) < 3.5 * found.error
    assert "within the 1.3 allowed" in str(found)


def test_the_same_costs_pass_and_a_constant_surplus_fails() -> None:
    base = np.linspace(100, 200, 50)
    assert no_worse(base, base).passed
    assert not no_worse(base + 1, base).passed
    assert no_worse(base + 1, base, within=1.01).passed


def test_common_random_numbers_tell_small_differences_apart() -> None:
    rng = np.random.default_rng(2)
    demand = rng.gamma(4, 50, N)  # what makes games differ
    ours, base = 1.03 * demand + rng.normal(0, 2, N), demand + rng.normal(0, 2, N)
    assert not no_worse(ours, base).passed
    assert no_worse(rng.permutation(ours), base).passed  # unpaired, the same 3 % is lost in the noise


@pytest.mark.parametrize(
    ("costs", "baseline", "said"),
    [
        ([1.0] * 30, [1.0] * 29, "one number for"),
        ([1.0] * 5, [1.0] * 5, "20 or more"),
        ([np.nan] * 30, [1.0] * 30, "not finite"),
        ([1.0] * 30, [0.0] * 30, "not finite"),
    ],
)
def test_bad_input_is_named(costs: list[float], baseline: list[float], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        no_worse(costs, baseline)
    with pytest.raises(ParameterError, match="false_fail"):
        no_worse([1.0] * 30, [1.0] * 30, false_fail=0.7)
