"""The same picture as the canvas, as a still SVG: for the README, for print and for GitHub."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mas_kit.viz.declare import App
from mas_kit.viz.default import default_picture
from mas_kit.viz.glyphs import BESIDE, BOX, GLYPHS
from mas_kit.viz.palette import INK, colours, on
from mas_kit.viz.picture import Picture
from mas_kit.viz.records import number
from mas_kit.viz.svg import document, element, words

WIDTH = 860.0
DETAILED_UP_TO = 400  # agents, as on the canvas
Point = tuple[float, float]


def picture_svg(model: Any, app: App | None = None) -> str:
    """The model now, as SVG source; ``app`` says how (None: the default picture)."""
    draw = app.picture if app is not None and app.picture is not None else default_picture
    clock = f"{app.unit(model) if app else 'tick'} {number(float(model.tick))}"
    title = app.heading if app else type(model).__name__
    return Still(draw(model)).svg(f"{title}, {clock}")


class Still:
    """Draws one picture; in the light theme, because paper is white."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.colours, self.ink = colours("light"), INK["light"]
        xy = picture.positions()
        extent = left, bottom, right, top = picture.extent(xy)
        self.height = WIDTH * min(max((top - bottom) / (right - left), 0.2), 1.2)
        k = min(WIDTH / (right - left), self.height / (top - bottom))
        dx, dy = (WIDTH - k * (left + right)) / 2, (self.height + k * (bottom + top)) / 2
        self.at: list[Point] = [(float(x) * k + dx, dy - float(y) * k) for x, y in xy]
        self.radius = [max(float(r) * k, 1.5) for r in picture.sizes(extent)]
        self.detailed = len(picture) <= DETAILED_UP_TO

    def svg(self, label: str) -> str:
        """The drawing."""
        paper = element("rect", width=WIDTH, height=self.height, rx=10.0, fill=self.ink.paper)
        parts = [paper, *self._links(), *self._movers(), *self._agents()]
        legend = self._legend()
        return document(WIDTH, self.height + (30 if legend else 0), parts + legend, label=label)

    # ---- connections and what travels on them

    def _along(self, source: int, target: int, bend: float, share: float) -> Point:
        """The place at that share of the way from rim to rim; an agent's way to itself is a loop above it."""
        (ax, ay), (bx, by) = self.at[source], self.at[target]
        if source == target:
            r = self.radius[source]
            turn = math.pi / 2 + 0.7 + share * (2 * math.pi - 1.4)
            return ax + 0.6 * r * math.cos(turn), ay - 1.42 * r + 0.6 * r * math.sin(turn)
        dx, dy = bx - ax, by - ay
        length = math.hypot(dx, dy) or 1.0
        start, end = (min((self.radius[row] + 3) / length, 0.45) for row in (source, target))
        cx, cy = (ax + bx) / 2 + bend * dy, (ay + by) / 2 - bend * dx
        t = start + (1 - end - start) * share
        r = 1 - t
        return r * r * ax + 2 * r * t * cx + t * t * bx, r * r * ay + 2 * r * t * cy + t * t * by

    def _links(self) -> list[str]:
        picture, parts = self.picture, []
        sources = picture.rows("links", [link[0] for link in picture.links])
        targets = picture.rows("links", [link[1] for link in picture.links])
        lanes = picture.lane_rows([link[2] for link in picture.links])
        widths, shades = picture.link_widths(), picture.link_colours()
        own = bool(len(widths) or len(shades))
        ends = zip(sources.tolist(), targets.tolist(), lanes.tolist(), strict=True)
        for i, (source, target, row) in enumerate(ends):
            lane = picture.lanes[row]
            colour = self.colours[shades[i] if len(shades) else lane.colour]
            points = [self._along(source, target, lane.bend, step / 20) for step in range(21)]
            parts.append(
                element(
                    "polyline",
                    points=_points(points),
                    fill="none",
                    stroke=colour,
                    stroke_opacity="0.9" if own else "0.34",
                    stroke_width=max(float(widths[i]), 0.4) if len(widths) else "1.6",
                    stroke_linecap="round",
                )
            )
            if len(picture.links) <= 60 and not own:
                before = self._along(source, target, lane.bend, 0.97)
                parts.append(_arrowhead(points[-1], before, colour))
        return parts

    def _movers(self) -> list[str]:
        movers, picture = self.picture.movers, self.picture
        if not len(movers.id):
            return []
        sources = picture.rows("movers.source", movers.source).tolist()
        targets = picture.rows("movers.target", movers.target).tolist()
        rows = picture.lane_rows(movers.lane).tolist()
        progress = np.clip(np.asarray(movers.progress, float), 0, 1).tolist()
        amounts = [None] * len(rows) if movers.amount is None else np.asarray(movers.amount, float).tolist()
        parts = []
        for source, target, row, share, amount in zip(sources, targets, rows, progress, amounts, strict=True):
            lane = picture.lanes[row]
            parts += self._mover(
                self._along(source, target, lane.bend, share), lane.glyph, lane.colour, amount
            )
        return parts

    def _mover(self, at: Point, glyph: str, colour: int, amount: float | None) -> list[str]:
        x, y = at
        beside = glyph in BESIDE
        if amount is not None and not amount > 0 and not beside:
            return []
        r = 6.5 if amount is None else min(8 + 0.95 * math.sqrt(max(amount, 0)), 17)
        r = min(r, 9) if beside else r
        parts = [_glyph(glyph, x, y, r, self.colours[colour])]
        if amount is not None and beside:
            parts.append(words(x, y - r - 7, number(amount), size=11, weight=650))
        elif amount is not None:
            size = min(r, 12.5)
            parts.append(
                words(
                    x, y + 0.5, number(amount), size=size, weight=700, fill=on(self.colours[colour], self.ink)
                )
            )
        return parts

    # ---- agents

    def _agents(self) -> list[str]:
        picture, parts = self.picture, []
        shapes, labels, badges = picture.shapes(), picture.labels(), picture.badges()
        values, downs = picture.bar_values(), picture.downs()
        plain = (shapes == ["circle"] and not picture.bars) or not self.detailed
        bars = [
            (row, bar.high if bar.high is not None else float(np.nanmax(row, initial=1.0)), bar.colour)
            for row, bar in zip(values, picture.bars.values(), strict=True)
        ]
        drawn = list(enumerate(zip(picture.colours(), self.at, self.radius, strict=True)))
        ground = {i for i, _ in drawn if shapes[i if len(shapes) > 1 else 0] == "tile"}
        for _, (index, (x, y), r) in (drawn[i] for i in sorted(ground)):
            patch = {"x": x - r, "y": y - r, "width": 2 * r, "height": 2 * r, "fill_opacity": "0.22"}
            parts.append(element("rect", fill=self.colours[index], **patch))
        for i, (index, (x, y), r) in (one for one in drawn if one[0] not in ground):
            colour = self.ink.muted if downs[i] else self.colours[index]
            if plain:
                parts.append(element("circle", cx=x, cy=y, r=r, fill=colour, stroke=self.ink.paper))
            else:
                parts += self._card(x, y, r, shapes[i if len(shapes) > 1 else 0], colour)
            if downs[i]:
                parts.append(self._cross(x, y, 0.72 * r))
            if not self.detailed:
                continue
            below = y + r + 12
            if labels:
                parts.append(words(x, below, labels[i], size=13, weight=650))
                below += 16
            if badges:
                parts.append(words(x, below, badges[i], size=11.5, fill=self.ink.muted))
                below += 15
            for b, (row, high, category) in enumerate(bars):
                parts += self._bar(x, below + 14 * b, r, float(row[i]), high, self.colours[category])
        return parts

    def _card(self, x: float, y: float, r: float, shape: str, colour: str) -> list[str]:
        ring: dict[str, Any] = {"fill": colour, "fill_opacity": "0.13", "stroke": colour, "stroke_width": 2}
        return [
            element("circle", cx=x, cy=y, r=r, fill=self.ink.paper),
            element("circle", cx=x, cy=y, r=r, **ring),
            _glyph(shape, x, y, 0.58 * r, colour),
        ]

    def _cross(self, x: float, y: float, d: float) -> str:
        return element(
            "path",
            d=f"M{x - d:.1f} {y - d:.1f}l{2 * d:.1f} {2 * d:.1f}m0 {-2 * d:.1f}l{-2 * d:.1f} {2 * d:.1f}",
            stroke=self.colours[1],
            stroke_width="3.2",
        )

    def _bar(self, x: float, y: float, r: float, value: float, high: float, colour: str) -> list[str]:
        if math.isnan(value):
            return []
        wide = max(2.2 * r, 54.0)
        left, share = x - wide / 2 - 6, min(max(value / high, 0), 1)
        bar: dict[str, Any] = {"x": left, "y": y - 3.5, "height": 7, "rx": "3.5"}
        parts = [element("rect", width=wide, fill=self.ink.line, fill_opacity="0.7", **bar)]
        if share > 0:
            parts.append(element("rect", width=max(share * wide, 7.0), fill=colour, **bar))
        fill = self.ink.ink if value else self.ink.muted
        told = number(round(value, 1))
        parts.append(words(left + wide + 5, y + 0.5, told, size=11, weight=600, fill=fill, anchor="start"))
        return parts

    def _legend(self) -> list[str]:
        entries = [(lane.name, lane.colour, lane.glyph) for lane in self.picture.lanes]
        entries += [(name, bar.colour, "square") for name, bar in self.picture.bars.items()]
        parts, x, y = [], 18.0, self.height + 10
        for name, colour, glyph in entries:
            parts.append(_glyph(glyph, x, y, 6, self.colours[colour]))
            parts.append(words(x + 11, y, name, size=12, anchor="start", fill=self.ink.muted))
            x += 34 + 7 * len(name)
        return parts


def _points(points: list[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _glyph(name: str, x: float, y: float, half: float, colour: str) -> str:
    move = f"translate({x - half:.1f} {y - half:.1f}) scale({2 * half / BOX:.3f})"
    return element("path", transform=move, fill=colour, fill_rule="evenodd", d=GLYPHS[name])


def _arrowhead(tip: Point, before: Point, colour: str) -> str:
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    sides = [(tip[0] - 6 * math.cos(angle + a), tip[1] - 6 * math.sin(angle + a)) for a in (-0.45, 0.45)]
    return element("polygon", points=_points([tip, *sides]), fill=colour, fill_opacity="0.65")
