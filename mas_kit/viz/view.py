"""The view of a model: one tree of widgets, the same in a notebook cell and on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets as w

from mas_kit.core.errors import ParameterError
from mas_kit.viz.breaker import Breaker, left_half
from mas_kit.viz.controls import Panel
from mas_kit.viz.declare import App
from mas_kit.viz.default import default_picture
from mas_kit.viz.encode import Encoder
from mas_kit.viz.notices import BAD, Notices
from mas_kit.viz.panes import Panes
from mas_kit.viz.person import Seat
from mas_kit.viz.records import number
from mas_kit.viz.session import Session, call_if, read_seed
from mas_kit.viz.stage import Stage
from mas_kit.viz.still import picture_svg
from mas_kit.viz.transport import TABS, Transport


class ModelView(w.VBox):  # type: ignore[misc]
    """A model to look at and play with.

    In a browser the page drives the clock; from Python ``step``, ``reset``, ``play`` and ``inspect`` do the
    same without one. What goes wrong while a widget reacts is shown in the view, written to stderr with its
    traceback, and kept in ``errors``.

    Args:
        app: what to draw.
        session: the model behind it.
    """

    def __init__(self, app: App, session: Session) -> None:
        self.app, self.session = app, session
        self.notices = Notices(self._halt)
        self._encoder = Encoder()
        self._serial = 0
        self.stage = Stage(speed=app.speed)
        self.stage.on_msg(self._on_message)
        self.transport = Transport(app.speed, session.seed, app.unit(session.model))
        self.panel = Panel(session.parameters, self._on_parameter, hidden=app.fixed or (), ranges=app.ranges)
        self.controls = self.panel.by_name
        self.breaker = Breaker(session.model, self._halves, app.lie, self.notices.guarded)
        self.seat = Seat(app.ask, self._on_answer)
        self.panes = Panes(app, session.model)
        head = w.HTML(f'<h2 class="mk-title">{escape(app.heading)}</h2>')
        main = w.VBox(
            [
                self.stage,
                self.transport.widget,
                self.seat.widget,
                self.transport.tabs,
                *self.panes.by_tab.values(),
            ]
        )
        main.add_class("mk-main")
        title = [w.HTML("<h4>Parameters</h4>")] if self.controls else []
        side = w.VBox([self.breaker.widget, *title, self.panel.widget])
        side.add_class("mk-side")
        body = w.HBox([side, main])
        body.add_class("mk-body")
        super().__init__([head, self.notices.widget, body])
        self.add_class("mas-kit")
        self._wire()
        self._open(TABS[0])
        if app.inspect in self.model.by_name:  # a page of several worlds names somebody of the first
            self.inspect(app.inspect, open_tab=False)
        self._push(reset=True)

    def _wire(self) -> None:
        bar, guarded = self.transport, self.notices.guarded
        bar.play.on_click(guarded(lambda _: self.pause() if self.playing else self.play()))
        bar.step.on_click(guarded(lambda _: self.step()))
        bar.reset.on_click(guarded(lambda _: self.reset()))
        bar.dice.on_click(guarded(lambda _: self._new_seed()))
        bar.seed.observe(guarded(lambda _: self._on_seed()), "value")
        bar.speed.observe(guarded(lambda change: setattr(self.stage, "speed", change["new"])), "value")
        bar.tabs.observe(guarded(lambda change: self._open(change["new"])), "value")
        self.stage.observe(lambda change: bar.playing(change["new"]), "playing")

    # ---- what a notebook calls

    @property
    def model(self) -> Any:
        """The model of the present run."""
        return self.session.model

    @property
    def unit(self) -> str:
        """What a tick of the present run is called."""
        return self.app.unit(self.model)

    @property
    def errors(self) -> list[Exception]:
        """What went wrong so far while a widget reacted."""
        return self.notices.errors

    @property
    def playing(self) -> bool:
        """Is the page asking for ticks?"""
        return bool(self.stage.playing)

    def step(self, ticks: int = 1) -> ModelView:
        """Run so many ticks now, fewer when the run ends or a person is asked. Returns the view."""
        if ticks < 0:
            raise ParameterError(f"ticks = {ticks}: allowed are whole numbers from 0")
        for _ in range(ticks):
            if not self.session.tick():
                break
        self._push(settle=True)
        return self

    def play(self) -> None:
        """Let the page run the model. Without a page open, time stands still: call ``step``."""
        if self.model.finished and not self.session.waiting:
            self.notices.say("The run is over. Press reset to start again.")
            return
        self.notices.say("")
        self.stage.playing = True

    def pause(self) -> None:
        """Stop the clock where it is."""
        self.stage.playing = False
        self._push(settle=True)

    def reset(self, **parameters: Any) -> None:
        """A new run with what the controls say, and with these ``parameters`` set first."""
        wanted = self.session.parameters.replace(**self.panel.values(), **(self.app.fixed or {}))
        if parameters:
            wanted = wanted.replace(**parameters)
        self.session.reset(wanted, read_seed(self.transport.seed.value))
        self.stage.playing = False
        self.panel.show(wanted)
        self.transport.show_seed(self.session.seed)
        self.transport.measure(self.unit)
        self.transport.pending(())
        self.notices.say("")
        if self.stage.selected and self.stage.selected not in self.model.by_name:
            self.stage.selected = ""
        self.breaker.select(self.stage.selected)
        self.breaker.follow(self.model)
        self._push(reset=True)

    def inspect(self, name: str, *, open_tab: bool = True) -> None:
        """Open the mind of the agent of that name. Raises UnknownNameError when there is none."""
        self.model.agent(name)
        self.stage.selected = name
        if open_tab:
            self.transport.tabs.value = "Mind"
        self.breaker.select(name)
        self.panes.look(self.model, name)

    def answer(self, action: Any) -> None:
        """Answer for the person who is asked, and finish the tick. Raises ParameterError when nobody is."""
        self.seat.answer(action)

    def close(self) -> None:
        """Stop the clock and free every widget of the tree."""
        self.stage.playing = False
        for widget in _tree(self):
            if widget is not self:
                widget.close()
        super().close()

    # ---- what the page and the controls call

    def _halt(self) -> None:
        self.stage.playing = False

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        kind = str(content.get("type")) if isinstance(content, dict) else ""
        actions: Mapping[str, Callable[[Any], Any]] = {
            "hello": lambda _: self._hello(),
            "tick": lambda message: self._on_tick(int(message.get("want", 0))),
            "pick": lambda message: self._pick(str(message.get("name", ""))),
            "toggle": lambda _: self.pause() if self.playing else self.play(),
        }
        if kind in actions:
            self.notices.guarded(actions[kind])(content)

    def _pick(self, name: str) -> None:
        if name in self.model.by_name:  # a click on what is no agent asks nothing
            self.inspect(name)

    def _hello(self) -> None:
        self._encoder.forget()
        self._push(still=True)

    def _on_tick(self, want: int) -> None:
        if want <= self._serial or not self.playing:  # another window was quicker: that frame is on its way
            return
        done = self.session.tick()
        if self.model.finished and not self.session.waiting:
            self.stage.playing = False
            self.notices.say(f"The run is over after {number(float(self.model.tick))} {self.unit}s.")
        self._push(settle=not done or not self.playing)

    def _on_parameter(self, name: str) -> None:
        self.notices.guarded(self._change)(name)

    def _change(self, name: str) -> None:
        """At the start and at the end of a run a change counts at once; in between it waits for a reset."""
        if self.session.at_start or (self.model.finished and not self.playing):
            self.reset()
            return
        now = self.session.parameters
        waiting = [key for key, value in self.panel.values().items() if getattr(now, key) != value]
        self.transport.pending(waiting)
        if waiting:
            told = ", ".join(key.replace("_", " ") for key in waiting)
            self.notices.say(
                f"Changed: {told}. It takes effect at the next reset; this run goes on as it was."
            )
        else:
            self.notices.say("")

    def _on_seed(self) -> None:
        text = self.transport.seed.value
        try:
            seed = read_seed(text)
        except ParameterError as error:
            self.notices.errors.append(error)
            self.notices.say(str(error), BAD)
            self.transport.show_seed(self.session.seed)
            return
        if seed == self.session.seed:
            return
        if self.session.at_start:
            self.notices.say("")
            self.reset()
        else:
            self.notices.say("The new seed takes effect at the next reset; this run goes on as it was.")

    def _new_seed(self) -> None:
        self.transport.seed.value = ""
        self.reset()

    def _on_answer(self, agent: Any, action: Any) -> None:
        def go_on(_: Any) -> None:
            agent.policy.answer(action)
            self.session.tick()
            self._push(settle=True)

        self.notices.guarded(go_on)(None)

    def _open(self, tab: str) -> None:
        self.panes.open(tab)
        self._refresh(settle=True)

    # ---- what the page shows

    def _push(self, *, reset: bool = False, settle: bool = False, still: bool = False) -> None:
        """Send the model as it is now. ``settle``: also what is otherwise sent less often."""
        waiting = self.session.waiting
        self.stage.waiting = bool(waiting)
        self.seat.show(waiting, self.model.tick, self.unit)
        if reset:
            self._encoder.restart()
        draw = self.app.picture or default_picture
        self._serial += 1
        frame = self._encoder.encode(
            draw(self.model), serial=self._serial, reset=reset, still=still, facts=self._facts(waiting)
        )
        self.stage.send(frame.content, frame.buffers)
        self._refresh(settle=settle or reset or bool(waiting))

    def _halves(self, model: Any) -> list[str]:
        return left_half(model, (self.app.picture or default_picture)(model))

    def _facts(self, waiting: Sequence[Any]) -> dict[str, Any]:
        tick, horizon = self.model.tick, self.model.horizon
        clock = f"{self.unit} {tick}" + (f" of {horizon}" if horizon is not None else "")
        told = call_if(self.app.facts, self.model, {})
        return {
            "time": tick,
            "clock": clock,
            "waiting": [agent.name for agent in waiting],
            "tiles": list(told.items()),
        }

    def _refresh(self, *, settle: bool) -> None:
        self.panes.refresh(self.model, self.stage.selected, settle=settle)
        self.breaker.show()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget, and beside it a still picture for print and for GitHub."""
        bundle = super()._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data:
            data["image/svg+xml"] = picture_svg(self.model, self.app)
            data["text/plain"] = f"<view of {type(self.model).__name__} at {self.unit} {self.model.tick}>"
        return bundle


def _tree(widget: Any) -> list[Any]:
    found = [widget]
    for child in getattr(widget, "children", ()):
        found += _tree(child)
    return found
