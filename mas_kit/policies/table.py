"""A table that a policy can carry in its memory: writing gives a new one, and the old one stays true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_SMALL = 64  # up to here one copy is cheaper than any bookkeeping


class Table(NamedTuple):
    """Keys and values, of which every earlier state stays readable.

    A decision must change nothing, so a learner cannot write into its own memory; copying a dict at every
    decision costs time and, with an event log, space in proportion to the whole table. Here the newest
    entries stand apart (`recent`) from a `base` that many states share: with n entries a `put` copies at
    most about √n of them and, once in √n times, all of them. So reading is O(1), writing O(√n) amortised,
    and a log of every state holds O(√n) entries for each.

    It is plain data (a pair of dicts that nobody writes to), so it can be pickled, compared and saved.

    >>> empty = Table()
    >>> one = empty.put("a", 1)
    >>> one.get("a"), empty.get("a")
    (1, None)
    """

    base: Mapping[Any, Any] = {}
    recent: Mapping[Any, Any] = {}

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a key, or the default."""
        if key in self.recent:
            return self.recent[key]
        return self.base.get(key, default)

    def put(self, key: Any, value: Any) -> Table:
        """The table with that value for the key."""
        base, recent = self
        if len(base) < _SMALL and not recent:
            return Table({**base, key: value})
        recent = {**recent, key: value}
        if len(recent) ** 2 >= len(base):
            return Table({**base, **recent})
        return Table(base, recent)

    def items(self) -> Iterator[tuple[Any, Any]]:
        """All keys with their values."""
        return iter({**self.base, **self.recent}.items())

    @property
    def size(self) -> int:
        """How many keys there are. (`len` is that of the pair.)"""
        return len(self.base) + sum(key not in self.base for key in self.recent)
