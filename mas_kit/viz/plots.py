"""Still charts of recorded runs, in a line each, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mas_kit.core.errors import unknown

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


def lines(
    frame: pd.DataFrame | Mapping[str, pd.DataFrame],
    columns: Mapping[str, str] | Sequence[str],
    *,
    title: str = "",
    y: str = "",
    x: str = "time",
    clock: str = "week",
    width: int = 320,
) -> alt.Chart:
    """Columns of a run (`model.frame()`) over time, one line each; several named runs stand side by side.

    Args:
        frame: one run, or runs by name
        columns: the columns to draw, or what to call them: label -> column
        y, clock: what the axes measure

    Raises:
        UnknownNameError: a column that a run does not have.
    """
    import altair as alt
    import pandas as pd

    named = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
    runs = dict(frame) if isinstance(frame, Mapping) else {"": frame}
    parts = []
    for run, table in runs.items():
        for column in named.values():
            if column not in table.columns:
                raise unknown("recorded column", column, table.columns)
        part = table[[x, *named.values()]].set_axis([x, *named], axis=1).melt(x, var_name="series")
        parts.append(part.assign(run=run))
    chart: alt.Chart = (
        alt.Chart(pd.concat(parts), title=title, width=width, height=220)
        .mark_line()
        .encode(
            x=alt.X(x, type="quantitative", title=clock),
            y=alt.Y("value", type="quantitative", title=y or None),
            color=alt.Color("series", type="nominal", sort=list(named), title=None),
            tooltip=[x, "series", alt.Tooltip("value", format=".4~g")],
        )
    )
    if len(runs) > 1:
        header = alt.Header(labelFontSize=12)
        chart = chart.encode(
            column=alt.Column("run", type="nominal", sort=list(runs), title=None, header=header)
        )
    return chart
