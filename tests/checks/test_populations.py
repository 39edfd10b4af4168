"""check_model on models whose agents are held in columns, compiled."""

import pytest

from mas_kit.checks import check_model, snapshot
from mas_kit.checks.agent import RUNS
from mas_kit.checks.model import ALONE, SEEDED
from mas_kit.checks.purity import PURE
from mas_kit.core import Agent, Model
from mas_kit.population import Anyone, Population, Record


class Person(Record):
    wealth: int


def give(me, others, rng):
    if me.wealth > 0:
        other = others.pick(rng)
        me.wealth -= 1
        other.wealth += 1


class Governor(Agent):
    """Looks at somebody, and gives when nobody else would."""

    def perceive(self):
        return (self.model.tick, self.model.agent("person-3").wealth)

    def decide(self, percept):
        return int(self.rng.integers(2))

    def act(self, action):
        crowd = self.model.crowd
        crowd.set(wealth=crowd["wealth"] + action)


class Country(Model):
    governor = Governor
    engine = "columns"

    def build(self):
        self.crowd = Population(
            Person,
            40,
            rule=give,
            sees={"others": Anyone()},
            activation="random",
            columns={"wealth": 5},
            engine=self.engine,
            model=self,
        )
        self.governor(self, "governor")


def country(**what):
    return type("Country", (Country,), what)


@pytest.mark.parametrize("engine", ["columns", "objects"])
def test_a_population_passes_and_its_compiler_is_not_looked_at(monkeypatch, engine):
    looked_at = 0
    token = snapshot.token

    def counted(value):
        nonlocal looked_at
        looked_at += 1
        return token(value)

    monkeypatch.setattr(snapshot, "token", counted)
    assert check_model(country(engine=engine)).ok
    assert looked_at < 100_000  # a compiled rule reaches 30,000 values, for each of 32 looks


class Thief(Governor):
    def decide(self, percept):
        crowd = self.model.crowd
        crowd.set(wealth=crowd["wealth"] + 1)
        return 0


def test_a_column_that_changes_while_an_agent_decides_is_noticed():
    report = check_model(country(governor=Thief), raise_=False)
    (failure,) = report.failures
    assert failure.check == PURE
    assert "crowd" in failure.what


def test_columns_that_nobody_records_are_compared_too():
    """Only wealth differs between the runs, which the model neither observes nor measures."""

    class Leaky(Governor):
        runs = []  # noqa: RUF012  (the very mistake)

        def __init__(self, model, name):
            super().__init__(model, name)
            self.runs.append(1)

        def decide(self, percept):
            return None

        def act(self, action):
            self.model.crowd.set(wealth=len(self.runs))

    report = check_model(country(governor=Leaky), raise_=False)
    assert [failure.check for failure in report.failures] == [ALONE]
    assert "'person.wealth' of number 0 at the end: " in report.failures[0].what
    assert not report.failed(SEEDED)


def test_individuals_are_found_whatever_the_order_of_agents():
    """The governor looks for person-3 by name, in runs whose agents are shuffled as well."""

    class Two(Country):
        def build(self):
            super().build()
            Agent(self, "somebody", len)

    report = check_model(Two, raise_=False)
    assert not report.failed(RUNS), report
    assert report.ok
