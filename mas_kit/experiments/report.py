"""The table of a reproduction: published, ours, standard error, tolerance, verdict, source."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from mas_kit.experiments.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console, ConsoleOptions, RenderResult

_COLOURS = {Verdict.IDENTICAL: "green", Verdict.WITHIN: "green", Verdict.DIFFERENT: "bold red"}


class Row(NamedTuple):
    """One quantity."""

    experiment: str
    quantity: str
    published: str
    ours: float  # NaN when it could not be computed
    standard_error: float | None
    tolerance: str
    verdict: Verdict
    source: str
    reason: str  # why it does not hold; empty when it does
    decimals: int | None  # of the printed figure

    @property
    def ours_text(self) -> str:
        """Ours, to at least the digits that the source prints; never so short that a difference is hidden."""
        if not math.isfinite(self.ours):
            return "-"
        digits = 6 if self.decimals is None else max(6, self.decimals + len(str(int(abs(self.ours)))))
        return f"{self.ours:.{digits}g}"

    @property
    def error_text(self) -> str:
        """The standard error to two digits."""
        return "-" if self.standard_error is None else f"{self.standard_error:.2g}"


@dataclass(frozen=True)
class Report:
    """All quantities of a reproduction. Prints as a table in a terminal (rich) and in a notebook."""

    rows: tuple[Row, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Does every quantity hold? A report of nothing holds nothing."""
        return bool(self.rows) and all(row.verdict is not Verdict.DIFFERENT for row in self.rows)

    @property
    def frame(self) -> pd.DataFrame:
        """The table as data, unrounded."""
        import pandas as pd

        return pd.DataFrame([_record(row) for row in self.rows])

    def to_json(self) -> str:
        """The table as strict JSON: {"holds": ..., "quantities": [...]}; what has no value is null."""
        records = [_record(row) for row in self.rows]
        return json.dumps(
            {"holds": self.holds, "quantities": records}, indent=1, allow_nan=False, ensure_ascii=False
        )

    @property
    def summary(self) -> str:
        """One line: how many hold."""
        good = sum(row.verdict is not Verdict.DIFFERENT for row in self.rows)
        return f"{good} of {len(self.rows)} quantities hold ({self.seconds:.1f} s)"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.table import Table
        from rich.text import Text

        table = Table(show_lines=False)
        for name in ("experiment", "quantity"):
            table.add_column(name, overflow="fold")
        for name in ("published", "ours", "s.e."):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("tolerance", overflow="fold")
        table.add_column("verdict")
        table.add_column("source", overflow="fold")
        last = ""
        for row in self.rows:
            verdict = Text(row.verdict.value, style=_COLOURS[row.verdict])
            if row.reason:
                verdict.append(f"\n{row.reason}", style="red")
            # Text, not str: rich reads brackets in a str as markup
            name = "" if row.experiment == last else row.experiment
            cells = (name, row.quantity, row.published, row.ours_text, row.error_text, row.tolerance)
            table.add_row(*map(Text, cells), verdict, Text(row.source))
            last = row.experiment
        yield table
        yield Text(self.summary, style="green" if self.holds else "bold red")

    def _repr_html_(self) -> str:
        names = ("quantity", "published", "ours", "s.e.", "tolerance", "verdict", "source")
        head = "".join(f"<th>{name}</th>" for name in names)
        body = "".join(_html(row) for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{self.summary}</p>"


def _html(row: Row) -> str:
    colour = "#b00020" if row.verdict is Verdict.DIFFERENT else "#1b7f3b"
    verdict = f'<b style="color:{colour}">{row.verdict.value}</b>'
    if row.reason:
        verdict += f"<br>{html.escape(row.reason)}"
    texts: Sequence[str] = (row.quantity, row.published, row.ours_text, row.error_text, row.tolerance)
    cells = [*map(html.escape, texts), verdict, html.escape(row.source)]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _record(row: Row) -> dict[str, Any]:
    record = row._asdict()
    record.pop("decimals")
    record["verdict"] = row.verdict.value
    record["ours"] = row.ours if math.isfinite(row.ours) else None
    error = row.standard_error
    record["standard_error"] = error if error is not None and math.isfinite(error) else None
    return record
