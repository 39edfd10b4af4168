"""The mind inspector: what an agent last saw, what it could have done, what it did, and why."""

from __future__ import annotations

from html import escape
from typing import Any

from mas_kit.core.errors import TickError
from mas_kit.core.events import EventLog
from mas_kit.core.policy import Explanation
from mas_kit.viz.records import brief, fields, number, said

CHAIN = 40  # events of the chain of causes that are looked at
TOLD = 8  # messages of it that are told
OPTIONS = 9


def mind(model: Any, name: str, clock: str = "tick") -> str:
    """HTML about one agent. Raises UnknownNameError for a name that the model does not have."""
    agent = model.agent(name)
    policy = (
        agent.policy.name or type(agent.policy).__name__ if agent.policy is not None else type(agent).__name__
    )
    state = "" if agent.alive else '<span class="mk-tag mk-bad">down</span>'
    parts = [f'<h3>{escape(name)} <span class="mk-tag">{escape(str(policy))}</span>{state}</h3>']
    if agent.percept is None and agent.decision is None:
        parts.append(quiet(f"Has seen nothing yet. Step one {clock}."))
        return _panel(parts)
    parts.append('<div class="mk-columns"><section>')
    parts.append(f"<h4>What it saw</h4>{percept_table(agent.percept)}")
    parts.append("</section><section>")
    parts.append(_decision(agent))
    parts.append("</section><section>")
    parts.append(_chain(model.log, name, clock))
    parts.append("</section></div>")
    return _panel(parts)


def nobody(count: int) -> str:
    """What the panel says before an agent is chosen."""
    return _panel(
        [
            quiet(
                f"Click one of the {count} agents in the picture to read its mind: what it saw, what it "
                "could have done, what it decided and why. With the picture in focus, the arrow keys go from "
                "one to the next."
            )
        ]
    )


def quiet(text: str) -> str:
    """A line that says why there is nothing to see."""
    return f'<p class="mk-quiet">{escape(text)}</p>'


def _panel(parts: list[str]) -> str:
    return f'<div class="mk-mind">{"".join(parts)}</div>'


def percept_table(record: Any) -> str:
    """The fields of a percept as an HTML table."""
    rows = "".join(
        f"<tr><th>{escape(key.replace('_', ' '))}</th><td>{escape(brief(value, 120))}</td></tr>"
        for key, value in fields(record)[:24]
    )
    return f'<table class="mk-table">{rows}</table>' if rows else quiet("nothing")


def _decision(agent: Any) -> str:
    if agent.decision is None:
        return "<h4>What it decided</h4>" + quiet("It has not decided yet.")
    try:
        explained: Explanation = agent.explain()
    except TickError:
        explained = Explanation(agent.decision.action, "")
    parts = ["<h4>What it decided</h4>", f'<p class="mk-chosen">{escape(brief(explained.chosen, 120))}</p>']
    if explained.reason:
        parts.append(f"<h4>Why</h4><p>{escape(explained.reason)}</p>")
    if explained.options:
        parts.append(f"<h4>Its options</h4>{_options(explained)}")
    return "".join(parts)


def _options(explained: Explanation) -> str:
    """Bars from the worst score to the best; the best options first, the chosen one always among them."""
    ranked = sorted(
        explained.options, key=lambda option: -option.score if option.score == option.score else 0
    )
    shown = ranked[:OPTIONS]
    chosen = [option for option in ranked if option.action == explained.chosen]
    if chosen and chosen[0] not in shown:
        shown[-1] = chosen[0]
    scores = [option.score for option in shown if abs(option.score) < float("inf")]
    low, high = (min(scores), max(scores)) if scores else (0.0, 1.0)
    rows = []
    for option in shown:
        share = (
            (option.score - low) / (high - low) if high > low and abs(option.score) < float("inf") else 1.0
        )
        mark = " mk-best" if option.action == explained.chosen else ""
        note = f"<small>{escape(option.note)}</small>" if option.note else ""
        rows.append(
            f'<div class="mk-option{mark}"><span>{escape(brief(option.action, 40))}</span>'
            f'<div class="mk-meter"><i style="width:{6 + 94 * share:.0f}%"></i></div>'
            f"<b>{number(float(option.score))}</b>{note}</div>"
        )
    more = len(explained.options) - len(shown)
    rest = quiet(f"and {more} with lower scores") if more > 0 else ""
    return "".join(rows) + rest


def _chain(log: EventLog | None, name: str, clock: str) -> str:
    title = "<h4>Because of these messages</h4>"
    if log is None:
        return title + quiet("No event log is kept in this run. Show the model with log=True to see them.")
    last = log.last("decision", name)
    if last is None:
        return title + quiet("No decision is in the log yet.")
    heard = [event for event in log.chain(last.id, CHAIN) if event.kind in {"delivered", "late"}][:TOLD]
    if not heard:
        return title + quiet("None: it decided from what it saw itself.")
    rows = "".join(
        f'<li class="{"mk-mine" if event.agent == name else ""}"><time>{escape(clock)} {event.time:g}</time>'
        f"<span>{escape(event.data.sender)} → {escape(event.data.receiver)}</span>"
        f"<em>{escape(said(event.data, 60))}{' (late)' if event.kind == 'late' else ''}</em></li>"
        for event in heard
    )
    return f'{title}<ol class="mk-chain">{rows}</ol>'
