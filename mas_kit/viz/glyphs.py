"""What an agent or a thing in transit looks like: outlines in a 24 by 24 box, as SVG path data.

The canvas reads them as ``Path2D``, the still pictures as ``<path>``: one drawing, both doors. They are
filled, never stroked, and drawn to be told apart at 16 pixels.
"""

from __future__ import annotations

from typing import Final

GLYPHS: Final[dict[str, str]] = {
    "circle": "M12 2a10 10 0 1 1 0 20a10 10 0 1 1 0-20z",
    "square": "M4.5 3h15a1.5 1.5 0 0 1 1.5 1.5v15a1.5 1.5 0 0 1-1.5 1.5h-15a1.5 1.5 0 0 1-1.5-1.5v-15"
    "a1.5 1.5 0 0 1 1.5-1.5z",
    "tile": "M0 0h24v24h-24z",  # a patch of ground: lies under everything, fills its place, is no agent
    "triangle": "M12 2.5l10 18h-20z",
    "diamond": "M12 1.5l10.5 10.5l-10.5 10.5l-10.5-10.5z",
    "hexagon": "M12 1.5l9.2 5.3v10.4l-9.2 5.3l-9.2-5.3v-10.4z",
    "arrow": "M12 2l7.5 19.5l-7.5-4.5l-7.5 4.5z",
    "person": "M12 3a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 1 1 0-8.4zM3.8 21.2c0-4.9 3.4-8 8.2-8s8.2 3.1 8.2 8z",
    "shop": "M3.5 4h17l2 5.2a2.6 2.6 0 0 1-4.9 1a2.8 2.8 0 0 1-5.6 0a2.8 2.8 0 0 1-5.6 0a2.6 2.6 0 0 1-4.9-1z"
    "M4 13.4c1 0 1.9-.3 2.5-.8v3.4h5v-3.2c1.6.7 3.3.6 4.7-.3c.9.6 2.3 1 3.8.9v7.6h-16z",
    "warehouse": "M12 2.5l10 5v13.5h-3v-9.5h-14v9.5h-3v-13.5zM6.5 13h4.9v3.6h-4.9zM12.6 13h4.9v3.6h-4.9z"
    "M6.5 17.6h4.9v3.4h-4.9zM12.6 17.6h4.9v3.4h-4.9z",
    "hub": "M12 2.5a2.7 2.7 0 0 1 1.2 5.1v2.7a2.9 2.9 0 0 1 1.3 2.1l2.4 1.3a2.7 2.7 0 1 1-1 1.9"
    "l-2.3-1.3a2.9 2.9 0 0 1-3.2 0l-2.3 1.3a2.7 2.7 0 1 1-1-1.9l2.4-1.3a2.9 2.9 0 0 1 1.3-2.1"
    "v-2.7a2.7 2.7 0 0 1 1.2-5.1z",
    "factory": "M2.5 21v-10.5l5.5 3.6v-3.6l5.5 3.6v-10.9h3.2l.6 7.8h1.4l.6-7.8h1.7l.5 7.8v10z",
    "house": "M12 3l10 8.5h-2.8v9h-5.2v-6h-4v6h-5.2v-9h-2.8z",
    "bolt": "M13.5 1.5l-9.5 12.5h6.5l-1 8.5l9.5-12.5h-6.5z",
    "car": "M6.3 5h11.4l2.3 6a2.2 2.2 0 0 1 1.5 2.1v5.4h-3v2h-3v-2h-7v2h-3v-2h-3v-5.4a2.2 2.2 0 0 1 1.5-2.1z"
    "M7.3 7.2l-1.4 3.7h12.2l-1.4-3.7z",
    "truck": "M1.5 5.5h13v11h-13zM15.5 8.5h4l3 4v4h-7zM6 15.2a2.4 2.4 0 1 1 0 4.8a2.4 2.4 0 1 1 0-4.8z"
    "M18.5 15.2a2.4 2.4 0 1 1 0 4.8a2.4 2.4 0 1 1 0-4.8z",
    "crate": "M3 4.5a1 1 0 0 1 1-1h16a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1h-16a1 1 0 0 1-1-1z",
    "envelope": "M2.5 5h19v.9l-9.5 7l-9.5-7zM2.5 8l9.5 7l9.5-7v11h-19z",
    "coin": "M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18z",
    "robot": "M11 2h2v2.5h4.5a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2h4.5z"
    "M6 17.5h12l1.5 4h-15z",
}
BOX: Final = 24.0
# Slender ones: an amount is written beside them, not on them.
BESIDE: Final = frozenset({"envelope", "arrow", "triangle", "person", "truck", "car", "bolt"})
