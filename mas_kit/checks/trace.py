"""One run as something that can be compared with another: decisions, recorded rows, metrics."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from mas_kit.checks import snapshot
from mas_kit.core import Agent, Decision, Model, Network

Make = Callable[[int], Model]  # a model from a seed

_OUTSIDE = (Model, Network)


class Trace(NamedTuple):
    """What came out of a run."""

    decisions: list[dict[str, Any]]  # per tick: agent -> action
    rows: list[dict[str, Any]]
    metrics: dict[str, float]
    states: dict[str, Any]  # agent -> attributes at the end; only where nothing else was recorded
    columns: dict[str, np.ndarray]  # 'population.field' -> everybody's value at the end
    drawn: list[str]  # the streams of the seed tree that were drawn from


def run(make: Make, seed: int, ticks: int, prepare: Callable[[Model], None] | None = None) -> Trace:
    """Build a model and run it for so many ticks, or to its end."""
    model = make(seed)
    if prepare is not None:
        prepare(model)
    fresh = Stock(model)
    decisions = []
    for _ in range(ticks):
        if model.finished:
            break
        model.step()
        decisions.append({name: action(agent) for name, agent in model.by_name.items()})
    rows = [dict(row) for row in model.history]
    silent = all(set(row) <= {"time"} for row in rows) and not any(
        act is not None for tick in decisions for act in tick.values()
    )
    states = {name: _state(agent) for name, agent in model.by_name.items()} if silent else {}
    return Trace(decisions, rows, dict(model.metrics()), states, _columns(model), fresh.drawn())


class Stock:
    """Remembers how far the streams of a model are, to see which of them are drawn from."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def drawn(self) -> list[str]:
        """The streams drawn from since the model was made; not those of networks and of activation."""
        seeds = self.model.seeds
        return [
            name
            for name in seeds.names()
            if not name.startswith("network/")
            and name != "activation"
            and snapshot.token(seeds.stream(name))
            != snapshot.token(np.random.Generator(np.random.PCG64(seeds.sequence(name))))
        ]


def action(agent: Agent) -> Any:
    """What the agent decided last, with nothing of the world in it."""
    return flat(agent.decision.action) if isinstance(agent.decision, Decision) else None


def _state(agent: Agent) -> Any:
    hidden = {"model", "inbox", "percept", "decision", "arrivals", "cause", "unique_id", "memory"}
    return flat({k: v for k, v in vars(agent).items() if k not in hidden and not k.startswith("_")})


def _columns(model: Model) -> dict[str, np.ndarray]:
    return {
        f"{name}.{field}": np.array(population[field])
        for name, population in model.populations.items()
        for field in population.record.fields
    }


def flat(value: Any) -> Any:
    """A value as nested tuples of plain values: what it holds, not who it is."""
    if snapshot.is_plain(value):
        return value
    found: dict[str, Any] = {}
    front: deque[tuple[str, Any]] = deque([("", value)])
    seen: dict[int, Any] = {}
    while front and len(found) < 2000:
        path, here = front.popleft()
        if snapshot.is_plain(here):
            found[path] = here
            continue
        name = getattr(here, "name", "") if isinstance(here, Agent) else ""
        found[path] = name or snapshot.token(here)
        if id(here) not in seen and not isinstance(here, (Agent, *_OUTSIDE)):
            seen[id(here)] = here
            front.extend((path + step, held) for step, held in snapshot.parts(here))
    return tuple(found.items())


def difference(one: Trace, other: Trace, *, shuffled: bool = False) -> str:
    """Where two runs differ first, in words; empty when they do not.

    `shuffled` compares runs whose agents took turns in another order: sums may differ in their last bits,
    and what an agent decided about several things at once may come in another order.
    """
    return next(_differences(one, other, shuffled), "")


def _differences(one: Trace, other: Trace, shuffled: bool) -> Iterator[str]:
    for at, (row, twin) in enumerate(zip(one.rows, other.rows, strict=False)):
        for key in row:
            if not same(row[key], twin.get(key), shuffled):
                yield f"{key!r} at time {row.get('time', at + 1)}: {row[key]!r} and {twin.get(key)!r}"
    for at, (tick, twins) in enumerate(zip(one.decisions, other.decisions, strict=False)):
        for name in tick:
            if not same(tick[name], twins.get(name), shuffled):
                was, now = _short(tick[name]), _short(twins.get(name))
                yield f"the decision of {name!r} at time {at + 1}: {was} and {now}"
    for key, number in one.metrics.items():
        if not same(number, other.metrics.get(key), shuffled):
            yield f"metric {key!r}: {number!r} and {other.metrics.get(key)!r}"
    for name, state in one.states.items():
        if not same(state, other.states.get(name), shuffled):
            yield f"the state of {name!r} at the end: {_short(state)} and {_short(other.states.get(name))}"
    for key, column in one.columns.items():
        yield from _apart(key, column, other.columns.get(key, np.zeros(0)), shuffled)
    if len(one.decisions) != len(other.decisions):
        yield f"the length of the run: {len(one.decisions)} and {len(other.decisions)} ticks"


def _apart(key: str, column: np.ndarray, other: np.ndarray, shuffled: bool) -> Iterator[str]:
    """Where a column of two runs differs first."""
    if len(column) != len(other):
        yield f"how many there are in {key.partition('.')[0]!r} at the end: {len(column)} and {len(other)}"
        return
    near = 1e-9 if shuffled else 0.0
    wrong = np.flatnonzero(~np.isclose(column, other, rtol=near, atol=near, equal_nan=True))
    if wrong.size:
        yield f"{key!r} of number {wrong[0]} at the end: {column[wrong[0]]} and {other[wrong[0]]}"


def same(one: Any, other: Any, shuffled: bool) -> bool:
    """Are two recorded values the same?"""
    if shuffled:
        return bool(_unordered(one) == _unordered(other))
    return repr(flat(one)) == repr(flat(other))


def _unordered(value: Any) -> Any:
    """A value in which neither the order of a list nor the last bits of a sum show."""
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | float | np.number):
        number = float(value)
        return "0" if math.isclose(number, 0, abs_tol=1e-9) else f"{number:.9g}"
    if isinstance(value, Mapping):
        return sorted((str(key), str(_unordered(held))) for key, held in value.items())
    if isinstance(value, tuple) and all(isinstance(h, tuple) and len(h) == 2 for h in value):  # from flat()
        return sorted(str(_unordered(held)) for _, held in value)
    if isinstance(value, tuple | list | set | frozenset | np.ndarray):
        return sorted(str(_unordered(held)) for held in value)
    return repr(value)


def _short(value: Any) -> str:
    if isinstance(value, tuple) and value and all(isinstance(h, tuple) and len(h) == 2 for h in value):
        value = ", ".join(f"{path.lstrip('.')}={held!r}" for path, held in value if path) or value[0][1]
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
