"""Can a model be copied in the middle of a run, and does its copy go on like the original?

A fork ("what if, from here on?") is such a copy.
"""

from __future__ import annotations

import cloudpickle

from mas_kit.checks import snapshot, trace
from mas_kit.checks.report import Failure, Report
from mas_kit.core import Model

COPIES = "a copy goes on alike"

# What no process can write down, by the name of its type.
_LIVE = {
    *("lock", "RLock", "_RLock", "Thread", "local", "socket", "mmap", "Popen"),
    *(
        "generator",
        "coroutine",
        "async_generator",
        "TextIOWrapper",
        "BufferedReader",
        "BufferedWriter",
        "FileIO",
    ),
}


def check(model: Model, ticks: int, report: Report) -> None:
    """Run a model half of the way, copy it, and run both to the end."""
    for _ in range(ticks // 2):
        if not model.finished:
            model.step()
    try:
        copy: Model = cloudpickle.loads(cloudpickle.dumps(model))
    except Exception as error:
        report.add(COPIES, [_refused(model, error)])
        return
    one, other = (trace.run(lambda _seed, it=it: it, 0, ticks - ticks // 2) for it in (model, copy))  # type: ignore[misc]
    told = trace.difference(one, other)
    if not told:
        report.add(COPIES, [])
        return
    failure = Failure(
        COPIES,
        f"a copy made after {ticks // 2} ticks goes on differently; first in {told}",
        "the model keeps something outside of itself (in a module, a class, a closure), or keys by id()",
        "keep it in the model or an agent, keyed by name",
    )
    report.add(COPIES, [failure])


def _refused(model: Model, error: Exception) -> Failure:
    held = snapshot.take({"model": model})
    live = [f"{path} ({kind})" for path, kind in held.items() if kind in _LIVE]
    return Failure(
        COPIES,
        f"it cannot be copied: {type(error).__name__}: {error}",
        f"it holds what lives in this process alone: {', '.join(live[:3])}"
        if live
        else "it holds what lives in this process alone, such as a lock, an open file or a generator",
        "open a file and close it again where it is used; keep the numbers, not what yields them",
    )
