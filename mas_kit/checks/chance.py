"""Where chance comes from: watch the global generators, find who draws, and hand out rigged streams."""

from __future__ import annotations

import datetime
import random
import secrets
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

from mas_kit.checks.snapshot import legacy_state

_PYTHON: Any = random._inst  # what random.random() and its kin draw from
_NUMPY: Any = np.random.mtrand._rand  # and numpy.random.rand()
_MAKERS = {
    np.random.default_rng: "numpy.random.default_rng",
    np.random.RandomState: "numpy.random.RandomState",
    random.Random: "random.Random",
    random.SystemRandom: "random.SystemRandom",
    secrets.randbelow: "secrets.randbelow",
    uuid.uuid4: "uuid.uuid4",
}
_CLOCKS = {
    getattr(time, name): f"time.{name}"
    for base in ("time", "perf_counter", "monotonic", "process_time", "thread_time")
    for name in (base, f"{base}_ns")
    if hasattr(time, name)
} | {time.localtime: "time.localtime", time.gmtime: "time.gmtime", time.strftime: "time.strftime"}
_CLOCK_NAMES = {clock.__name__ for clock in _CLOCKS}
_LIBRARY = str(Path(np.__file__).parents[1])
_STANDARD = str(Path(random.__file__).parent)
_KIT = str(Path(__file__).parents[1])


def _state() -> tuple[Any, str]:
    return random.getstate(), legacy_state(_NUMPY)


class Watch:
    """What happened to the global generators while it watched."""

    used: tuple[str, ...] = ()


@contextmanager
def global_state(seed: int) -> Iterator[Watch]:
    """Put the global generators into a known state, see who moves them, and put them back afterwards."""
    python, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002
    random.seed(f"mas_kit check {seed}")
    np.random.seed(seed)  # noqa: NPY002
    before, watch = _state(), Watch()
    try:
        yield watch
    finally:
        after = _state()
        modules = ("random", "numpy.random")
        watch.used = tuple(m for m, old, new in zip(modules, before, after, strict=True) if old != new)
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002


class Sightings:
    """Who drew from a global generator, made a generator of their own, or asked a clock: 'file.py:12'."""

    def __init__(self) -> None:
        self.drew: list[str] = []
        self.made: list[str] = []
        self.asked: list[str] = []


@contextmanager
def lookout() -> Iterator[Sightings]:
    """Note every line that draws from a global generator, makes a generator of its own, or asks a clock.

    Slow, hence for a short run. Where all of Python's monitoring slots are taken (a debugger, a profiler)
    it sees nothing.
    """
    found = Sightings()
    watching = sys.monitoring
    slot = next((i for i in (3, 4, 2, 1) if watching.get_tool(i) is None), None)
    if slot is None:
        yield found
        return

    def on_call(code: CodeType, _at: int, called: Callable[..., Any], _first: object) -> Any:
        owner = getattr(called, "__self__", None)
        if owner is _PYTHON or owner is _NUMPY:
            _note(found.drew, f"{getattr(called, '__name__', called)}() in ")
        else:
            try:
                name = _MAKERS.get(called)
            except TypeError:  # not hashable
                name = None
            if name is not None and not code.co_filename.startswith(_STANDARD):
                _note(found.made, f"{name}() in ")
            clock = _clock(called, code.co_filename)
            if clock:
                _note(found.asked, f"{clock}() in ")
        return None

    watching.use_tool_id(slot, "mas_kit checks")
    watching.register_callback(slot, watching.events.CALL, on_call)
    watching.set_events(slot, watching.events.CALL)
    try:
        yield found
    finally:
        watching.set_events(slot, 0)
        watching.register_callback(slot, watching.events.CALL, None)
        watching.free_tool_id(slot)


def _clock(called: Callable[..., Any], by: str) -> str:
    """The clock that is asked, if it is one, and by code that is neither a library's nor the kit's."""
    name = getattr(called, "__name__", "")
    if isinstance(getattr(called, "__self__", None), type):
        dated = issubclass(called.__self__, datetime.date) and name in {"now", "utcnow", "today"}  # type: ignore[attr-defined]
        clock = f"{called.__self__.__name__}.{name}" if dated else ""  # type: ignore[attr-defined]
    else:
        clock = _CLOCKS.get(called, "") if name in _CLOCK_NAMES else ""
    return "" if by.startswith((_LIBRARY, _STANDARD, _KIT)) else clock


def _note(where: list[str], what: str) -> None:
    """Remember the nearest line outside of the libraries."""
    frame: FrameType | None = sys._getframe(2)
    here = frame
    while here is not None and here.f_code.co_filename.startswith((_LIBRARY, _STANDARD, _KIT + "/core")):
        here = here.f_back
    here = here or frame
    assert here is not None
    if here.f_code.co_filename.startswith(_KIT + "/checks"):
        return
    line = f"{what}{here.f_code.co_name}, {Path(here.f_code.co_filename).name}:{here.f_lineno}"
    if line not in where and len(where) < 5:
        where.append(line)


_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645  # of PCG64 (O'Neill 2014), as in numpy
_WORD = (1 << 64) - 1


def rigged(start: int, *, high: bool) -> np.random.Generator:
    """A stream whose first 64 bits are all zero (or all one), and which goes on like any other.

    An agent that explores one time in a thousand does so with it: its first random() is 0 (or just below 1).
    PCG64 gives out the two halves of its state, exclusive-or'ed, so a state with two equal halves gives 0.
    """
    generator = np.random.PCG64(start)
    state: Any = generator.state
    half = (start * 0x9E3779B97F4A7C15 + 1) & _WORD
    wanted = half << 64 | (half ^ _WORD if high else half)
    undone = (wanted - state["state"]["inc"]) * pow(_MULTIPLIER, -1, 1 << 128)
    state["state"]["state"] = undone & ((1 << 128) - 1)
    generator.state = state
    return np.random.Generator(generator)
