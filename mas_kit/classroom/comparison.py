"""A prediction beside what the runs gave: one picture, one sentence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.errors import ParameterError
from mas_kit.viz.palette import CATEGORIES

if TYPE_CHECKING:
    from mas_kit.classroom.prediction import Prediction

_BLUE, _RED, _GREEN, _AMBER, _VIOLET, _SKY, _SLATE, _ROSE = CATEGORIES["light"]
_MONEY = ("$", "€", "£", "¥")  # written before the number
_BINS = 24  # bars at most
_SPAN = (0.1, 0.9)  # "8 of 10 runs"


@dataclass(frozen=True)
class Comparison:
    """What was predicted and what came out. In a notebook it shows as a chart with its verdict on top."""

    question: str
    unit: str
    predicted: float | None
    revised: tuple[float, ...]
    values: tuple[float, ...]

    @classmethod
    def of(cls, prediction: Prediction, values: float | Iterable[float]) -> Comparison:
        """From a prediction and the runs' values; see `Prediction.compare`."""
        try:
            runs = np.asarray(list(values) if isinstance(values, Iterable) else [values], float)
        except (TypeError, ValueError) as error:
            raise ParameterError(
                f"parameter 'values' holds what is no number ({error}); give one a run"
            ) from None
        if runs.ndim != 1 or not runs.size or not np.isfinite(runs).all():
            bad = int((~np.isfinite(runs)).sum())
            raise ParameterError(
                f"parameter 'values' has shape {runs.shape}, {bad} of them not finite; "
                "allowed: a list of at least one finite number; give one a run"
            )
        revised = tuple(answer.value for answer in prediction.revisions)
        return cls(prediction.question, prediction.unit, prediction.value, revised, tuple(runs.tolist()))

    @property
    def median(self) -> float:
        """The median of the runs."""
        return float(np.median(self.values))

    @property
    def span(self) -> tuple[float, float]:
        """Where 8 of 10 runs fall: the 10 % and the 90 % quantile."""
        low, high = np.quantile(self.values, _SPAN)
        return float(low), float(high)

    @property
    def inside(self) -> bool | None:
        """Did the prediction fall where 8 of 10 runs do? None without a prediction."""
        if self.predicted is None:
            return None
        low, high = self.span
        return low <= self.predicted <= high

    @property
    def verdict(self) -> str:
        """The comparison in words."""
        runs = self._runs()
        if self.predicted is None:
            hint = "Type a number above, lock it in, and run this cell again."
            if self.revised:
                hint = f"What you said after seeing them, {self._say(self.revised[-1])}, is no prediction."
            return f"No prediction recorded before the results: {runs}. {hint}"
        said = f"You predicted {self._say(self.predicted)}; {runs}"
        after = f" You revised it to {self._say(self.revised[-1])} after the results." if self.revised else ""
        if self.inside:
            return f"{said}: well predicted.{after}"
        below = sum(value <= self.predicted for value in self.values)
        above = sum(value >= self.predicted for value in self.values)
        rare = ""
        if len(self.values) > 1:
            count, side = (below, "low") if self.predicted < self.median else (above, "high")
            rare = f" {count or 'None'} of the {len(self.values)} runs came out that {side}."
        return f"{said}.{rare}{after}"

    def _runs(self) -> str:
        low, high = self.span
        if len(self.values) == 1:
            return f"the run gave {self._say(self.values[0])}{self._times(', ')}"
        if low == high:
            share = "every run" if min(self.values) == max(self.values) else "most runs"
            return f"{share} gave {self._say(low)}{self._times(', ')}"
        middle = f"median {_number(self.median)}{self._times(', ')}"
        return f"8 of 10 runs fall between {_number(low)} and {self._say(high)} ({middle})"

    def _times(self, before: str) -> str:
        """How the runs compare with the number, where a factor says something."""
        if not self.predicted or self.inside or self.median / self.predicted <= 0:
            return ""
        ratio = self.median / self.predicted
        return f"{before}{_number(ratio)} times your number" if not 2 / 3 < ratio < 3 / 2 else ""

    def _say(self, value: float) -> str:
        if self.unit in _MONEY:
            return f"{'-' if value < 0 else ''}{self.unit}{_number(abs(value))}"
        return f"{_number(value)} {self.unit}".strip()

    @cached_property
    def chart(self) -> Any:
        """The runs as bars (a line, if they agree), their middle 80 % as a band, the prediction as a line."""
        import altair as alt  # heavy, and only a picture needs it

        edges, counts = self._bars()
        marks = [m for m in (self.predicted, *self.revised) if m is not None]
        lowest, highest = min(edges[0], *marks, np.inf), max(edges[-1], *marks, -np.inf)
        if self._alone:  # a number needs something to stand beside
            lowest, highest = min(lowest, 0.0), max(1.25 * highest, 0.0)
        pad = 0.06 * (highest - lowest)
        domain = [lowest - pad, highest + pad]
        place = alt.X(
            "from:Q", title=self.unit or "value", scale=alt.Scale(domain=domain, nice=False, zero=False)
        )
        # The names of the lines stand above the highest bar.
        top = alt.Scale(domain=[0, max(counts) * 1.4], nice=False)
        height = alt.Y(
            "runs:Q", title="runs", axis=alt.Axis(tickMinStep=1, tickCount=4, format="d"), scale=top
        )
        bars = [
            {"from": left, "to": right, "runs": count, "none": 0}
            for (left, right), count in zip(pairwise(edges), counts, strict=True)
        ]
        span = dict(zip(("from", "to"), self.span, strict=True))
        side = sum(domain) / 2
        layers = (
            []
            if self._alone
            else [
                alt.Chart(_data(alt, [span])).mark_rect(color=_BLUE, opacity=0.12).encode(x=place, x2="to:Q"),
                alt.Chart(_data(alt, bars))
                .mark_bar(color=_SLATE, stroke="white")
                .encode(x=place, x2="to:Q", y=height, y2="none:Q", tooltip=["from:Q", "to:Q", "runs:Q"]),
            ]
        )
        lines = [(self.median, "median" if len(self.values) > 1 else "the run", _BLUE)]
        if self.predicted is not None:
            lines.append((self.predicted, "you", _RED))
        lines += [(late, "you, afterwards", _VIOLET) for late in self.revised[-1:]]
        for row, (value, name, colour) in enumerate(lines):
            text = f"{name}: {self._say(value)}"
            layers += _line(alt, place, (value, text, colour), row, left=value > side)
        title = alt.TitleParams(
            textwrap.wrap(self.verdict, 84), subtitle=self.question, anchor="start", fontSize=13
        )
        return alt.layer(*layers).properties(width=560, height=70 if self._alone else 200, title=title)

    @property
    def _alone(self) -> bool:
        """One run, or the same number in all of them: there is no spread to draw."""
        return min(self.values) == max(self.values)

    def _bars(self) -> tuple[list[float], list[int]]:
        values = np.asarray(self.values)
        if np.ptp(values) == 0:
            half = 0.01 * max(abs(values[0]), 1.0)
            edges = np.array([values[0] - half, values[0] + half])
        elif (values == values.round()).all() and np.ptp(values) < _BINS:
            edges = np.arange(values.min() - 0.5, values.max() + 1)
        else:
            edges = np.histogram_bin_edges(values, min(_BINS, max(5, round(np.sqrt(values.size)))))
        return edges.tolist(), np.histogram(values, edges)[0].tolist()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The chart for JupyterLab, a still picture for print and for GitHub, the verdict as text."""
        from mas_kit.viz.theme import config, render

        return {**render({**self.chart.to_dict(), "config": config()}), "text/plain": self.verdict}


def _line(alt: Any, place: Any, line: tuple[float, str, str], row: int, *, left: bool) -> list[Any]:
    """A line with its name beside it; each name in a row of its own, so that near lines stay readable."""
    value, text, colour = line
    here = alt.Chart(_data(alt, [{"from": value, "text": text}]))
    name = here.mark_text(
        align="right" if left else "left", dx=-5 if left else 5, color=colour, fontWeight="bold"
    )
    return [
        here.mark_rule(color=colour, strokeWidth=2.5, strokeDash=[6, 3] if row else [1, 0]).encode(x=place),
        name.encode(x=place, y=alt.value(8 + 15 * row), text="text:N"),
    ]


def _data(alt: Any, rows: list[dict[str, Any]]) -> Any:
    return alt.Data(values=rows)


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
