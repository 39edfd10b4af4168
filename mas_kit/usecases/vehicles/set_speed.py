"""A game on the ring: one automated car among drivers whom nobody knows, and the speed that it should keep.

The pilot of the automated car says once a second which speed U the car keeps; the car itself minds the gap (a
FollowerStopper). Too low, and everybody crawls; above the speed that fits, and the waves come back. What fits
depends on the drivers, who differ from game to game, and the pilot only sees the gap and two speeds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from mas_kit.core import Agent, Decision, Policy, SeedTree, parameter
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.vehicles.agents import Tracking
from mas_kit.usecases.vehicles.fleet import Fleet
from mas_kit.usecases.vehicles.model import Vehicles
from mas_kit.usecases.vehicles.parameters import VehiclesParameters
from mas_kit.usecases.vehicles.ring import Ring

PILOT = "the pilot"
FREE = 0.9  # of the speed that fits, for a pilot who knows it: with less margin some waves stay
WINDOW = 38.0  # s over which the PI controller of Stern et al. takes the mean of its own speed


class PilotPercept(NamedTuple):
    """What the pilot sees, once a second."""

    time: float  # s
    gap: float  # m to the car ahead, as the radar's filter has it
    speed: float  # m/s
    leader: float  # m/s, of the car ahead, as the filter has it
    memory: Any = None


class SetSpeedParameters(VehiclesParameters):
    """Parameters of `SetSpeed`: those of the ring, with the drivers drawn anew for every seed."""

    dt: float = parameter(0.25, ge=0.001, le=0.5, step=0.05, unit="s", help="length of a tick")
    duration: float = parameter(600.0, ge=1, le=1_000_000, step=10, unit="s", help="length of a game")
    warmup: float = parameter(
        300.0, ge=0, le=1_000_000, step=10, unit="s", help="time that the costs leave out"
    )
    switch_on: float = parameter(
        60.0, ge=0, le=1_000_000, step=10, unit="s", help="when the pilot takes over from a person"
    )
    pilot: Literal["informed", "fixed", "PI", "person"] = parameter(
        "informed",
        group=PILOT,
        help="who says how fast: one who knows the drivers, a fixed speed, Stern's controller, or no pilot",
    )
    unknown: float = parameter(
        1.0, ge=0, le=1, step=0.1, group=PILOT, help="how far drivers differ from game to game; 0: not at all"
    )
    spread: float = parameter(0.1, ge=0, le=0.5, step=0.05, help="how far they differ within a game")


class Fixed(Policy):
    """Always the same speed."""

    def __init__(self, speed: float) -> None:
        self.speed, self.name = speed, f"fixed at {speed:g} m/s"

    def decide(self, percept: PilotPercept, rng: np.random.Generator) -> float:
        """It."""
        return self.speed


class Saturation(Policy):
    """The proportional-integral controller with saturation: its own mean speed, and more where there is room.

    Source: Stern et al. (2018), Transportation Research Part C 89, 205-221.
    """

    name = "PI with saturation"

    def decide(self, percept: PilotPercept, rng: np.random.Generator) -> Decision:
        """Remember the speeds of the last `WINDOW` seconds, and the last command."""
        past, command = percept.memory or ((), percept.speed)
        past = (*past, percept.speed)[-int(WINDOW) :]
        target = sum(past) / len(past) + min(max((percept.gap - 7.0) / 23.0, 0.0), 1.0)
        safe = max(2.0 * (percept.leader - percept.speed), 4.0)
        alpha = min(max((percept.gap - safe) / 2.0, 0.0), 1.0)
        beta = 1.0 - 0.5 * alpha
        command = beta * (alpha * target + (1.0 - alpha) * percept.leader) + (1.0 - beta) * command
        return Decision(max(command, 0.0), (past, command))


class Pilot(Agent):
    """Says once a second which speed the automated car keeps."""

    model: SetSpeed

    def __init__(self, model: SetSpeed, fleet: Fleet) -> None:
        super().__init__(model, "pilot")
        self.fleet, self.planning = fleet, fleet.planning[0]
        self.perception = model.agent(f"{fleet.name(0)}/perception")
        self.each = max(1, round(1.0 / model.p.dt))
        self.set_speed = math.nan

    def perceive(self) -> PilotPercept | None:
        """What perception says; nothing between two seconds, or before automation begins."""
        seen: Tracking | None = self.perception.memory
        if not self.fleet.on or seen is None or self.model.tick % self.each:
            return None
        return PilotPercept(self.fleet.time, seen.track.position, seen.speed, seen.track.speed, self.memory)

    def decide(self, percept: PilotPercept | None) -> Any:
        """A speed in m/s; None leaves it as it is."""
        return Decision(None, self.memory) if percept is None else super().decide(percept)

    def act(self, action: float | None) -> None:
        """Set it, between standing still and the speed limit."""
        if action is not None and not math.isnan(action):
            self.set_speed = min(max(float(action), 0.0), self.model.p.v0)
            self.planning.policy.speed = self.set_speed  # type: ignore[union-attr]


class SetSpeed(Vehicles):
    """The ring with unknown drivers. `cost` is what a pilot is judged by; less is better.

    Cost in % = 100 (1 - mean speed / speed that fits) + 100 braking + 100 collisions, over the time after the
    warm-up: mean speed of all cars against that of evenly spaced ones of the same drivers; braking is the
    mean speed that a car loses in a second (m/s²; a proxy of fuel and wear, as what is braked away has to be
    made again).
    """

    Parameters = SetSpeedParameters
    oracles: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    p: SetSpeedParameters

    def __init__(
        self, parameters: SetSpeedParameters | None = None, /, *, seed: int | None = None, **more: Any
    ) -> None:
        tree = SeedTree(seed)
        own = {name: more.pop(name) for name in list(more) if name in self.Parameters.model_fields}
        super().__init__(self._drawn(self._settle(parameters, own), tree), seed=tree.seed, **more)

    @staticmethod
    def _drawn(p: Any, tree: SeedTree) -> SetSpeedParameters:
        """The parameters with the drivers of this seed in them; nothing is unknown about them any more."""
        luck = tree.stream("unknown drivers").uniform(-1.0, 1.0, 5) * p.unknown
        drivers: dict[str, Any] = {}
        if p.unknown:
            drivers = {
                "T": round(p.T * (1.1 + 0.25 * luck[0]), 3),
                "a": round(p.a * (0.95 + 0.15 * luck[1]), 3),
                "b": round(p.b * (1.0 + 0.2 * luck[2]), 3),
                "s0": round(p.s0 * (1.0 + 0.2 * luck[3]), 3),
                "length": round(p.length * (1.08 + 0.1 * luck[4]), 1),
            }
        share = 0.0 if p.pilot == "person" else 1.0 / p.cars
        changes = {**drivers, "controller": "FollowerStopper", "share": share, "unknown": 0.0}
        found: SetSpeedParameters = p.replace(**changes)
        return found

    def build(self) -> None:
        """The ring, and the pilot."""
        super().build()
        self.fits = self.ring.equilibrium
        if self.fits <= 0:
            raise out_of_range("length", self.p.length, "rings on which cars move", "make the ring longer")
        self.lost = self.seconds = 0.0
        self._before: Any = None
        if self.p.pilot == "person":
            return
        pilot = Pilot(self, self.ring.fleet)
        pilot.policy = {
            "informed": Fixed(FREE * self.fits),
            "fixed": Fixed(self.p.set_speed),
            "PI": Saturation(),
        }[self.p.pilot]

    @property
    def ring(self) -> Ring:
        """The ring."""
        assert isinstance(self.scene, Ring)
        return self.scene

    def world(self) -> None:
        """Move the cars; once a second, see who braked."""
        super().world()
        each = max(1, round(1.0 / self.p.dt))
        if self.tick % each == 0:
            speeds = np.array(self.ring.cars["v"])
            if self._before is not None and self.scene.time > self.p.warmup:
                self.lost += float(np.maximum(self._before - speeds, 0.0).mean())
                self.seconds += 1.0
            self._before = speeds

    def metrics(self) -> dict[str, float]:
        """Those of the ring, and what the pilot costs: slowness, braking and collisions, in %."""
        found = super().metrics()
        slowness = 100.0 * (1.0 - found["mean speed"] / self.fits)
        braking = 100.0 * self.lost / self.seconds if self.seconds else math.nan
        cost = slowness + braking + 100.0 * found["collisions"]
        return {**found, "cost": cost, "slowness": slowness, "braking": braking, "fits": self.fits}
