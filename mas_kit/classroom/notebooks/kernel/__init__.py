"""The part of the notebook check that runs inside the notebook's kernel.

It is loaded there by its path and never imports mas_kit, so that a notebook which forgot an import still
fails. It uses the standard library; ipywidgets only when the notebook has loaded it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

from .moves import label, moves
from .recorder import Fault, Recorder
from .traces import summary

MIME = "application/vnd.mas-kit.check+json"
SETTLE = 0.3  # seconds that a pressed button may take to show what it started (a play loop, a task)
_NOWHERE = {"widget": "", "name": "", "move": ""}
_recorder: Recorder | None = None


def install(shell: Any, *, offline: bool = True) -> None:
    """Begin to listen; called before the first cell."""
    global _recorder  # noqa: PLW0603  (one kernel, one recorder)
    _recorder = Recorder(shell, offline=offline)
    _recorder.listen()


async def drive() -> None:
    """Move every widget that is alive; called after the last cell. Publishes what happens as it happens."""
    recorder = _recorder
    assert recorder is not None, "install() comes first"
    await asyncio.sleep(0)  # let what the last cell started come to its first error
    for fault in recorder.take():
        _publish(recorder, "fault", _NOWHERE, fault)
    if "ipywidgets" not in sys.modules:
        return
    from ipywidgets.widgets.widget import _instances

    known_errors: dict[int, int] = {}
    _views(recorder, _instances, known_errors)
    seen: set[str] = set()
    names: set[str] = set()
    with recorder.watching():
        for late in (False, True):  # then those that were born while the first ones moved, each kind once
            for key in [key for key in _instances if key not in seen]:
                seen.add(key)
                widget = _instances.get(key)  # widgets come and go while others are moved
                if widget is not None and not (late and label(widget) in names):
                    names.add(label(widget))
                    await _move(recorder, _instances, key, widget, known_errors)
        await asyncio.sleep(SETTLE)
    for fault in recorder.take():
        _publish(recorder, "fault", _NOWHERE, fault)


async def _move(recorder: Recorder, instances: Any, key: str, widget: Any, errors: dict[int, int]) -> None:
    for move in moves(widget):
        if instances.get(key) is not widget or getattr(widget, "disabled", False):
            return
        before, name = set(instances), label(widget)
        where = {"widget": key, "name": name, "move": move.text}
        _publish(recorder, "move", where)
        await _do(widget, move)
        for fault in recorder.take():
            _publish(recorder, "fault", where, fault)
        _views(recorder, instances, errors, where)
        for born in set(instances) - before:
            _publish(recorder, "born", {"widget": key, "name": born, "move": ""})


async def _do(widget: Any, move: Any) -> None:
    data: dict[str, Any]
    if move.custom is not None:
        data = {"method": "custom", "content": move.custom}
    else:
        data = {"method": "update", "state": dict(move.state), "buffer_paths": []}
    widget._handle_msg({"content": {"data": data}, "buffers": []})
    deadline = time.monotonic() + (SETTLE if move.custom is not None else 0.0)
    for _ in range(3):  # callbacks that were put on the loop
        await asyncio.sleep(0)
    while time.monotonic() < deadline:
        await asyncio.sleep(0.02)


def _views(
    recorder: Recorder, instances: Any, known: dict[int, int], moved: dict[str, str] | None = None
) -> None:
    """Errors that a view caught and keeps in a list of its own (`errors`)."""
    for key, widget in list(instances.items()):
        errors = getattr(widget, "errors", None)
        if isinstance(errors, list | tuple) and len(errors) > known.get(id(widget), 0):
            for error in errors[known.get(id(widget), 0) :]:
                text = str(error).strip() or repr(error)
                fault = Fault(0, f"{label(widget)}.errors", summary(text), text)
                _publish(
                    recorder, "fault", moved or {"widget": key, "name": label(widget), "move": ""}, fault
                )
            known[id(widget)] = len(errors)


def _publish(recorder: Recorder, kind: str, where: dict[str, str], fault: Fault | None = None) -> None:
    row: dict[str, Any] = {"kind": kind, **where}
    if fault is not None:
        row |= fault._asdict()
    recorder.shell.display_pub.publish(data={MIME: row})
