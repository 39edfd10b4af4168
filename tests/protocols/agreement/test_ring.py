"""Leader election on a ring against its exact message counts, and on hostile networks."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError
from mas_kit.protocols import Conversations, RingMember
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def elect(numbers, script=(), ticks=None):
    """A ring in which each member's successor is the next in the list."""
    n = len(numbers)
    line = Wire({f"m{i}": Conversations(f"m{i}") for i in range(n)}, script=script)
    for i, number in enumerate(numbers):
        member = RingMember(
            number, successor=f"m{(i + 1) % n}", predecessor=f"m{i - 1 if i else n - 1}", patience=3 * n + 20
        )
        line.start(f"m{i}", member, "c")
    line.run(ticks or 2 * n + 2)
    return line


def check(line, numbers):
    assert line.settled()
    top = max(numbers)
    for i, number in enumerate(numbers):
        outcome = line.outcome(f"m{i}", "c")
        assert (outcome.status, outcome.value) == ("leader" if number == top else "follower", top)


@pytest.mark.parametrize("n", [2, 3, 8, 25])
def test_best_worst_and_announcing(n):
    best = elect(range(n))  # every number but the highest meets a higher one at once
    check(best, range(n))
    assert best.count() == {"propose": 2 * n - 1, "inform": n}
    worst = elect(range(n)[::-1])  # the k-th highest goes on until it meets the highest
    check(worst, range(n)[::-1])
    assert worst.count() == {"propose": n * (n + 1) // 2, "inform": n}


@pytest.mark.parametrize("n", [3, 4, 5])
def test_the_mean_over_all_orders_is_n_times_the_nth_harmonic_number(n):
    total = 0
    for order in itertools.permutations(range(n)):
        line = elect(order)
        check(line, order)
        total += line.count()["propose"]
    assert total / math.factorial(n) == pytest.approx(n * sum(1 / k for k in range(1, n + 1)), abs=1e-12)


def test_wrong_arguments_say_what_is_right():
    with pytest.raises(ParameterError, match="number"):
        RingMember("seven", successor="a", predecessor="b")


@examples(100)
@given(script=harmless, numbers=st.permutations(range(5)))
def test_no_loss_delay_copy_or_forgery_hangs_it_or_makes_two_leaders(script, numbers):
    note("ring election: lost, late, repeated, forged")
    line = elect(numbers, script, ticks=150)
    assert line.settled()
    leaders = [n for n in line.talks if line.status(n, "c") == "leader"]
    assert len(leaders) <= 1
    for name in line.talks:
        if line.status(name, "c") == "follower":
            assert line.outcome(name, "c").value == max(numbers)


@examples(100)
@given(script=scripts, numbers=st.permutations(range(5)))
def test_nor_does_a_member_whose_words_are_garbled_stop_it(script, numbers):
    note("ring election: also malformed, out of place, damaged")
    assert elect(numbers, script, ticks=150).settled()
