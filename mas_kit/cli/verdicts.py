"""A reproduction as lines of text: a terminal of 80 columns has no room for its eight columns."""

from __future__ import annotations

from collections.abc import Iterator

from rich.padding import Padding
from rich.text import Text

from mas_kit.experiments import Report, Verdict

WIDE = 150  # columns from which on the table is easier to read
STYLES = {Verdict.IDENTICAL: "green", Verdict.WITHIN: "green", Verdict.DIFFERENT: "bold red"}
INDENT = max(len(verdict.value) for verdict in Verdict) + 2


def lines(report: Report) -> Iterator[Text | Padding]:
    """Per experiment its quantities: verdict, published, ours, standard error, tolerance, source."""
    experiment = source = ""
    for row in report.rows:
        if row.experiment != experiment:
            yield Text(f"\n{row.experiment}", "bold")
            experiment, source = row.experiment, ""
        line = Text(row.verdict.value.ljust(INDENT), STYLES[row.verdict])
        line.append(row.quantity, "default")
        yield line
        error = "" if row.standard_error is None else f" (s.e. {row.error_text})"
        numbers = f"published {row.published}, ours {row.ours_text}{error}, tolerance: {row.tolerance}"
        yield Padding(Text(numbers), (0, 0, 0, INDENT))
        if row.reason:
            yield Padding(Text(row.reason, "red"), (0, 0, 0, INDENT))
        if row.source != source:
            yield Padding(Text(row.source, "dim"), (0, 0, 0, INDENT))
            source = row.source
    yield Text(f"\n{report.summary}", "green" if report.holds else "bold red")
