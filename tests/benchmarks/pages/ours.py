"""Walkers on a torus, on mas_kit's page; WALKERS says how many.

Each is an agent that perceives, decides and acts in every tick. With 10,000 the population is held in
columns and moves in the world phase, as a model of that size would.
"""

from __future__ import annotations

import os

import numpy as np

from mas_kit import Agent, Model
from mas_kit.viz import App, Picture, page_of

COUNT = int(os.environ.get("WALKERS", "1000"))
WIDTH, HEIGHT = 100.0, 60.0
IN_COLUMNS = COUNT > 2000


class Walker(Agent):
    """Goes where the wind blows."""

    def perceive(self):
        return self.pos

    def decide(self, percept):
        return self.model.wind[self.row]

    def act(self, action):
        self.pos = ((self.pos[0] + action[0]) % WIDTH, (self.pos[1] + action[1]) % HEIGHT)


class Walkers(Model):
    """Walkers on a torus."""

    def build(self):
        self.places = self.stream("places").random((COUNT, 2)) * (WIDTH, HEIGHT)
        self.names = [f"w{row}" for row in range(COUNT)]
        self.blow()
        for row in range(0 if IN_COLUMNS else COUNT):
            walker = Walker(self, self.names[row])
            walker.row, walker.pos = row, tuple(self.places[row].tolist())

    def blow(self):
        steps = self.stream("wind").normal(0, 0.5, (COUNT, 2))
        self.wind = steps if IN_COLUMNS else steps.tolist()

    def world(self):
        if IN_COLUMNS:
            self.places = (self.places + self.wind) % (WIDTH, HEIGHT)
        self.blow()


def picture(model):
    """Every walker as a dot."""
    places = model.places if IN_COLUMNS else np.array([agent.pos for agent in model.by_name.values()])
    return Picture(
        name=model.names,
        x=places[:, 0],
        y=places[:, 1],
        colour=np.arange(COUNT) % 8,
        bounds=(0, 0, WIDTH, HEIGHT),
    )


APP = App(model=Walkers, title="Walkers", picture=picture, speed=0.0)
__getattr__ = page_of(APP)
