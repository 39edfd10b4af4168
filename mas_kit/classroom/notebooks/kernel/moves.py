"""What a reader can do to a widget: each move is the message that a browser would send.

Widgets are recognised by the state that they share with the browser, not by their class, so that this file
needs neither ipywidgets nor ipyvuetify to be installed or imported.
"""

from __future__ import annotations

from typing import Any, NamedTuple

OPTIONS_TRIED = 12  # of a long list the first, the last and those between at even distances


class Move(NamedTuple):
    """One thing done to a widget: a new `state`, or a `custom` message (a click)."""

    text: str
    state: dict[str, Any] | None = None
    custom: dict[str, Any] | None = None


def label(widget: Any) -> str:
    """The widget as a reader would name it: its class and the words on it."""
    for name in ("description", "label", "children", "placeholder", "tooltip", "icon"):
        words = getattr(widget, name, None)
        if isinstance(words, list | tuple):
            words = " ".join(part for part in words if isinstance(part, str))
        if isinstance(words, str) and words.strip():
            return f"{type(widget).__name__} {words.strip()[:60]!r}"
    return type(widget).__name__


def moves(widget: Any) -> list[Move]:
    """Every move of a widget, ending with the one that puts it back; none for what a reader cannot move."""
    if getattr(widget, "disabled", False):
        return []
    own = getattr(widget, "mas_kit_moves", None)
    if callable(own):  # a widget with controls of its own says which messages they send
        return [Move(text, state, custom) for text, state, custom in own()]
    if type(widget).__module__.startswith("ipyvuetify"):
        return _vuetify(widget)
    return _ipywidgets(widget)


def _ipywidgets(widget: Any) -> list[Move]:
    name = str(getattr(widget, "_model_name", ""))
    traits = widget.trait_names(sync=True)
    if name == "ButtonModel":
        return [Move("pressed", custom={"event": "click"})]
    if "index" in traits and "_options_labels" in traits:
        return _options(widget)
    if {"value", "min", "max"} <= set(traits) and "Progress" not in name:
        low, high = widget.min, widget.max
        if name == "FloatLogSliderModel":
            low, high = widget.base**low, widget.base**high
        return _ends("value", widget.value, low, high)
    if "value" in traits and isinstance(widget.value, bool) and name != "ValidModel":
        return _flip("value", widget.value)
    return []


def _options(widget: Any) -> list[Move]:
    """A dropdown, radio buttons, toggle buttons, a selection slider: each option once."""
    labels = list(widget._options_labels)
    some = _spread(len(labels))
    now = widget.index
    if isinstance(now, tuple):  # several at once
        picks: list[Any] = [(0, len(labels) - 1)] if "Range" in widget._model_name else [(k,) for k in some]
        return [Move(f"to {[labels[k] for k in pick]}", {"index": pick}) for pick in picks if labels] + [
            Move("back", {"index": now})
        ]
    return [*(Move(f"to {labels[k]!r}", {"index": k}) for k in some), Move("back", {"index": now})]


def _vuetify(widget: Any) -> list[Move]:
    name = str(widget._model_name)
    if name == "BtnModel":
        events = [event for event in getattr(widget, "_events", []) if event.split(".")[0] == "click"]
        return [Move("pressed", custom={"event": event, "data": {}}) for event in events]
    if name in ("SliderModel", "RangeSliderModel"):
        low, high = (_number(widget.min, 0), _number(widget.max, 100))
        return _ends("v_model", widget.v_model, low, high)
    if name in ("SwitchModel", "CheckboxModel") and isinstance(widget.v_model, bool):
        return _flip("v_model", widget.v_model)
    if name == "SelectModel" and widget.items:
        values = [item.get("value") if isinstance(item, dict) else item for item in widget.items]
    elif name == "BtnToggleModel":
        values = [getattr(child, "value", None) for child in widget.children]
    else:
        return []
    wrap = (lambda value: [value]) if isinstance(widget.v_model, list) else (lambda value: value)
    picks = [Move(f"to {values[k]!r}", {"v_model": wrap(values[k])}) for k in _spread(len(values))]
    return [*picks, Move("back", {"v_model": widget.v_model})]


def _ends(trait: str, now: Any, low: Any, high: Any) -> list[Move]:
    if isinstance(now, list | tuple):  # a range: both handles left, both right, wide open
        both = type(now)
        spots = [both((low, low)), both((high, high)), both((low, high))]
    else:
        spots = [low, high]
    return [*(Move(f"to {spot}", {trait: spot}) for spot in spots), Move(f"back to {now}", {trait: now})]


def _flip(trait: str, now: bool) -> list[Move]:
    return [Move(f"to {not now}", {trait: not now}), Move(f"back to {now}", {trait: now})]


def _spread(count: int) -> list[int]:
    if count <= OPTIONS_TRIED:
        return list(range(count))
    return sorted({round(k * (count - 1) / (OPTIONS_TRIED - 1)) for k in range(OPTIONS_TRIED)})


def _number(value: Any, default: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    return int(number) if number.is_integer() else number
