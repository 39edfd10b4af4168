"""The same walkers on Mesa's own page (SolaraViz with its default settings, matplotlib backend)."""

from __future__ import annotations

import os

import mesa
import solara
from mesa.experimental.continuous_space import ContinuousSpace, ContinuousSpaceAgent
from mesa.visualization import SolaraViz, SpaceRenderer
from mesa.visualization.components import AgentPortrayalStyle

COUNT = int(os.environ.get("WALKERS", "1000"))


class Walker(ContinuousSpaceAgent):
    """Goes where the wind blows."""

    def step(self):
        self.position = self.position + self.model.rng.normal(0, 0.5, 2)


class Walkers(mesa.Model):
    """Walkers on a torus."""

    def __init__(self, rng=None):
        super().__init__(rng=rng)
        self.space = ContinuousSpace([[0, 100], [0, 60]], torus=True, random=self.random, n_agents=COUNT)
        for place in self.rng.random((COUNT, 2)) * (100, 60):
            Walker(self.space, self).position = place

    def step(self):
        self.agents.do("step")


@solara.component
def Page():
    """A model of its own for every session."""

    def make():
        model = Walkers(rng=1)
        renderer = SpaceRenderer(model, backend="matplotlib")
        renderer.setup_agents(lambda agent: AgentPortrayalStyle(color="tab:blue", size=8)).render()
        return SolaraViz(model, renderer, name="Walkers")

    return solara.use_memo(make, [])
