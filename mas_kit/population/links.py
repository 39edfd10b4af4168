"""A network: each agent sees those whom it is linked to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.errors import out_of_range
from mas_kit.population.sights import PICK, Crowd, Shown, Sight

if TYPE_CHECKING:
    from mas_kit.population.population import Population


class Links(Sight):
    """Those at the other ends of one's links: `for friend in friends`, `len(friends)`, `friends.pick(rng)`.

    Who dies takes its links along; who is born has none.

    Args:
        graph: a networkx graph whose n-th node is the n-th agent; or a pair of arrays (first, to), as in a
            compressed sparse row matrix: agent i is linked to those in to[first[i]:first[i + 1]]; or an array
            of pairs (i, j) of shape (links, 2), each read in both directions.

    Raises:
        ParameterError: another shape, or a link to an agent that is not there.
    """

    methods = PICK

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.first = np.zeros(1, np.int64)
        self.to = np.zeros(0, np.int64)
        self.ids = np.zeros(0, np.int64)
        self._bound = False

    def bind(self, population: Population) -> None:
        """Read the graph; later, mind who left."""
        ids = population.engine.column("id").copy()
        if not self._bound:
            self.first, self.to = compressed(self.graph, len(ids))
            self._bound = True
        elif not np.array_equal(ids, self.ids):
            self._regroup(ids)
        self.ids = ids

    def _regroup(self, ids: np.ndarray) -> None:
        """The links among those who are still there, by their new places."""
        place = np.searchsorted(ids, self.ids)
        stays = (
            (place < len(ids)) & (ids[np.minimum(place, len(ids) - 1)] == self.ids) if len(ids) else place < 0
        )
        now = np.where(stays, place, -1)
        rows = now[np.repeat(np.arange(len(self.ids)), np.diff(self.first))]
        ends = now[self.to]
        kept = (rows >= 0) & (ends >= 0)
        self.to = ends[kept]
        self.first = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=len(ids)))])

    def save(self) -> Any:
        """The links as they are."""
        return self.first, self.to, self.ids

    def restore(self, state: Any) -> None:
        """The links as they were."""
        self.first, self.to, self.ids = state

    def shown(self, name: str) -> Shown:
        """A slice of the list of links."""
        first, to = f"{name}_first_seen", f"{name}_to_seen"
        return Shown(f"({first}[me + 1] - {first}[me])", f"{to}[{first}[me] + {{k}}]", (first, to))

    def columns(self, name: str) -> dict[str, Any]:
        """Where each one's links begin, and where they go."""
        return {f"{name}_first_seen": self.first, f"{name}_to_seen": self.to}

    def of(self, agents: Sequence[Any], row: int) -> Any:
        """Those whom the agent in that row is linked to."""
        return Crowd([agents[j] for j in self.to[self.first[row] : self.first[row + 1]].tolist()])


def compressed(graph: Any, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The links as (first, to), those of an agent in order of number."""
    if hasattr(graph, "edges") and hasattr(graph, "nodes"):
        number = {node: row for row, node in enumerate(graph.nodes)}
        pairs = np.array([(number[a], number[b]) for a, b in graph.edges()], np.int64).reshape(-1, 2)
        if not graph.is_directed():
            pairs = np.concatenate([pairs, pairs[pairs[:, 0] != pairs[:, 1]][:, ::-1]])
        return _from_pairs(pairs, n)
    if isinstance(graph, tuple) and len(graph) == 2 and all(np.ndim(part) == 1 for part in graph):
        first, to = (np.ascontiguousarray(part, dtype=np.int64) for part in graph)
        if len(first) != n + 1 or first[0] != 0 or first[-1] != len(to) or (np.diff(first) < 0).any():
            raise out_of_range(
                "Links first", first, f"{n + 1} growing numbers from 0 to {len(to)}", "as in CSR"
            )
        _inside(to, n)
        return first, to
    pairs = np.asarray(graph)
    if pairs.size == 0:
        pairs = np.zeros((0, 2), np.int64)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        raise out_of_range(
            "Links", type(graph).__name__, "a graph, (first, to), or pairs of agents", "give one"
        )
    return _from_pairs(np.concatenate([pairs, pairs[pairs[:, 0] != pairs[:, 1]][:, ::-1]]), n)


def _from_pairs(pairs: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    _inside(pairs, n)
    pairs = np.unique(pairs, axis=0)
    counts = np.bincount(pairs[:, 0], minlength=n)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), np.ascontiguousarray(
        pairs[:, 1], np.int64
    )


def _inside(ends: np.ndarray, n: int) -> None:
    if ends.size and not (ends.min() >= 0 and ends.max() < n):
        raise out_of_range(
            "Links", f"ends {ends.min()} to {ends.max()}", f"agents 0 to {n - 1}", "mind the size"
        )
