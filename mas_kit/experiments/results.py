"""The results of an experiment as one table: a row a run, in design order, whoever ran it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mas_kit.core.errors import MasKitError
from mas_kit.experiments.canonical import text_of
from mas_kit.experiments.experiment import Experiment, Run
from mas_kit.experiments.replicate import Failure, Outcome
from mas_kit.experiments.worker import measure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Results:
    """What `run` gives back.

    Attributes:
        experiment: the declaration.
        frame: one row a finished run: `point`, `replicate`, `seed`, the varied parameters, the metrics.
        folder: where it is kept; None for results in memory.
        resumed: how many runs were found finished and not run again.
        failed: the runs that raised, with their tracebacks; they are tried again at the next run.
        seconds: wall seconds of this call.
    """

    experiment: Experiment
    frame: pd.DataFrame
    folder: Path | None
    resumed: int
    failed: tuple[Failure, ...]
    metrics: tuple[str, ...]
    keys: tuple[str, ...]
    seconds: float

    def summary(self) -> pd.DataFrame:
        """Mean and standard error of every metric at every design point, over its replicates.

        Standard error: sample standard deviation (n - 1) over the square root of n; NaN for one replicate.
        A replicate without a value makes both NaN.
        """
        import numpy as np
        import pandas as pd

        varied = list(self.experiment.points[0].labels)
        rows: list[dict[str, Any]] = []
        for index, part in self.frame.groupby("point", sort=True):
            row: dict[str, Any] = {"point": index, **{name: part[name].iloc[0] for name in varied}}
            row["n"] = len(part)
            for name in self.metrics:
                values = part[name].to_numpy()
                row[name] = values.mean()
                row[f"{name} s.e."] = values.std(ddof=1) / math.sqrt(len(part)) if len(part) > 1 else np.nan
            rows.append(row)
        return pd.DataFrame(rows)

    def events(self, point: int = 0, replicate: int = 0) -> pd.DataFrame:
        """The event log of one run (of a sweep run with log=True and out=...)."""
        import pandas as pd

        for row, key in enumerate(self.keys):
            at = (self.frame["point"].iloc[row], self.frame["replicate"].iloc[row])
            path = self.folder / "events" / f"{key}.parquet" if self.folder else None
            if at == (point, replicate) and path is not None and path.exists():
                return pd.read_parquet(path)
        raise MasKitError(
            f"there is no event log of point {point}, replicate {replicate}; run it with log=True and out=..."
        )

    def again(self, point: int = 0, replicate: int = 0, *, log: bool = False) -> Any:
        """One run once more, to look inside: the finished model, with its history, its agents, its log.

        A run is determined by its point and its seed, so that nothing has to be kept for this.

        Raises:
            MasKitError: no such run, or the model is not what it was: its metrics come out differently.
        """
        rows = self.frame[(self.frame["point"] == point) & (self.frame["replicate"] == replicate)]
        if rows.empty:
            raise MasKitError(
                f"there is no finished run of point {point}, replicate {replicate}; this experiment has "
                f"points 0 to {len(self.experiment.points) - 1}, and {len(self.frame)} runs are finished"
            )
        at = int(rows.index[0])
        values = {**self.experiment.parameters, **self.experiment.points[point].values}
        labels = self.experiment.points[point].labels
        run = Run(point, replicate, int(rows["seed"].iloc[0]), values, labels, self.keys[at])
        model = self.experiment.build(run, log=log)
        model.run(self.experiment.ticks)
        for metric, found in measure(self.experiment, model).items():
            column = f"{metric} (metric)" if f"{metric} (metric)" in self.metrics else metric
            kept = float(self.frame[column].iloc[at]) if column in self.frame else math.nan
            if found != kept and not (math.isnan(found) and math.isnan(kept)):
                raise MasKitError(
                    f"the run came out differently: {metric} is {found:.17g}, it was {kept:.17g}; the model "
                    "or a library was changed since, or it takes chance from elsewhere than its streams"
                )
        return model

    def histories(self) -> pd.DataFrame:
        """What every run recorded, tick by tick: one row a run and tick, with its point and replicate.

        Columns: `point`, `replicate`, `seed`, the varied parameters, and what `model.history` holds. The runs
        are run again in this process, one after the other: meant for some dozens of them, not for thousands.

        Raises:
            MasKitError: the model keeps no history (a foreign class, or record=False).
        """
        import pandas as pd

        parts = []
        for row in self.frame.to_dict("records"):
            history = getattr(self.again(row["point"], row["replicate"]), "history", None)
            if not history:
                raise MasKitError("these runs keep no history; give a mas_kit model, with record=True")
            part = pd.DataFrame(list(history))
            names = ("point", "replicate", "seed", *self.experiment.points[0].labels)
            for place, name in enumerate(names):
                part.insert(place, name if name not in part else f"{name} (parameter)", row[name])
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def _repr_html_(self) -> str:
        notes = f"{len(self.frame)} runs finished"
        notes += f", {self.resumed} of them earlier" if self.resumed else ""
        notes += f", <b>{len(self.failed)} failed</b>" if self.failed else ""
        html: str = self.frame.head(20)._repr_html_()  # type: ignore[operator]
        return f"<p><b>{self.experiment.name}</b>: {notes}</p>{html}"


def assemble(
    experiment: Experiment, runs: Sequence[Run], outcomes: Mapping[str, Outcome]
) -> tuple[pd.DataFrame, dict[str, str], tuple[str, ...]]:
    """The table of the finished runs, its metrics as {column: name}, and the keys of its rows.

    A metric that only some runs report is NaN in the others. One that is called like another column gets
    " (metric)" behind its name.
    """
    import numpy as np
    import pandas as pd

    done = [run for run in runs if run.key in outcomes and outcomes[run.key].failure is None]
    names = dict.fromkeys(name for run in done for name in outcomes[run.key].metrics)
    columns: dict[str, Any] = {
        "point": np.array([run.point for run in done], dtype=np.int64),
        "replicate": np.array([run.replicate for run in done], dtype=np.int64),
        "seed": np.array([run.seed for run in done], dtype=np.int64),
    }
    for name in experiment.points[0].labels:
        labels = [point.labels[name] for point in experiment.points]
        kind = _kind(labels)
        values = [run.labels[name] for run in done]
        columns[name] = pd.Series([text_of_label(v) if kind == "str" else v for v in values], dtype=kind)
    metrics: dict[str, str] = {}
    for name in names:
        column = name if name not in columns else f"{name} (metric)"
        found = [outcomes[run.key].metrics.get(name, math.nan) for run in done]
        columns[column] = np.array(found, dtype=np.float64)
        metrics[column] = name
    return pd.DataFrame(columns), metrics, tuple(run.key for run in done)


def text_of_label(label: Any) -> str:
    """A label in a column of text."""
    return label if isinstance(label, str) else text_of(label)


def _kind(labels: Sequence[Any]) -> str:
    """One type for a column, from all the levels of the design: it must not depend on which runs finished."""
    if all(isinstance(label, bool) for label in labels):
        return "bool"
    if any(isinstance(label, bool | str) for label in labels):
        return "str"
    return "int64" if all(isinstance(label, int) for label in labels) else "float64"


def digest(frame: pd.DataFrame) -> str:
    """SHA-256 of the numbers themselves: it does not depend on the file format or its version."""
    lines = [json.dumps(list(frame.columns))]
    lines += [json.dumps(row) for row in frame.astype(object).to_numpy().tolist()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
