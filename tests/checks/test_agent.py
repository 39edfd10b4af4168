"""check_agent catches each bad sample and passes the good ones."""

import threading

import pytest

from mas_kit.checks import ConformanceError, check_agent
from mas_kit.checks.agent import RUNS
from mas_kit.checks.percept import FROZEN, LEAK
from mas_kit.checks.policy import GLOBAL, REPEATS
from mas_kit.checks.probe import STILL
from mas_kit.checks.purity import PURE
from mas_kit.checks.spy import LOCAL
from mas_kit.core import Agent, MasKitError, Network, Person, UnknownNameError
from tests.checks import samples


def place(kind, base=samples.Field):
    return type("Place", (base,), {"kind": kind})


@pytest.mark.parametrize(
    ("kind", "base", "check", "what"),
    [
        (samples.ListPercept, samples.Field, FROZEN, "a list"),
        (samples.LoosePercept, samples.Field, FROZEN, "a Loose"),
        (samples.SeesModel, samples.Field, LEAK, "percept[1] is the model"),
        (samples.SeesNeighbour, samples.Field, LEAK, "percept[1]['next'] is the agent 'w4'"),
        (samples.SeesThroughFunction, samples.Field, LEAK, "the agent 'w0'"),
        (samples.SeesMethod, samples.Field, LEAK, "the agent 'w0'"),
        (samples.SeesStream, samples.Field, LEAK, "random generator"),
        (samples.SharesList, samples.Field, LEAK, "the very list that stands in w0.track"),
        (samples.SharesInbox, samples.Field, LEAK, "the very list that stands in w0.inbox"),
        (samples.SharesArray, samples.Field, LEAK, "the very ndarray that stands in model.field"),
        (samples.LiveView, samples.Field, STILL, "after the tick"),
        (samples.ActsWhileDeciding, samples.Field, PURE, "agent.place went from 0 to 1"),
        (samples.SendsWhileDeciding, samples.Posted, PURE, "outbox"),
        (samples.DrawsElsewhere, samples.Field, PURE, "weather"),
        (samples.notebook(), samples.Field, PURE, "decide.<enclosed pages>"),
        (samples.TellsTheTime, samples.Field, REPEATS, "time.time() in decide, samples.py:"),
        (samples.ChangesOthers, samples.Field, PURE, "place"),
        (
            samples.ReadsOthersWhileDeciding,
            samples.Field,
            LOCAL,
            "w1: decide() reads 'place' of the agent 'w0'",
        ),
        (samples.ReadsSecrets, samples.Field, LOCAL, "w1: perceive() reads '_mood' of the agent 'w0'"),
        (samples.ReadsSecretsInActing, samples.Field, LOCAL, "w1: act() reads '_mood' of the agent 'w0'"),
    ],
)
def test_bad_agent_is_caught(kind, base, check, what):
    report = check_agent(place(kind, base), raise_=False)
    assert [f.check for f in report.failures] == [check]
    assert what in report.failures[0].what
    assert report.failures[0].cause
    assert report.failures[0].fix
    with pytest.raises(ConformanceError, match=check):
        check_agent(place(kind, base))


def test_global_chance_while_deciding_is_caught():
    class Dicer(samples.Walker):
        def decide(self, percept):
            return samples.choice([1, 2, 3])

    report = check_agent(Dicer, raise_=False)
    assert [f.check for f in report.failures] == [GLOBAL]
    assert "choice() in decide" in report.failures[0].what


def test_what_others_show_may_be_seen_and_nobody_watches_afterwards():
    assert check_agent(place(samples.ReadsWhatIsPublic)).ok
    assert "__getattribute__" not in vars(Agent)


@pytest.mark.parametrize("base", [samples.Market, samples.TurnMarket, samples.Walk, samples.Explorers])
def test_good_agents_pass(base):
    assert check_agent(base).ok


def test_an_agent_class_by_itself():
    report = check_agent(samples.Walker)
    assert report.ok
    assert {FROZEN, LEAK, STILL, PURE} <= set(report.passed)


def test_an_agent_that_needs_its_world_says_so():
    report = check_agent(samples.SharesArray, raise_=False)
    assert [f.check for f in report.failures] == [RUNS]
    assert "check_agent(YourModel, 'its name')" in report.failures[0].fix


def test_a_factory_and_settings():
    class Named(samples.Walker):
        def __init__(self, model, mood):
            super().__init__(model, "it")
            self.mood = mood

        def perceive(self):
            return (self.mood, self.model) if self.mood == "bad" else (self.mood,)

    assert check_agent(lambda model: Named(model, "good")).ok
    assert check_agent(Named, mood="good").ok
    assert check_agent(Named, mood="bad", raise_=False).failed(LEAK)


def test_only_the_named_agent_is_looked_at():
    class Mixed(samples.Field):
        def build(self):
            super().build()
            samples.SeesModel(self, "bad")

    assert check_agent(Mixed, "w1").ok
    assert check_agent(Mixed, "bad", raise_=False).failed(LEAK)
    with pytest.raises(UnknownNameError, match="did you mean 'w1'"):
        check_agent(Mixed, "ww1")


def test_a_model_that_is_running_stays_where_it_is():
    model = samples.Market(seed=4).run(5)
    twin = samples.Market(seed=4).run(5)
    assert check_agent(model, "p1").ok
    assert model.tick == 5
    assert model.run(5).history == twin.run(5).history


def test_a_model_that_cannot_be_copied_says_what_to_do():
    model = samples.Walk(seed=1)
    model.lock = threading.Lock()
    with pytest.raises(MasKitError, match="give its class"):
        check_agent(model, "w1")


def test_a_person_is_skipped_and_does_not_stop_the_others():
    class Game(samples.Walk):
        def build(self):
            Network(self)
            super().build()
            Agent(self, "player", Person())
            samples.SeesModel(self, "bad")

    report = check_agent(Game, "player")
    assert report.ok
    assert "person" in report.skipped[PURE]
    assert check_agent(Game, "bad", raise_=False).failed(LEAK)


def test_not_an_agent():
    with pytest.raises(MasKitError, match="cannot be checked as an agent"):
        check_agent(3)
