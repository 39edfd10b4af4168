"""Seeing: a model in a notebook cell or on a page, live charts, the mind inspector, diagrams, stills.

Everything here is loaded when it is first used, so that a run that shows nothing pays for nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mas_kit.viz.declare import App, Ask, BarChart, LineChart, SpaceTime
    from mas_kit.viz.default import default_picture, mail
    from mas_kit.viz.entry import show
    from mas_kit.viz.page import page_of
    from mas_kit.viz.picture import Bar, Lane, Movers, Picture
    from mas_kit.viz.raster import Raster
    from mas_kit.viz.sequence import sequence_diagram
    from mas_kit.viz.still import picture_svg
    from mas_kit.viz.svg import Svg
    from mas_kit.viz.theme import enable
    from mas_kit.viz.view import ModelView

_HOME = {
    "App": "declare",
    "Ask": "declare",
    "Bar": "picture",
    "BarChart": "declare",
    "Lane": "picture",
    "LineChart": "declare",
    "ModelView": "view",
    "Movers": "picture",
    "Picture": "picture",
    "Raster": "raster",
    "SpaceTime": "declare",
    "Svg": "svg",
    "default_picture": "default",
    "enable": "theme",
    "mail": "default",
    "page_of": "page",
    "picture_svg": "still",
    "sequence_diagram": "sequence",
    "show": "entry",
}
__all__ = [
    "App",
    "Ask",
    "Bar",
    "BarChart",
    "Lane",
    "LineChart",
    "ModelView",
    "Movers",
    "Picture",
    "Raster",
    "SpaceTime",
    "Svg",
    "default_picture",
    "enable",
    "mail",
    "page_of",
    "picture_svg",
    "sequence_diagram",
    "show",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
