"""Still drawings: a string that notebooks, GitHub and print show as a picture."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

FONT = "Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', Roboto, sans-serif"


class Svg:
    """An SVG drawing. The last expression of a cell shows it; ``save`` writes it; ``str`` is its source."""

    def __init__(self, source: str) -> None:
        self.source = source

    def _repr_svg_(self) -> str:
        return self.source

    def __str__(self) -> str:
        return self.source

    def save(self, path: str | Path) -> None:
        """Write the drawing to a file."""
        Path(path).write_text(self.source + "\n", encoding="utf-8")


def document(width: float, height: float, parts: list[str], *, label: str, css: str = "") -> str:
    """An SVG of that size (CSS pixels; it shrinks with its container); ``label`` says what is on it."""
    style = f"<style>{css}</style>" if css else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n(width)} {n(height)}" width="{n(width)}" '
        f'height="{n(height)}" style="max-width:100%;height:auto" role="img" '
        f'font-family="{FONT}"><title>{escape(label)}</title>{style}' + "".join(parts) + "</svg>"
    )


def n(value: float) -> str:
    """A coordinate: one decimal, no trailing zero."""
    return f"{value:.1f}".removesuffix(".0")


def element(tag: str, content: str = "", /, **attributes: Any) -> str:
    """One element; numbers are rounded, ``stroke_width`` becomes ``stroke-width``, ``class_`` ``class``."""
    written = ""
    for key, value in attributes.items():
        if value is not None:
            text = n(value) if isinstance(value, float) else escape(str(value))
            written += f' {key.rstrip("_").replace("_", "-")}="{text}"'
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def words(
    x: float,
    y: float,
    string: str,
    *,
    size: float = 12,
    fill: str = "#1b2330",
    weight: int = 400,
    anchor: str = "middle",
    **more: Any,
) -> str:
    """One line of text, centred on (x, y) in height."""
    return element(
        "text",
        escape(string),
        x=float(x),
        y=float(y),
        font_size=float(size),
        font_weight=weight,
        fill=fill,
        text_anchor=anchor,
        dominant_baseline="central",
        **more,
    )
