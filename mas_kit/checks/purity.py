"""Does deciding leave everything as it was?"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mas_kit.checks import snapshot
from mas_kit.checks.report import Failure
from mas_kit.core import Agent, Policy
from mas_kit.core.policy import FunctionPolicy

PURE = "decide changes nothing"


def kept_elsewhere(policy: Any, *more: type) -> dict[str, Any]:
    """What a policy can keep outside of itself: class attributes, and globals that its code names."""
    shared = snapshot.classwide([type(policy), *more])
    function = policy.function if isinstance(policy, FunctionPolicy) else None
    if isinstance(function, types.FunctionType):
        shared |= snapshot.global_parts(function)
    elif function is not None and hasattr(function, "__self__"):
        shared |= snapshot.classwide([type(function.__self__)])
    return shared


def guarded(
    who: str, roots: Mapping[str, Any], decide: Callable[[], Any], leave_out: Callable[[str, Any], bool]
) -> tuple[Any, list[Failure]]:
    """Call `decide` and tell what it changed among everything reachable from the roots."""
    before = snapshot.take(roots, leave_out=leave_out)
    decision = decide()
    told = snapshot.changes(before, snapshot.take(roots, leave_out=leave_out))
    return decision, [_failure(who, told)] if told else []


def _failure(who: str, told: list[str]) -> Failure:
    place = told[0]
    if place.startswith("percept"):
        cause, fix = (
            "decide() changes what it was shown",
            "work on a copy (list(percept.items), dict(...)); better, make the percept frozen all through",
        )
    elif "bit_generator" in place or "RandomState" in place:
        cause, fix = (
            "it draws from a generator of its own, or from another stream of the model",
            "draw from the rng that decide(percept, rng) is given, or from the agent's own self.rng",
        )
    elif place.startswith("policy"):
        cause, fix = (
            "the policy remembers in its own attributes, so a decision cannot be replayed",
            "return Decision(action, memory=...) and read percept.memory at the next decision",
        )
    elif place.startswith("global ") or not place.startswith(("agent", "model")):
        cause, fix = (
            "it keeps something in its class or its module, which every agent and every run shares",
            "return it as Decision.memory",
        )
    else:
        cause, fix = (
            "decide() acts: it changes the world, its agent, or sends a message",
            "only return the action; change the world in act(self, action)",
        )
    return Failure(PURE, f"{who}: {'; '.join(told)}", cause, fix)


def leave_out_of_policy(rng: np.random.Generator) -> Callable[[str, Any], bool]:
    """Nothing is left out but the stream that the policy may draw from."""
    return lambda _path, value: value is rng


def leave_out_of_agent(agent: Agent) -> Callable[[str, Any], bool]:
    """The agent's own stream, and what these checks hung onto the agents."""
    rng, streams = agent.rng, f"agent/{agent.name}"
    names = (".perceive", ".decide", ".act", ".enrol", ".log", ".history")

    def leave_out(path: str, value: Any) -> bool:
        return value is rng or path.endswith(names) or path.endswith(f"._streams[{streams!r}]")

    return leave_out


def roots_of_agent(agent: Agent, percept: Any) -> dict[str, Any]:
    """Where to look for changes when an agent decides."""
    policy: Policy | None = agent.policy
    elsewhere = kept_elsewhere(policy, type(agent)) if policy else snapshot.classwide([type(agent)])
    return {"percept": percept, "policy": policy, **elsewhere, "agent": agent, "model": agent.model}
