"""The seed of a run depends on what the run is, never on where it stands in a list."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Sequence

import numpy as np

from mas_kit.core.errors import ParameterError, out_of_range

_LARGEST = 2**63 - 1  # what fits a signed 64-bit column


def entropy_of(name: str) -> int:
    """128 bits from an experiment's name: experiments that say nothing else draw from different seeds."""
    return int.from_bytes(hashlib.blake2s(name.encode(), digest_size=16).digest(), "little")


def replicate_seed(entropy: int, replicate: int, point: str = "") -> int:
    """The 63-bit seed of one replicate.

    It comes out of `numpy.random.SeedSequence(entropy, spawn_key=...)`, NumPy's documented way to give runs
    seeds whose streams do not overlap; neighbouring integers would not do.

    Args:
        entropy: the entropy of the experiment.
        replicate: which replicate, from 0.
        point: a text that identifies the design point, for seeds that differ between design points. Left
            empty, replicate i of every design point has the same seed: common random numbers, so that
            the difference between two points is not blurred by two different draws of chance.

    >>> replicate_seed(7, 0) == replicate_seed(7, 0), replicate_seed(7, 0) == replicate_seed(7, 1)
    (True, False)
    """
    words: tuple[int, ...] = ()
    if point:
        digest = hashlib.blake2s(point.encode(), digest_size=16).digest()
        words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    sequence = np.random.SeedSequence(entropy, spawn_key=(*words, replicate))
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def check_seeds(seeds: int | Sequence[int]) -> int | tuple[int, ...]:
    """The number of replicates, or the seeds themselves, checked.

    Raises:
        ParameterError: fewer than one replicate, a seed that is negative, not whole or above 2**63 - 1, or
            the same seed twice (it would count one run as two).
    """
    if isinstance(seeds, str | bytes | bool):
        raise out_of_range("seeds", seeds, "a number of replicates or a list of seeds", "e.g. seeds=20")
    try:
        number = operator.index(seeds)  # type: ignore[arg-type]
    except TypeError:
        return _check_list(seeds)
    if number < 1:
        raise out_of_range("seeds", seeds, "whole numbers from 1", "say how many replicates to run")
    return number


def _check_list(seeds: object) -> tuple[int, ...]:
    try:
        listed = tuple(operator.index(seed) for seed in seeds)  # type: ignore[attr-defined]
    except TypeError:
        raise out_of_range(
            "seeds", seeds, "a number of replicates or a list of whole numbers", "e.g. seeds=[1, 2, 3]"
        ) from None
    if not listed:
        raise out_of_range("seeds", list(listed), "at least one seed", "e.g. seeds=20")
    for seed in listed:
        if not 0 <= seed <= _LARGEST:
            raise out_of_range("seeds", seed, f"whole numbers from 0 to {_LARGEST}", "choose another seed")
    if len(set(listed)) < len(listed):
        twice = next(seed for seed in listed if listed.count(seed) > 1)
        raise ParameterError(f"parameter 'seeds' holds {twice} more than once; each replicate needs its own")
    return listed
