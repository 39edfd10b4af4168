"""Resilience curves in one call: run, table, chart."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mas_kit.experiments.experiment import Metric
from mas_kit.experiments.progress import Progress
from mas_kit.experiments.resilience import Faults, Resilience, Trouble
from mas_kit.experiments.results import Results
from mas_kit.experiments.runner import run

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ResilienceCurve:
    """What `resilience` gives back.

    Attributes:
        study: the declaration; `study.experiment(...)` is the same as an experiment to reproduce.
        results: every run; `results.frame` has one row a run, `results.failed` those that raised.
    """

    study: Resilience
    results: Results

    @functools.cached_property
    def table(self) -> pd.DataFrame:
        """One row a team, family and severity; see `Resilience.table`."""
        return self.study.table(self.results.frame)

    def chart(self, *, width: int = 200, height: int = 170, columns: int = 3) -> alt.ConcatChart:
        """The gain that is left over the severity, one panel a family; see `chart`."""
        return chart(self.table, width=width, height=height, columns=columns)

    def _repr_html_(self) -> str:
        html: str = self.table.round(3)._repr_html_()  # type: ignore[operator]
        failed = len(self.results.failed)
        return f"<p><b>{failed} runs failed</b></p>{html}" if failed else html


def resilience(
    model: Callable[..., Any] | str,
    *,
    troubles: Mapping[str, Mapping[float, Faults | Trouble]],
    score: Metric,
    lone: str | float,
    teams: Mapping[str, Mapping[str, Any]] | None = None,
    parameters: Mapping[str, Any] | None = None,
    recovery: Metric | None = None,
    metrics: Sequence[Metric] | Mapping[str, Metric] = (),
    units: Mapping[str, str] | None = None,
    ticks: int | None = None,
    seeds: int | Sequence[int] = 20,
    name: str = "resilience",
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Progress = None,
    executor: Executor | None = None,
) -> ResilienceCurve:
    """Run every team in every trouble, over seeds in pairs, and measure how much of its gain is left.

    Args:
        model, troubles, score, lone, teams, parameters, recovery, metrics, units, ticks: as `Resilience`
            declares them.
        seeds, name, workers, out, progress, executor: as for `Experiment` and `run`: with a folder every
            finished run is kept, and numbers do not depend on the workers.

    Raises:
        ParameterError, UnknownNameError: a declaration that cannot be run.
        FolderError, Stopped: as `run` does.

    >>> from mas_kit import Crash
    >>> from mas_kit.usecases.supply_chain import STAGES
    >>> curve = resilience(
    ...     "supply_chain",
    ...     teams={"planned": dict.fromkeys(STAGES, "planner"), "each for itself": {}},
    ...     lone="each for itself",
    ...     troubles={"factory down": {n: [Crash(agent="factory", at=10, until=10 + n)] for n in (1, 4)}},
    ...     score="cost per week",
    ...     seeds=2,
    ...     workers=1,
    ... )
    >>> curve.table["trouble"].tolist(), curve.table["gain left"].is_monotonic_decreasing
    (['none', 'factory down 1', 'factory down 4'], True)
    """
    study = Resilience(
        model=model,
        troubles=troubles,
        score=score,
        lone=lone,
        teams={"team": {}} if teams is None else teams,
        parameters=parameters or {},
        recovery=recovery,
        metrics=metrics,
        units=units or {},
        ticks=ticks,
    )
    experiment = study.experiment(name, seeds=seeds)
    found = run(experiment, workers=workers, out=out, progress=progress, executor=executor)
    return ResilienceCurve(study, found)


def chart(table: pd.DataFrame, *, width: int = 200, height: int = 170, columns: int = 3) -> alt.ConcatChart:
    """Resilience curves of a table (`Resilience.table`): one panel a family, a line a team, intervals.

    The dashed lines are the score without trouble (1) and that of the lone agent (0).
    """
    import altair as alt

    # A table has no infinite ends: an interval that is the whole line is not drawn.
    finite = table.replace([math.inf, -math.inf], math.nan)
    teams = list(dict.fromkeys(table["who"]))
    # beside the panels: above, the names of several teams would not fit the width of one
    legend = alt.Legend(orient="right", title=None) if len(teams) > 1 else None
    panels = []
    for family, part in finite.groupby("family", sort=False):
        unit = next(iter(part["unit"])) or "severity"
        only = part["severity"].nunique() == 2  # with trouble or without: there is no scale to speak of
        whole = bool((part["severity"] % 1 == 0).all())
        labels = list(dict.fromkeys(part["trouble"]))
        x = (
            alt.X("trouble:N", sort=labels, title=None, axis=alt.Axis(labelAngle=0))
            if only
            else alt.X("severity:Q", title=unit, axis=alt.Axis(tickMinStep=1) if whole else alt.Axis())
        )
        y = alt.Y("gain left:Q", title="gain left", scale=alt.Scale(zero=True))
        colour = alt.Color("who:N", sort=teams, title=None, legend=legend)
        tooltip: list[str | alt.Tooltip] = ["who:N", "trouble:N"]
        tooltip += [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("gain left", "low", "high")]
        base = alt.Chart(part).encode(x=x, color=colour, tooltip=tooltip)
        levels = [alt.Chart().mark_rule(strokeDash=[4, 4]).encode(y=alt.datum(level)) for level in (0, 1)]
        bars = base.mark_rule(opacity=0.5).encode(y=alt.Y("low:Q", title="gain left"), y2="high:Q")
        panels.append(
            alt.layer(*levels, bars, base.mark_line(point=True).encode(y=y), data=part).properties(
                title=str(family), width=width, height=height
            )
        )
    return alt.concat(*panels, columns=columns)
