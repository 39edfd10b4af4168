"""A tick: the phases that every model goes through, always in this order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mas_kit.core.bias import biased
from mas_kit.core.errors import MasKitError
from mas_kit.core.policy import Decision

if TYPE_CHECKING:
    from mas_kit.core.agent import Agent
    from mas_kit.core.model import Model

_record = tuple.__new__  # what Decision(...) ends in


def phases(model: Model) -> Iterator[list[Agent]]:
    """One tick: faults, deliver, perceive, decide, act, populations, world, record.

    Yields each wave of agents when it has perceived and not yet decided, which is where a person may look.
    Messages without delay are delivered in further rounds of the same tick, at most `model.max_rounds`.
    """
    model.tick += 1
    tick = model.tick
    if model.injector.faults:
        model.injector.apply(tick)
    networks = list(model.networks.values())
    for network in networks:
        network.deliver(tick)
    awake = list(model.by_name.values())
    for _ in range(model.max_rounds):
        for wave in _waves(model, awake):
            _perceive(model, wave)
            yield wave
            _decide(model, wave)
            _act(model, wave)
        due = [network.flush(tick) for network in networks if network.outbox]  # every one, so no short cut
        if not any(due):
            break
        for network in networks:
            network.deliver(tick)
        awake = [agent for agent in model.by_name.values() if agent.inbox]
    for population in model.populations.values():
        population.step()
    model.world()
    for network in networks:
        if network.outbox:
            network.flush(tick, closing=True)
    if model.recording:
        row = model.observe()
        if not isinstance(row, Mapping):
            raise MasKitError(
                f"{type(model).__name__}.observe gave {row!r}; allowed: a dict, name -> value; return one"
            )
        model.history.append({"time": tick, **row})
    if model.log is not None:
        model.log.trim()


def turn(model: Model, wave: list[Agent]) -> None:
    """Some agents perceive, then decide, then act: what a population asks for where its turns are logged."""
    _perceive(model, wave)
    _decide(model, wave)
    _act(model, wave)


def _waves(model: Model, awake: list[Agent]) -> Iterator[list[Agent]]:
    """Groups of agents that perceive, decide and act together, in the declared order."""
    if model.anyone_down:
        awake = [agent for agent in awake if agent.alive]
    if model.activation == "simultaneous":
        yield awake
        return
    turns = awake
    if model.activation == "random":
        turns = [turns[i] for i in model.stream("activation").permutation(len(turns)).tolist()]
    for agent in turns:
        if agent.alive:  # it may have left since the tick began
            yield [agent]


def _perceive(model: Model, wave: list[Agent]) -> None:
    try:
        for agent in wave:
            agent.percept = agent.perceive()
    except Exception as error:
        _name(error, model, agent, "perceived")
        raise
    if model.biases:
        _distort(model, wave, "percept")
    if model.log is not None:
        causes = [tuple(agent.arrivals) if agent.arrivals else None for agent in wave]
        names, percepts = [agent.name for agent in wave], [agent.percept for agent in wave]
        first = model.log.emit_many(model.tick, names, "percept", causes, percepts)
        for row, agent in enumerate(wave, first):
            agent.cause = row
            if agent.arrivals:
                agent.arrivals = []


def _decide(model: Model, wave: list[Agent]) -> None:
    try:
        for agent in wave:
            decision = agent.decide(agent.percept)
            agent.decision = (
                decision if decision.__class__ is Decision else _record(Decision, (decision, None))
            )
    except Exception as error:
        _name(error, model, agent, "decided")
        raise
    if model.biases:
        _distort(model, wave, "action")
    if model.log is not None:
        _note(model, wave, "decision", [agent.decision for agent in wave])


def _act(model: Model, wave: list[Agent]) -> None:
    if model.log is not None:
        _note(model, wave, "action", [agent.decision.action for agent in wave])  # type: ignore[union-attr]
        for network in model.networks.values():
            network.trace(None)  # what nobody's action sent
    try:
        for agent in wave:  # also one that another's action just removed: they all act at the same instant
            decision = agent.decision
            assert decision is not None
            agent.memory = decision.memory
            agent.act(decision.action)
            if agent.inbox:
                agent.inbox = []
            if model.log is not None:
                for network in model.networks.values():
                    network.trace(agent.cause)
    except Exception as error:
        _name(error, model, agent, "acted")
        raise


def _name(error: Exception, model: Model, agent: Agent, what: str) -> None:
    """Say in the traceback whose turn it was: the line that failed may serve a thousand agents."""
    error.add_note(f"while agent {agent.name!r} {what} in tick {model.tick}")


def _note(model: Model, wave: list[Agent], kind: str, data: Sequence[Any]) -> None:
    """Log one event for each agent of the wave, caused by that agent's event before."""
    assert model.log is not None
    causes = [agent.cause for agent in wave]
    first = model.log.emit_many(model.tick, [agent.name for agent in wave], kind, causes, data)
    for row, agent in enumerate(wave, first):
        agent.cause = row


def _distort(model: Model, wave: list[Agent], where: str) -> None:
    """Bring about the biases in force: on percepts before anyone decides, on actions before anyone acts."""
    for fault, row in model.biases:
        for agent in wave:
            if agent.name != fault.agent or fault.where != where:
                continue
            if where == "percept":
                agent.percept = biased(agent.percept, fault)
                if row is not None:
                    agent.arrivals.append(row)
            elif agent.decision is not None:
                action = biased(agent.decision.action, fault)
                agent.decision = agent.decision._replace(action=action)
                if row is not None and isinstance(agent.cause, int):
                    agent.cause = (agent.cause, row)
