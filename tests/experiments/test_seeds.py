from __future__ import annotations

import pytest

from mas_kit.core.errors import ParameterError
from mas_kit.experiments import Experiment
from mas_kit.experiments.seeds import replicate_seed
from tests.experiments.models import Walk


def seeds_of(**changes) -> dict[tuple[int, float], int]:
    declared = {"name": "walk", "model": Walk, "design": {"drift": [0.0, 1.0]}, "seeds": 3, **changes}
    return {(run.replicate, run.labels["drift"]): run.seed for run in Experiment(**declared).runs()}


def test_adding_replicates_and_points_changes_no_other_seed():
    few = seeds_of()
    many = seeds_of(seeds=7, design={"drift": [-1.0, 1.0, 2.0, 0.0]})
    assert few.items() <= many.items()
    few = seeds_of(common_random_numbers=False)
    many = seeds_of(seeds=7, design={"drift": [-1.0, 1.0, 2.0, 0.0]}, common_random_numbers=False)
    assert few.items() <= many.items()


def test_common_random_numbers_are_the_default_and_can_be_switched_off():
    common = seeds_of()
    assert all(common[i, 0.0] == common[i, 1.0] for i in range(3))
    assert len(set(common.values())) == 3
    assert len(set(seeds_of(common_random_numbers=False).values())) == 6


def test_name_or_entropy_choose_the_seeds():
    assert seeds_of(name="other").values() != seeds_of().values()
    assert set(seeds_of(name="other").values()).isdisjoint(seeds_of().values())
    assert seeds_of(name="other", entropy=5) == seeds_of(entropy=5)


def test_seeds_are_known_numbers():
    # A change of the derivation would change every published result: these must never move.
    known = [replicate_seed(7, i) for i in range(3)]
    assert known == [1693125408465869867, 2021251017632032385, 8779501138110131270]
    assert replicate_seed(7, 0, "point") == 1309412679356168292


def test_a_seed_fits_a_signed_column_and_none_repeats():
    drawn = [replicate_seed(1, i) for i in range(5000)]
    assert len(set(drawn)) == 5000
    assert 0 <= min(drawn) <= max(drawn) < 2**63
    assert max(drawn) > 2**62


def test_a_list_is_taken_as_it_is():
    assert [run.seed for run in Experiment(name="walk", model=Walk, seeds=[5, 3]).runs()] == [5, 3]
    assert [run.seed for run in Experiment(name="walk", model=Walk).runs([8])] == [8]


@pytest.mark.parametrize("seeds", [0, -1, [], [1, 1], [-1], [2**63], "12", 1.5, [1.5], True])
def test_what_is_no_seed_is_refused_by_name(seeds):
    with pytest.raises(ParameterError, match="'seeds'"):
        Experiment(name="walk", model=Walk, seeds=seeds)
