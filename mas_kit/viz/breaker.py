"""Break it: faults that a person causes, and ends, while the model runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import ipywidgets as w
import numpy as np

from mas_kit.core.errors import MasKitError, ParameterError
from mas_kit.core.faults import Byzantine, Crash, Fault, Loss, Partition, Silence

ALL = "all networks"
TITLE = "Break it"


class Breaker:
    """The panel "Break it". Everything it does is a fault on the model's schedule, from the next tick on.

    So what a person did can be read off as data (`faults`), and run again.

    Args:
        model: the model now.
        halves: model -> the names in one half of the picture, for a split of the network.
        lie: fields of `Byzantine` for an agent that lies; None: no button for it.
        guarded: wraps a callback, so that what it raises is shown.
    """

    def __init__(
        self,
        model: Any,
        halves: Callable[[Any], list[str]],
        lie: Mapping[str, Any] | None,
        guarded: Callable[[Callable[[Any], Any]], Callable[[Any], None]],
    ) -> None:
        self.model, self._halves, self._lie = model, halves, lie
        self.selected = ""
        self._quiet = False
        self.who, self.told = w.HTML(), w.HTML()
        self.crash = w.ToggleButton(description="Crash", tooltip="It stops; press again to start it")
        self.silence = w.ToggleButton(
            description="Silence", tooltip="It goes on, and nothing it sends leaves"
        )
        self.lies = w.ToggleButton(description="Lies", tooltip="Its messages are altered on their way out")
        self.network = w.Dropdown(options=[ALL], description="network")
        self.loss = w.FloatSlider(
            min=0,
            max=1,
            step=0.05,
            description="messages lost",
            continuous_update=False,
            readout_format=".2f",
        )
        self.split = w.ToggleButton(
            description="Split left from right", tooltip="No message passes between the halves of the picture"
        )
        self.mend = w.Button(description="Mend all", tooltip="End every fault")
        buttons = [self.crash, self.silence, *([self.lies] if lie is not None else [])]
        self._row = w.HBox(buttons)
        self._row.add_class("mk-break")
        self._nets = w.VBox([self.network, self.loss, self.split])
        for widget in (self.network, self.loss):
            widget.add_class("mk-control")
        inside = w.VBox([self.who, self._row, self._nets, self.told, self.mend])
        inside.add_class("mk-panel")
        self.widget = w.Accordion([inside], titles=(TITLE,))
        self.widget.selected_index = None
        self.widget.add_class("mk-fold")
        self._wire(guarded)
        self.follow(model)

    def _wire(self, guarded: Callable[[Callable[[Any], Any]], Callable[[Any], None]]) -> None:
        def heard(action: Callable[[Any], Any]) -> Callable[[Any], None]:
            def act(value: Any) -> None:
                try:
                    action(value)
                finally:  # a button that could not do what it says does not stay pressed
                    self.show()

            run = guarded(act)
            return lambda change: None if self._quiet else run(change["new"])

        self.crash.observe(heard(lambda on: self._switch(on, Crash(agent=self._agent(), at=1))), "value")
        self.silence.observe(heard(lambda on: self._switch(on, Silence(agent=self._agent(), at=1))), "value")
        self.lies.observe(
            heard(lambda on: self._switch(on, Byzantine(agent=self._agent(), at=1, **(self._lie or {})))),
            "value",
        )
        self.loss.observe(heard(self.lose), "value")
        self.split.observe(heard(lambda on: self.part() if on else self._end(Partition)), "value")
        self.network.observe(heard(lambda _: None), "value")
        self.mend.on_click(guarded(lambda _: self.mend_all()))

    # ---- what a notebook calls

    @property
    def faults(self) -> list[Fault]:
        """All that has gone wrong in this run, or will, as data: give it as `faults=` to run it again."""
        return list(self.model.injector.faults)

    @property
    def in_force(self) -> list[Fault]:
        """What is wrong from the next tick on."""
        now = self.model.tick + 1
        return [f for f in self.faults if f.at <= now and (f.until is None or f.until > now)]

    def cause(self, fault: Fault | Mapping[str, Any]) -> Fault:
        """One more fault, from the next tick on at the earliest. Raises ParameterError, UnknownNameError."""
        new: Fault = self.model.injector.add(fault)
        self.show()
        return new

    def lose(self, probability: float) -> None:
        """Let so many messages be lost on the chosen network, in place of what was set before."""
        self._end(Loss)
        for name in self._chosen() if probability else ():
            self.model.injector.add(Loss(network=name, probability=probability, at=1))
        self.show()

    def part(self, *groups: list[str]) -> None:
        """Split the chosen network into these groups; without any, the picture's left half from its right."""
        self._end(Partition)
        wanted = groups or (self._halves(self.model),)
        if not all(wanted) or not any(set(self.model.by_name) - set(group) for group in wanted):
            raise ParameterError("all agents are on one side: there is nothing to split")
        for name in self._chosen():
            self.model.injector.add(Partition(network=name, groups=wanted, at=1))
        self.show()

    def mend_all(self) -> None:
        """End every fault, those to come as well."""
        now = self.model.tick + 1
        for fault in self.faults:
            if fault.until is None or fault.until > now:
                self.model.injector.end(fault)
        self.show()

    # ---- what the view calls

    def follow(self, model: Any) -> None:
        """Another run has begun."""
        self.model = model
        names = list(model.networks)
        self._quiet = True
        self.network.options = [ALL, *names] if len(names) != 1 else names
        self._quiet = False
        self.network.layout.display = "" if len(names) > 1 else "none"
        self._nets.layout.display = "" if names else "none"
        self.split.disabled = not names  # what is out of sight is not to be pressed by a program either
        self.show()

    def select(self, name: str) -> None:
        """Another agent is the chosen one ("": none)."""
        if name != self.selected:
            self.selected = name
            self.show()

    def show(self) -> None:
        """Bring the buttons to what the schedule says."""
        known = self.selected in self.model.by_name
        agent = f"<b>{escape(self.selected)}</b>" if known else "Click an agent in the picture to break it."
        self.who.value = f'<p class="mk-quiet">{agent}</p>'
        self._quiet = True
        try:
            for kind, button in ((Crash, self.crash), (Silence, self.silence), (Byzantine, self.lies)):
                button.disabled = not known
                button.value = known and bool(self._of(kind))
            lost = [f.probability for f in self.in_force if isinstance(f, Loss) and self._general(f)]
            self.loss.value = max(lost, default=0.0)
            self.split.value = any(isinstance(f, Partition) and self._general(f) for f in self.in_force)
        finally:
            self._quiet = False
        self.mend.disabled = not self.in_force
        rows = "".join(f"<li>{escape(_words(fault))}</li>" for fault in self.in_force)
        text = f'<ul class="mk-faults">{rows}</ul>' if rows else '<p class="mk-quiet">Nothing is broken.</p>'
        if self.told.value != text:
            self.told.value = text

    # ---- its own

    def _agent(self) -> str:
        if self.selected not in self.model.by_name:
            raise MasKitError("no agent is chosen: click one in the picture first")
        return self.selected

    def _chosen(self) -> list[str]:
        return list(self.model.networks) if self.network.value == ALL else [self.network.value]

    def _of(self, kind: type[Fault]) -> list[Fault]:
        return [f for f in self.in_force if isinstance(f, kind) and f.agent == self.selected]  # type: ignore[attr-defined]

    def _general(self, fault: Loss | Partition) -> bool:
        """Is it on the chosen network, and not of one sender or receiver only?"""
        single = fault.network or next(iter(self.model.networks))
        links = (getattr(fault, "sender", None), getattr(fault, "receiver", None))
        return single in self._chosen() and links == (None, None)

    def _switch(self, on: bool, fault: Fault) -> None:
        if on:
            self.model.injector.add(fault)
        else:
            for one in self._of(type(fault)):
                self.model.injector.end(one)

    def _end(self, kind: type[Loss | Partition]) -> None:
        for fault in self.in_force:
            if isinstance(fault, kind) and self._general(fault):
                self.model.injector.end(fault)


def left_half(model: Any, picture: Any) -> list[str]:
    """The agents in the left half of a picture (the lower half, where all stand above each other)."""
    rows = [i for i, name in enumerate(picture.name) if name in model.by_name]
    places = picture.positions()[rows]
    if not len(places):
        return []
    axis = 0 if np.ptp(places[:, 0]) > 0 else 1
    middle = (places[:, axis].min() + places[:, axis].max()) / 2
    found: dict[str, bool] = {}  # what else is drawn under an agent's name comes after the agent
    for row, place in zip(rows, places[:, axis], strict=True):
        found.setdefault(picture.name[row], bool(place < middle))
    return [name for name, left in found.items() if left]


def _words(fault: Fault) -> str:
    """What is wrong, in a line."""
    since = f" since tick {fault.at}"
    until = "" if fault.until is None else f" until {fault.until}"
    match fault:
        case Crash():
            what = f"{fault.agent} is down"
        case Silence():
            what = f"{fault.agent} is silent"
        case Byzantine():
            what = f"{fault.agent} lies"
        case Loss():
            links = "".join(
                f" {word} {who}" for word, who in (("from", fault.sender), ("to", fault.receiver)) if who
            )
            what = f"{fault.probability:.0%} of messages{links} are lost"
        case Partition():
            what = "the network is split"
        case _:
            what = fault.kind
    where = getattr(fault, "network", None)
    return what + (f" ({where})" if where else "") + since + until
