"""Push gossip against the exact mean of its Markov chain, and on hostile networks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError
from mas_kit.protocols import Conversations, PushGossip, expected_rounds
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def run(n, seed, until, script=(), ticks=None):
    names = [f"m{i}" for i in range(n)]
    line = Wire({name: Conversations(name) for name in names}, script=script)
    rng = np.random.default_rng(seed)
    for name in names:
        others = [other for other in names if other != name]
        rumour = "fire" if name == "m0" else None
        line.start(name, PushGossip(others, until=until, seed=int(rng.integers(2**62)), rumour=rumour), "c")
    line.run(ticks or until + 2)
    return line


def rounds(n, seed):
    line = run(n, seed, 40)
    assert all(line.status(name, "c") == "informed" for name in line.talks)
    return max(talks.closed["c", ""].since for talks in line.talks.values())


def test_the_exact_mean_by_hand():
    """Two: one round. Three: the first round tells one; then two tellers each hit the third with 1/2, so it
    is told with 3/4: 1 + 4/3 rounds."""
    assert expected_rounds(1) == 0
    assert expected_rounds(2) == pytest.approx(1)
    assert expected_rounds(3) == pytest.approx(1 + 4 / 3)


@pytest.mark.parametrize("n", [64, 256])
def test_the_exact_mean_is_log2_n_plus_ln_n_and_about_one_more(n):
    assert 0.9 < expected_rounds(n) - math.log2(n) - math.log(n) < 1.4


@pytest.mark.parametrize(("n", "runs"), [(8, 60), (32, 20)])
def test_the_protocol_takes_as_many_rounds_as_the_chain_says(n, runs):
    took = np.array([rounds(n, seed) for seed in range(runs)])
    error = took.std(ddof=1) / math.sqrt(runs)
    assert abs(took.mean() - expected_rounds(n)) < 3.5 * error


def test_a_member_knows_when_it_is_told():
    line = run(2, 1, 10)
    assert line.outcome("m1", "c").value == "fire"
    assert line.talks["m1"].closed["c", ""].since == 1
    with pytest.raises(ParameterError, match="seed"):
        PushGossip(["a"], until=5, seed=-1)


@examples(60)
@given(script=harmless, n=st.integers(2, 5), seed=st.integers(0, 99))
def test_no_loss_delay_copy_or_forgery_hangs_it_or_makes_up_a_rumour(script, n, seed):
    note("push gossip: lost, late, repeated, forged")
    line = run(n, seed, 10, script, ticks=60)
    assert line.settled()
    for name in line.talks:
        assert line.outcome(name, "c").value in ("fire", None)
    assert line.status("m0", "c") == "informed"


@examples(60)
@given(script=scripts, n=st.integers(2, 5), seed=st.integers(0, 99))
def test_nor_does_a_member_whose_words_are_garbled_stop_it(script, n, seed):
    note("push gossip: also malformed, out of place, damaged")
    assert run(n, seed, 10, script, ticks=60).settled()
