"""Agents: names, streams, policies, explanations, coming and going."""

import pytest

from mas_kit.core import (
    Agent,
    Decision,
    Explanation,
    MasKitError,
    Model,
    Option,
    ParameterError,
    Person,
    Policy,
    TickError,
)
from tests.core.worlds import Keeper, Shop


class Room(Model):
    def build(self):
        self.ann = Agent(self, "ann", lambda percept: 1)


class Weighs(Policy):
    name = "weighs"

    def decide(self, percept, rng):
        return Decision(percept.stock + 1, percept.time)

    def explain(self, percept, decision):
        options = (Option(decision.action, 2.0, "more"), Option(0, 1.0))
        return Explanation(decision.action, f"stock was {percept.stock:g}", options)


def test_names():
    room = Room(seed=1)
    nameless = Agent(room)
    assert nameless.name == f"agent-{nameless.unique_id}"
    assert room.agent(nameless.name) is nameless
    assert repr(room.ann) == "<Agent 'ann'>"
    with pytest.raises(MasKitError, match="an agent named 'ann' already"):
        Agent(room, "ann")
    assert len(room.agents) == 2  # the one that was refused is not left behind in Mesa's set
    with pytest.raises(MasKitError, match="no agent named 'anne'; did you mean 'ann'"):
        room.agent("anne")


def test_an_agent_draws_from_a_stream_of_its_own():
    class Draws(Agent):
        def decide(self, percept):
            return self.rng.random()

    class Two(Model):
        names = ("ann", "bob")

        def build(self):
            for name in self.names:
                Draws(self, name)

        def observe(self):
            return {name: agent.decision.action for name, agent in self.by_name.items()}

    few = Two(seed=3).run(5).frame()
    many = type("Three", (Two,), {"names": ("new", "bob", "ann")})(seed=3).run(5).frame()
    assert many[["ann", "bob"]].equals(few[["ann", "bob"]])
    assert many["new"].nunique() == 5


def test_a_decision_may_be_bare():
    model = Shop(seed=1, policies={"ann": lambda percept: 5}).run(2)
    assert model.agent("ann").decision == Decision(5, None)
    assert model.agent("ann").memory is None
    assert model.agent("bob").decision == Decision(1, 2)


def test_memory_comes_back_in_the_percept():
    model = Shop(seed=1).run(3)
    assert model.agent("ann").percept.memory == 2
    assert model.agent("ann").memory == 3


def test_the_policy_can_be_changed_on_the_way():
    model = Shop(seed=1).run(2)
    model.agent("ann").policy = lambda percept: 10  # a plain function, as in a notebook
    model.run(1)
    assert model.agent("ann").stock == 12
    assert model.agent("ann").policy.name == "<lambda>"
    with pytest.raises(MasKitError, match="is not a policy"):
        model.agent("ann").policy = 3


def test_a_policy_in_the_class():
    class Has(Agent):
        policy = Weighs()

        def perceive(self):
            return type("Seen", (), {"stock": 4, "time": 1})()

    room = Room(seed=1)
    has = Has(room, "has")
    room.step()
    assert has.decision.action == 5


def test_an_agent_that_cannot_decide_says_so():
    room = Room(seed=1)
    Agent(room, "mute")
    with pytest.raises(
        MasKitError, match=r"agent 'mute' cannot decide: give it a policy .* write Agent.decide"
    ):
        room.step()


def test_explanations():
    model = Shop(seed=1, policies={"ann": Weighs})
    with pytest.raises(TickError, match="decided nothing yet"):
        model.agent("ann").explain()
    model.run(2)
    told = model.agent("ann").explain()
    assert told.reason == "stock was 1"
    assert told.options[0] == (2, 2.0, "more")

    class Own(Agent):
        def decide(self, percept):
            return 4

    own = Own(model, "own")
    model.step()
    assert own.explain() == (4, "Own.decide chose it", ())


def test_the_default_percept_is_the_mail():
    model = Shop(seed=1)
    reads = Agent(model, "reader", len)
    model.run(2)
    assert reads.decision.action == 3
    assert [m.sender for m in reads.percept] == ["ann", "bob", "cid"]


def test_coming_and_going():
    model = Shop(seed=1).run(1)
    bob = model.agent("bob")
    bob.remove()
    bob.remove()  # twice is harmless
    assert not bob.alive
    assert "bob" not in model.by_name
    assert bob not in model.agents
    again = Keeper(model, "bob")
    bob.remove()  # and does not touch its successor
    assert model.agent("bob") is again
    model.run(2)
    assert (bob.stock, again.stock) == (1, 2)


def test_who_leaves_during_a_tick_still_acts_at_the_same_instant():
    class Duel(Agent):
        def decide(self, percept):
            return "fire"

        def act(self, action):
            others = [a for a in self.model.duellists if a is not self]
            others[0].remove()

    class Dawn(Model):
        def build(self):
            self.duellists = [Duel(self, "ann"), Duel(self, "bob")]

    assert len(Dawn(seed=1).run(1).agents) == 0
    in_turn = type("InTurn", (Dawn,), {"activation": "in order"})
    assert [a.name for a in in_turn(seed=1).run(1).agents] == ["ann"]


def test_who_comes_during_a_tick_starts_with_the_next():
    class Parent(Agent):
        def decide(self, percept):
            return None

        def act(self, action):
            if self.model.tick == 1:
                self.child = Keeper(self.model, "child")

    class Family(Model):
        def build(self):
            Parent(self, "parent")

    model = Family(seed=1).run(1)
    assert model.agent("child").stock == 0
    model.run(2)
    assert model.agent("child").stock == 2


def test_people_are_known():
    model = Shop(seed=1, policies={"bob": Person()})
    assert model.people == [model.agent("bob")]
    model.agent("bob").policy = lambda percept: 1
    assert model.people == []
    model.agent("ann").policy = Person
    model.agent("ann").remove()
    assert model.people == []
    assert model.run(2).tick == 2


def test_an_agent_that_forgets_its_parents_init_is_told_so_when_it_is_written():
    """Else it would be missing from the model, and nothing would say why."""
    with pytest.raises(TypeError, match=r"Forgets.__init__ does not call .* super\(\).__init__\(model\)"):

        class Forgets(Agent):
            def __init__(self, model, stock):
                self.stock = stock


def test_the_parents_init_can_be_called_in_any_way():
    """And it stays the very function that was written: checks and debuggers read it."""

    def by_hand(self, model):
        Agent.__init__(self, model)

    def enclosed():
        def __init__(self, model):
            by_hand(self, model)

        return __init__

    class ByHand(Agent):
        __init__ = by_hand

    class Enclosed(Agent):
        __init__ = enclosed()

    class Both(Agent):
        def __init__(self, model, name, *, stock=3):
            super().__init__(model, name)
            self.stock = stock

    room = Room(seed=1)
    assert ByHand.__init__ is by_hand
    assert [agent in room.by_name.values() for agent in (ByHand(room), Enclosed(room), Both(room, "x"))] == [
        True,
        True,
        True,
    ]


@pytest.mark.parametrize("name", [5, ("a", 1), Agent])
def test_a_name_is_text(name):
    with pytest.raises(ParameterError, match=r"parameter 'name' is .* allowed: text"):
        Agent(Room(seed=1), name)


def test_an_agent_needs_a_model():
    with pytest.raises(MasKitError, match=r"Agent was given 'ann' as its model; give the mas_kit.Model"):
        Agent("ann")


def test_a_person_decides_for_one_agent():
    """An answer is used once: the second agent would find none in the middle of the tick, and break it."""
    person = Person()
    room = Room(seed=1)
    room.ann.policy = person
    room.ann.policy = person  # the same again is no other
    with pytest.raises(ParameterError, match="one Person decides for 'ann' and for 'bob'"):
        Agent(room, "bob", policy=person)
    room.ann.policy = None
    Agent(room, "cid", policy=person)
