"""What each agent did, counted from the log: messages, bytes, decisions, idle ticks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mas_kit.core.errors import MasKitError

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from mas_kit.core.model import Model

COLUMNS = ("sent", "received", "lost", "bytes sent", "decisions", "idle ticks", "down ticks")


def activity(model: Model) -> pd.DataFrame:
    """One row per agent: messages sent, received and lost on the way to it, bytes, decisions, idle ticks.

    A message's bytes are those of its content as UTF-8 text, without the envelope. A tick is idle for an
    agent that decided in it and sent nothing. Ticks before an agent came count as down.

    Raises:
        MasKitError: the run has no log.
    """
    import pandas as pd

    if model.log is None:
        raise MasKitError("this run has no log; make the model with log=True")
    counts: dict[str, Counter[str]] = {name: Counter() for name in model.by_name}
    sent_in: set[tuple[str, float]] = set()
    decided_in: set[tuple[str, float]] = set()
    for event in model.log:
        row = counts.setdefault(event.agent, Counter())
        if event.kind == "sent":
            row["sent"] += 1
            row["bytes sent"] += _size(event.data.content)
            sent_in.add((event.agent, event.time))
        elif event.kind in {"delivered", "late"}:
            row["received"] += 1
        elif event.kind == "dropped":
            row["lost"] += 1
        elif event.kind == "decision":
            row["decisions"] += 1
            decided_in.add((event.agent, event.time))
    for name, _ in decided_in - sent_in:
        counts[name]["idle ticks"] += 1
    for name, row in counts.items():
        row["down ticks"] = model.tick - len({time for agent, time in decided_in if agent == name})
    rows = [[counts[name][column] for column in COLUMNS] for name in counts]
    return pd.DataFrame(rows, index=pd.Index(list(counts), name="agent"), columns=list(COLUMNS))


def timeline(model: Model, kinds: tuple[str, ...] = ("sent", "dropped", "fault")) -> alt.Chart:
    """Events over time, a lane for each agent."""
    import altair as alt
    import pandas as pd

    if model.log is None:
        raise MasKitError("this run has no log; make the model with log=True")
    rows = [(e.time, e.agent, e.kind, _label(e.data)) for e in model.log.select(kinds)]
    table = pd.DataFrame(rows, columns=["time", "agent", "kind", "what"])
    chart: alt.Chart = (
        alt.Chart(table, width=560)
        .mark_point(filled=True, opacity=0.7)
        .encode(
            x=alt.X("time:Q", title="tick"),
            y=alt.Y("agent:N", title=None, sort=list(model.by_name)),
            color=alt.Color("kind:N", title=None, sort=list(kinds)),
            shape=alt.Shape("kind:N", title=None, sort=list(kinds)),
            tooltip=["time", "agent", "kind", "what"],
        )
    )
    return chart


def _size(content: Any) -> int:
    return 0 if content is None else len(str(content).encode())


def _label(data: Any) -> str:
    return str(data)[:120]
