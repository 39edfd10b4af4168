"""What stands under the picture: charts, the open mind, the conversation, and what the model is about."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from mas_kit.viz.charts import Feed
from mas_kit.viz.declare import App
from mas_kit.viz.inspector import mind, nobody, quiet
from mas_kit.viz.sequence import sequence_diagram
from mas_kit.viz.throttle import Throttle


class Panes:
    """One pane per tab. Each is brought up to date as often as it can be read, and only while it is open."""

    def __init__(self, app: App, model: Any) -> None:
        self.app = app
        self.feed = Feed(app, model)
        self.mind, self.conversation = w.HTML(), w.HTML()
        charts = w.VBox(
            [self.feed.widget if self.feed.widget else w.HTML(quiet("This page declares no charts."))]
        )
        about = w.HTML(f'<div class="mk-about">{_about(app)}</div>')
        self.by_tab = {"Charts": charts, "Mind": self.mind, "Conversation": self.conversation, "About": about}
        for pane in self.by_tab.values():
            pane.add_class("mk-pane")
        self._rows, self._minds, self._talks = Throttle(0.15), Throttle(0.25), Throttle(0.5)
        self.tab = "Charts"

    def open(self, tab: str) -> None:
        """Show this pane and hide the others."""
        self.tab = tab
        for name, pane in self.by_tab.items():
            pane.layout.display = "" if name == tab else "none"

    def refresh(self, model: Any, selected: str, *, settle: bool) -> None:
        """Bring charts and the open pane up to date; with ``settle`` at once, else when it is due."""
        with self._rows.due(always=settle) as due:
            if due:
                self.feed.send(model)
        if self.tab == "Mind":
            with self._minds.due(always=settle) as due:
                if due:
                    self.look(model, selected)
        elif self.tab == "Conversation":
            with self._talks.due(always=settle) as due:
                if due:
                    self.conversation.value = self._talk(model)

    def look(self, model: Any, selected: str) -> None:
        """Read the mind of the agent of that name."""
        known = selected in model.by_name
        count = len(model.by_name) + sum(map(len, model.populations.values()))
        self.mind.value = mind(model, selected, self.app.unit(model)) if known else nobody(count)

    def _talk(self, model: Any) -> str:
        if model.log is None:
            return quiet("No event log is kept in this run. Show the model with log=True to see it.")
        return f'<div class="mk-scroll">{sequence_diagram(model.log, clock=self.app.unit(model))}</div>'


def _about(app: App) -> str:
    text = app.about or (app.model.__doc__ or "").strip().split("\n\n")[0]
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
