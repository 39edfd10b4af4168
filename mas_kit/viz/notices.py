"""What a view tells its visitor: the line above the picture, and what became of errors."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as w

from mas_kit.core.errors import MasKitError, ParameterError

BAD, NOTE = "bad", "note"
LINES = 6


class Notices:
    """Notes and errors. An error is shown, written to stderr with its traceback, and kept in ``errors``.

    Args:
        halt: called when something went wrong, before it is told.
    """

    def __init__(self, halt: Callable[[], None]) -> None:
        self.widget = w.HTML()
        self.errors: list[Exception] = []
        self._halt = halt

    def say(self, text: str, kind: str = NOTE) -> None:
        """Show a text, or nothing."""
        role = "alert" if kind == BAD else "status"
        lines = "<br>".join(escape(line, quote=False) for line in text.splitlines()[:LINES])
        self.widget.value = f'<div class="mk-notice mk-{kind}" role="{role}">{lines}</div>' if text else ""

    def guarded(self, action: Callable[[Any], Any]) -> Callable[[Any], None]:
        """A callback whose errors are told, where the widget layer would lose them."""

        def run(event: Any) -> None:
            try:
                action(event)
            except Exception as error:
                self.failed(error)

        return run

    def failed(self, error: Exception) -> None:
        """Stop, and tell what went wrong."""
        self._halt()
        self.errors.append(error)
        if not isinstance(error, ParameterError):  # what a visitor typed is not a fault of the program
            traceback.print_exception(error, file=sys.stderr)
        kind = "" if isinstance(error, MasKitError) else f"{type(error).__name__}: "
        self.say(f"{kind}{error}", BAD)
