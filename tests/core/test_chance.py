"""The seed tree: streams that depend on the seed and on their name only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit.core import ParameterError, SeedTree

NAMES = st.text(min_size=1, max_size=20)


@given(
    seed=st.integers(0, 2**130), names=st.lists(NAMES, min_size=1, max_size=6, unique=True), data=st.data()
)
def test_a_stream_does_not_depend_on_the_others(seed, names, data):
    order = data.draw(st.permutations(names))
    one, two = SeedTree(seed), SeedTree(seed)
    first = {name: one.stream(name).random(3).tolist() for name in names}
    for name in order:
        two.stream(f"{name}, somebody else's").random()
        assert two.stream(name).random(3).tolist() == first[name]


@given(seed=st.integers(0, 2**130), one=NAMES, two=NAMES)
def test_names_and_seeds_tell_streams_apart(seed, one, two):
    draw = SeedTree(seed).stream(one).random()
    assert (SeedTree(seed).stream(two).random() == draw) == (one == two)
    assert SeedTree(seed + 1).stream(one).random() != draw


def test_a_stream_goes_on_where_it_stopped():
    tree = SeedTree(1)
    first = tree.stream("a").random(2).tolist()
    assert [*first, tree.stream("a").random()] == SeedTree(1).stream("a").random(3).tolist()
    assert tree.names() == ("a",)


def test_streams_look_independent():
    """Neighbouring names and seeds: correlations of 20,000 draws stay within five standard errors of zero."""
    tree, n = SeedTree(3), 20_000
    draws = np.array([tree.stream(f"agent/{i}").random(n) for i in range(8)])
    off_diagonal = np.corrcoef(draws)[np.triu_indices(8, 1)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(n)


def test_no_seed_draws_one_that_can_be_used_again():
    tree = SeedTree()
    assert tree.seed != SeedTree().seed
    assert SeedTree(tree.seed).stream("a").random() == tree.stream("a").random()
    assert 0 <= tree.integer("mesa") < 2**63
    assert SeedTree(np.int64(5)).seed == 5


@pytest.mark.parametrize("seed", [-1, 1.5, "seven"])
def test_bad_seed(seed):
    with pytest.raises(ParameterError, match=r"parameter 'seed' is .*whole numbers from 0"):
        SeedTree(seed)
