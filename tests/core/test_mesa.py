"""A Model is a mesa.Model, an Agent is a mesa.Agent: Mesa's tools keep working on them."""

import warnings

import mesa
import pytest
from mesa.discrete_space import CellAgent, OrthogonalMooreGrid

from mas_kit.core import Agent, Crash, Model
from tests.core.worlds import Keeper, Shop


class Mover(Agent, CellAgent):
    """An agent of the kit that lives in a cell of a Mesa grid."""

    def __init__(self, model, name, cell):
        super().__init__(model, name)
        self.cell = cell

    def perceive(self):
        return tuple(cell.coordinate for cell in self.cell.neighborhood if cell.is_empty)

    def decide(self, percept):
        return percept[int(self.rng.integers(len(percept)))] if percept else None

    def act(self, action):
        target = self.model.grid[action] if action else None
        if target is not None and target.is_empty:
            self.cell = target


class Grid(Model):
    activation = "random"

    def build(self):
        self.grid = OrthogonalMooreGrid((5, 5), capacity=1, torus=True, random=self.random)
        for i in range(8):
            Mover(self, f"m{i}", self.grid[i % 5, i // 5])

    def observe(self):
        return {name: agent.cell.coordinate for name, agent in self.by_name.items()}


def test_they_are_mesa_objects():
    model = Shop(seed=1)
    assert isinstance(model, mesa.Model)
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    assert model.agents_by_type[Keeper].to_list() == model.agents.to_list()


def test_agent_sets():
    model = Shop(seed=1, policies={"ann": lambda p: 5}).run(2)
    agents = model.agents
    assert agents.get("stock") == [10, 2, 2]
    assert [a.name for a in agents.select(lambda a: a.stock > 3)] == ["ann"]
    assert agents.agg("stock", sum) == 14
    assert [a.name for a in agents.sort("stock", ascending=True)] == ["bob", "cid", "ann"]
    assert {k: len(v) for k, v in agents.groupby("stock").groups.items()} == {10: 1, 2: 2}
    agents.set("stock", 0).do("act", 3)
    assert agents.map("explain")[0].chosen == 5
    assert agents.get("stock") == [3, 3, 3]


def test_create_agents():
    made = Keeper.create_agents(Model(seed=1), 3, ["a", "b", "c"])
    assert [agent.name for agent in made] == ["a", "b", "c"]


class Collected(Shop):
    def build(self):
        super().build()
        self.datacollector = mesa.DataCollector(
            model_reporters={"total": lambda m: sum(a.stock for a in m.agents)},
            agent_reporters={"stock": "stock"},
        )

    def world(self):
        self.datacollector.collect(self)


def test_data_collector():
    model = Collected(seed=1).run(3)
    assert model.datacollector.get_model_vars_dataframe()["total"].tolist() == [3, 6, 9]
    assert len(model.datacollector.get_agent_vars_dataframe()) == 9


def test_discrete_space():
    model = Grid(seed=1).run(10)
    assert model.history == Grid(seed=1).run(10).history != Grid(seed=2).run(10).history
    places = [agent.cell.coordinate for agent in model.agents]
    assert len(set(places)) == 8
    assert sum(not cell.is_empty for cell in model.grid.all_cells) == 8


def test_one_clock():
    """Mesa's clock drives the ticks, and its events happen between them."""
    model, seen = Shop(seed=1), []

    class Bell:
        def ring(self):
            seen.append((model.time, model.tick))

    bell = Bell()  # Mesa holds callbacks weakly
    for at in (1.5, 3.0):
        model.schedule_event(bell.ring, at=at)
    model.run_for(1.2)
    assert (model.time, model.tick) == (1.2, 1)
    model.run_until(4)
    assert (model.time, model.tick) == (4.0, 4)
    assert seen == [(1.5, 1), (3.0, 3)]
    assert [row["time"] for row in model.history] == [1, 2, 3, 4]


def test_no_warning_from_mesa():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Grid(seed=1, log=True, faults=[Crash(agent="m1", at=2, until=3)]).run(4)


def test_remove_all_agents():
    model = Shop(seed=1).run(1)
    model.remove_all_agents()
    assert len(model.agents) == 0
    assert model.by_name == {}
    assert model.run(1).tick == 2


def test_mesas_page_drives_the_model():
    solara = pytest.importorskip("solara")
    import ipyvuetify
    from mesa.visualization import SolaraViz, make_plot_component

    model = Collected(seed=1)

    @solara.component
    def Page():
        with solara.AppLayout():
            SolaraViz(model, components=[make_plot_component("total")], name="Shop")

    _, context = solara.render(Page(), handle_error=False)
    try:
        buttons = {button.children[0]: button for button in context.find(ipyvuetify.Btn).widgets}
        buttons["Step"].click()
        buttons["Step"].click()
    finally:
        context.close()
    assert (model.tick, model.time) == (2, 2.0)
    assert len(model.history) == 2
