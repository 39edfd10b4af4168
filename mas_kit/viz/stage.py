"""The canvas as a widget: it draws frames, asks for the next tick, and tells which agent was clicked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import anywidget
import traitlets

from mas_kit.viz.palette import CATEGORIES, INK, Theme

STYLED: tuple[tuple[str, Theme], ...] = ((".mas-kit", "light"), (".mas-kit.mk-dark", "dark"))
STATIC = Path(__file__).parent / "static"


@cache
def script(*files: str) -> str:
    """Script files joined into one module, in the order in which they build on each other."""
    return "\n".join((STATIC / file).read_text(encoding="utf-8") for file in files)


def style() -> str:
    """The style sheet of the view, with the palette's inks as its variables."""
    blocks = []
    for selector, theme in STYLED:
        inks = "".join(f"--mk-{name}:{value};" for name, value in INK[theme]._asdict().items())
        blocks.append(
            f"{selector}{{{inks}--mk-accent:{CATEGORIES[theme][0]};--mk-warn:{CATEGORIES[theme][1]};}}"
        )
    return "\n".join([*blocks, script("view.css")])


class Stage(anywidget.AnyWidget):
    """Draws frames (see ``Encoder``).

    From the page come ``hello`` (a canvas has opened, or has missed a frame), ``tick`` with the serial number
    of the frame that it wants, ``pick`` with an agent's name, and ``toggle`` (play or pause). The page asks
    for ticks only when it is playing, visible and draws what it gets, so it sets the pace.
    """

    _esm = script("scene.js", "points.js", "draw.js", "stage.js")
    _css = style()

    playing = traitlets.Bool(False, help="is the page asking for ticks?").tag(sync=True)
    waiting = traitlets.Bool(False, help="does the tick wait for a person?").tag(sync=True)
    speed = traitlets.Float(2.0, help="ticks per second; 0: as fast as they can be drawn").tag(sync=True)
    selected = traitlets.Unicode("", help="the agent whose mind is open").tag(sync=True)
