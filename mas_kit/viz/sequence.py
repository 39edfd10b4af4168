"""A conversation as a sequence diagram, read from the event log.

One lifeline per agent, time downward. An arrow leaves its sender when the message was sent and reaches its
receiver when it was delivered, so its slant is its latency; ✕ marks where one was lost. Where a fault altered
a message, what was heard stands at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from mas_kit.core.errors import MasKitError, unknown
from mas_kit.core.events import Event, EventLog
from mas_kit.core.messages import Message
from mas_kit.viz.palette import CATEGORIES, NAMES
from mas_kit.viz.records import said
from mas_kit.viz.svg import Svg, document, element, words

KINDS = ("sent", "delivered", "late", "dropped", "duplicated", "fault")
HEAD, SLOT, PAD, LEFT = 46.0, 17.0, 12.0, 116.0
WIDE, NARROW = 190.0, 150.0  # between lifelines, for up to five and for more
MOST = 10  # lifelines, unless agents are named
LONGEST = 400  # arrows
EMPTY = "No messages yet. Press play, or step, and they appear here."

# Colours follow the page's theme where there is one; the fallbacks are for print.
CSS = (
    ".mk-seq text{fill:var(--mk-ink,#1b2330)}.mk-seq .q{fill:var(--mk-muted,#667085)}"
    ".mk-seq .l,.mk-seq .h{stroke:var(--mk-line,#dfe4ea)}.mk-seq .h{fill:var(--mk-card,#f6f8fa)}"
    ".mk-seq .m text{paint-order:stroke;stroke:var(--mk-paper,#fff);stroke-width:4px;stroke-linejoin:round}"
    ".mk-seq .m:hover path{stroke-width:3}"
)
FATES = {
    "delivered": "blue",
    "late": "amber",
    "dropped": "vermilion",
    "underway": "violet",
    "altered": "rose",
}
COLOURS = {fate: CATEGORIES["light"][NAMES.index(colour)] for fate, colour in FATES.items()}


class Arrow(NamedTuple):
    """One message's way; ``end`` is None while it is underway, ``fate`` one of the keys of ``COLOURS``.

    ``heard``: what arrived in its place, where it was altered on its way out.
    """

    message: Message
    start: float
    end: float | None
    fate: str
    reason: str = ""
    heard: Message | None = None


def arrows(log: EventLog, since: float | None = None, until: float | None = None) -> list[Arrow]:
    """What became of every message sent from time ``since`` to ``until`` (both included)."""
    fates: dict[int, list[Event]] = {}
    sent: list[Event] = []
    for event in log.select(KINDS, since=since):
        if event.kind == "sent":
            if until is None or event.time <= until:
                sent.append(event)
                fates[event.id] = []
            continue
        for cause in event.causes:
            if cause in fates:
                if event.kind != "fault":
                    fates[cause].append(event)
                if event.kind in {"duplicated", "fault"}:  # its delivery names the copy, not the original
                    fates[event.id] = fates[cause]
    found: list[Arrow] = []
    for event in sent:
        ends = [fate for fate in fates[event.id] if fate.kind != "duplicated"]
        found += [_arrow(event, fate) for fate in ends] or [Arrow(event.data, event.time, None, "underway")]
    return found


def _arrow(sent: Event, fate: Event) -> Arrow:
    if fate.kind == "dropped":
        return Arrow(sent.data, sent.time, fate.time, fate.kind, fate.data[1])
    if fate.data is not sent.data:  # the very message, unless a fault put another in its place
        return Arrow(sent.data, sent.time, fate.time, "altered", heard=fate.data)
    return Arrow(sent.data, sent.time, fate.time, fate.kind)


def sequence_diagram(
    log: EventLog | None,
    *,
    since: float | None = None,
    until: float | None = None,
    agents: Sequence[str] | None = None,
    clock: str = "tick",
) -> Svg:
    """Draw the conversation from time ``since`` to ``until`` (default: the last six ticks with messages).

    ``agents`` chooses and orders the lifelines; by default the ten most talkative, in order of appearance.
    Raises MasKitError without a log, UnknownNameError for an agent that says and hears nothing in it.
    """
    if log is None:
        raise MasKitError(
            "there is no event log to draw: make the model with log=True, as in MyModel(seed=1, log=True)"
        )
    if since is None:
        times = sorted({event.time for event in log.select("sent", until=until)})
        since = times[-6] if len(times) > 6 else None
    found = arrows(log, since, until)
    who = _lifelines(found, agents)
    shown = [arrow for arrow in found if arrow.message.sender in who and arrow.message.receiver in who]
    cut = len(shown) - LONGEST
    shown = shown[-LONGEST:] if cut > 0 else shown
    if not shown:
        note = words(240, 30, EMPTY, size=13, class_="q")
        return Svg(document(480, 60, [element("g", note, class_="mk-seq")], label="no messages", css=CSS))
    return Svg(_Layout(shown, who, clock, cut).svg())


def _lifelines(found: list[Arrow], agents: Sequence[str] | None) -> list[str]:
    talk: dict[str, int] = {}
    for arrow in found:
        for name in (arrow.message.sender, arrow.message.receiver):
            talk[name] = talk.get(name, 0) + 1
    if agents is not None:
        for name in agents:
            if found and name not in talk:
                raise unknown("agent in this part of the log", name, talk)
        return list(agents)
    loud = set(sorted(talk, key=lambda name: -talk[name])[:MOST])
    return [name for name in talk if name in loud]


class _Layout:
    """Every moment gets as many slots as it has arrow ends, so that no two arrows share a line."""

    def __init__(self, shown: list[Arrow], who: list[str], clock: str, cut: int) -> None:
        self.shown, self.who, self.clock, self.cut = shown, who, clock, cut
        self.lane = WIDE if len(who) <= 5 else NARROW
        self.width = 2 * LEFT + self.lane * (len(who) - 1)
        self.times = sorted({a.start for a in shown} | {a.end for a in shown if a.end is not None})
        self.top: dict[float, float] = {}
        self.starts: list[float] = [0.0] * len(shown)
        self.ends: list[float] = [0.0] * len(shown)
        y = HEAD + PAD + (16 if cut > 0 else 0)
        for time in self.times:
            self.top[time] = y
            y = self._band(time, y + SLOT / 2) + SLOT / 2
        for row, arrow in enumerate(shown):
            if arrow.end is None:
                self.ends[row] = y
        self.height = y + PAD

    def _band(self, time: float, y: float) -> float:
        """Slots of one moment; what arrives comes before what is sent, because that is the tick's order."""
        for row, arrow in enumerate(self.shown):
            if arrow.end == time and arrow.start < time:
                self.ends[row] = y
                y += SLOT
        for row, arrow in enumerate(self.shown):
            if arrow.start == time:
                self.starts[row] = y
                if arrow.end == time:
                    self.ends[row] = y + SLOT / 2
                y += SLOT
        return y

    def x(self, name: str) -> float:
        return LEFT + self.lane * self.who.index(name)

    def svg(self) -> str:
        parts = self._moments() + self._heads() + [self._way(row) for row in range(len(self.shown))]
        label = f"{len(self.shown)} messages as a sequence diagram"
        return document(
            self.width, self.height, [element("g", "".join(parts), class_="mk-seq")], label=label, css=CSS
        )

    def _moments(self) -> list[str]:
        parts = []
        for time in self.times:
            y = self.top[time]
            rule = f"M16 {y:.1f}H{self.width - 16:.1f}"
            parts.append(element("path", d=rule, class_="l", stroke="#dfe4ea", stroke_dasharray="1 4"))
            parts.append(words(16, y + 9, f"{self.clock} {time:g}", size=10.5, anchor="start", class_="q"))
        if self.cut > 0:
            told = f"{self.cut} earlier messages are not shown"
            parts.append(words(16, HEAD + 8, told, size=11, anchor="start", class_="q"))
        return parts

    def _heads(self) -> list[str]:
        parts = []
        box: dict[str, Any] = {
            "width": 132,
            "height": 30,
            "rx": 8,
            "class_": "h",
            "fill": "#f6f8fa",
            "stroke": "#dfe4ea",
        }
        for name in self.who:
            x = self.x(name)
            line = f"M{x:.1f} {HEAD - 8}V{self.height:.1f}"
            parts.append(element("path", d=line, class_="l", stroke="#dfe4ea", stroke_width="1.5"))
            parts.append(element("rect", x=x - 66, y=8.0, **box))
            parts.append(words(x, 23, name if len(name) <= 18 else name[:17] + "…", size=12.5, weight=650))
        return parts

    def _way(self, row: int) -> str:
        """One arrow; one that was lost ends where it was lost."""
        arrow = self.shown[row]
        a, b = self.x(arrow.message.sender), self.x(arrow.message.receiver)
        y0, y1 = self.starts[row], self.ends[row]
        way, colour = 1 if b >= a else -1, COLOURS[arrow.fate]
        if arrow.fate == "dropped":
            b, y1 = a + 0.6 * (b - a), y0 + 0.6 * (y1 - y0)
        elif arrow.fate == "underway":
            b = a + 0.86 * (b - a)
        line = {"fill": "none", "stroke": colour, "stroke_width": "1.6"}
        if arrow.fate == "underway":
            line["stroke_dasharray"] = "5 4"
        side = "start" if way > 0 else "end"
        if a == b:  # to itself
            path = f"M{a:.1f} {y0:.1f}h26v{max(y1 - y0, 8):.1f}h-22"
            label = words(a + 32, (y0 + y1) / 2, said(arrow.message), size=11, anchor="start")
            tip = _head(a + 26, max(y1, y0 + 8), a + 3, max(y1, y0 + 8), colour)
        else:
            path = f"M{a + 3 * way:.1f} {y0:.1f}L{b - 3 * way:.1f} {y1:.1f}"
            label = words(a + way * 10, y0 - 1, said(arrow.message), size=11, anchor=side, weight=550)
            tip = "" if arrow.fate == "underway" else _head(a, y0, b - 2 * way, y1, colour)
        if arrow.heard is not None:
            told = said(arrow.heard)
            if arrow.heard.sender != arrow.message.sender:
                told += f" as {arrow.heard.sender}"
            far = "end" if way > 0 else "start"
            tip += words(b - way * 14, y1 + 4, told, size=11, anchor=far, style=f"fill:{colour}")
        if arrow.fate == "dropped":
            tip = words(b, y1, "✕", size=14, weight=700, style=f"fill:{colour}")
            tip += words(b + 12 * way, y1, arrow.reason, size=10.5, anchor=side, class_="q")
        content = element("title", escape(_told(arrow))) + element("path", d=path, **line) + tip + label
        return element("g", content, class_="m")


def _told(arrow: Arrow) -> str:
    message = arrow.message
    fate = f"{arrow.fate} {arrow.end:g}" if arrow.end is not None else "underway"
    if arrow.heard is not None:
        fate = f"{said(arrow.heard)} from {arrow.heard.sender} was heard {arrow.end:g}"
    return f"{message.performative} from {message.sender} to {message.receiver}, sent {arrow.start:g}, {fate}"


def _head(a: float, y0: float, b: float, y1: float, colour: str) -> str:
    length = ((b - a) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (b - a) / length, (y1 - y0) / length
    left = f"{b - 8 * ux - 4 * uy:.1f},{y1 - 8 * uy + 4 * ux:.1f}"
    right = f"{b - 8 * ux + 4 * uy:.1f},{y1 - 8 * uy - 4 * ux:.1f}"
    return element("polygon", points=f"{b:.1f},{y1:.1f} {left} {right}", fill=colour)
