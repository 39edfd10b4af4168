"""Does an agent keep the rules: a frozen, local percept, and deciding without acting?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cloudpickle

from mas_kit.checks import chance
from mas_kit.checks.policy import GLOBAL, REPEATS, clock_failures, global_failures
from mas_kit.checks.probe import CHECKS, Probe
from mas_kit.checks.report import Failure, Report
from mas_kit.core import Agent, MasKitError, Model, Network

RUNS = "runs"


def check_agent(
    agent: type[Agent] | Callable[[Model], Agent] | Model | type[Model],
    name: str | None = None,
    *,
    ticks: int = 10,
    seed: int = 1,
    raise_: bool = True,
    **settings: Any,
) -> Report:
    """Check what an agent perceives and how it decides.

    Args:
        agent: an Agent class or a function that makes one, given a model; it is put into a small model with
            one network. Or the model (or its class) that the agent lives in.
        name: with a model, the name of the agent.
        ticks: how long to watch.
        seed: seed of the model, where one is made.
        raise_: False returns the report in any case.
        settings: with an Agent class, its arguments; with a Model class, the model's parameters.

    A model is copied first, so the one that you give stays where it is. An agent whose policy is a person is
    not looked at.

    Returns:
        The report; its `ok` says whether all held.

    Raises:
        ConformanceError: a rule is broken (unless `raise_` is False). UnknownNameError: no such agent.

    >>> class Echo(Agent):
    ...     def decide(self, percept):
    ...         return [message.content for message in percept]
    >>> check_agent(Echo)
    <report on agent Echo: ok>
    """
    report = Report(f"agent {name or getattr(agent, '__name__', type(agent).__name__)}")
    with chance.global_state(1) as watch:
        try:
            model, only = _place(agent, name, seed, settings)
            if only is not None and _is_person(model, only):
                for check in CHECKS:
                    report.skip(check, "a person decides for it")
                return report
            probe = Probe(model, only)
            probe.run(ticks)
        except MasKitError:
            raise
        except Exception as error:
            report.add(RUNS, [_broke(error, agent)])
            return report.settle(raise_)
    report.add(RUNS, [])
    probe.into(report)
    with chance.global_state(1):
        model, only = _place(agent, name, seed, settings)
        with chance.lookout() as sight:
            Probe(model, only).run(2)
    report.add(GLOBAL, global_failures(watch.used, False, sight))
    report.add(REPEATS, clock_failures(REPEATS, sight))
    return report.settle(raise_)


def _place(
    agent: Any, name: str | None, seed: int, settings: dict[str, Any]
) -> tuple[Model, set[str] | None]:
    """The model to watch, and whom to watch in it."""
    if isinstance(agent, type) and issubclass(agent, Model):
        model: Model = agent(seed=seed, **settings)
    elif isinstance(agent, Model):
        model = _copy(agent)
    elif callable(agent):
        return _Sandbox(agent, settings, seed=seed), None
    else:
        raise MasKitError(
            f"{agent!r} cannot be checked as an agent; give an Agent class, a function that makes an agent "
            "in the model it is given, or a model and the agent's name"
        )
    if name is not None:
        model.agent(name)  # raises on an unknown name, and suggests the nearest
    return model, None if name is None else {name}


class _Sandbox(Model):
    """A small model for one agent: a network named 'network', and nobody else."""

    def __init__(self, make: Callable[..., Agent], settings: dict[str, Any], seed: int) -> None:
        self.make, self.settings = make, settings
        super().__init__(seed=seed)

    def build(self) -> None:
        """One network, one agent."""
        Network(self)
        self.make(self, **self.settings)


def _copy(model: Model) -> Model:
    try:
        copied: Model = cloudpickle.loads(cloudpickle.dumps(model))
    except Exception as error:
        raise MasKitError(
            f"this {type(model).__name__} cannot be copied ({error}); give its class and its parameters: "
            f"check_agent({type(model).__name__}, name, ...)"
        ) from error
    return copied


def _is_person(model: Model, only: set[str]) -> bool:
    return all(agent in model.people for agent in map(model.agent, only))


def _broke(error: Exception, agent: Any) -> Failure:
    lonely = not isinstance(agent, Model) and not (isinstance(agent, type) and issubclass(agent, Model))
    return Failure(
        RUNS,
        f"it broke off with {type(error).__name__}: {error}",
        "the agent needs a world that is not there: it was checked in a model of its own"
        if lonely
        else "a slip in the code of the model or of one of its agents",
        "check it where it lives: check_agent(YourModel, 'its name')"
        if lonely
        else "run the model by itself and follow the traceback: Model(seed=1).run(10)",
    )
