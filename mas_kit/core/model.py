"""A model: a world, its agents, one clock, one seed, and ticks made of declared phases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from mas_kit.core.chance import SeedTree
from mas_kit.core.clock import Clock
from mas_kit.core.errors import MasKitError, out_of_range, unknown
from mas_kit.core.events import EventLog
from mas_kit.core.faults import Bias, Fault, Injector
from mas_kit.core.forgotten import expect_super
from mas_kit.core.parameters import Parameters as _Parameters  # the class attribute of a model has its name
from mas_kit.core.policy import Policy
from mas_kit.core.topology import whole_tick

if TYPE_CHECKING:
    import pandas as pd

    from mas_kit.core.agent import Agent
    from mas_kit.core.network import Network
    from mas_kit.population.population import Population

Activation = Literal["simultaneous", "random", "in order"]
# Attributes whose names a model's author may well think of, and which the kit fails without, far away.
_OURS = ("people", "networks", "populations", "by_name", "history", "injector", "biases", "log", "p", "seeds")
_SETTINGS = frozenset({"seed", "log", "faults", "policies", "record"})  # of a run, beside the parameters


class Roster(dict[str, "Agent"]):
    """The agents that take turns, by name. A name in a population is found too, although it is not listed."""

    def __init__(self, populations: Mapping[str, Population]) -> None:
        super().__init__()
        self.populations = populations

    def __missing__(self, name: str) -> Agent:
        found: Agent | None = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The agent of that name."""
        found = super().get(name)
        if found is None and isinstance(name, str):
            population = self.populations.get(name.rpartition("-")[0])
            found = population.find(name) if population is not None else None
        return default if found is None else found

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self.get(name) is not None)


class Model(Clock):
    """A multi-agent model. Subclass it, declare `Parameters`, and write `build`.

    A tick always runs the same phases: faults, deliver messages due, perceive, decide, act, world, record.
    Who goes first is declared by `activation`: "simultaneous" (all perceive, all decide, all act), "random"
    or "in order" (each agent does the three in its turn).

    Args:
        parameters: an instance of the class's `Parameters`; without one, the defaults.
        seed: seed of the tree that every random stream grows from; None draws one (read it from `seed`).
        log: True for an event log, or an `EventLog` to write to. Off, it costs next to nothing.
        faults: what goes wrong, as `Fault` records or dicts (see `mas_kit.core.faults`).
        policies: policies by agent name, in place of those that `build` chose.
        record: False keeps no history rows, for long runs.
        overrides: parameters by name, in place of the defaults.

    Raises:
        ParameterError, UnknownNameError: a value out of its range; a name that does not exist.
    """

    Parameters: ClassVar[type[_Parameters]] = _Parameters
    activation: ClassVar[Activation] = "simultaneous"
    oracles: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    max_rounds: ClassVar[int] = 100  # bound on rounds of zero-delay messages within one tick

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        expect_super(cls, "super().__init__(**settings)")

    def __init__(
        self,
        parameters: _Parameters | None = None,
        /,
        *,
        seed: int | None = None,
        log: bool | EventLog = False,
        faults: Sequence[Fault | Mapping[str, Any]] = (),
        policies: Mapping[str, Policy | Callable[..., Any]] | None = None,
        record: bool = True,
        **overrides: Any,
    ) -> None:
        if self.activation not in ("simultaneous", "random", "in order"):
            raise out_of_range(
                "activation", self.activation, "'simultaneous', 'random', 'in order'", "choose one"
            )
        self.p: Any = self._settle(parameters, overrides)
        self.seeds = SeedTree(seed)
        super().__init__(self.seeds.integer("mesa"))
        if not (log is None or isinstance(log, bool | EventLog)):
            raise out_of_range("log", log, "True, False or an EventLog", "give one of them")
        self.log: EventLog | None = EventLog() if log is True else log if isinstance(log, EventLog) else None
        self.populations: dict[str, Population] = {}
        self.by_name: dict[str, Agent] = Roster(self.populations)
        self.networks: dict[str, Network] = {}
        self.sole_network: Network | None = None  # the network, where there is one only
        self.history: list[dict[str, Any]] = []
        self.recording = record
        # Set by faults: the biases in force with the log id of each; whether any agent is down. (Asking every
        # agent every tick would cost more than it tells.)
        self.biases: list[tuple[Bias, int | None]] = []
        self.anyone_down = False
        self.injector = Injector(self, faults)
        ours = {name: getattr(self, name) for name in _OURS}
        try:
            self.build()
        except AttributeError as error:
            if error.obj is self:
                error.add_note(
                    "build runs inside super().__init__(): what it needs has to be set before that call, "
                    "or be one of the Parameters"
                )
            raise
        for name, attribute in ours.items():
            if getattr(self, name) is not attribute:
                raise MasKitError(
                    f"{type(self).__name__}.build sets self.{name}, which every model has and needs; "
                    "give yours another name"
                )
        for name, policy in (policies or {}).items():
            self.agent(name).policy = policy
        self.ready()
        self.injector.check()

    @classmethod
    def _settle(cls, parameters: _Parameters | None, overrides: dict[str, Any]) -> _Parameters:
        taken = sorted(_SETTINGS & cls.Parameters.model_fields.keys())
        if taken:
            raise MasKitError(
                f"{cls.__name__}.Parameters declares {taken[0]!r}, which is a setting of every "
                "run, so it could never be given; give the parameter another name"
            )
        if parameters is None:
            return cls.Parameters(**overrides)
        if not isinstance(parameters, cls.Parameters):
            raise MasKitError(
                f"{cls.__name__} takes parameters of {cls.Parameters.__name__}, "
                f"not {type(parameters).__name__}"
            )
        return parameters.replace(**overrides) if overrides else parameters

    @classmethod
    def oracle(cls, name: str, **more: Any) -> Self:
        """A model in one of the settings in which it reduces to a formula, a DP or an LP."""
        if name not in cls.oracles:
            raise unknown("oracle setting", name, cls.oracles)
        return cls(**{**cls.oracles[name], **more})

    # ---- what a subclass writes

    def build(self) -> None:
        """Make the networks and the agents."""

    def ready(self) -> None:
        """What is to be done once all policies are in place."""

    def world(self) -> None:
        """What the world does by itself at the end of a tick."""

    def observe(self) -> Mapping[str, Any]:
        """The row that is recorded at the end of a tick."""
        return {}

    def metrics(self) -> dict[str, float]:
        """The summary of the run so far; by default the numbers of the last recorded row."""
        last = self.history[-1] if self.history else {}
        return {
            k: float(v) for k, v in last.items() if k != "time" and isinstance(v, int | float | np.number)
        }

    @property
    def horizon(self) -> int | None:
        """The tick in which the run ends, if it does."""
        return None

    # ---- what everybody reads

    @property
    def parameters(self) -> _Parameters:
        """The parameters of this run (also `p`)."""
        found: _Parameters = self.p
        return found

    @property
    def seed(self) -> int:
        """The seed that every random stream of this run grew from."""
        return self.seeds.seed

    def stream(self, name: str) -> np.random.Generator:
        """The random stream of that name."""
        return self.seeds.stream(name)

    def agent(self, name: str) -> Agent:
        """The agent of that name; UnknownNameError if there is none."""
        try:
            return self.by_name[name]
        except KeyError:
            raise unknown("agent", name, self.by_name) from None

    @property
    def coming_tick(self) -> int:
        """The tick of the coming decision: this one while a tick is half done, or else the next."""
        return self.tick if self._half_done is not None else self.tick + 1

    @property
    def finished(self) -> bool:
        """Is the run over?"""
        return not self.running or (self.horizon is not None and self.tick >= self.horizon)

    def frame(self) -> pd.DataFrame:
        """The recorded rows as a table, one a tick, `time` first."""
        import pandas as pd

        return pd.DataFrame(self.history)

    # ---- agents come and go

    def enrol(self, agent: Agent) -> None:
        """Take an agent in under its name. `Agent` calls it."""
        if hasattr(agent, "population"):  # which knows its own, and takes their turns
            return
        if agent.name in self.by_name:
            agent_name = agent.name
            super().deregister_agent(agent)
            raise MasKitError(
                f"the model has an agent named {agent_name!r} already; give this one another name"
            )
        self.by_name[agent.name] = agent

    def dismiss(self, agent: Agent) -> None:
        """Let an agent go. `Agent.remove` calls it."""
        agent.alive = False
        if dict.get(self.by_name, agent.name) is agent:
            del self.by_name[agent.name]
        self.people[:] = [other for other in self.people if other is not agent]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: tick {self.tick}, {len(self.agents)} agents, seed {self.seed}>"

    def run(self, ticks: int | None = None) -> Self:
        """Run this many ticks, or to the horizon; stops early when the run is over. Returns the model."""
        if ticks is None and self.horizon is None:
            raise out_of_range(
                "ticks", ticks, "whole numbers from 0", "this model has no horizon: say how many"
            )
        if ticks is not None and whole_tick("ticks", ticks) < 0:
            raise out_of_range("ticks", ticks, "whole numbers from 0", "say how many ticks to run")
        left = ticks if ticks is not None else (self.horizon or 0) - self.tick
        while left > 0 and not self.finished:
            self.step()
            left -= 1
        return self
