"""``mas-kit run`` and ``reproduce``: use cases and their experiments on the command line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from mas_kit import usecases
from mas_kit.cli.places import writable
from mas_kit.core.errors import ParameterError

if TYPE_CHECKING:
    from mas_kit.core.parameters import Parameters
    from mas_kit.experiments import Results


def settings_of(pairs: Sequence[str], option: str = "--set") -> dict[str, str]:
    """``["weeks=10", "loss=0.1"]`` as a mapping.

    Raises ParameterError for a pair without ``=`` or a key that is given twice.
    """
    example = "--set weeks=52" if option == "--set" else "--vary weeks=26,52"
    settings: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ParameterError(
                f"{option} {pair!r} is not of the form key=value; write for example {example}"
            )
        if key in settings:
            raise ParameterError(
                f"{option} gives {key!r} twice, {settings[key]!r} and {value!r}; leave one out"
            )
        settings[key] = value.strip()
    return settings


def design_of(
    pairs: Sequence[str], texts: Mapping[str, str], declared: type[Parameters]
) -> dict[str, list[Any]]:
    """``["loss=0,0.1"]`` as the grid of an experiment, each value read as its parameter is declared.

    Raises ParameterError for what is not of the form key=a,b, is set as well, or is not allowed, and
    UnknownNameError for a parameter that does not exist.
    """
    design: dict[str, list[Any]] = {}
    for key, listed in settings_of(pairs, "--vary").items():
        if key in texts:
            raise ParameterError(f"--set and --vary both give {key!r}; leave one out")
        levels = [level.strip() for level in listed.split(",")]
        design[key] = [declared.parse({**texts, key: level}).model_dump()[key] for level in levels]
    return design


def run(
    name: str,
    *,
    settings: Sequence[str],
    seeds: int,
    workers: int | None,
    out: Path | None,
    vary: Sequence[str] = (),
    as_json: bool = False,
) -> bool:
    """Run a use case's model over ``seeds`` seeds, print its metrics; did every run finish?

    Raises UnknownNameError and ParameterError for what the use case or its parameters do not allow, and
    FolderError for a folder that cannot be used.
    """
    from mas_kit import experiments

    case = usecases.load(name)
    texts = settings_of(settings)
    declared = case.model.Parameters
    values = declared.parse(texts).model_dump()
    experiment = experiments.Experiment(
        name=name,
        model=case.model,
        parameters={key: values[key] for key in texts},
        design=design_of(vary, texts, declared),
        seeds=seeds,
    )
    if out is not None:
        writable(out)
    try:
        results = experiments.run(experiment, workers=workers, out=out)
    except experiments.FolderError as error:
        raise experiments.FolderError(str(error).replace("with out=", "with --out")) from None
    if as_json:
        print(json.dumps(record(results), indent=1, allow_nan=False, ensure_ascii=False, default=str))
    else:
        show(results, case.title, texts)
    return not results.failed


def record(results: Results) -> dict[str, Any]:
    """The summary as JSON data; what has no value is null."""
    varied = list(results.experiment.points[0].labels)
    points = []
    for row in results.summary().to_dict("records"):
        metrics = {
            metric: {"mean": _finite(row[metric]), "standard_error": _finite(row[f"{metric} s.e."])}
            for metric in results.metrics
        }
        points.append({"varied": {key: row[key] for key in varied}, "runs": row["n"], "metrics": metrics})
    return {
        "use_case": results.experiment.name,
        "parameters": dict(results.experiment.parameters),
        "points": points,
        "resumed": results.resumed,
        "failed": [str(failure) for failure in results.failed],
        "folder": None if results.folder is None else str(results.folder),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def show(results: Results, title: str, settings: dict[str, str]) -> None:
    """Print the mean and the standard error of every metric, and where the runs are."""
    console = Console()
    given = ", ".join(f"{key} = {value}" for key, value in settings.items())
    console.print(f"{title}{': ' + given if given else ''}", style="bold", highlight=False, markup=False)
    varied = list(results.experiment.points[0].labels)
    for row in results.summary().to_dict("records"):
        if varied:
            point = ", ".join(f"{key} = {row[key]}" for key in varied)
            console.print(f"\n{point}", style="bold", highlight=False, markup=False)
        console.print(_table(row, results.metrics))
    finished = f"{len(results.frame)} runs" + (
        f", {results.resumed} of them earlier" if results.resumed else ""
    )
    kept = f"; kept in {results.folder}" if results.folder else ""
    console.print(f"{finished}, {results.seconds:.1f} s{kept}", highlight=False, markup=False, soft_wrap=True)
    same = all(results.frame[metric].nunique() <= 1 for metric in results.metrics)
    if len(results.frame) > 1 and same and not varied:
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
