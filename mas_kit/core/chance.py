"""The one source of chance: a tree of named random streams that grows from one seed."""

from __future__ import annotations

import hashlib
import operator
import secrets

import numpy as np

from mas_kit.core.errors import out_of_range


def _words(name: str) -> tuple[int, ...]:
    digest = hashlib.blake2s(name.encode(), digest_size=16).digest()
    return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))


class SeedTree:
    """Named, independent random streams grown from one seed.

    A stream depends on the seed and on its own name, never on how many other streams there are or in
    which order they were asked for: adding an agent, a chart or a worker changes no other stream.
    Built on `numpy.random.SeedSequence` with the name's digest as spawn key (NumPy's documented way to
    give parallel streams their own seeds).

    Args:
        seed: a whole number of at least 0; None takes 128 bits from the operating system.

    Raises:
        ParameterError: the seed is negative or not a whole number.

    >>> tree = SeedTree(7)
    >>> first = tree.stream("demand").random()
    >>> other = SeedTree(7)
    >>> _ = other.stream("weather").random()      # one more stream changes nothing
    >>> bool(other.stream("demand").random() == first)
    True
    """

    __slots__ = ("_streams", "seed")

    def __init__(self, seed: int | None = None) -> None:
        try:
            self.seed = secrets.randbits(128) if seed is None else operator.index(seed)
        except TypeError:
            self.seed = -1
        if self.seed < 0:
            raise out_of_range("seed", seed, "whole numbers from 0", "leave it out to draw a fresh one")
        self._streams: dict[str, np.random.Generator] = {}

    def sequence(self, name: str) -> np.random.SeedSequence:
        """The seed sequence of a name."""
        return np.random.SeedSequence(self.seed, spawn_key=_words(name))

    def stream(self, name: str) -> np.random.Generator:
        """The generator of a name: the same object each time, so that it goes on where it stopped."""
        found = self._streams.get(name)
        if found is None:
            found = self._streams[name] = np.random.Generator(np.random.PCG64(self.sequence(name)))
        return found

    def integer(self, name: str) -> int:
        """A 63-bit seed of that name, for a library that wants a number."""
        return int(self.sequence(name).generate_state(1, np.uint64)[0] >> np.uint64(1))

    def names(self) -> tuple[str, ...]:
        """The streams that were asked for so far."""
        return tuple(self._streams)
