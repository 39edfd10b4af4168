"""The declaration of an experiment: model, settings, seeds, metrics, what should come out."""

from __future__ import annotations

import functools
import hashlib
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mas_kit.core.errors import ParameterError, out_of_range, unknown
from mas_kit.experiments.canonical import Scalar, canonical, text_of
from mas_kit.experiments.design import Design, Point, points_of
from mas_kit.experiments.expected import Expected
from mas_kit.experiments.fingerprint import fingerprint
from mas_kit.experiments.seeds import check_seeds, entropy_of, replicate_seed

type Metric = str | Callable[[Any], float]

RESERVED = ("point", "replicate", "seed")  # columns of every frame of results
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CONSTRUCTOR = ("faults", "policies", "record")  # arguments of a model that its parameters do not declare


class Run(NamedTuple):
    """One replicate of one design point."""

    point: int
    replicate: int
    seed: int
    values: dict[str, Any]
    labels: dict[str, Scalar]
    key: str  # names the run on disk: a digest of the point's values and the seed


@dataclass(frozen=True, kw_only=True, eq=False)
class Experiment:
    """A short declaration of what to run and what should come out of it.

    Args:
        name: letters, digits, `.`, `_`, `-`; also the name of its folder.
        model: a model class, or anything called as `model(seed=..., **parameters)` that gives an object
            with `run(ticks)` and `metrics()`.
        parameters: what is the same in every run; `faults`, `policies` and `record` may stand here too.
        design: what differs: a dict of lists (a full grid, the last axis fastest), a list of dicts, or a
            `LatinHypercube`. A level that is not a plain value can have a label:
            {"faults": {"none": (), "factory down": (Crash(agent="factory", at=10),)}}.
        seeds: how many replicates of each point, or a list of seeds.
        metrics: names out of `model.metrics()` and functions of the finished model, in a list or as
            {name: name or function}. Left out: all of `model.metrics()`. Values are stored as floats.
        ticks: how long to run; None is the model's own horizon.
        entropy: what the seeds grow from; None takes it from the name.
        common_random_numbers: replicate i has the same seed at every design point (the default), so that
            differences between points are not blurred by chance; False gives each point its own.
        expected: what should come out, for `reproduce`.

    Raises:
        ParameterError, UnknownNameError: a declaration that cannot be run: a bad name, an unknown or
            out-of-range parameter at any point of the design, a seed that is not a whole number...

    The seed of a run depends on the entropy and on which replicate it is (and on the values of its
    point without common random numbers): adding points, seeds or workers never changes another run.
    """

    name: str
    model: Callable[..., Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    design: Design = field(default_factory=dict)
    seeds: int | Sequence[int] = 1
    metrics: Sequence[Metric] | Mapping[str, Metric] = ()
    ticks: int | None = None
    entropy: int | None = None
    common_random_numbers: bool = True
    expected: Sequence[Expected] = ()

    def __post_init__(self) -> None:
        check_name(self.name)
        if not callable(self.model):
            raise ParameterError(f"parameter 'model' is {self.model!r}; give the model's class")
        entropy = entropy_of(self.name) if self.entropy is None else operator.index(self.entropy)
        if entropy < 0:
            raise out_of_range("entropy", entropy, "whole numbers from 0", "leave it out to use the name")
        if self.ticks is not None and operator.index(self.ticks) < 1:
            raise out_of_range("ticks", self.ticks, "whole numbers from 1", "leave it out for the whole run")
        settle = functools.partial(object.__setattr__, self)
        settle("entropy", entropy)
        settle("parameters", dict(self.parameters))
        settle("seeds", check_seeds(self.seeds))
        settle("metrics", _named(self.metrics))
        settle("expected", tuple(self.expected))
        if isinstance(self.design, Mapping | Sequence):  # a hypercube is drawn when it is first needed
            self._check(self.points)

    @functools.cached_property
    def points(self) -> list[Point]:
        """The design points, in order."""
        return points_of(self.design)

    def runs(self, seeds: int | Sequence[int] | None = None) -> list[Run]:
        """Every run, in design order: point by point, replicate by replicate."""
        wanted = check_seeds(self.seeds if seeds is None else seeds)
        entropy = self.entropy or 0
        if not isinstance(self.design, Mapping | Sequence):
            self._check(self.points)
        runs = []
        for index, point in enumerate(self.points):
            own = "" if self.common_random_numbers else point.text
            if isinstance(wanted, int):
                drawn: Sequence[int] = [replicate_seed(entropy, i, own) for i in range(wanted)]
            else:
                drawn = wanted
            values = {**self.parameters, **point.values}
            for replicate, seed in enumerate(drawn):
                key = hashlib.sha256(f"{point.text}\n{seed}".encode()).hexdigest()[:20]
                runs.append(Run(index, replicate, seed, values, point.labels, key))
        return runs

    def build(self, run: Run, *, log: bool = False) -> Any:
        """The model of one run, not yet run: to look at it, or to see a failure happen."""
        return self.model(seed=run.seed, **run.values, **({"log": True} if log else {}))

    def spec(self) -> dict[str, Any]:
        """What makes one run of this experiment comparable with another, as JSON data.

        Design points and seeds are not in it: an experiment may grow.
        """
        metrics: Mapping[str, Metric] = self.metrics  # type: ignore[assignment]
        return {
            "name": self.name,
            "model": f"{self.model.__module__}.{getattr(self.model, '__qualname__', repr(self.model))}",
            "code": fingerprint(self.model),
            "parameters": {name: canonical(name, value) for name, value in sorted(self.parameters.items())},
            "varied": sorted(self.points[0].values),
            "metrics": {name: canonical(name, metric) for name, metric in metrics.items()} or "all",
            "ticks": self.ticks,
            "entropy": str(self.entropy),
            "common_random_numbers": self.common_random_numbers,
        }

    def _check(self, points: Sequence[Point]) -> None:
        taken = {*RESERVED, *self.metrics} & {name for point in points for name in point.values}
        if taken:
            raise ParameterError(
                f"{sorted(taken)[0]!r} is a column of the results, so that no parameter can be called that"
            )
        declared = getattr(self.model, "Parameters", None)
        for point in points:
            values = {**self.parameters, **point.values}
            if declared is not None:
                declared(**{name: value for name, value in values.items() if name not in _CONSTRUCTOR})
        for expected in self.expected:
            for name in expected.at or ():
                if name not in points[0].labels:
                    raise unknown(f"parameter in the design of {self.name}", name, points[0].labels)


def spec_hash(spec: Mapping[str, Any]) -> str:
    """The digest of a spec."""
    return hashlib.sha256(text_of(spec).encode()).hexdigest()


def check_name(name: str) -> None:
    """A name that is also a folder's, on every system."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise out_of_range(
            "name",
            name,
            "letters, digits, '.', '_' and '-', not starting with a sign",
            "rename the experiment",
        )


def _named(metrics: Sequence[Metric] | Mapping[str, Metric]) -> dict[str, Metric]:
    if isinstance(metrics, str):
        raise ParameterError(f"parameter 'metrics' is {metrics!r}; give a list of names, e.g. [{metrics!r}]")
    if isinstance(metrics, Mapping):
        pairs = list(metrics.items())
    else:
        pairs = [(m if isinstance(m, str) else getattr(m, "__name__", "<lambda>"), m) for m in metrics]
    named: dict[str, Metric] = {}
    for name, metric in pairs:
        if not isinstance(metric, str) and not callable(metric):
            raise ParameterError(f"a metric is {metric!r}; give a name or a function of the model")
        if name == "<lambda>":
            raise ParameterError(
                "a metric that is a lambda has no name; give metrics={'name': lambda model: ...}"
            )
        if name in named or name in RESERVED:
            raise ParameterError(f"two columns of the results would be called {name!r}; rename the metric")
        named[name] = metric
    return named
