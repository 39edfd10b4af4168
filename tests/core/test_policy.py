"""Policies: functions, scripts, people, and why."""

from typing import NamedTuple

import numpy as np
import pytest

from mas_kit.core import (
    Agent,
    Decision,
    MasKitError,
    Model,
    ParameterError,
    Person,
    Policy,
    Scripted,
    TickError,
)
from mas_kit.core.policy import as_policy

RNG = np.random.default_rng(1)


class Sight(NamedTuple):
    time: int


def test_functions_of_one_and_of_two():
    assert as_policy(lambda percept: percept + 1).decide(1, RNG) == 2
    assert as_policy(lambda percept, rng: rng).decide(1, RNG) is RNG


def test_a_default_is_the_functions_own():
    """The usual way to give a lambda its constants must not receive the stream instead."""
    assert as_policy(lambda percept, target=12: target - percept).decide(2, RNG) == 10
    assert as_policy(lambda percept, rng=None: rng).decide(2, RNG) is RNG
    assert as_policy(lambda percept, rng, k=3: (rng, k)).decide(2, RNG) == (RNG, 3)


@pytest.mark.parametrize("function", [lambda: 1, lambda a, b, c: 1, lambda *a: 1])
def test_other_functions_are_refused(function):
    with pytest.raises(ParameterError, match=r"takes \(percept\) or \(percept, rng\)"):
        as_policy(function)


def test_policies_of_other_makes():
    class Duck:
        def decide(self, percept):
            return "quack"

    class Plain(Policy):
        def decide(self, percept, rng):
            return 1

    assert as_policy(Duck()).decide(0, RNG) == "quack"
    assert isinstance(as_policy(Plain), Plain)
    plain = Plain()
    assert as_policy(plain) is plain
    with pytest.raises(ParameterError, match="3 is not a policy"):
        as_policy(3)


def test_a_policy_without_decide_says_so():
    with pytest.raises(TypeError, match="Lazy is a Policy without decide"):
        type("Lazy", (Policy,), {})().decide(0, RNG)


def test_explanations():
    def order_up_to(percept):
        """Order what is missing to twelve.

        More text.
        """
        return 12 - percept

    told = as_policy(order_up_to).explain(3, Decision(9))
    assert told == (9, "Order what is missing to twelve.", ())
    assert as_policy(lambda p: 1).explain(3, Decision(1)).reason == "the function <lambda> returned it"
    assert "Policy chose it" in Policy().explain(0, Decision(1)).reason


def test_script():
    script = Scripted([4, 5, 6], first=2)
    assert [script.decide(Sight(t), RNG).action for t in (1, 2, 3, 4, 9)] == [4, 4, 5, 6, 6]
    assert script.explain(Sight(3), Decision(5)).reason == "line 2 of the script"
    with pytest.raises(ParameterError, match="at least one action"):
        Scripted([])


def test_a_person_answers_once_for_each_decision():
    person = Person()
    assert not person.answered
    with pytest.raises(TickError, match="has not answered yet"):
        person.decide(Sight(1), RNG)
    person.answer(7)
    person.answer(8)
    assert [person.decide(Sight(1), RNG).action, person.decide(Sight(2), RNG).action] == [7, 8]
    assert not person.answered
    assert person.given == [7, 8]


def test_who_learns_nothing_leaves_the_memory_of_another_where_it_is():
    class Keeps(NamedTuple):
        time: int
        memory: str

    person = Person()
    person.answer(7)
    assert person.decide(Keeps(1, "what a learner knew"), RNG).memory == "what a learner knew"
    assert Scripted([4]).decide(Keeps(1, "what a learner knew"), RNG).memory == "what a learner knew"


def test_the_script_names_the_line_that_was_read():
    script = Scripted(["a", "b"], first=3)
    why = {t: script.explain(Sight(t), script.decide(Sight(t), RNG)).reason for t in (1, 3, 4, 9)}
    assert why == {
        1: "line 1 of the script, which begins at tick 3",
        3: "line 1 of the script",
        4: "line 2 of the script",
        9: "line 2 of the script, the last, which is repeated",
    }


def test_a_script_needs_the_time():
    with pytest.raises(MasKitError, match="a script goes by the tick, but tuple has no field 'time'"):
        Scripted(["a"]).decide((), RNG)
    with pytest.raises(ParameterError, match=r"parameter 'actions' is 'up'; .* \['up'\]"):
        Scripted("up")


def test_what_has_no_signature_is_refused():
    with pytest.raises(ParameterError, match=r"built-in function max.* cannot decide: .* \(percept\)"):
        as_policy(max)


def test_a_policy_of_ones_own_takes_both_arguments():
    """Else the first tick breaks off with a count of positional arguments."""
    with pytest.raises(
        TypeError, match=r"One.decide takes \(self, percept\); .* decide\(self, percept, rng\)"
    ):

        class One(Policy):
            def decide(self, percept):
                return 1

    class Any(Policy):
        def decide(self, *seen):
            return seen

    class Defaults(Policy):
        def decide(self, percept, rng=None, k=3):
            return k

    assert Any().decide(1, RNG) == (1, RNG)
    assert Defaults().decide(1, RNG) == 3


def test_a_policy_class_that_needs_something_is_not_one_yet():
    class Needs(Policy):
        def __init__(self, target):
            self.target = target

        def decide(self, percept, rng):
            return self.target

    with pytest.raises(
        ParameterError, match=r"Needs cannot decide before it is made: .*'target'.*Needs\(\.\.\.\)"
    ):
        as_policy(Needs)


def test_a_policy_for_an_agent_that_would_never_ask_it_is_refused():
    class Own(Agent):
        def decide(self, percept):
            return self.rule(percept)

        def rule(self, percept):
            return len(percept)

    class Asks(Own):
        def rule(self, percept):
            return self.policy.decide(percept, self.rng)

    class Ends(Agent):
        def decide(self, percept):
            return super().decide(percept)

    class Town(Model):
        kind = Own

        def build(self):
            self.kind(self, "a")

    with pytest.raises(ParameterError, match="Own writes decide itself and asks no policy there"):
        Town(policies={"a": lambda percept: 1})
    with pytest.raises(ParameterError, match=r"the policy of 'a' would never be asked; leave decide out"):
        Town(seed=1).agent("a").policy = lambda percept: 1
    for kind in (Asks, Ends):
        Town.kind = kind
        town = Town(policies={"a": lambda percept: 7}).run(1)
        assert town.agent("a").decision.action == 7
