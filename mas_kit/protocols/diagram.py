"""A role's table as a picture and as text.

In the picture every state is a column and every row of the table an arrow, in the order of the table: so
nothing overlaps, however many rows there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mas_kit.core.messages import Performative
from mas_kit.protocols.rules import START, TIMEOUT, WHEN, Rule
from mas_kit.viz.svg import document, n, words

if TYPE_CHECKING:
    from mas_kit.protocols.role import Role

HEAD, SLOT, LEFT = 78.0, 34.0, 20.0
NARROWEST = 104.0
COLOURS = {"message": "#1f6fb4", "time-out": "#d1561c", "decision": "#7b5ea7", "condition": "#5b6573"}
HALO = ' paint-order="stroke" stroke="#ffffff" stroke-width="4" stroke-linejoin="round"'


def kind(rule: Rule) -> str:
    """What sets a rule off: a message, the clock, the policy's decision, or a condition."""
    if isinstance(rule.on, Performative):
        return "message"
    if rule.on == TIMEOUT:
        return "time-out"
    return "condition" if rule.on in (WHEN, START) else "decision"


def label(rule: Rule) -> str:
    """What a rule does, in one line: event [guard] / what is sent."""
    guard = f" [{rule.guard.replace('_', ' ').strip()}]" if rule.guard else ""
    sends = f" / {', '.join(rule.sends)}" if rule.sends else ""
    return f"{rule.on}{guard}{sends}"


class Diagram:
    """The table of a role, drawn: `_repr_svg_` for a notebook, `text()` for a terminal."""

    def __init__(self, role: type[Role]) -> None:
        self.role = role
        self.states = list(dict.fromkeys(s for rule in role.table for s in (rule.state, rule.to)))
        self.states.sort(key=lambda state: state in role.final)  # stable: the final ones go to the right

    def text(self) -> str:
        """One line a rule: state, event, guard, next state, what is sent."""
        rows = [("state", "on", "if", "to", "sends")]
        for rule in self.role.table:
            guard = rule.guard.replace("_", " ").strip()
            rows.append((rule.state, str(rule.on), guard, rule.to, ", ".join(rule.sends)))
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        title = f"{self.role.protocol}: {self.role.name} (ends in: {', '.join(self.role.final)})"
        return "\n".join([title, *lines])

    def _repr_svg_(self) -> str:
        column = self._column()
        width = 2 * LEFT + column * len(self.states)
        height = HEAD + SLOT * len(self.role.table) + 12
        parts = [*self._heads(column, height), *self._arrows(column)]
        title = f"{self.role.protocol}: {self.role.name}, {len(self.states)} states"
        return document(width, height, parts, label=title)

    def svg(self) -> str:
        """The source of the drawing."""
        return self._repr_svg_()

    def _column(self) -> float:
        """Wide enough for the states' names, and for every label to end inside the picture."""
        wide = max(NARROWEST, 7.2 * max(len(state) for state in self.states) + 22)
        for rule in self.role.table:
            a, b = self.states.index(rule.state), self.states.index(rule.to)
            room = max(len(self.states) - min(a, b) - 0.5, max(a, b) + 0.5)
            wide = max(wide, (6.3 * len(label(rule)) + 20) / room)
        return wide

    def _x(self, state: str, column: float) -> float:
        return LEFT + column * (self.states.index(state) + 0.5)

    def _heads(self, column: float, height: float) -> list[str]:
        title = f"{self.role.protocol}: {self.role.name}"
        parts = [words(LEFT, 16, title, size=13.5, weight=650, anchor="start")]
        x = LEFT + 7.6 * len(title) + 24
        for name, colour in COLOURS.items():
            parts.append(f'<rect x="{n(x)}" y="12" width="10" height="10" rx="2" fill="{colour}"/>')
            parts.append(words(x + 15, 17, name, size=11, fill="#667085", anchor="start"))
            x += 28 + 6.2 * len(name)
        for state in self.states:
            x, last = self._x(state, column), state in self.role.final
            wide = column - 10
            asks = state in self.role.asks
            parts.append(
                f'<path d="M{n(x)} {n(HEAD - 18)}V{n(height - 6)}" stroke="#dfe4ea" stroke-width="1.5"/>'
                f'<rect x="{n(x - wide / 2)}" y="{n(HEAD - 44)}" width="{n(wide)}" height="26" '
                f'rx="{13 if not last else 3}" fill="{"#eef1f5" if last else "#f6f8fa"}" '
                f'stroke="{"#1b2330" if last else "#7b5ea7" if asks else "#98a2b0"}"/>'
            )
            parts.append(words(x, HEAD - 31, state, size=12, weight=650 if last else 550))
        return parts

    def _arrows(self, column: float) -> list[str]:
        parts = []
        for row, rule in enumerate(self.role.table):
            y, colour = HEAD + SLOT * (row + 0.62), COLOURS[kind(rule)]
            a, b = self._x(rule.state, column), self._x(rule.to, column)
            parts.append(_arrow(a, b, y, colour))
            long = 6.3 * len(label(rule))
            left, right, up = min(a, b) + 8, max(a, b) - 8, 9
            if a == b:
                left, right, up = a + 20, a - 10, 0
            fits = left + long <= LEFT + column * len(self.states) + LEFT
            at, anchor = (left, "start") if fits else (right, "end")
            parts.append(words(at, y - up, label(rule), size=11, fill=colour, anchor=anchor, extra=HALO))
        return parts


def _arrow(a: float, b: float, y: float, colour: str) -> str:
    """From one column to another, or a loop at one."""
    way = 1 if b > a else -1
    line, tip, back, level = f"H{n(b - 7 * way)}", b, b - 8 * way, y
    if a == b:
        line, tip, back, level = "h13v11h-8", a + 1, a + 8, y + 11
    return (
        f'<circle cx="{n(a)}" cy="{n(y)}" r="3.5" fill="{colour}"/>'
        f'<path d="M{n(a)} {n(y)}{line}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
        f'<polygon points="{n(tip)},{n(level)} {n(back)},{n(level - 4)} {n(back)},{n(level + 4)}" '
        f'fill="{colour}"/>'
    )
