"""``mas-kit list``, ``run`` and ``reproduce``: use cases and their experiments on the command line."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from mas_kit import usecases
from mas_kit.cli.places import writable
from mas_kit.core.errors import ParameterError

if TYPE_CHECKING:
    from mas_kit.experiments import Results


def catalogue(*, as_json: bool) -> None:
    """Print the use cases: name, title, one line on what each is."""
    rows = [
        {"name": name, "title": (case := usecases.load(name)).title, "summary": case.summary}
        for name in usecases.names()
    ]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    console = Console()
    for row in rows:
        console.print(f"[bold]{row['name']}[/]  {row['title']}", highlight=False)
        console.print(f"  {row['summary']}", highlight=False, markup=False)
        console.print(f"  mas-kit app {row['name']}", style="dim", highlight=False, soft_wrap=True)


def settings_of(pairs: Sequence[str]) -> dict[str, str]:
    """``["weeks=10", "loss=0.1"]`` as a mapping.

    Raises ParameterError for a pair without ``=`` or a key that is given twice.
    """
    settings: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ParameterError(
                f"--set {pair!r} is not of the form key=value; write for example --set weeks=52"
            )
        if key in settings:
            raise ParameterError(f"--set gives {key!r} twice, {settings[key]!r} and {value!r}; leave one out")
        settings[key] = value.strip()
    return settings


def run(name: str, *, settings: Sequence[str], seeds: int, workers: int | None, out: Path | None) -> bool:
    """Run a use case's model over ``seeds`` seeds, print its metrics; did every run finish?

    Raises UnknownNameError and ParameterError for what the use case or its parameters do not allow, and
    FolderError for a folder that cannot be used.
    """
    from mas_kit import experiments

    case = usecases.load(name)
    texts = settings_of(settings)
    values = case.model.Parameters.parse(texts).model_dump()
    experiment = experiments.Experiment(
        name=name, model=case.model, parameters={key: values[key] for key in texts}, seeds=seeds
    )
    if out is not None:
        writable(out)
    try:
        results = experiments.run(experiment, workers=workers, out=out)
    except experiments.FolderError as error:
        raise experiments.FolderError(str(error).replace("with out=", "with --out")) from None
    show(results, case.title, texts)
    return not results.failed


def show(results: Results, title: str, settings: dict[str, str]) -> None:
    """Print the mean and the standard error of every metric, and where the runs are."""
    console = Console()
    given = ", ".join(f"{key} = {value}" for key, value in settings.items())
    console.print(f"{title}{': ' + given if given else ''}", style="bold", highlight=False, markup=False)
    if len(results.frame):
        console.print(_table(results.summary().iloc[0], results.metrics))
    finished = f"{len(results.frame)} runs" + (
        f", {results.resumed} of them earlier" if results.resumed else ""
    )
    kept = f"; kept in {results.folder}" if results.folder else ""
    console.print(f"{finished}, {results.seconds:.1f} s{kept}", highlight=False, markup=False, soft_wrap=True)
    if len(results.frame) > 1 and all(results.frame[metric].nunique() <= 1 for metric in results.metrics):
        console.print(
            "Every run gave the same: with these settings nothing is left to chance.", highlight=False
        )
    if results.failed:
        text = f"{len(results.failed)} runs failed; the first: {results.failed[0]}"
        console.print(text, style="red", highlight=False, markup=False)


def _table(summary: Any, metrics: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("metric", overflow="fold")
    table.add_column("mean", justify="right")
    table.add_column("s.e.", justify="right")
    for metric in metrics:
        mean, error = summary[metric], summary[f"{metric} s.e."]
        # Equal numbers need not have a mean equal to the last bit; what that leaves is no spread.
        error = 0.0 if error <= 1e-12 * abs(mean) else error
        table.add_row(metric, f"{mean:.6g}", "-" if math.isnan(error) else f"{error:.2g}")
    return table


def reproduce(name: str | None, *, workers: int | None, out: Path | None, as_json: bool) -> bool:
    """Reproduce one use case, or all of them, print the comparison; does everything hold?

    With ``out`` every experiment keeps its runs in ``out/<use case>/<experiment>``.
    Raises UnknownNameError for a use case that does not exist, FolderError for a folder that cannot be used.
    """
    from mas_kit import experiments
    from mas_kit.cli import verdicts

    cases = [usecases.load(each) for each in (usecases.names() if name is None else [name])]
    if out is not None:
        writable(out)
    reports = [
        experiments.reproduce(case.experiments, workers=workers, out=out and out / case.name)
        for case in cases
    ]
    rows = tuple(row for report in reports for row in report.rows)
    report = experiments.Report(rows, sum(report.seconds for report in reports))
    if as_json:
        print(report.to_json())
        return report.holds
    console = Console()
    if console.width >= verdicts.WIDE:
        console.print(report)
    else:
        for line in verdicts.lines(report):
            console.print(line)
    return report.holds
