"""What goes wrong at the crossings, and what is left of the gain of switching lights by what one sees."""

from __future__ import annotations

from collections.abc import Callable

from mas_kit.core.faults import Bias, Crash, Fault, Loss
from mas_kit.experiments import Resilience, Trouble
from mas_kit.usecases.traffic.model import Traffic

CARD = "a claim of the model card, Things to notice"
SIGNALS = tuple(f"signal {row}-{col}" for row in range(1, 5) for col in range(1, 5))
START, END = 500, 1000  # steps between which something is wrong
CENTRE = "centre"


def _down(count: int) -> Callable[[str], list[Fault]]:
    """So many controllers from the middle of the grid; of the centre, itself: all crossings."""

    def faults(who: str) -> list[Fault]:
        names = [CENTRE] if who == CENTRE else SIGNALS[5 : 5 + count]
        return [Crash(agent=name, at=START, until=END) for name in names]

    return faults


def _blind(count: int, offset: float) -> Callable[[str], list[Fault]]:
    """The north-south detectors of the first signals read 0 + offset; the centre has its own eyes."""

    def faults(who: str) -> list[Fault]:
        names = () if who == CENTRE else SIGNALS[:count]
        return [
            Bias(agent=name, field="queue_ns", factor=0, offset=offset, at=START, until=END) for name in names
        ]

    return faults


def _lost(share: float) -> list[Fault]:
    return [Loss(network="neighbours", probability=share, at=START, until=END)]


study = Resilience(
    model=Traffic,
    teams={
        "signals": {"controller": "capacity aware"},
        CENTRE: {"controller": "centre"},
        "tuned plans": {"controller": "tuned"},
    },
    lone="tuned plans",  # made once by one planner who knew the rates, and deaf since
    parameters={"world": "signals", "steps": 2000},
    troubles={
        "messages lost": {
            1 / 3: Trouble(_lost(1 / 3), "a third of the messages lost"),
            1: Trouble(_lost(1.0), "all messages lost"),
        },
        "detectors dead": {count: Trouble(_blind(count, -1), f"{count} detectors dead") for count in (4, 16)},
        "detectors stuck": {
            1: Trouble(_blind(1, 0), "1 detector stuck at 0"),
            4: Trouble(_blind(4, 0), "4 detectors stuck at 0"),
        },
        "controllers down": {1: Trouble(_down(1), "1 controller down")},
    },
    score="mean vehicles",
    metrics=["vehicles"],
    units={
        "messages lost": "share of messages lost for 500 steps",
        "detectors dead": "detectors that say that they are broken",
        "detectors stuck": "detectors that read 0 for 500 steps",
        "controllers down": "controllers down for 500 steps",
    },
)
