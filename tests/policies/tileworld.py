"""A small Tileworld (Pollack and Ringuette 1990, without tiles, as Kinny and Georgeff 1991 had it).

Holes open on a grid, are worth something, and close again. The agent moves one cell a tick and fills the hole
that it reaches. What it costs to think, and how fast the world changes, are the two settings that matter.
"""

from typing import Any, NamedTuple

from mas_kit import Agent, Model, Parameters, parameter
from mas_kit.policies import BDI, Act, Desire, Plan

Cell = tuple[int, int]


class Ground(NamedTuple):
    time: int
    at: Cell
    holes: tuple[tuple[Cell, float], ...]
    memory: Any


class Filler(Agent):
    """Sees all holes that are open, and where it is."""

    def __init__(self, model: "Tileworld", policy: Any) -> None:
        super().__init__(model, "filler", policy)
        self.at = (model.p.size // 2, model.p.size // 2)
        self.score = 0.0

    def perceive(self) -> Ground:
        holes = tuple((cell, worth) for cell, (worth, _) in self.model.holes.items())
        return Ground(self.model.tick, self.at, holes, self.memory)

    def act(self, action: Cell | None) -> None:
        if action is not None:
            assert distance(self.at, action) <= 1
            self.at = action
        if self.at in self.model.holes:
            self.score += self.model.holes.pop(self.at)[0]


class Tileworld(Model):
    class Parameters(Parameters):
        size: int = parameter(7, ge=3, le=30, unit="cells", help="side of the grid")
        holes: float = parameter(3.0, ge=0.1, le=20, help="holes that are open on average")
        life: float = parameter(20.0, ge=2, le=2000, unit="ticks", help="how long a hole stays open")
        ticks: int = parameter(400, ge=1, le=10_000, help="length of the run")

    def build(self) -> None:
        self.holes: dict[Cell, tuple[float, int]] = {}
        self.offered = 0.0
        self.filler = Filler(self, Still())

    def world(self) -> None:
        """Holes close and open; the same draws at every tick, so that all policies meet the same world."""
        rng = self.stream("holes")
        self.holes = {cell: hole for cell, hole in self.holes.items() if hole[1] > self.tick}
        opens, where, worth, life = rng.random(), rng.integers(0, self.p.size, 2), rng.random(), rng.random()
        cell = (int(where[0]), int(where[1]))
        if opens < self.p.holes / self.p.life and cell not in self.holes and cell != self.filler.at:
            closes = self.tick + round(self.p.life * (0.5 + life))
            self.holes[cell] = (1.0 + 9.0 * worth, closes)
            self.offered += self.holes[cell][0]

    @property
    def horizon(self) -> int:
        return self.p.ticks

    @property
    def efficiency(self) -> float:
        """The share of what was offered that the agent got."""
        return self.filler.score / self.offered


class Still:
    """Stays where it is."""

    def decide(self, percept: Ground) -> None:
        return None


def distance(a: Cell, b: Cell) -> int:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def towards(beliefs: Any, hole: Cell) -> Cell:
    (x, y), (to_x, to_y) = beliefs["at"], hole
    if x != to_x:
        return (x + (1 if to_x > x else -1), y)
    return (x, y + (0 if to_y == y else 1 if to_y > y else -1))


def hole_filler(**settings: Any) -> BDI:
    """Wants every open hole, the more the dearer and the nearer it is."""
    return BDI(
        beliefs={"at": "at", "holes": lambda seen: dict(seen.holes)},
        desires=[
            Desire(
                "fill",
                wanted=lambda beliefs: tuple(beliefs["holes"]),
                worth=lambda beliefs, hole: beliefs["holes"][hole] / distance(beliefs["at"], hole),
                achieved=lambda beliefs, hole: beliefs["at"] == hole,
                possible=lambda beliefs, hole: hole in beliefs["holes"],
            )
        ],
        plans=[Plan("walk there", "fill", [Act(towards)])],
        **settings,
    )
