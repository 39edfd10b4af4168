"""Good models, and one deliberately bad sample for each rule."""

import datetime
import random
import time
from dataclasses import dataclass
from random import choice
from typing import NamedTuple

import numpy as np

from mas_kit.core import Agent, Decision, Model, Network, Parameters, Policy, parameter

# ---- good


class Sight(NamedTuple):
    time: int
    wealth: int
    offers: tuple[int, ...]
    memory: object


class Settings(Parameters):
    people: int = parameter(6, ge=1, le=500, help="how many there are at the start")


class Remembers(Policy):
    """Gives as much as the average offer so far; its memory is a fresh dict each time."""

    def decide(self, percept, rng):
        past = percept.memory or {"n": 0, "sum": 0}
        memory = {"n": past["n"] + 1, "sum": past["sum"] + sum(percept.offers)}
        return Decision(min(percept.wealth, memory["sum"] // memory["n"] + int(rng.integers(3))), memory)


class Trader(Agent):
    def __init__(self, model, name=None, policy=None):
        super().__init__(model, name, policy or Remembers())
        self.wealth = 10
        self.diary = [0]

    def perceive(self):
        return Sight(self.model.tick, self.wealth, tuple(sorted(m.content for m in self.inbox)), self.memory)

    def act(self, action):
        self.wealth += sum(self.percept.offers) - action
        self.diary.append(action)
        others = sorted(self.model.by_name)
        to = others[int(self.rng.integers(len(others)))]
        self.send("inform", to, action, network=self.model.net)


class Market(Model):
    """People come and go; whoever leaves takes its wealth along."""

    Parameters = Settings
    kind = Trader

    def build(self):
        self.net = Network(self, latency=(1, 2), loss=0.1)
        for i in range(self.p.people):
            self.kind(self, f"p{i}")

    def world(self):
        if self.tick % 3 == 0:
            self.kind(self, f"new{self.tick}")
        if self.tick % 4 == 0:
            self.agent(sorted(self.by_name)[0]).remove()

    def observe(self):
        return {"wealth": sum(self.by_name[name].wealth for name in sorted(self.by_name))}


class TurnMarket(Market):
    activation = "random"


class RareExplorer(Policy):
    """Draws each time, and what it draws matters once in a million."""

    def decide(self, percept, rng):
        return "explore" if rng.random() < 1e-6 else "exploit"


class Walker(Agent):
    """Decides nothing; its act alone moves it."""

    def __init__(self, model, name=None, policy=None):
        super().__init__(model, name, policy)
        self.place = 0

    def decide(self, percept):
        return None

    def act(self, action):
        self.place += int(self.rng.integers(-1, 2))


class Walk(Model):
    kind = Walker

    def build(self):
        for i in range(5):
            self.kind(self, f"w{i}")


class Explorers(Walk):
    def build(self):
        for i in range(3):
            Agent(self, f"e{i}", RareExplorer())


class Silent(Walk):
    """Deterministic: it draws nothing at all."""

    def build(self):
        Agent(self, "a", len)


# ---- bad policies: (percept, rng)


def uses_random(percept, rng):
    return percept.time + random.random()


def uses_imported_choice(percept, rng):
    return choice([1, 2, 3, 4, 5, 6, 7, 8, 9])


def uses_legacy(percept, rng):
    return percept.time + np.random.rand()  # noqa: NPY002  (the very mistake)


def peeks_at_global_state(percept, rng):
    """Reads the global generator and puts it back: nothing moves, but the outcome hangs on it."""
    state = random.getstate()
    value = random.random()
    random.setstate(state)
    return value


def own_seed(percept, rng):
    return np.random.default_rng(42).random()


def no_seed(percept, rng):
    return np.random.default_rng().random()


def reads_clock(percept, rng):
    return time.perf_counter_ns()


def first_of_a_set(percept, rng):
    return next(iter({f"offer {i} of {percept.time}" for i in range(1000)}))


def first_of_a_sorted_set(percept, rng):
    return min({f"offer {i} of {percept.time}" for i in range(1000)})


def reads_the_year(percept, rng):
    return datetime.datetime.now().year


class OwnGenerator(Policy):
    def __init__(self):
        self.rng = np.random.default_rng(1)

    def decide(self, percept, rng):
        return self.rng.random()


class Counts(Policy):
    def __init__(self):
        self.n = 0

    def decide(self, percept, rng):
        self.n += 1
        return self.n


class ClassCounts(Policy):
    seen = []  # noqa: RUF012  (the very mistake)

    def decide(self, percept, rng):
        self.seen.append(percept.time)
        return len(self.seen)


TOTAL = {"n": 0}


def counts_in_module(percept, rng):
    TOTAL["n"] += 1
    return 0


def counts_in_default(percept, rng, seen=[]):  # noqa: B006  (the very mistake)
    seen.append(1)
    return 0


def enclosed_counter():
    n = 0

    def decide(percept, rng):
        nonlocal n
        n += 1
        return 0

    return decide


def changes_percept(percept, rng):
    percept.offers.append(3)
    return 0


class ExplainsBadly(Policy):
    def decide(self, percept, rng):
        return 1

    def explain(self, percept, decision):
        return "because"


# ---- bad agents


@dataclass
class Loose:
    time: int


class ListPercept(Walker):
    def perceive(self):
        return [self.place]


class LoosePercept(Walker):
    def perceive(self):
        return Loose(self.model.tick)


class SeesModel(Walker):
    def perceive(self):
        return (self.place, self.model)


class SeesNeighbour(Walker):
    def perceive(self):
        return (self.place, {"next": list(self.model.by_name.values())[-1]})


class SeesThroughFunction(Walker):
    def perceive(self):
        return (self.place, lambda: self.model.tick)


class SeesMethod(Walker):
    def perceive(self):
        return (self.send,)


class SeesStream(Walker):
    def perceive(self):
        return (self.rng.random,)


class SharesList(Walker):
    def __init__(self, model, name=None, policy=None):
        super().__init__(model, name, policy)
        self.track = []

    def perceive(self):
        return (self.track,)

    def act(self, action):
        self.track.append(self.model.tick)


class SharesInbox(Walker):
    def perceive(self):
        return (self.model.tick, self.inbox)


class SharesArray(Walker):
    def perceive(self):
        return (self.model.field[1:3],)


class LiveView(Walker):
    """A read-only view of an array that the world goes on changing."""

    def perceive(self):
        view = self.model.field[:]
        view.flags.writeable = False
        return (view,)


class Field(Walk):
    def build(self):
        self.field = np.zeros(4)
        super().build()

    def world(self):
        self.field += 1


class ActsWhileDeciding(Walker):
    def decide(self, percept):
        self.place += 1


class SendsWhileDeciding(Walker):
    def decide(self, percept):
        self.send("inform", "w0", 1, network=self.model.net)


class DrawsElsewhere(Walker):
    def decide(self, percept):
        return self.model.stream("weather").random()


class ChangesOthers(Walker):
    def decide(self, percept):
        self.model.agent("w0").place = self.model.tick


class ReadsOthersWhileDeciding(Walker):
    def decide(self, percept):
        return self.model.agent("w0").place


class ReadsSecrets(Walker):
    def __init__(self, model, name=None, policy=None):
        super().__init__(model, name, policy)
        self._mood = 3

    @property
    def mood(self):
        return self._mood

    def perceive(self):
        return (self.place, self.model.agent("w0")._mood)


class ReadsWhatIsPublic(ReadsSecrets):
    def perceive(self):
        return (self.place, self.model.agent("w0").mood)

    def act(self, action):
        self.place += self.model.agent("w0").mood


class ReadsSecretsInActing(ReadsWhatIsPublic):
    def act(self, action):
        self.place += self.model.agent("w0")._mood


def notebook():
    """Classes made in a function share what the function holds."""
    pages = []

    class Noter(Walker):
        def decide(self, percept):
            pages.append(self.model.tick)

    return Noter


class TellsTheTime(Walker):
    def decide(self, percept):
        return time.time() > 0


class Posted(Walk):
    def build(self):
        self.net = Network(self)
        super().build()


# ---- bad models


class GlobalChance(Market):
    def world(self):
        self.extra = random.random()

    def observe(self):
        return {"extra": self.extra}


class SeededItself(Walk):
    """Its seed changes nothing: it makes its own generator."""

    def build(self):
        super().build()
        self.own = np.random.default_rng(7)

    def observe(self):
        return {"draw": self.own.random()}


class Unseeded(SeededItself):
    def build(self):
        super().build()
        self.own = np.random.default_rng()


class DrawsForNothing(Walk):
    kind = Agent

    def build(self):
        for i in range(3):
            Agent(self, f"a{i}", lambda percept, rng: 0 * rng.random())


class Grabbers(Walk):
    """Whoever acts first gets the last piece."""

    class Grabber(Walker):
        def decide(self, percept):
            return 1

        def act(self, action):
            if self.model.pieces:
                self.model.pieces -= 1
                self.place += 1

    kind = Grabber

    def build(self):
        self.pieces = 3
        super().build()

    def observe(self):
        return {name: agent.place for name, agent in sorted(self.by_name.items())}


class GrabbersInTurn(Grabbers):
    activation = "in order"


class FirstComeFirstServed(Walk):
    """The seller takes the first offer in its inbox, whoever sent it."""

    class Buyer(Agent):
        def decide(self, percept):
            return self.name

        def act(self, action):
            self.send("propose", "seller", 5)

    class Seller(Agent):
        def decide(self, percept):
            return percept[0].sender if percept else None

    def build(self):
        Network(self)
        for name in "abc":
            self.Buyer(self, name)
        self.Seller(self, "seller")


class SharedBetweenRuns(Walk):
    ledger = []  # noqa: RUF012  (the very mistake)

    def observe(self):
        self.ledger.append(self.tick)
        return {"entries": len(self.ledger)}


RUNS = []


class SharedInModule(Walk):
    def build(self):
        RUNS.append(1)
        super().build()

    def observe(self):
        return {"run": len(RUNS)}


class HashDecides(Walk):
    """Who is where hangs on the salt of the process."""

    def observe(self):
        return {"place": hash("somewhere") % 1_000_003}


class SortsItsSets(Walk):
    def observe(self):
        return {"first": sorted({*self.by_name})[0]}


class AsksTheDay(Walk):
    def world(self):
        self.day = time.localtime().tm_yday

    def observe(self):
        return {"winter": self.day < 80}


class HoldsAGenerator(Walk):
    def build(self):
        super().build()
        self.prices = (price for price in range(1000))

    def observe(self):
        return {"price": next(self.prices)}


LEDGER = {}


class KeepsItElsewhere(Walk):
    """A run starts its page of the ledger anew, so that runs agree; a copy has none."""

    def build(self):
        super().build()
        LEDGER[id(self)] = 0

    def observe(self):
        LEDGER[id(self)] = LEDGER.get(id(self), 0) + 1
        return {"entries": LEDGER[id(self)]}


class BreaksOff(Walk):
    def world(self):
        if self.tick == 3:
            raise KeyError("nobody there")
