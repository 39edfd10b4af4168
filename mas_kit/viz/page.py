"""A model's page: the view on its own, served by Solara, a model of its own for every browser session."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from mas_kit.viz.declare import App

READY = Path(__file__).parent / "static" / "ready.vue"  # says why


def page_of(app: App) -> Callable[[str], Any]:
    """What ``solara run`` looks for in an app's module, made when it looks.

    Write ``__getattr__ = page_of(APP)`` at the end of the module: the module then has a ``Page`` and a
    ``Layout`` and yet loads without Solara when a notebook imports it.
    """

    def find(name: str) -> Any:
        if name in {"Page", "Layout"}:
            return _components(app)[name]
        raise AttributeError(f"the page of {app.heading!r} has no {name!r}")

    return find


def _components(app: App) -> dict[str, Any]:
    # Solara reports its use to a host on the network, unless this is said before it is loaded.
    os.environ.setdefault("SOLARA_TELEMETRY_MIXPANEL_ENABLE", "False")
    solara: Any = import_module("solara")  # its own types do not say what it exports
    settings: Any = import_module("solara.server.settings")

    from mas_kit.viz.entry import show

    settings.theme.show_banner = False

    @solara.component_vue(str(READY), vuetify=False)  # type: ignore[untyped-decorator]
    def Ready(event_ready: Callable[..., None]) -> None: ...

    @solara.component  # type: ignore[untyped-decorator]
    def Page() -> Any:
        ready, set_ready = solara.use_state(False)
        view = solara.use_memo(lambda: show(app) if ready else None, [ready])
        solara.use_effect(lambda: view.close if view else None, [view])  # when the session ends
        solara.Title(app.heading)
        if view is None:
            return Ready(event_ready=lambda *_: set_ready(True))
        return solara.Div(children=[view], classes=["mk-page"])

    @solara.component  # type: ignore[untyped-decorator]
    def Layout(children: list[Any] = []) -> Any:  # noqa: B006  (Solara's own signature for a layout)
        return solara.Div(children=children)

    return {"Page": Page, "Layout": Layout}
