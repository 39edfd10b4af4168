"""Do both engines give the same numbers, to the last bit? Anybody's rule can be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mas_kit.checks.report import Failure, Report
from mas_kit.core import Model
from mas_kit.core.errors import ParameterError
from mas_kit.population.errors import RuleError
from mas_kit.population.population import Population

SAME = "objects and columns agree"


def check_engines(
    make: Callable[..., Population | Model], *, ticks: int = 50, raise_: bool = True, **params: Any
) -> Report:
    """Run the same thing on objects and on columns, and compare every column after every tick.

    Args:
        make: a function (or a Model class) that takes `engine` and makes a population, or a model with some.
            It must use the same seed each time.
        ticks: length of the runs.
        raise_: False returns the report in any case.
        params: what else `make` takes.

    Returns:
        The report; its `ok` says whether all agreed.

    Raises:
        ConformanceError: they differ; the first tick, agent and field are named with the likely cause (unless
        `raise_` is False). RuleError: a rule cannot be compiled. ParameterError: `make` makes something else.
    """
    one, other = make(engine="objects", **params), make(engine="columns", **params)
    report = Report(f"rules of {getattr(make, '__name__', repr(make))}")
    for tick in range(1, ticks + 1):
        ended = [_step(world) for world in (one, other)]
        failures = _compare(one, other, tick)
        if not failures and ended[0] != ended[1]:
            one_, other_ = (end or "no error" for end in ended)
            what = f"in tick {tick} objects ended with {one_}, columns with {other_}"
            failures = [
                Failure(SAME, what, "one engine met a number that the other did not", "look at that tick")
            ]
        report.add(SAME, failures)
        if failures or any(ended):
            break
    return report.settle(raise_)


def _step(world: Population | Model) -> str:
    try:
        world.step()
    except RuleError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _populations(world: Any) -> dict[str, Population]:
    if isinstance(world, Population):
        return {world.name: world}
    found: dict[str, Population] = getattr(world, "populations", {})
    if not found:
        raise ParameterError(f"{world!r} has no population; make a Population, or a Model that has some")
    return found


def _compare(one: Any, other: Any, tick: int) -> list[Failure]:
    for name, objects in _populations(one).items():
        columns = _populations(other)[name]
        for field in ("id", *objects.record.fields):
            told = difference(objects, columns, field)
            if told:
                return [Failure(SAME, f"tick {tick}, {told}", *_cause(objects, columns, field))]
    return []


def difference(one: Population, other: Population, field: str) -> str:
    """Where a column of two populations parts first; empty where it is the same to the last bit."""
    a, b = one[field], other[field]
    if len(a) != len(b):
        return f"{one.name}: {len(a)} agents in {one.engine.name}, {len(b)} in {other.engine.name}"
    bits_a, bits_b = (np.ascontiguousarray(x).view(np.uint8).reshape(len(x), -1) for x in (a, b))
    rows = np.flatnonzero((bits_a != bits_b).any(axis=1))
    if a.dtype.kind == "f":  # two nans are the same number, whatever their bits
        rows = rows[~(np.isnan(a[rows]) & np.isnan(b[rows]))]
    if not len(rows):
        return ""
    row = int(rows[0])
    name = f"{one.name}-{one['id'][row]}"
    return (
        f"agent {name}, field {field!r}: {a[row]!r} in {one.engine.name}, {b[row]!r} in {other.engine.name}"
    )


def _cause(objects: Population, columns: Population, field: str) -> tuple[str, str]:
    a, b = objects.draws.bit_generator.state, columns.draws.bit_generator.state
    if objects.draws is columns.draws:
        return "both runs draw from one stream", "make a new model, or give a seed, each time"
    if a != b:
        return (
            "the engines drew differently often, or `make` does not use the same seed each time",
            "give seed=..., and draw from `rng` only",
        )
    values = [x[field] for x in (objects, columns)]
    if len(values[0]) == len(values[1]) and values[0].dtype.kind == "f":
        with np.errstate(all="ignore"):
            apart = np.nanmax(np.abs(values[0] - values[1]) / np.maximum(np.abs(values[0]), 1e-300))
        if apart < 1e-12:
            return (
                "a function that rounds its last digit differently in compiled code",
                f"report it with the rule; look at what computes {field!r}",
            )
    return (
        "the rule reads something that is not declared, such as a list that it changes or a clock",
        "let it read its agent, what it sees and the world only",
    )


__all__ = ["check_engines", "difference"]
