"""What a name in a rule can stand for: a number, an agent, the world, a neighbourhood, chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mas_kit.population.records import Record
    from mas_kit.population.sights import Sight


class Kind:
    """The root of the kinds. A kind is not copied with the tree that it stands on."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Kind:
        return self


@dataclass(frozen=True)
class Number(Kind):
    """A number: "bool", "int" or "float"."""

    type: str


@dataclass(frozen=True)
class Agent(Kind):
    """An agent: the one whose turn it is (`mine`) or another; `maybe` names the sight that may show none."""

    mine: bool = False
    maybe: str = ""


@dataclass(frozen=True)
class World(Kind):
    """A record of the world, under the name that the rule knows it by."""

    name: str
    record: type[Record]


@dataclass(frozen=True)
class Array(Kind):
    """An array of the world."""

    world: str
    field: str
    item: str
    dimensions: int


@dataclass(frozen=True)
class Seen(Kind):
    """A neighbourhood of the agent whose turn it is."""

    name: str
    sight: Sight


@dataclass(frozen=True)
class Chance(Kind):
    """The random stream."""


@dataclass(frozen=True)
class Nothing(Kind):
    """None: also what a function without a value returns."""


@dataclass(frozen=True)
class Several(Kind):
    """A tuple."""

    items: tuple[Kind, ...]


@dataclass(frozen=True)
class Helper(Kind):
    """A plain function that a rule calls."""

    function: Callable[..., Any]


@dataclass(frozen=True)
class Named(Kind):
    """A function or a module by its full name: "math.sqrt", "min", "math"."""

    name: str


BOOL, INT, FLOAT = Number("bool"), Number("int"), Number("float")
ME, OTHER, CHANCE, NOTHING = Agent(mine=True), Agent(), Chance(), Nothing()
_RANK = {"bool": 0, "int": 1, "float": 2}


def join(a: Kind | None, b: Kind | None) -> Kind | None:
    """The kind of a name that holds now the one, now the other; None where there is none."""
    if a == b:
        return a
    if isinstance(a, Number) and isinstance(b, Number):
        return a if _RANK[a.type] >= _RANK[b.type] else b
    if isinstance(a, Agent) and isinstance(b, Agent) and a.maybe == b.maybe:
        return Agent(maybe=a.maybe)
    if isinstance(a, Several) and isinstance(b, Several) and len(a.items) == len(b.items):
        parts = [join(x, y) for x, y in zip(a.items, b.items, strict=True)]
        return None if None in parts else Several(tuple(p for p in parts if p is not None))
    return None


def said(kind: Kind | None) -> str:  # noqa: PLR0911  (one line per kind)
    """A kind in words."""
    match kind:
        case Number(type):
            return {"bool": "a bool", "int": "an int", "float": "a float"}[type]
        case Agent(mine=True):
            return "the agent itself"
        case Agent():
            return "an agent"
        case World(name) | Seen(name):
            return f"the whole of {name!r}"
        case Array(world, field):
            return f"the array {world}.{field}"
        case Chance():
            return "the random stream"
        case Several():
            return "a tuple"
        case Helper(function):
            return f"the function {function.__name__}"
        case Named(name):
            return name
        case _:
            return "nothing"
