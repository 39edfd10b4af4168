"""A model: a world, its agents, one clock, one seed, and ticks made of declared phases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import mesa
import numpy as np

from mas_kit.core.chance import SeedTree
from mas_kit.core.errors import MasKitError, TickError, out_of_range, unknown
from mas_kit.core.events import EventLog
from mas_kit.core.faults import Bias, Fault, Injector, biased
from mas_kit.core.parameters import Parameters
from mas_kit.core.policy import Decision, Policy, as_policy

if TYPE_CHECKING:
    import pandas as pd

    from mas_kit.core.agent import Agent
    from mas_kit.core.network import Network

Activation = Literal["simultaneous", "random", "in order"]


class Model(mesa.Model):  # type: ignore[misc]
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

    Parameters: ClassVar[type[Parameters]] = Parameters
    activation: ClassVar[Activation] = "simultaneous"
    oracles: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    max_rounds: ClassVar[int] = 100  # bound on rounds of zero-delay messages within one tick

    def __init__(
        self,
        parameters: Parameters | None = None,
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
        super().__init__(rng=self.seeds.integer("mesa"))
        self.log: EventLog | None = EventLog() if log is True else None if log is False else log
        self.tick = 0
        self.by_name: dict[str, Agent] = {}
        self.networks: dict[str, Network] = {}
        self.history: list[dict[str, Any]] = []
        self.biases: list[Bias] = []
        self.anyone_down = False  # set by faults; asking every agent every tick would cost more than it tells
        self._record = record
        self._roster: list[Agent] = []
        self._half_done: Iterator[None] | None = None
        self._pausing = False
        self._injector = Injector(self, faults)
        self.build()
        for name, policy in (policies or {}).items():
            self.agent(name).policy = as_policy(policy)
        self.ready()
        self._injector.check()

    @classmethod
    def _settle(cls, parameters: Parameters | None, overrides: dict[str, Any]) -> Parameters:
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
    def parameters(self) -> Parameters:
        """The parameters of this run (also `p`)."""
        found: Parameters = self.p
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
        if agent.name in self.by_name:
            agent_name = agent.name
            super().deregister_agent(agent)
            raise MasKitError(
                f"the model has an agent named {agent_name!r} already; give this one another name"
            )
        self.by_name[agent.name] = agent
        self._roster.append(agent)

    def dismiss(self, agent: Agent) -> None:
        """Let an agent go. `Agent.remove` calls it."""
        if self.by_name.pop(agent.name, None) is not None:
            self._roster = [other for other in self._roster if other is not agent]

    # ---- time

    def step(self) -> None:
        """One tick. (Mesa's clock calls this; from outside it moves the clock as well.)"""
        if self._half_done is not None:
            raise TickError("a tick is half done; call finish_tick() before the next step")
        phases = self._phases()
        if self._pausing:
            self._half_done = phases
            next(phases, None)
        else:
            for _ in phases:
                pass

    def begin_tick(self) -> None:
        """The first half of a tick: deliver and perceive. Then a person can look before deciding."""
        if self._half_done is not None:
            raise TickError("a tick is half done; call finish_tick() before the next begin_tick()")
        self._pausing = True
        try:
            self.run_for(1)
        finally:
            self._pausing = False

    def finish_tick(self) -> None:
        """The second half of a tick: decide, act, world, record.

        Raises TickError when no tick was begun, or while a person has not answered; nothing is lost then.
        """
        if self._half_done is None:
            raise TickError("no tick is half done; call begin_tick() first")
        missing = [agent.name for agent in self.waiting_for()]
        if missing:
            raise TickError(f"waiting for {', '.join(missing)}: call agent(name).policy.answer(action) first")
        for _ in self._half_done:
            pass
        self._half_done = None

    def waiting_for(self) -> list[Agent]:
        """The agents whose policy is a person who has not answered for the coming decision."""
        return [agent for agent in self._roster if agent.waits_for_person]

    def run(self, ticks: int | None = None) -> Self:
        """Run this many ticks, or to the horizon; stops early when the run is over. Returns the model."""
        if ticks is None and self.horizon is None:
            raise out_of_range(
                "ticks", ticks, "whole numbers from 0", "this model has no horizon: say how many"
            )
        if ticks is not None and ticks < 0:
            raise out_of_range("ticks", ticks, "whole numbers from 0", "say how many ticks to run")
        left = ticks if ticks is not None else (self.horizon or 0) - self.tick
        while left > 0 and not self.finished:
            self.step()
            left -= 1
        return self

    # ---- the phases of a tick

    def _phases(self) -> Iterator[None]:
        """One tick; yields after each perception, which is where a person may look."""
        self.tick += 1
        tick = self.tick
        if self._injector.faults:
            self._injector.apply(tick)
        networks = list(self.networks.values())
        for network in networks:
            network.deliver(tick)
        awake = [agent for agent in self._roster if agent.alive] if self.anyone_down else self._roster
        for _ in range(self.max_rounds):
            for wave in self._waves(awake):
                self._perceive(wave)
                yield
                self._decide(wave)
                self._act(wave)
            due_now = [network.flush(tick) for network in networks]  # a list: every network has to flush
            if not any(due_now):
                break
            for network in networks:
                network.deliver(tick)
            awake = [agent for agent in self._roster if agent.inbox and agent.alive]
        self.world()
        for network in networks:
            network.flush(tick)
        if self._record:
            self.history.append({"time": tick, **self.observe()})
        if self.log is not None:
            self.log.trim()

    def _waves(self, awake: list[Agent]) -> Iterator[list[Agent]]:
        """Groups of agents that perceive, decide and act together, in the declared order."""
        if self.activation == "simultaneous":
            yield list(awake)
            return
        turns = list(awake)
        if self.activation == "random":
            turns = [turns[i] for i in self.stream("activation").permutation(len(turns)).tolist()]
        for agent in turns:
            if agent.alive and agent.name in self.by_name:
                yield [agent]

    def _perceive(self, wave: list[Agent]) -> None:
        for agent in wave:
            agent.percept = agent.perceive()
        if self.biases:
            self._distort(wave, "percept")
        if self.log is not None:
            causes = [tuple(agent.arrivals) or agent.fault_cause for agent in wave]
            names, percepts = [agent.name for agent in wave], [agent.percept for agent in wave]
            first = self.log.emit_many(self.tick, names, "percept", causes, percepts)
            for row, agent in enumerate(wave, first):
                agent.cause, agent.arrivals, agent.fault_cause = row, [], None

    def _decide(self, wave: list[Agent]) -> None:
        for agent in wave:
            decision = agent.decide(agent.percept)
            agent.decision = decision if decision.__class__ is Decision else Decision(decision)
        if self.biases:
            self._distort(wave, "action")
        if self.log is not None:
            self._note(wave, "decision", [agent.decision for agent in wave])

    def _act(self, wave: list[Agent]) -> None:
        if self.log is not None:
            self._note(wave, "action", [agent.decision.action for agent in wave])  # type: ignore[union-attr]
        for agent in wave:
            action, agent.memory = agent.decision  # type: ignore[misc]
            agent.act(action)
            if agent.inbox:
                agent.inbox = []

    def _note(self, wave: list[Agent], kind: str, data: Sequence[Any]) -> None:
        """Log one event for each agent of the wave, caused by that agent's event before."""
        assert self.log is not None
        causes = [agent.cause for agent in wave]
        first = self.log.emit_many(self.tick, [agent.name for agent in wave], kind, causes, data)
        for row, agent in enumerate(wave, first):
            agent.cause = row

    def _distort(self, wave: list[Agent], where: str) -> None:
        for fault in self.biases:
            for agent in wave:
                if agent.name != fault.agent or fault.where != where:
                    continue
                if where == "percept":
                    agent.percept = biased(agent.percept, fault)
                elif agent.decision is not None:
                    action = biased(agent.decision.action, fault)
                    agent.decision = agent.decision._replace(action=action)
