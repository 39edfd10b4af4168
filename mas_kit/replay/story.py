"""Why: the causes of an event as sentences, across agents and messages; and why not something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from mas_kit.core.errors import MasKitError, TickError, out_of_range
from mas_kit.core.policy import Decision, Explanation, Option

if TYPE_CHECKING:
    from mas_kit.core.agent import Agent
    from mas_kit.core.events import Event
    from mas_kit.core.model import Model


class Story(NamedTuple):
    """An explanation in sentences; each is (depth, text), deeper ones lie further back."""

    sentences: tuple[tuple[int, str], ...]

    def __str__(self) -> str:
        return "\n".join("  " * depth + text for depth, text in self.sentences)

    def _repr_markdown_(self) -> str:
        return "\n".join("  " * depth + f"- {text}" for depth, text in self.sentences)


def why(model: Model, event: Event | int | str, *, depth: int = 6) -> Story:
    """The causes of an event, across agents and messages, as sentences.

    Args:
        model: a run with its log on
        event: an event, its id, or the name of an agent, for the last thing that it did
        depth: how many steps to walk back, from 1

    Raises:
        MasKitError: the run has no log.
        TickError: the agent has done nothing yet.
        UnknownNameError: no such agent, or the log no longer holds that event.
    """
    log = model.log
    if log is None:
        raise MasKitError("this run has no log; make the model with log=True")
    if depth < 1:
        raise out_of_range("depth", depth, "whole numbers from 1", "say how many steps to walk back")
    if isinstance(event, str):
        found = log.last("action", model.agent(event).name)
        if found is None:
            raise TickError(f"agent {event!r} has done nothing yet; step the model first")
        event = found
    start = log[event] if isinstance(event, int) else event
    return Story(tuple(_walk(model, start, 0, depth, set())))


def _walk(model: Model, event: Event, level: int, depth: int, told: set[int]) -> Iterator[tuple[int, str]]:
    assert model.log is not None
    if event.id in told:
        return
    told.add(event.id)
    yield level, _say(model, event)
    causes = [model.log[row] for row in event.causes if row in model.log]
    # An action says what its decision says: one sentence for both.
    if (
        event.kind in {"action", "delivered", "late"}
        and len(causes) == 1
        and causes[0].kind in {"decision", "sent"}
    ):
        told.add(causes[0].id)
        causes = [model.log[row] for row in causes[0].causes if row in model.log]
    if depth <= 1:
        if causes:
            yield level + 1, f"... and so on ({len(causes)} more)"
        return
    for cause in causes:
        yield from _walk(model, cause, level + 1, depth - 1, told)


def _say(model: Model, event: Event) -> str:
    when, who, data = f"In tick {event.time:g}", event.agent, event.data
    match event.kind:
        case "decision" | "action":
            action = data.action if isinstance(data, Decision) else data
            return f"{when} {who} did {_brief(action)}{_reason(model, event)}."
        case "percept":
            return f"{when} {who} saw {_brief(data)}."
        case "sent" | "delivered" | "late" | "duplicated":
            done = {"sent": "was sent", "late": "arrived, too late,", "duplicated": "was doubled"}
            said = f"{data.performative} {_brief(data.content)}".strip()
            way = f"from {data.sender} to {data.receiver}"
            return f"{when} the message '{said}' {way} {done.get(event.kind, 'arrived')}."
        case "dropped":
            message, reason = data
            way = f"from {message.sender} to {message.receiver}"
            return f"{when} the message '{message.performative}' {way} was dropped: {reason}."
        case "fault":
            phase, fault = data
            return f"{when} a fault at {who} {phase}: {fault}."
    return f"{when} {who}, {event.kind}: {_brief(data)}."


def _reason(model: Model, event: Event) -> str:
    """The policy's own words, asked again of the percept that it had: deciding is pure."""
    assert model.log is not None
    chain = model.log.chain(event.id, depth=3)
    decision = next((e.data for e in chain if e.kind == "decision"), None)
    percept = next((e.data for e in chain if e.kind == "percept"), None)
    agent = model.by_name.get(event.agent)
    if agent is None or agent.policy is None or decision is None or percept is None:
        return ""
    reason = agent.policy.explain(percept, decision).reason
    return f", since: {reason.removesuffix('.')}"  # a docstring ends with a stop of its own


def _brief(data: Any) -> str:
    if hasattr(data, "_fields"):
        pairs = [(name, value) for name, value in zip(data._fields, data, strict=True) if value is not None]
        shown = ", ".join(
            f"{name} {_brief(value)}" for name, value in pairs if name not in {"time", "memory"}
        )
        return shown or type(data).__name__
    if isinstance(data, float):
        return f"{data:.4g}"
    text = "" if data is None else str(data)
    return text if len(text) <= 60 else text[:57] + "..."


class WhyNot(NamedTuple):
    """What would have had to be different for another action to be chosen.

    `short` is by how much the other action's score fell short of the chosen one's; None where the policy
    did not score it.
    """

    action: Any
    chosen: Any
    short: float | None
    text: str

    def __str__(self) -> str:
        return self.text


def why_not(agent: Agent, action: Any) -> WhyNot:
    """Why the agent's last decision was not this action: what would have had to score higher, by how much.

    Raises:
        TickError: the agent has decided nothing yet.
    """
    explained = agent.explain()
    if _is(explained.chosen, action):
        return WhyNot(action, explained.chosen, 0.0, f"{agent.name} did choose it: {explained.reason}")
    other, best = _option(explained, action), _option(explained, explained.chosen)
    if other is None:
        seen = ", ".join(_brief(option.action) for option in explained.options) or "none that it names"
        text = f"{agent.name} did not weigh {_brief(action)}; the options that it saw: {seen}"
        return WhyNot(action, explained.chosen, None, text)
    top = best or max(explained.options, key=lambda option: option.score)
    short = top.score - other.score
    text = (
        f"{_brief(action)} scored {other.score:.4g}, {_brief(top.action)} scored {top.score:.4g}: it would "
        f"have had to score {short:.4g} higher{f' ({other.note})' if other.note else ''}"
    )
    return WhyNot(action, explained.chosen, short, text)


def _option(explained: Explanation, action: Any) -> Option | None:
    return next((option for option in explained.options if _is(option.action, action)), None)


def _is(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 0.005  # options are shown with two decimals
    return bool(one == other)
