"""The kit's colours, once, for the canvas, the charts, the stills and the diagrams.

Eight categories that stay apart under the three common kinds of colour blindness (a test simulates them),
in a tone for light paper and one for dark, and one scale from low to high whose lightness rises evenly, so
that it also reads in grey.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Theme = Literal["light", "dark"]

CATEGORIES: Final[dict[Theme, tuple[str, ...]]] = {
    # blue, vermilion, green, amber, violet, sky, slate, rose
    "light": ("#1f6fb4", "#d1561c", "#0f8f6f", "#e3a21a", "#7b5ea7", "#5cb5e6", "#5b6573", "#c9679f"),
    "dark": ("#4f9fe0", "#f07f48", "#2fc09a", "#f2bf4a", "#a58ad6", "#8fd3f7", "#98a2b0", "#e58fc0"),
}
NAMES: Final = ("blue", "vermilion", "green", "amber", "violet", "sky", "slate", "rose")
STEPS: Final = 64

# Anchors of the low-to-high scale, dark to light (on dark paper it is read the other way round).
_SCALE: Final = ("#1b2a5c", "#1f5f8f", "#1d8f8c", "#55b56f", "#c3cf4f", "#fbe37a")


class Ink(NamedTuple):
    """What is not data: ``paper`` behind, ``card`` on it, ``ink`` and ``muted`` text, ``line`` for rules."""

    paper: str
    card: str
    ink: str
    muted: str
    line: str


INK: Final[dict[Theme, Ink]] = {
    "light": Ink("#ffffff", "#f6f8fa", "#1b2330", "#667085", "#dfe4ea"),
    "dark": Ink("#14171c", "#1d2229", "#e8ecf1", "#98a2b0", "#333b46"),
}


def scale(theme: Theme = "light", steps: int = STEPS) -> tuple[str, ...]:
    """``steps`` colours (hex) from low to high; high is the one that stands out from the paper."""
    anchors = _SCALE if theme == "dark" else _SCALE[::-1]
    return tuple(_between(anchors, index / (steps - 1)) for index in range(steps))


def colours(theme: Theme = "light") -> tuple[str, ...]:
    """The categories, then the scale: what a colour index on the canvas refers to."""
    return CATEGORIES[theme] + scale(theme)


def _between(anchors: tuple[str, ...], position: float) -> str:
    at = position * (len(anchors) - 1)
    left = min(int(at), len(anchors) - 2)
    share = at - left
    mixed = (
        round(a * (1 - share) + b * share)
        for a, b in zip(rgb(anchors[left]), rgb(anchors[left + 1]), strict=True)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def on(colour: str, ink: Ink) -> str:
    """The ink or the paper, whichever is easier to read on ``colour``."""
    red, green, blue = rgb(colour)
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 150
    dark_ink = sum(rgb(ink.ink)) < sum(rgb(ink.paper))
    return ink.ink if light == dark_ink else ink.paper


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue in 0..255 of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
