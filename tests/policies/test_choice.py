from math import exp, inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError
from mas_kit.policies import Decay, Epsilon, Harmonic, Softmax
from mas_kit.policies.choice import best, draw
from mas_kit.policies.schedules import Checked
from tests.policies.seen import stream

SCORES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6)


@given(SCORES)
def test_the_best_is_the_first_of_the_highest(scores):
    top = max(scores)
    at = best(scores)
    assert scores[at] == pytest.approx(top, rel=1e-12, abs=1e-12)
    assert all(score < top for score in scores[:at])


def test_rounding_does_not_break_a_tie():
    assert best([0.3, 0.1 + 0.2]) == best([0.1 + 0.2, 0.3]) == 0
    assert best([0.3, 0.3 + 1e-9]) == 1


@pytest.mark.parametrize("scores", [[nan], [1.0, nan], [nan, 1.0], [2.0, nan, 1.0]])
def test_what_is_not_a_number_is_never_best(scores):
    with pytest.raises(ParameterError, match="nan"):
        best(scores)


def test_infinities_are_ordered():
    assert best([-inf, 0.0, inf, inf]) == 2
    assert best([-inf, -inf]) == 0


@given(SCORES, st.floats(0, 1))
def test_epsilon_gives_every_option_its_share(scores, epsilon):
    chances = Epsilon(epsilon).chances(scores, 1)
    assert sum(chances) == pytest.approx(1)
    assert min(chances) >= epsilon / len(scores)
    assert chances[best(scores)] == pytest.approx(1 - epsilon + epsilon / len(scores))


@given(SCORES, st.floats(0.01, 100))
def test_softmax_is_luces_rule(scores, temperature):
    chances = Softmax(temperature).chances(scores, 1)
    assert sum(chances) == pytest.approx(1)
    top = max(scores)
    for score, chance in zip(scores, chances, strict=True):
        assert chance == pytest.approx(exp((score - top) / temperature) * max(chances))


def test_softmax_with_infinities():
    assert Softmax(1.0).chances([inf, 0.0, inf], 1) == [0.5, 0.0, 0.5]
    assert Softmax(1.0).chances([-inf, 0.0], 1) == [0.0, 1.0]


def test_draws_come_as_often_as_their_chances():
    chances, n = [0.5, 0.0, 0.2, 0.3], 20_000
    rng = stream(3)
    counts = np.bincount([draw(chances, rng) for _ in range(n)], minlength=4)
    assert counts[1] == 0
    for count, chance in zip(counts, chances, strict=True):
        assert abs(count - n * chance) <= 3.5 * (n * chance * (1 - chance)) ** 0.5


def test_a_sum_short_of_one_still_draws():
    class Highest:
        def random(self) -> float:
            return 1.0 - 2**-53

    assert draw([0.1] * 10 + [0.0], Highest()) == 9  # ten times 0.1 is short of 1


def test_schedules():
    assert [Harmonic()(n) for n in (1, 2, 4)] == [1.0, 0.5, 0.25]
    assert Harmonic(0.5, 2.0)(16) == 0.5
    assert Harmonic(1.0, 10.0)(2) == 1.0
    assert [Decay(1.0, 0.5, 0.2)(n) for n in (1, 2, 3)] == pytest.approx([1.0, 0.6, 0.4])


@pytest.mark.parametrize("rate", [-0.1, 1.1, nan])
def test_a_rate_out_of_bounds_is_named_when_made(rate):
    with pytest.raises(ParameterError, match="parameter 'epsilon'"):
        Epsilon(rate)


def test_a_schedule_out_of_bounds_is_named_when_it_happens():
    rate = Checked("rate", lambda n: 2.0 / n)
    assert rate(2) == 1.0
    with pytest.raises(ParameterError, match=r"parameter 'rate' is 2\.0; allowed: 0 to 1"):
        rate(1)
    with pytest.raises(ParameterError, match="temperature"):
        Softmax(0.0)
    with pytest.raises(ParameterError, match="a number"):
        Checked("rate", "fast")
