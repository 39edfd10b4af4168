"""Run experiments and set what comes out beside what their sources say."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mas_kit.core.errors import ParameterError
from mas_kit.experiments.expected import Estimate, Expected
from mas_kit.experiments.experiment import Experiment, check_name
from mas_kit.experiments.progress import Progress
from mas_kit.experiments.report import Report, Row
from mas_kit.experiments.runner import run
from mas_kit.experiments.verdict import Judgement, Verdict, judge

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Computation:
    """Quantities that a formula, a dynamic program or a linear program gives, without a model.

    Args:
        name: like an experiment's.
        compute: gives {quantity: value} or {quantity: (value, standard error)}; or one value, when there is
            one expected result.
        expected: what should come out.

    Raises:
        ParameterError: a bad name, or nothing expected.
    """

    name: str
    compute: Callable[[], Any]
    expected: Sequence[Expected] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        check_name(self.name)
        object.__setattr__(self, "expected", tuple(self.expected))
        if not self.expected:
            raise ParameterError(f"computation {self.name!r} expects nothing; give expected=[Expected(...)]")
        if any(expected.at for expected in self.expected):
            raise ParameterError(f"computation {self.name!r} has no design, so that its results take no at=")


def reproduce(
    experiments: Iterable[Experiment | Computation],
    *,
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Progress = None,
) -> Report:
    """Run what is missing of every experiment, and judge every expected result.

    A quantity that cannot be computed, or comes out of runs of which some failed, is DIFFERENT with the
    reason beside it; the others are still judged.

    Args:
        experiments: experiments and computations that declare expected results.
        workers: processes; None takes all usable cores.
        out: a folder; each experiment keeps its results in a folder of its name inside.
        progress: None shows a bar for what takes longer than two seconds; False none.

    Raises:
        ParameterError: nothing is expected, or two experiments have the same name.
        FolderError, Stopped: as `run` does.
    """
    began = time.perf_counter()
    listed = list(experiments)
    names = [experiment.name for experiment in listed]
    for name in names:
        if names.count(name) > 1:
            raise ParameterError(f"two experiments are called {name!r}; rename one")
    if not any(experiment.expected for experiment in listed):
        raise ParameterError(
            "none of these experiments declares an expected result; there is nothing to reproduce"
        )
    rows: list[Row] = []
    found: pd.DataFrame | Mapping[str, Any]
    for experiment in listed:
        if not experiment.expected:
            continue
        if isinstance(experiment, Computation):
            found, trouble = _compute(experiment)
        else:
            folder = None if out is None else Path(out) / experiment.name
            found, trouble = _run(experiment, workers, folder, progress)
        rows += [_row(experiment.name, expected, found, trouble) for expected in experiment.expected]
    return Report(tuple(rows), time.perf_counter() - began)


def _compute(computation: Computation) -> tuple[Mapping[str, Any], str]:
    try:
        found = computation.compute()
    except Exception as error:
        return {}, f"could not be computed: {type(error).__name__}: {error}"
    if not isinstance(found, Mapping):
        only = computation.expected[0]
        name = only.estimator if isinstance(only.estimator, str) else only.quantity
        return {name: found}, ""
    return found, ""


def _run(
    experiment: Experiment, workers: int | None, folder: Path | None, progress: Progress
) -> tuple[pd.DataFrame, str]:
    results = run(experiment, workers=workers, out=folder, progress=progress)
    if not results.failed:
        return results.frame, ""
    total = len(results.frame) + len(results.failed)
    return results.frame, f"{len(results.failed)} of {total} runs failed, the first: {results.failed[0]}"


def _row(name: str, expected: Expected, found: pd.DataFrame | Mapping[str, Any], trouble: str) -> Row:
    estimate = Estimate(math.nan)
    if trouble:
        judgement = Judgement(Verdict.DIFFERENT, trouble)
    else:
        try:
            estimate = expected.estimate(found)
        except Exception as error:  # whatever an estimator does, the others are still judged
            judgement = Judgement(
                Verdict.DIFFERENT, f"could not be estimated: {type(error).__name__}: {error}"
            )
        else:
            judgement = judge(expected, estimate)
    tolerance = str(expected.tolerance)
    if expected.value is None and tolerance == "exact":
        tolerance = "inside the range"
    elif tolerance == "exact" and expected.decimals is not None:
        tolerance = f"exact to {expected.decimals} decimals"
    return Row(
        name,
        expected.quantity,
        expected.published,
        estimate.value,
        estimate.standard_error,
        tolerance,
        judgement.verdict,
        expected.source,
        judgement.reason,
        expected.decimals,
    )
