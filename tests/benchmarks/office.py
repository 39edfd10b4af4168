"""A thousand agents that write to ten others each tick, and the same without agents: for two benchmarks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from mas_kit.core import Agent, Model, Network, Performative

AGENTS, EACH, TICKS = 1000, 10, 20
NAMES = [f"a{i}" for i in range(AGENTS)]
TARGETS = [[NAMES[(i * 7 + j * 13 + 1) % AGENTS] for j in range(EACH)] for i in range(AGENTS)]
INFORM = Performative.INFORM


@dataclass(slots=True)
class Record:
    """The least that a message needs."""

    performative: str
    sender: str
    receiver: str
    content: int


def bare_loop() -> int:
    """Everybody sends, everybody reads: appending to deques and popping from them."""
    boxes: dict[str, deque[Record]] = {name: deque() for name in NAMES}
    read = 0
    for _ in range(TICKS):
        for name, targets in zip(NAMES, TARGETS, strict=True):
            for receiver in targets:
                boxes[receiver].append(Record("inform", name, receiver, 1))
        for name in NAMES:
            box = boxes[name]
            while box:
                read += box.popleft().content
    assert read == AGENTS * EACH * TICKS
    return read


class Clerk(Agent):
    """Adds up what it is sent, and sends as many messages as the bare loop does."""

    def __init__(self, model: Office, name: str, targets: list[str]) -> None:
        super().__init__(model, name)
        self.targets, self.read = targets, 0

    def perceive(self) -> int:
        """The sum of the mail."""
        return sum([message.content for message in self.inbox])

    def decide(self, percept: int) -> int:
        """Pass it on."""
        return percept

    def act(self, action: int) -> None:
        """Keep count, and write to the same ten as always."""
        self.read += action
        send = self.send
        for receiver in self.targets:
            send(INFORM, receiver, 1)


class Office(Model):
    """A thousand clerks on one network."""

    clerk = Clerk
    network = Network

    def build(self) -> None:
        """The network and the clerks."""
        self.net = self.network(self)
        for name, targets in zip(NAMES, TARGETS, strict=True):
            self.clerk(self, name, targets)


def run_office(kind: type[Office] = Office, *, log: bool, ticks: int = TICKS) -> Callable[[], int]:
    """A fresh model, ready to run."""
    model = kind(seed=1, log=log)

    def run() -> int:
        model.run(ticks)
        read = sum(agent.read for agent in model.by_name.values())
        assert read == AGENTS * EACH * (ticks - 1)  # the last tick's mail is on its way
        return AGENTS * EACH * ticks

    return run
