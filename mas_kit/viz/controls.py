"""Sliders, boxes and menus from the declaration of a model's parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

import ipywidgets as w

from mas_kit.core.parameters import ParameterInfo, Parameters

MOST_STEPS = 2_000  # of a slider; a wider range is typed
FEW = 12  # controls that stand open; of more, the groups but the first are folded
Range = tuple[float, float]


def control(info: ParameterInfo, value: Any, within: Range | None = None) -> w.Widget:  # noqa: PLR0911
    """One widget for one parameter; its ``value`` is the parameter's.

    ``within``: a narrower range for the slider than what is allowed; it grows to hold ``value``.
    """
    common = {"description": _label(info), "tooltip": info.help, "value": value}
    if info.kind == "bool":
        return w.Checkbox(indent=False, **common)
    if info.kind == "choice":
        return w.Dropdown(options=[(str(choice), choice) for choice in info.choices], **common)
    if info.kind == "text":
        return w.Text(continuous_update=False, **{**common, "value": str(value)})
    whole = info.kind == "int"
    low, high = info.low, info.high
    if within is not None:  # never wider than what is allowed
        low, high = (
            max(within[0], -inf if low is None else low),
            min(within[1], inf if high is None else high),
        )
    if low is None or high is None:
        return (w.IntText if whole else w.FloatText)(**common)
    kind = int if whole else float
    low, high, step = kind(min(low, value)), kind(max(high, value)), kind(info.step or (1 if whole else 0.01))
    common |= {"min": low, "max": high, "step": step}
    if (high - low) / step > MOST_STEPS:
        return (w.BoundedIntText if whole else w.BoundedFloatText)(**common)
    if whole:
        return w.IntSlider(continuous_update=False, **common)
    return w.FloatSlider(continuous_update=False, readout_format=_format(step), **common)


def _label(info: ParameterInfo) -> str:
    name = info.name.replace("_", " ")
    return f"{name} ({info.unit})" if info.unit not in ("", name) else name


def _format(step: float) -> str:
    """As many decimals as the step has."""
    text = f"{step:.6f}".rstrip("0")
    return f".{max(len(text.split('.')[1]), 1)}f"


class Panel:
    """All controls of a model, in the groups of their declaration.

    ``by_name``: the widgets; ``changed(name)`` is called after each change that a person or a program made.
    """

    def __init__(
        self,
        parameters: Parameters,
        changed: Callable[[str], None],
        *,
        hidden: Iterable[str] = (),
        ranges: Mapping[str, Range] | None = None,
    ) -> None:
        self._quiet = False
        self.by_name: dict[str, w.Widget] = {}
        groups: dict[str, list[w.Widget]] = {}
        for info in parameters.describe():
            if info.name in set(hidden):
                continue
            widget = control(info, getattr(parameters, info.name), (ranges or {}).get(info.name))
            widget.add_class("mk-control")
            self.by_name[info.name] = widget
            widget.observe(self._observer(info.name, changed), "value")
            groups.setdefault(info.group, []).append(widget)
        boxes = [self._group(name, widgets, at) for at, (name, widgets) in enumerate(groups.items())]
        self.widget = w.VBox(boxes)
        self.widget.add_class("mk-panel")

    def _group(self, name: str, widgets: list[w.Widget], at: int) -> w.Widget:
        if not name:
            return w.VBox(widgets)
        fold = w.Accordion([w.VBox(widgets)], titles=(name[0].upper() + name[1:],))
        fold.selected_index = 0 if at < 2 or len(self.by_name) <= FEW else None
        fold.add_class("mk-fold")
        return fold

    def _observer(self, name: str, changed: Callable[[str], None]) -> Callable[[Any], None]:
        def observe(_change: Any) -> None:
            if not self._quiet:
                changed(name)

        return observe

    def values(self) -> dict[str, Any]:
        """What the controls say now."""
        return {name: widget.value for name, widget in self.by_name.items()}

    def show(self, parameters: Parameters) -> None:
        """Set the controls to these parameters, without calling ``changed``."""
        self._quiet = True
        try:
            for name, widget in self.by_name.items():
                value = getattr(parameters, name)
                if hasattr(widget, "max"):  # a slider over less than what is allowed grows to hold it
                    widget.max, widget.min = max(widget.max, value), min(widget.min, value)
                widget.value = value
        finally:
            self._quiet = False
