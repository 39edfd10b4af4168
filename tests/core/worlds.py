"""Small worlds that several tests of the core share."""

from typing import NamedTuple

from mas_kit.core import Agent, Decision, Model, Network


class Post(Agent):
    """Sends what its plan says: tick -> list of (receiver, content); keeps what it received."""

    def __init__(self, model, name, plan=()):
        super().__init__(model, name)
        self.plan = dict(plan)
        self.got = []

    def decide(self, percept):
        return self.plan.get(self.model.tick, [])

    def act(self, action):
        self.plan.pop(self.model.tick, None)  # once, even where a tick has several rounds
        self.got += [(self.model.tick, m.sender, m.content) for m in self.inbox]
        for receiver, content in action:
            self.send("inform", receiver, content)


class Office(Model):
    """Agents with plans on one network. `plans`: name -> plan; `network`: its settings."""

    def __init__(self, plans, network=None, **more):
        self.plans, self.settings = plans, network or {}
        super().__init__(**more)

    def build(self):
        self.net = Network(self, **self.settings)
        for name, plan in self.plans.items():
            Post(self, name, plan)

    def got(self):
        return {name: agent.got for name, agent in self.by_name.items()}


class Seen(NamedTuple):
    time: int
    stock: float
    news: tuple
    memory: object


class Keeper(Agent):
    """Sees its stock and its mail, adds what it decides to its stock, and counts in its memory."""

    def __init__(self, model, name, policy=None):
        super().__init__(model, name, policy or (lambda p: Decision(1, (p.memory or 0) + 1)))
        self.stock = 0.0

    def perceive(self):
        return Seen(self.model.tick, self.stock, tuple(m.content for m in self.inbox), self.memory)

    def act(self, action):
        self.stock += action
        if "net" in self.model.networks:
            for name in self.model.by_name:
                if name != self.name:
                    self.send("inform", name, self.stock)


class Shop(Model):
    names = ("ann", "bob", "cid")
    latency = 1
    when_down = "drop"

    def build(self):
        Network(self, "net", latency=self.latency, when_down=self.when_down)
        for name in self.names:
            Keeper(self, name)

    def observe(self):
        return {name: agent.stock for name, agent in self.by_name.items() if isinstance(agent, Keeper)}
