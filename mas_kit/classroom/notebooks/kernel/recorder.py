"""Everything in a kernel that can go wrong without the cell failing, written down where it happens."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from .traces import complete, summary, traceback_in

_HOME = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "", "::", None)


class Fault(NamedTuple):
    """One error: in which of the executed cells (from 1), where it was seen, its last line, its traceback."""

    cell: int
    seen: str
    error: str
    trace: str


class Recorder:
    """Listens from the first cell on to threads, logs and sockets; while widgets are moved, to all the rest.

    It changes nothing that a notebook can see, but for the network: reaching out raises an `OSError`.
    """

    def __init__(self, shell: Any, *, offline: bool = True) -> None:
        self.shell, self.offline = shell, offline
        self.count = 0  # cells begun; the shell's own counter moves at a time that depends on its version
        self.faults: list[Fault] = []
        self._known: set[str] = set()
        self._home = {*_HOME, socket.gethostname()}

    def note(self, seen: str, trace: str) -> None:
        """Write an error down, once: the same one often shows in several places."""
        error = summary(trace)
        if error not in self._known:
            self._known.add(error)
            self.faults.append(Fault(self.count, seen, error, trace))

    def note_error(self, seen: str, error: BaseException) -> None:
        """Write an exception down."""
        self.note(seen, "".join(traceback.format_exception(error)).strip())

    def take(self) -> list[Fault]:
        """What was noted since the last call."""
        found, self.faults = self.faults, []
        self._known.clear()
        return found

    def listen(self) -> None:
        """Hear threads that die, errors that are only logged, and reaches for the network."""
        self.shell.events.register("pre_run_cell", self._begin)
        threading.excepthook = _after(threading.excepthook, self._thread)
        sys.unraisablehook = _after(sys.unraisablehook, self._unraisable)
        # Not a handler on the root logger: basicConfig does nothing once there is one.
        logging.Logger.callHandlers = _after(  # type: ignore[method-assign]
            logging.Logger.callHandlers, lambda _logger, record: self._logged(record)
        )
        if self.offline:
            sys.addaudithook(self._audit)

    def _begin(self, info: Any) -> None:
        self.count += bool(info.store_history)
        self._known.clear()

    def _thread(self, args: Any) -> None:
        if args.exc_value is not None:
            self.note_error(f"thread {getattr(args.thread, 'name', '?')}", args.exc_value)

    def _unraisable(self, args: Any) -> None:
        if args.exc_value is not None:
            self.note_error(f"{args.object!r:.60}", args.exc_value)

    def _logged(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR and record.exc_info and record.exc_info[1] is not None:
            self.note_error(f"log {record.name}", record.exc_info[1])

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            host = args[0]
        elif event == "socket.connect" and isinstance(args[1], tuple):
            host = args[1][0]
        else:
            return
        host = host.decode() if isinstance(host, bytes) else host
        if host not in self._home and not str(host).startswith("127."):
            error = OSError(f"this notebook reaches for the network ({host}); a notebook must run offline")
            self.note_error("network", error)
            raise error

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While widgets are moved: what the shell shows, what is printed, what goes to the browser."""
        shell, shown = self.shell, self.shell.showtraceback

        def showtraceback(exc_tuple: Any = None, *args: Any, **kwargs: Any) -> Any:
            error = (exc_tuple or sys.exc_info())[1]
            if error is not None:
                self.note_error("", error)
            return shown(exc_tuple, *args, **kwargs)

        shell.showtraceback = showtraceback
        undo = [self._tap(stream, name) for stream, name in ((sys.stdout, "stdout"), (sys.stderr, "stderr"))]
        undo += self._tap_widgets()
        try:
            yield
        finally:
            del shell.showtraceback
            for restore in undo:
                restore()

    def _tap(self, stream: Any, name: str) -> Callable[[], None]:
        write, seen = stream.write, [""]

        def tapped(text: str) -> Any:
            seen[0] = (seen[0] + text)[-20_000:]
            found = traceback_in(seen[0])
            if found and complete(found):
                self.note(name, found)
                seen[0] = ""
            return write(text)

        stream.write = tapped
        return lambda: delattr(stream, "write")

    def _tap_widgets(self) -> list[Callable[[], None]]:
        from ipywidgets import Widget  # only called when the notebook has widgets

        send, open_ = Widget._send, Widget.open

        def look(widget: Any, state: Any) -> None:
            found = traceback_in(state)
            if found:
                self.note(type(widget).__name__, found)

        def tapped(widget: Any, msg: Any, buffers: Any = None) -> None:
            look(widget, msg.get("state") if isinstance(msg, dict) else msg)
            send(widget, msg, buffers=buffers)

        def opened(widget: Any) -> None:
            fresh = widget.comm is None
            open_(widget)
            if fresh:
                look(widget, [getattr(widget, key, None) for key in ("value", "children", "outputs")])

        Widget._send, Widget.open = tapped, opened
        return [lambda: setattr(Widget, "_send", send), lambda: setattr(Widget, "open", open_)]


def _after(hook: Any, note: Callable[..., None]) -> Any:
    def both(*args: Any) -> Any:
        try:
            return hook(*args)
        finally:
            note(*args)

    return both
