"""Does a percept stay what it should be: a small frozen record that shows no more than the agent may see?"""

from __future__ import annotations

import dataclasses
import random
import types
from collections import deque
from collections.abc import MutableMapping, MutableSequence, MutableSet
from typing import Any

import numpy as np

from mas_kit.checks.report import Failure
from mas_kit.checks.snapshot import is_plain, is_sealed, parts, table
from mas_kit.core import Agent, EventLog, Model, Network, Policy, SeedTree

FROZEN = "percept is frozen"
LEAK = "percept keeps the world out"

_WORLD = (Agent, Model, Network, EventLog, SeedTree)
CHANCE = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random)
_MUTABLE = (MutableSequence, MutableMapping, MutableSet, np.ndarray)
_LIMIT = 20_000  # values looked at in one percept


def frozen(agent: str, percept: Any) -> list[Failure]:
    """Is the percept itself a record that cannot be changed?"""
    kind = type(percept)
    if _is_frozen(percept):
        return []
    return [
        Failure(
            FROZEN,
            f"{agent}: its percept is a {kind.__name__}, which a policy can change",
            "perceive() returns a list, a dict or an ordinary object",
            "return a NamedTuple, or a dataclass with frozen=True, whose lists are tuples",
        )
    ]


def _is_frozen(percept: Any) -> bool:
    if is_plain(percept) or isinstance(percept, tuple | frozenset | types.MappingProxyType):
        return True
    if isinstance(percept, np.ndarray):
        return not percept.flags.writeable
    settings = getattr(type(percept), "__dataclass_params__", None)
    if settings is not None and dataclasses.is_dataclass(percept):
        return bool(settings.frozen)
    model = getattr(type(percept), "model_config", None)  # pydantic
    return bool(model.get("frozen")) if isinstance(model, dict) else False


def walk(
    root: Any, name: str, stop: tuple[type, ...] = (), known: dict[int, tuple[str, Any]] | None = None
) -> dict[int, tuple[str, Any]]:
    """Everything reachable from a value by id, each with its shortest path; not beyond what `stop` names.

    What is `known` already is left out, and what is found becomes known.
    """
    found: dict[int, tuple[str, Any]] = {}
    known = {} if known is None else known
    front: deque[tuple[str, Any]] = deque([(name, root)])
    while front and len(found) < _LIMIT:
        path, value = front.popleft()
        if is_plain(value) or id(value) in known or is_sealed(value) or table(value):
            continue
        found[id(value)] = known[id(value)] = path, value
        if not isinstance(value, stop):
            front.extend((path + step, held) for step, held in parts(value))
    return found


def leaks(agent: Agent, percept: Any) -> list[Failure]:
    """Can the percept reach an agent, the model, a network, a random stream, or a container that they own?"""
    seen = walk(percept, "percept", stop=(*_WORLD, *CHANCE, Policy))
    for path, value in seen.values():
        if isinstance(value, _WORLD) or _is_mesa(value):
            return [
                Failure(
                    LEAK,
                    f"{agent.name}: {path} is {_name(value)}, so its policy can see and change everything",
                    "perceive() hands over an object of the world (or a function that holds one)",
                    "copy what the agent may see into the percept: names, numbers, tuples of them",
                )
            ]
        if isinstance(value, CHANCE):
            return [
                Failure(
                    LEAK,
                    f"{agent.name}: {path} is a random generator",
                    "perceive() hands over a stream, and a policy that draws from it changes the world",
                    "let the policy draw from the rng that decide(percept, rng) is given",
                )
            ]
    return _shared(agent, seen)


def _is_mesa(value: Any) -> bool:
    return any(cls.__module__.split(".")[0] == "mesa" for cls in type(value).__mro__)


def _name(value: Any) -> str:
    kind = next((k.__name__.lower() for k in _WORLD if isinstance(value, k)), type(value).__name__)
    name = getattr(value, "name", None)
    article = "the" if isinstance(value, _WORLD) else "a"
    return f"{article} {kind} {name!r}" if isinstance(name, str) else f"{article} {kind}"


# Not part of what an agent owns: what it was handed this tick, and what its policy asked to be kept.
_TRANSIENT = {"percept", "decision", "memory", "arrivals", "_rng", "_policy", "model"}
_MACHINERY = {"by_name", "networks", "log", "history", "seeds", "injector", "people", "_wave", "_half_done"}


def _shared(agent: Agent, seen: dict[int, tuple[str, Any]]) -> list[Failure]:
    mutable = {i: (path, v) for i, (path, v) in seen.items() if isinstance(v, _MUTABLE) and _writeable(v)}
    memory = walk(agent.memory, "memory") if agent.memory is not None else {}
    mutable = {i: found for i, found in mutable.items() if i not in memory}
    if not mutable:
        return []
    known: dict[int, tuple[str, Any]] = {}  # what several of them hold is looked at once
    for where, owned in _owned(agent).items():
        for i, (path, value) in walk(owned, where, (Agent, Model, Network), known).items():
            match = mutable.get(i) or _overlap(value, mutable)
            if match is not None:
                kind = type(match[1]).__name__
                return [
                    Failure(
                        LEAK,
                        f"{agent.name}: {match[0]} is the very {kind} that stands in {path}",
                        "perceive() hands over a container of the world instead of a copy",
                        "copy it: tuple(...) for a list, a NamedTuple for a dict, array.copy() for an array",
                    )
                ]
    return []


def _writeable(value: Any) -> bool:
    return bool(value.flags.writeable) if isinstance(value, np.ndarray) else True


def _overlap(value: Any, mutable: dict[int, tuple[str, Any]]) -> tuple[str, Any] | None:
    if isinstance(value, np.ndarray):
        for path, other in mutable.values():
            if isinstance(other, np.ndarray) and np.shares_memory(value, other):
                return path, other
    return None


def _owned(agent: Agent) -> dict[str, Any]:
    """What the agent, the model and the other agents hold, by where it stands."""
    model = agent.model
    owned = {
        f"{other.name}.{name}": value
        for other in [agent, *(o for o in model.by_name.values() if o is not agent)]
        for name, value in vars(other).items()
        if name not in _TRANSIENT and (other is agent or name != "inbox")
    }
    owned |= {f"model.{name}": value for name, value in vars(model).items() if name not in _MACHINERY}
    return owned
