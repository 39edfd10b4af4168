"""Resilience curves: how much of what working together gains is left when something goes wrong.

The measure is the same for every model: (score under fault - score of the lone agent) / (score without fault
- score of the lone agent). 1: nothing is lost; 0: no better than one agent alone; below 0: worse than that.
Whether high scores are good or low ones does not matter.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mas_kit.core.errors import ParameterError, unknown
from mas_kit.core.faults import Fault, parse
from mas_kit.experiments.expected import Expected
from mas_kit.experiments.experiment import Experiment, Metric
from mas_kit.experiments.recovery import TWINS
from mas_kit.experiments.resilience_ratio import Ratio, ratio_of_means

if TYPE_CHECKING:
    import pandas as pd

type Faults = Sequence[Fault | Mapping[str, Any]] | Callable[[str], Sequence[Fault | Mapping[str, Any]]]

NONE = "none"  # the label of a run in which nothing goes wrong


class Trouble(NamedTuple):
    """One thing that goes wrong, at one severity, where a list of faults does not say it all.

    `faults`: as data, or a function of the team's name (who is killed may depend on who there is).
    `label`: what the results call it; without one "family severity". `parameters`: of the model, set with it.
    """

    faults: Faults = ()
    label: str = ""
    parameters: Mapping[str, Any] = {}


@dataclass(frozen=True, kw_only=True, eq=False)
class Resilience:
    """The declaration of resilience curves: teams, the lone agent, families of troubles by severity, a score.

    Args:
        model: a model class, anything that is called as `model(seed=..., faults=..., **parameters)`, or the
            name of a use case.
        troubles: family -> severity -> faults (or a `Trouble`). Severity 0, the run in which nothing goes
            wrong, is always there.
        score: a metric's name, or a function of the finished model.
        teams: name -> the parameters that make it. Without teams there is one, the model as it is.
        lone: which of the teams is the lone agent; or its score, where that is a known number.
        also_alone: troubles (by label) in which the lone agent is to be seen too.
        parameters: of every run.
        recovery: time to recover: a metric's name or a function of the finished model; see `Recovery`.
        metrics: what else to keep of every run, in a list or as {name: name or function}.
        units: family -> what its severity measures.
        ticks: length of the runs; None is the model's own horizon.

    Raises:
        ParameterError: no troubles, two with one label, a severity of 0, nobody to compare with the lone
            agent. UnknownNameError: a lone agent or a trouble that is not there.
    """

    model: Callable[..., Any] | str
    troubles: Mapping[str, Mapping[float, Faults | Trouble]]
    score: Metric
    lone: str | float
    teams: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"team": {}})
    also_alone: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    recovery: Metric | None = None
    metrics: Sequence[Metric] | Mapping[str, Metric] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    ticks: int | None = None

    def __post_init__(self) -> None:
        labels = [label for label, *_ in self._each()]
        if not labels:
            raise ParameterError("parameter 'troubles' is empty; give {family: {severity: [faults]}}")
        for label in labels:
            if labels.count(label) > 1 or label == NONE:
                raise ParameterError(f"two troubles are called {label!r}; give one another label")
        if isinstance(self.lone, str) and self.lone not in self.teams:
            raise unknown("team", self.lone, self.teams)
        if not self.others:
            raise ParameterError(f"nobody is compared with {self.lone!r}; give another team")
        for label in self.also_alone:
            if label not in labels:
                raise unknown("trouble", label, labels)

    def _each(self) -> Iterator[tuple[str, str, float, Trouble]]:
        """Label, family, severity and trouble of each."""
        for family, levels in self.troubles.items():
            for severity, given in levels.items():
                if not severity:
                    raise ParameterError(
                        f"{family!r} has a severity of 0: that is the run without trouble, always there"
                    )
                trouble = given if isinstance(given, Trouble) else Trouble(given)
                yield trouble.label or f"{family} {severity:g}", family, severity, trouble

    @property
    def labels(self) -> list[str]:
        """Every trouble as text, `none` first."""
        return [NONE, *(label for label, *_ in self._each())]

    @property
    def others(self) -> list[str]:
        """The teams without the lone agent."""
        return [name for name in self.teams if name != self.lone]

    @property
    def __wrapped__(self) -> tuple[Any, ...]:
        # What the fingerprint of `make` follows: the model's own code, of which the study is only a wrapping.
        return self._model(), self.troubles, self.teams, self.parameters

    def trouble(self, label: str) -> Trouble:
        """The trouble of that label. Raises UnknownNameError."""
        if label == NONE:
            return Trouble()
        for name, _, _, trouble in self._each():
            if name == label:
                return trouble
        raise unknown("trouble", label, self.labels)

    def faults(self, trouble: str, who: str) -> list[Fault]:
        """What goes wrong for that team, as data."""
        given = self.trouble(trouble).faults
        return parse(given(who) if callable(given) else given)

    def make(self, *, seed: int | None = None, who: str = "", trouble: str = NONE, **parameters: Any) -> Any:
        """One model: a team (without a name the first that is not alone) in one trouble; not yet run."""
        who = who or self.others[0]
        if who not in self.teams:
            raise unknown("team", who, self.teams)
        settings = {
            **self.parameters,
            **self.teams[who],
            **self.trouble(trouble).parameters,
            **parameters,
        }
        faults = self.faults(trouble, who)
        model = self._model()(seed=seed, faults=faults, **settings)
        settings.pop("log", None)
        TWINS.note(model, functools.partial(self._model(), seed=getattr(model, "seed", seed), **settings))
        return model

    def _model(self) -> Callable[..., Any]:
        if not isinstance(self.model, str):
            return self.model
        from mas_kit import usecases

        found: Callable[..., Any] = usecases.load(self.model).model
        return found

    def experiment(
        self,
        name: str = "resilience",
        *,
        seeds: int | Sequence[int] = 20,
        expected: Sequence[Expected] = (),
        entropy: int | None = None,
    ) -> Experiment:
        """The experiment behind the curves, to be run, kept and reproduced like any other."""
        alone = [self.lone] if isinstance(self.lone, str) else []
        design = [
            *({"who": who, "trouble": trouble} for who in alone for trouble in (NONE, *self.also_alone)),
            *({"who": who, "trouble": trouble} for who in self.others for trouble in self.labels),
        ]
        return Experiment(
            name=name,
            model=self.make,
            design=design,
            seeds=seeds,
            metrics=self._metrics(),
            ticks=self.ticks,
            entropy=entropy,
            expected=expected,
        )

    def _metrics(self) -> dict[str, Metric]:
        more = self.metrics
        named = dict(more) if isinstance(more, Mapping) else {column(metric): metric for metric in more}
        first = [self.score] if self.recovery is None else [self.score, self.recovery]
        return {column(metric): metric for metric in first} | named

    # ---- what a frame of results says

    def values(
        self, frame: pd.DataFrame, trouble: str, who: str = "", metric: Metric | None = None
    ) -> pd.Series[float]:
        """A metric (the score, if not said) of a team in a trouble, by replicate.

        Raises UnknownNameError when there is no such run.
        """
        who = who or self.others[0]
        rows = frame[(frame["who"] == who) & (frame["trouble"] == trouble)]
        if rows.empty:
            pairs = zip(frame["who"], frame["trouble"], strict=True)
            raise unknown("run", f"{who}, {trouble}", {f"{team}, {label}" for team, label in pairs})
        found: pd.Series[float] = rows.set_index("replicate")[column(metric or self.score)].astype(float)
        return found

    def gain_left(self, frame: pd.DataFrame, trouble: str, who: str = "") -> tuple[float, float]:
        """(score in trouble - lone) / (score without - lone), and its standard error (delta method)."""
        return self._left(frame, trouble, who)[:2]

    def retained(
        self, frame: pd.DataFrame, trouble: str, who: str = "", metric: Metric | None = None
    ) -> tuple[float, float]:
        """A metric (the score) as a share of what it is without trouble, and its standard error."""
        hurt, well = _paired(*(self.values(frame, label, who, metric) for label in (trouble, NONE)))
        return ratio_of_means(hurt, well)[:2]

    def against(
        self, frame: pd.DataFrame, who: str, other: str, trouble: str = NONE, metric: Metric | None = None
    ) -> tuple[float, float]:
        """A metric (the score) of one team as a share of another's in the same trouble; standard error."""
        mine, theirs = _paired(*(self.values(frame, trouble, team, metric) for team in (who, other)))
        return ratio_of_means(mine, theirs)[:2]

    def _left(self, frame: pd.DataFrame, trouble: str, who: str, level: float = 0.95) -> Ratio:
        scores = [self.values(frame, trouble, who), self.values(frame, NONE, who)]
        if isinstance(self.lone, str):
            hurt, well, alone = _paired(*scores, self.values(frame, NONE, self.lone))
            return ratio_of_means(hurt - alone, well - alone, level)
        hurt, well = _paired(*scores)
        return ratio_of_means(hurt - self.lone, well - self.lone, level)

    def table(self, frame: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
        """The curves: one row a team, family and severity (0: nothing goes wrong).

        Columns: who, family, severity, unit, trouble, runs, score, score s.e., gain left, s.e. (delta
        method), low, high (Fieller's interval over paired seeds; the whole line where the team cannot be told
        from the lone agent), and with a recovery its mean under its name, and "recovery s.e.".
        """
        import pandas as pd

        rows = []
        for who in self.others:
            for family, levels in self.troubles.items():
                names = [label for label, of, *_ in self._each() if of == family]
                for severity, label in zip((0.0, *levels), (NONE, *names), strict=True):
                    score = self.values(frame, label, who)
                    row: dict[str, Any] = {
                        "who": who,
                        "family": family,
                        "severity": severity,
                        "unit": self.units.get(family, ""),
                        "trouble": label,
                        "runs": len(score),
                        "score": score.mean(),
                        "score s.e.": score.sem(),
                    }
                    left = self._left(frame, label, who, level)
                    row |= {"gain left": left.value, "s.e.": left.standard_error}
                    row |= {"low": left.low, "high": left.high}
                    if self.recovery is not None:
                        ticks = self.values(frame, label, who, self.recovery)
                        row |= {column(self.recovery): ticks.mean(), "recovery s.e.": ticks.sem()}
                    rows.append(row)
        return pd.DataFrame(rows)


def column(metric: Metric) -> str:
    """What the results call a metric."""
    return metric if isinstance(metric, str) else str(getattr(metric, "__name__", metric))


def _paired(*columns: pd.Series[float]) -> list[NDArray[np.float64]]:
    """The values of the replicates that all of them have (a run that failed takes its partners with it)."""
    common = functools.reduce(lambda left, right: left.intersection(right), [c.index for c in columns])
    common = common.sort_values()
    return [np.asarray(c.loc[common], dtype=np.float64) for c in columns]
