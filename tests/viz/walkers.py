"""A stand-in model for the view's tests: walkers on a torus who now and then tell another where they went.

Also a page (``solara run tests.viz.walkers``): each tick of any session leaves a line in the file that
WALKERS_TRACE names, so that a test sees from outside which sessions still run.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from mas_kit import (
    Agent,
    Decision,
    Explanation,
    Message,
    Model,
    Network,
    Option,
    Parameters,
    Person,
    Policy,
    parameter,
)
from mas_kit.viz import App, Ask, Bar, BarChart, Lane, LineChart, Picture, mail, page_of

WAYS = ((1, 0), (0, 1), (-1, 0), (0, -1))


class WalkersParameters(Parameters):
    """Parameters of `Walkers`."""

    walkers: int = parameter(6, ge=2, le=400, help="how many there are")
    pace: float = parameter(0.5, ge=0.0, le=2.0, step=0.1, unit="m", help="length of a step")
    chatty: bool = parameter(True, help="do they talk")
    leader: Literal["rule", "person"] = parameter("rule", group="who decides", help="who leads w0")
    break_at: int = parameter(0, ge=0, le=100, group="faults", help="the world breaks in this tick; 0: never")
    name_of_it: str = parameter("park", group="faults", help="a text")


class See(NamedTuple):
    """What a walker sees."""

    time: int
    place: tuple[float, float]
    heard: tuple[Message, ...]


class Wander(Policy):
    """Any way is as good as another, except that the first is a little better."""

    name = "wander"

    def decide(self, percept: See, rng: np.random.Generator) -> Decision:
        return Decision(int(rng.integers(4)))

    def explain(self, percept: See, decision: Decision) -> Explanation:
        options = tuple(Option(way, -float(way), f"way {way} <b>") for way in range(4))
        return Explanation(decision.action, "the wind & the sun", options)


class Walker(Agent):
    """Goes one step a tick."""

    model: Walkers

    def __init__(self, model: Walkers, name: str, policy: Policy, pos: tuple[float, float]) -> None:
        super().__init__(model, name, policy)
        self.pos = pos

    def perceive(self) -> See:
        return See(self.model.tick, self.pos, tuple(self.inbox))

    def act(self, action: Any) -> None:
        dx, dy = WAYS[int(action) % 4]
        pace = self.model.p.pace
        self.pos = ((self.pos[0] + dx * pace) % 20, (self.pos[1] + dy * pace) % 10)
        if self.model.p.chatty and self.rng.random() < 0.4:
            self.send("inform", f"w{int(self.rng.integers(self.model.p.walkers))}", int(action))


class Walkers(Model):
    """Walkers who wander and talk."""

    Parameters = WalkersParameters

    def build(self) -> None:
        Network(self, "talk", latency=(1, 3), loss=0.1)
        places = self.stream("places").random((self.p.walkers, 2)) * (20, 10)
        for row, (x, y) in enumerate(places):
            policy = Person() if row == 0 and self.p.leader == "person" else Wander()
            Walker(self, f"w{row}", policy, (float(x), float(y)))

    @property
    def horizon(self) -> int:
        return 60

    def world(self) -> None:
        if self.tick == self.p.break_at:
            raise RuntimeError("the world broke")
        trace = os.environ.get("WALKERS_TRACE")
        if trace:
            with Path(trace).open("a", encoding="utf-8") as file:
                file.write(f"{self.seed} {self.tick}\n")

    def observe(self) -> dict[str, Any]:
        x = [agent.pos[0] for agent in self.by_name.values()]
        return {"mean": float(np.mean(x)), "spread": float(np.std(x))}


def picture(model: Walkers) -> Picture:
    agents = list(model.by_name.values())
    return Picture(
        name=list(model.by_name),
        x=[agent.pos[0] for agent in agents],
        y=[agent.pos[1] for agent in agents],
        bounds=(-1, -1, 21, 11),
        colour=[row % 8 for row in range(len(agents))],
        badge=[f"({agent.pos[0]:.0f}, {agent.pos[1]:.0f})" for agent in agents],
        bars={"height": Bar([agent.pos[1] for agent in agents], 6, high=10)},
        down=[not agent.alive for agent in agents],
        lanes=[Lane("talk", 7, "envelope", 0.1)],
        movers=mail(model),
    )


def now(model: Walkers) -> dict[str, float]:
    last = model.history[-1] if model.history else {"mean": 0.0, "spread": 0.0}
    return {"mean": last["mean"], "spread": last["spread"]}


APP = App(
    model=Walkers,
    title="Walkers in the park",
    picture=picture,
    charts=[
        LineChart(title="Where they are", columns={"mean": "mean", "spread": "spread"}, y="m"),
        BarChart(title="Now", values=now, reference=5.0),
    ],
    facts=lambda model: {"messages sent": str(model.networks["talk"].counts["sent"])},
    ask=Ask(label="Which way", low=0, high=3),
    clock="step",
    speed=10.0,
    ranges={"walkers": (2, 40)},
)
__getattr__ = page_of(APP)
