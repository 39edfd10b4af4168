"""From a picture to what travels to the canvas: static parts once, moving columns as raw buffers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mas_kit.viz.glyphs import BESIDE, GLYPHS
from mas_kit.viz.palette import CATEGORIES, INK, Theme, colours, on
from mas_kit.viz.picture import Floats, Picture

# The canvas prints texts on the agents only up to here; beyond, they would be unreadable and not cheap.
TEXTS_UP_TO = 400
# Beyond, places travel as 16-bit shares of the extent: a hundredth of a pixel is close enough, and a frame is
# half as long (what a connection compresses and copies is what a large frame costs).
EXACT_UP_TO = 2000


class Frame(NamedTuple):
    """One message to the canvas: ``content`` is JSON, ``buffers`` the columns that it lists, in order."""

    content: dict[str, Any]
    buffers: list[bytes]


class Encoder:
    """Turns the pictures of one run into frames that say only what has changed.

    Bounds and full bars never shrink within a run, so that the view does not jitter.
    """

    def __init__(self) -> None:
        self._scene: tuple[Any, ...] | None = None
        self._version = 0
        self._sent: dict[str, bytes] = {}
        self._badges: list[str] = []
        self._extent: tuple[float, float, float, float] | None = None
        self._high: dict[str, float] = {}

    def restart(self) -> None:
        """A new run begins: forget bounds and bars, and send everything anew."""
        self.__init__()  # type: ignore[misc]  # every attribute starts afresh

    def forget(self) -> None:
        """A new canvas was opened: send everything anew, in the same frame of reference."""
        self._scene = None
        self._sent.clear()
        self._badges = []

    def encode(self, picture: Picture, **facts: Any) -> Frame:
        """The frame for this picture; ``facts`` (JSON) go with it as they are."""
        xy = picture.positions()
        extent = self._grow(picture.extent(xy), fixed=picture.bounds is not None)
        columns: dict[str, NDArray[Any]] = {
            "xy": xy if len(picture) <= EXACT_UP_TO else _shares(xy, extent),
            "size": picture.sizes(extent),
            "colour": picture.colours(),
            "down": picture.downs(),
            "bars": self._bars(picture),
            "l_width": picture.link_widths(),
            "l_colour": picture.link_colours(),
            **_movers(picture),
        }
        content: dict[str, Any] = {"type": "frame", "count": len(picture), **facts}
        scene = self._static(picture, extent)
        if scene is not None:
            content["scene"] = scene
            self._sent.clear()  # the canvas starts from nothing, so every column goes along
            self._badges = []
        content["version"] = self._version
        badges = picture.badges() if len(picture) <= TEXTS_UP_TO else []
        if badges != self._badges:
            content["badges"] = self._badges = badges
        listed, buffers = [], []
        for name, column in columns.items():
            raw = np.ascontiguousarray(column).tobytes()
            if self._sent.get(name) != raw:
                self._sent[name] = raw
                listed.append([name, column.dtype.str[1:]])
                buffers.append(raw)
        content["columns"] = listed
        return Frame(content, buffers)

    def _grow(
        self, extent: tuple[float, float, float, float], *, fixed: bool
    ) -> tuple[float, float, float, float]:
        old = self._extent
        if old is not None and not fixed:
            extent = (
                min(old[0], extent[0]),
                min(old[1], extent[1]),
                max(old[2], extent[2]),
                max(old[3], extent[3]),
            )
        self._extent = extent
        return extent

    def _bars(self, picture: Picture) -> Floats:
        """Rows: for each bar its shares of full (NaN: none), then its values."""
        values = picture.bar_values()
        shares = np.empty_like(values)
        for row, (name, bar) in enumerate(picture.bars.items()):
            seen = float(np.nanmax(values[row], initial=0.0))
            high = bar.high if bar.high is not None else max(self._high.get(name, 1.0), seen)
            self._high[name] = high
            shares[row] = values[row] / high
        return np.concatenate([shares, values]) if len(values) else values

    def _static(self, picture: Picture, extent: tuple[float, float, float, float]) -> dict[str, Any] | None:
        """The parts that seldom change, or None when they are as last time."""
        scene = (
            list(picture.name),
            picture.label if picture.label is None else list(picture.label),
            picture.shape if isinstance(picture.shape, str) else list(picture.shape),
            list(picture.links),
            list(picture.lanes),
            [(name, bar.colour) for name, bar in picture.bars.items()],
            extent,
        )
        if scene == self._scene:
            return None
        self._scene = scene
        self._version += 1
        shapes = picture.shapes()
        used = dict.fromkeys([*shapes, *(lane.glyph for lane in picture.lanes)])
        ends = [picture.rows("links", [link[end] for link in picture.links]) for end in (0, 1)]
        lanes = picture.lane_rows([link[2] for link in picture.links])
        index = {shape: row for row, shape in enumerate(used)}
        return {
            "names": list(picture.name),
            "labels": picture.labels() if len(picture) <= TEXTS_UP_TO else [],
            "glyphs": {shape: GLYPHS[shape] for shape in used},
            "shapes": [index[shape] for shape in shapes],
            "lanes": [{**asdict(lane), "beside": lane.glyph in BESIDE} for lane in picture.lanes],
            "links": [[int(a), int(b), int(lane)] for a, b, lane in zip(*ends, lanes, strict=True)],
            "bars": [{"name": name, "colour": bar.colour} for name, bar in picture.bars.items()],
            "extent": list(extent),
            "categories": len(CATEGORIES["light"]),
            "palette": {theme: _palette(theme) for theme in INK},
        }


def _shares(xy: Floats, extent: tuple[float, float, float, float]) -> NDArray[np.uint16]:
    low = np.array(extent[:2], np.float32)
    steps = np.float32(65535) / (np.array(extent[2:], np.float32) - low)
    return np.clip((xy - low) * steps + np.float32(0.5), 0, 65535).astype(np.uint16)


def _palette(theme: Theme) -> dict[str, Any]:
    ink = INK[theme]
    return {
        "colours": colours(theme),
        "ink": ink._asdict(),
        "on": [on(colour, ink) for colour in CATEGORIES[theme]],
    }


def _movers(picture: Picture) -> dict[str, NDArray[Any]]:
    movers = picture.movers
    ids = np.asarray(movers.id, np.int64).astype(np.uint32)  # 2**32 things in one run are not reached
    amount = np.full(len(ids), np.nan) if movers.amount is None else np.asarray(movers.amount, np.float32)
    progress = np.clip(np.asarray(movers.progress, np.float32), 0, 1)
    columns: dict[str, NDArray[Any]] = {
        "m_id": ids,
        "m_ends": np.stack(
            [picture.rows("movers.source", movers.source), picture.rows("movers.target", movers.target)],
            axis=1,
        ),
        "m_at": progress,
        "m_lane": picture.lane_rows(movers.lane),
        "m_amount": amount.astype(np.float32),
    }
    picture.same_length("movers", columns)
    return columns
