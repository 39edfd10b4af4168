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
    "light": ("#2b7ecd", "#d1561c", "#0f8f6f", "#e3a21a", "#7b5da5", "#5bb5e5", "#5b6572", "#c9679f"),
    "dark": ("#56a5e8", "#f17f48", "#2ec09a", "#f3bf4a", "#977ac2", "#8fd3f6", "#8f99a5", "#ed99ca"),
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
    return max(ink.ink, ink.paper, key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), of a colour in sRGB."""
    red, green, blue = (
        ((c / 255 + 0.055) / 1.055) ** 2.4 if c / 255 > 0.04045 else c / 255 / 12.92 for c in rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue in 0..255 of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
