"""Which settings an experiment visits: a grid, a list, or a Latin hypercube."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mas_kit.core.errors import ParameterError, out_of_range, unknown
from mas_kit.experiments.canonical import Scalar, canonical, label_of, text_of


@dataclass(frozen=True, init=False)
class LatinHypercube:
    """A Latin hypercube: n points that cover each range evenly, one in each of n equal slices.

    Drawn by `scipy.stats.qmc.LatinHypercube` (McKay, Beckman & Conover 1979). Another n or another seed
    gives other points altogether; a grid or a list is what can grow point by point.

    Args:
        bounds: lowest and highest value of each parameter; the highest is not reached.
        n: the number of points, from 1.
        seed: which hypercube.
        integers: the parameters that take whole numbers; for these the highest value is included.

    Raises:
        ParameterError: no bounds, a range that is empty or not finite, n below 1.
        UnknownNameError: a name in `integers` that has no bounds.

    >>> points = LatinHypercube({"beta": (0, 1)}, n=4, seed=1).draw()
    >>> sorted(int(4 * point["beta"]) for point in points)
    [0, 1, 2, 3]
    """

    bounds: Mapping[str, tuple[float, float]]
    n: int
    seed: int
    integers: frozenset[str]

    def __init__(
        self,
        bounds: Mapping[str, tuple[float, float]],
        *,
        n: int,
        seed: int = 0,
        integers: Sequence[str] = (),
    ) -> None:
        if not bounds:
            raise ParameterError("a Latin hypercube needs the bounds of at least one parameter")
        for name, (low, high) in bounds.items():
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise out_of_range(
                    name, (low, high), "two finite numbers, the lower first", "mend the bounds"
                )
        if n < 1:
            raise out_of_range("n", n, "whole numbers from 1", "say how many points to draw")
        for name in integers:
            if name not in bounds:
                raise unknown("parameter of this Latin hypercube", name, bounds)
        object.__setattr__(self, "bounds", {name: (low, high) for name, (low, high) in bounds.items()})
        object.__setattr__(self, "n", n)
        object.__setattr__(self, "seed", seed)
        object.__setattr__(self, "integers", frozenset(integers))

    def draw(self) -> list[dict[str, float]]:
        """The points, in the order in which they were drawn."""
        from scipy.stats import qmc

        unit = qmc.LatinHypercube(d=len(self.bounds), rng=self.seed).random(self.n)
        points = []
        for row in unit:
            point: dict[str, float] = {}
            for share, (name, (low, high)) in zip(row, self.bounds.items(), strict=True):
                if name in self.integers:
                    point[name] = int(low) + int(share * (int(high) - int(low) + 1))
                else:
                    point[name] = low + float(share) * (high - low)
            points.append(point)
        return points


type Design = Mapping[str, Sequence[Any] | Mapping[str, Any]] | Sequence[Mapping[str, Any]] | LatinHypercube


class Point(NamedTuple):
    """One setting: the values a model gets, and what the results show for them."""

    values: dict[str, Any]
    labels: dict[str, Scalar]
    text: str  # identifies the point, in every process


def points_of(design: Design) -> list[Point]:
    """The points of a design, in order; a design of nothing has one point, the model as it is.

    Raises:
        ParameterError: an axis without levels, a point given twice, points of a list that do not all set the
            same parameters, or a design of the wrong kind.
    """
    if isinstance(design, LatinHypercube):
        rows = [[(name, value, value) for name, value in point.items()] for point in design.draw()]
    elif isinstance(design, Mapping):
        rows = [list(row) for row in itertools.product(*(_axis(*item) for item in design.items()))]
    elif isinstance(design, Sequence) and not isinstance(design, str):
        rows = _listed(design)
    else:
        raise ParameterError(
            f"parameter 'design' is {design!r}; allowed: a dict of lists (a grid), a list of dicts, or a "
            "LatinHypercube"
        )
    points = [
        Point(
            {name: value for name, value, _ in row},
            {name: label_of(name, label) for name, _, label in row},
            text_of(sorted((name, canonical(name, value)) for name, value, _ in row)),
        )
        for row in rows
    ]
    seen: dict[str, Point] = {}
    for point in points:
        if point.text in seen:
            raise ParameterError(f"the design holds the point {point.labels} twice; take one of them out")
        seen[point.text] = point
    return points


def _axis(name: str, levels: Any) -> list[tuple[str, Any, Any]]:
    if isinstance(levels, str | bytes) or not hasattr(levels, "__iter__"):
        raise ParameterError(
            f"the levels of {name!r} are {levels!r}; allowed: a list of values, or a dict of labels to "
            f"values; a single value belongs in parameters={{{name!r}: {levels!r}}}"
        )
    pairs = levels.items() if isinstance(levels, Mapping) else ((level, level) for level in levels)
    axis = [(name, value, label) for label, value in pairs]
    if not axis:
        raise ParameterError(f"the levels of {name!r} are empty; give at least one value")
    return axis


def _listed(design: Sequence[Mapping[str, Any]]) -> list[list[tuple[str, Any, Any]]]:
    if not design:
        raise ParameterError("the design is an empty list; leave it out to run the model as it is")
    first = design[0]
    for point in design:
        if not isinstance(point, Mapping):
            raise ParameterError(f"a design that is a list holds {point!r}; each entry must be a dict")
        if point.keys() != first.keys():
            raise ParameterError(
                f"the points of a list must set the same parameters; {sorted(first)} and "
                f"{sorted(point)} differ"
            )
    return [[(name, point[name], point[name]) for name in first] for point in design]
