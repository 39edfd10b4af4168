"""A person in a role: what the agent sees, a question, and a way to answer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as w

from mas_kit.core.errors import ParameterError
from mas_kit.viz.declare import Ask
from mas_kit.viz.records import brief, fields


class Seat:
    """The panel of the agent whose turn it is; ``answered(agent, action)`` is called with each answer."""

    def __init__(self, ask: Ask, answered: Callable[[Any, Any], None]) -> None:
        self.ask = ask
        self._answered = answered
        self.agent: Any = None
        self._asked: tuple[Any, int] | None = None
        self.percept = w.HTML()
        whole = ask.step == int(ask.step) and ask.low == int(ask.low)
        number = w.BoundedIntText if whole else w.BoundedFloatText
        kind = int if whole else float
        self.number = number(
            value=kind(ask.low),
            min=kind(ask.low),
            max=kind(ask.high),
            step=kind(ask.step),
            description=ask.label,
        )
        self.button = w.Button(
            description="Send", button_style="primary", tooltip="Answer, and let time go on"
        )
        self.button.on_click(lambda _: self.submit())
        self.unit = w.HTML(f"<span>{escape(ask.unit)}</span>")
        self.row = w.HBox([self.number, self.unit, self.button])
        self.row.add_class("mk-answer")
        self.widget = w.VBox([self.percept, self.row], layout=w.Layout(display="none"))
        self.widget.add_class("mk-seat")

    def show(self, waiting: list[Any], tick: int, unit: str) -> None:
        """Ask the first of those who are waited for; with none, disappear."""
        if not waiting:
            self.agent = self._asked = None
            self.widget.layout.display = "none"
            return
        agent = waiting[0]
        if self._asked == (agent, tick):
            return  # already on the screen; what the person has typed stays
        self.agent, self._asked = agent, (agent, tick)
        then = f" · then {', '.join(other.name for other in waiting[1:])}" if len(waiting) > 1 else ""
        tag = f'<span class="mk-tag">{escape(f"{unit} {tick}{then}")}</span>'
        seen = fields(agent.percept) if self.ask.see is None else self.ask.see(agent).items()
        tiles = "".join(
            f"<div><b>{escape(brief(value, 60))}</b><span>{escape(label.replace('_', ' '))}</span></div>"
            for label, value in seen
            if value is not None
        )
        self.percept.value = (
            f'<h3>You are the {escape(agent.name)} {tag}</h3><div class="mk-see">{tiles}</div>'
        )
        if self.ask.choices is not None:
            self.row.children = [self._choice(label, action) for label, action in self.ask.choices(agent)]
        elif self.ask.start is not None:
            self.number.value = min(max(self.ask.start(agent), self.number.min), self.number.max)
        self.widget.layout.display = ""

    def _choice(self, label: str, action: Any) -> w.Button:
        button = w.Button(description=label)
        button.on_click(lambda _: self.answer(action))
        return button

    def submit(self) -> None:
        """Answer with the number in the box."""
        if self.agent is None:
            return
        value = self.number.value
        self.answer(value if self.ask.action is None else self.ask.action(self.agent, value))

    def answer(self, action: Any) -> None:
        """Answer for the agent that is asked. Raises ParameterError when nobody is."""
        if self.agent is None:
            raise ParameterError("nobody is waiting for an answer now: answer when the view asks")
        self._answered(self.agent, action)
