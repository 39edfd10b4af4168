"""A yard of workers, for resilience curves: what they make has a mean that can be reckoned by hand."""

from __future__ import annotations

from mas_kit import Agent, Crash, Model, Network, Parameters, parameter


class Worker(Agent):
    """Adds to the pile what it draws; what it makes is told to nobody."""

    def decide(self, percept):
        return float(self.rng.uniform(1, 3))

    def act(self, action):
        self.model.pile += action
        self.model.backlog -= action


class Yard(Model):
    """Work comes in at a steady pace, and waits while workers are down."""

    class Parameters(Parameters):
        workers: int = parameter(4, ge=1, le=10, help="how many")
        work: float = parameter(0.0, ge=0, le=100, help="that comes in every tick")

    def build(self):
        Network(self)
        self.pile = self.backlog = 0.0
        for i in range(self.p.workers):
            Worker(self, f"w{i}")

    def world(self):
        self.backlog = max(0.0, self.backlog + self.p.work)

    def observe(self):
        return {"pile": self.pile, "backlog": self.backlog}

    def metrics(self):
        return {"pile": self.pile}


class Better(Yard):
    """The same name of everything, and other code in a method."""

    def metrics(self):
        return {"pile": self.pile + 1}


def down(many, ticks=None):
    return [Crash(agent=f"w{i}", at=5, until=ticks and 5 + ticks) for i in range(many)]


def strike(who):
    """All of them, for two ticks."""
    return down(4 if who == "gang" else 1, 2)
