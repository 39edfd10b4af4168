"""Finding a traceback in whatever a notebook showed: text, HTML, terminal colours, nested widget state."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_TAG = re.compile(r"</?(?:pre|div|span|p|br|code|a|b|i|em|strong|font|table|tr|td|h[1-6])\b[^<>]*>")
_HEADER = re.compile(r"Traceback \(most recent call last\)")
_ERROR = re.compile(r"^[A-Za-z_][\w.]*(?:: .*)?$")


def plain(text: str) -> str:
    """The text without terminal colours and without HTML, when it holds any."""
    text = _COLOUR.sub("", text)
    return html.unescape(_TAG.sub("", text)) if "<" in text or "&" in text else text


def strings(value: Any) -> Iterator[str]:
    """Every string inside a nest of lists, tuples and dictionaries; a message's `traceback` in one piece."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == "traceback" and isinstance(inner, list | tuple):
                yield "\n".join(str(line) for line in inner)
            else:
                yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def traceback_in(value: Any) -> str | None:
    """The first traceback inside a value (text, or a nest of lists and dictionaries), cleaned; else None."""
    for text in strings(value):
        if "Traceback" in text:
            clean = plain(text)
            found = _HEADER.search(clean)
            if found:
                return clean[found.start() :].strip()
    return None


def summary(trace: str) -> str:
    """The line of a traceback that says what was raised.

    >>> summary("Traceback (most recent call last):\\n  File ...\\nValueError: no such stage\\n")
    'ValueError: no such stage'
    """
    lines = [line for line in plain(trace).splitlines() if line.strip()]
    return (_errors(lines) or lines or ["an error without a message"])[-1].strip()


def complete(trace: str) -> bool:
    """Does it go on to the line that says what was raised? (A traceback is printed in pieces.)"""
    return bool(_errors(trace.splitlines()))


def _errors(lines: list[str]) -> list[str]:
    return [line for line in lines[1:] if _ERROR.match(line)]
