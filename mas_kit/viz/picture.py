"""A picture of a model at one moment, as columns.

An app's ``picture(model)`` returns one; the canvas (``Encoder``) and the still (``picture_svg``) draw it.
Columns, because 10,000 agents then travel to the browser as a few float32 buffers and never as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mas_kit.core.errors import ParameterError, unknown
from mas_kit.viz.glyphs import GLYPHS
from mas_kit.viz.palette import CATEGORIES, STEPS

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Lane:
    """A kind of connection along which things travel: the mail, the road, the wire.

    ``colour`` is a category 0..7; ``glyph`` the shape of what travels on it; ``bend`` how far its curve
    leaves the straight line, as a share of its length, to the left of its direction (so that there and back
    do not overlap when both bend the same way).
    """

    name: str
    colour: int = 0
    glyph: str = "circle"
    bend: float = 0.0

    def __post_init__(self) -> None:
        _known_glyph(self.glyph)
        _category(self.colour, f"colour of lane {self.name!r}")


@dataclass(frozen=True, slots=True)
class Bar:
    """A small bar under every agent: its stock, its queue, its account.

    ``values`` one number per agent (NaN: this agent has none); ``colour`` a category; ``high`` the value
    that fills the bar (None: the largest seen since the last reset).
    """

    values: ArrayLike
    colour: int = 0
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Movers:
    """Things in transit, one row each.

    ``id``: an integer that stays with the thing from tick to tick, so that it glides; ``source`` and
    ``target``: names or row numbers of agents; ``progress``: 0 (just left) .. 1 (arrives); ``lane``: the
    name of a lane; ``amount``: printed on it and drawn in its size (None: neither).
    """

    id: Sequence[int] | NDArray[Any] = ()
    source: Sequence[str] | Sequence[int] | NDArray[Any] = ()
    target: Sequence[str] | Sequence[int] | NDArray[Any] = ()
    progress: ArrayLike = ()
    lane: Sequence[str] = ()
    amount: ArrayLike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is to be seen of a model now. One row per agent in every column.

    ``name``: what the agent is called (the inspector asks the model for it by this name).
    ``x``, ``y``: place, in any unit; x to the right, y up. ``bounds``: (left, bottom, right, top) in that
    unit (None: what is needed, with a margin). ``size``: radius in that unit (None: chosen by number).
    ``colour``: whole numbers are categories 0..7, other numbers go on the scale over ``colour_range``
    (low, high; None: 0 to 1). ``shape``: names of glyphs. ``label``: under the agent (None: the names when
    there are at most 40). ``badge``: a short text in the agent's card, new each tick. ``bars``: by name.
    ``down``: True where an agent has crashed or fallen silent. ``lanes``, ``links`` (source, target, lane),
    ``movers``: the connections and what travels on them. ``link_width``: of each link, in pixels of a picture
    760 wide (None: thin). ``link_colour``: of each link, over ``link_range``, as ``colour`` and
    ``colour_range`` of agents (None: its lane's).

    Raises ParameterError when a column has another length than ``name`` or a number is not finite, and
    UnknownNameError for a shape, lane or agent that there is not.
    """

    name: Sequence[str]
    x: ArrayLike
    y: ArrayLike
    size: ArrayLike | None = None
    colour: ArrayLike = 0
    colour_range: tuple[float, float] | None = None
    shape: Sequence[str] | str = "circle"
    label: Sequence[str] | None = None
    badge: Sequence[str] | None = None
    bars: Mapping[str, Bar] = field(default_factory=dict)
    down: ArrayLike | None = None
    lanes: Sequence[Lane] = ()
    links: Sequence[tuple[str, str, str]] = ()
    link_width: ArrayLike | None = None
    link_colour: ArrayLike | None = None
    link_range: tuple[float, float] | None = None
    movers: Movers = field(default_factory=Movers)
    bounds: tuple[float, float, float, float] | None = None

    def __len__(self) -> int:
        return len(self.name)

    def positions(self) -> Floats:
        """(n, 2) float32."""
        xy = np.empty((len(self), 2), np.float32)
        xy[:, 0] = self._numbers("x", self.x)
        xy[:, 1] = self._numbers("y", self.y)
        return xy

    def extent(self, xy: Floats) -> tuple[float, float, float, float]:
        """``bounds``, or the box around ``xy`` with a margin of 8 %."""
        if self.bounds is not None:
            left, bottom, right, top = map(float, self.bounds)
            if not (left < right and bottom < top):
                raise ParameterError(
                    f"bounds = {self.bounds}: allowed is (left, bottom, right, top) with left < right and "
                    "bottom < top; swap the two that are the wrong way round"
                )
            return left, bottom, right, top
        if not len(xy):
            return 0.0, 0.0, 1.0, 1.0
        low, high = xy.min(axis=0), xy.max(axis=0)
        margin = max(0.08 * float((high - low).max()), 1e-6 if (high > low).any() else 1.0)
        return (
            float(low[0]) - margin,
            float(low[1]) - margin,
            float(high[0]) + margin,
            float(high[1]) + margin,
        )

    def sizes(self, extent: tuple[float, float, float, float]) -> Floats:
        """(n,) radii; when none are given, agents cover about a twentieth of the picture."""
        if self.size is not None:
            return self._numbers("size", self.size)
        area = (extent[2] - extent[0]) * (extent[3] - extent[1])
        radius = min(0.18 * np.sqrt(area / max(len(self), 1)), 0.035 * np.sqrt(area))
        return np.full(len(self), radius, np.float32)

    def colours(self) -> Bytes:
        """(n,) indices into ``palette.colours()``: a category, or a step of the scale."""
        given = np.asarray(self.colour)
        if given.dtype.kind in "iub":
            return _categories("colour", self._column("colour", given))
        return _steps(self._numbers("colour", given), self.colour_range)

    def link_widths(self) -> Floats:
        """One width per link, or none at all."""
        return self._of_links("link_width", self.link_width).astype(np.float32)

    def link_colours(self) -> Bytes:
        """(links,) indices into ``palette.colours()``, or none at all."""
        given = self._of_links("link_colour", self.link_colour)
        if given.dtype.kind in "iub":
            return _categories("link_colour", given)
        return _steps(given.astype(np.float32), self.link_range)

    def _of_links(self, column: str, values: ArrayLike | None) -> NDArray[Any]:
        given = np.asarray([] if values is None else values)
        if values is not None and given.shape != (len(self.links),):
            raise ParameterError(
                f"{column} has {given.size} entries for {len(self.links)} links: give one each"
            )
        if not np.isfinite(given.astype(float)).all():
            raise ParameterError(f"{column} holds what is not a finite number; give 0 where there is nothing")
        return given

    def shapes(self) -> list[str]:
        """One glyph name for all, or one per agent."""
        shapes = [self.shape] if isinstance(self.shape, str) else list(self.shape)
        if not isinstance(self.shape, str) and len(shapes) != len(self):
            raise _length("shape", len(shapes), len(self))
        for shape in dict.fromkeys(shapes):
            _known_glyph(shape)
        return shapes

    def labels(self) -> list[str]:
        """One text per agent, or none at all."""
        return self._texts("label", list(self.name) if self.label is None and len(self) <= 40 else self.label)

    def badges(self) -> list[str]:
        """One text per agent, or none at all."""
        return self._texts("badge", self.badge)

    def bar_values(self) -> Floats:
        """(bars, n)."""
        rows = [
            self._column(f"bars[{name!r}]", np.asarray(bar.values, float)) for name, bar in self.bars.items()
        ]
        return np.asarray(rows, np.float32).reshape(len(rows), len(self))

    def downs(self) -> Bytes:
        """(n,) 1 where the agent is down."""
        down = np.asarray(False if self.down is None else self.down, bool)
        column: Bytes = self._column("down", down).astype(np.uint8)
        return column

    def rows(self, column: str, names: Sequence[Any] | NDArray[Any]) -> NDArray[np.uint32]:
        """Row numbers of agents given by name or by number."""
        if len(names) == 0 or not isinstance(names[0], str):
            numbers = np.asarray(names, np.int64)
            if len(numbers) and not (numbers.min() >= 0 and numbers.max() < len(self)):
                raise ParameterError(
                    f"{column}: allowed are row numbers 0..{len(self) - 1}, got {numbers.max()}"
                )
            return numbers.astype(np.uint32)
        index = {name: row for row, name in enumerate(self.name)}
        for name in names:
            if name not in index:
                raise unknown("agent", str(name), self.name)
        return np.fromiter((index[name] for name in names), np.uint32, len(names))

    def lane_rows(self, lanes: Sequence[str]) -> Bytes:
        """Row numbers of lanes given by name."""
        index = {lane.name: row for row, lane in enumerate(self.lanes)}
        for name in lanes:
            if name not in index:
                raise unknown("lane", str(name), list(index))
        return np.fromiter((index[name] for name in lanes), np.uint8, len(lanes))

    @staticmethod
    def same_length(what: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Raise ParameterError unless all columns have as many rows as the first."""
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ParameterError(
                f"{what} has columns of different lengths, {lengths}: give one entry per row"
            )

    def _texts(self, column: str, texts: Sequence[str] | None) -> list[str]:
        if texts is None:
            return []
        if len(texts) != len(self):
            raise _length(column, len(texts), len(self))
        return [str(text) for text in texts]

    def _numbers(self, column: str, values: ArrayLike) -> Floats:
        numbers = self._column(column, np.asarray(values, np.float32))
        if not np.isfinite(numbers).all():
            row = int(np.flatnonzero(~np.isfinite(numbers))[0])
            raise ParameterError(
                f"{column} of {self.name[row]!r} is {numbers[row]}: allowed are finite numbers"
            )
        return numbers

    def _column(self, column: str, values: NDArray[Any]) -> NDArray[Any]:
        if values.ndim == 0:
            return np.broadcast_to(values, (len(self),))
        if values.shape != (len(self),):
            raise _length(column, values.size, len(self))
        return values


def _categories(column: str, given: NDArray[Any]) -> Bytes:
    for extreme in (given.min(), given.max()) if given.size else ():
        _category(int(extreme), column)
    index: Bytes = given.astype(np.uint8)
    return index


def _steps(values: Floats, over: tuple[float, float] | None) -> Bytes:
    low, high = over or (0.0, 1.0)
    share = (values - low) / ((high - low) or 1.0)
    step: Bytes = (len(CATEGORIES["light"]) + np.clip(share * (STEPS - 1), 0, STEPS - 1)).astype(np.uint8)
    return step


def _length(column: str, got: int, expected: int) -> ParameterError:
    return ParameterError(f"{column} has {got} entries for {expected} agents: give one per name")


def _known_glyph(name: str) -> None:
    if name not in GLYPHS:
        raise unknown("shape", name, GLYPHS)


def _category(index: int, what: str) -> None:
    count = len(CATEGORIES["light"])
    if not 0 <= index < count:
        raise ParameterError(
            f"{what} = {index}: allowed are the categories 0..{count - 1}; for a scale from low to high give "
            "numbers with a fraction (float) and colour_range"
        )
