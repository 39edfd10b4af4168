"""Messages a second: the network beside a bare loop over deques, with Python's garbage collector on."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from harness import Measure, benchmark
from office import bare_loop, run_office


def per_second(make: Callable[[], Callable[[], int]]) -> Measure:
    """Messages per CPU second. What stood before is frozen, so that neither side pays for scanning it."""

    def figure() -> float:
        work = make()
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        began = time.process_time()
        done = work()
        return done / (time.process_time() - began)

    return figure


@benchmark(
    name="messages, log off",
    what="1,000 agents, 10 messages each a tick, over a bare collections.deque loop",
    bound=">= 0.5",
    unit="messages/s",
    rounds=9,
)
def log_off() -> tuple[Measure, Measure]:
    """The network alone."""
    return per_second(lambda: run_office(log=False)), per_second(lambda: bare_loop)


@benchmark(
    name="messages, log on",
    what="1,000 agents, 10 messages each a tick, every event logged, over a bare collections.deque loop",
    bound=">= 0.25",
    unit="messages/s",
    rounds=9,
)
def log_on() -> tuple[Measure, Measure]:
    """The network with five events for each message and agent."""
    return per_second(lambda: run_office(log=True)), per_second(lambda: bare_loop)
