"""What a user's function gives back, and what a user declares, is checked where it comes in, and named."""

from enum import Enum
from math import nan

import numpy as np
import pytest

from mas_kit import ParameterError
from mas_kit.policies import (
    BDI,
    UCB1,
    Act,
    Bayesian,
    ConditionAction,
    Desire,
    EpsilonGreedy,
    ExpectedUtility,
    Plan,
    QLearning,
    Rule,
    Softmax,
    ThompsonSampling,
)
from tests.policies.seen import Seen, ask_why, stream


class Move(Enum):
    UP = 1
    DOWN = 2


def plans(**more):
    return BDI({}, [Desire("rest", lambda b: True)], [Plan("nap", "rest", ["sleep"])], **more)


def bayesian(likelihood=lambda o, h: 0.5, utility=lambda p, a, h: 1.0, prior=("ill", "well")):
    return Bayesian(dict.fromkeys(prior, 1 / len(prior)), likelihood, "tests", ("go", "stay"), utility)


def rewarded(policy, reward):
    first = policy.decide(Seen(), stream())
    return policy.decide(Seen(reward, memory=first.memory), stream())


@pytest.mark.parametrize(
    ("decide", "message"),
    [
        (
            lambda: ExpectedUtility(("a",), lambda p, o: None).decide(Seen(), stream()),
            "utility of outcome 'a'",
        ),
        (
            lambda: ExpectedUtility(("a",), lambda p, o: 1, lambda p, a: None).decide(Seen(), stream()),
            "outcomes of action 'a' are None",
        ),
        (
            lambda: bayesian(utility=lambda p, a, h: None).decide(Seen(), stream()),
            "utility of action 'go' under 'ill' is None",
        ),
        (
            lambda: bayesian(lambda o, h: None).decide(Seen(tests="+"), stream()),
            r"likelihood\('\+', 'ill'\) is None",
        ),
        (lambda: rewarded(QLearning(("a", "b")), "much"), "parameter 'reward' is 'much'"),
        (lambda: rewarded(EpsilonGreedy(("a", "b")), "much"), "parameter 'reward' is 'much'"),
        (lambda: rewarded(UCB1(("a", "b")), np.ones(2)), "parameter 'reward' is array"),
        (lambda: QLearning(("a",)).decide(Seen(state=nan), stream()), "parameter 'state' is nan"),
        (
            lambda: BDI(
                {}, [Desire("d", lambda b: True, worth=lambda b: None)], [Plan("p", "d", [1])]
            ).decide(Seen(), stream()),
            "worth of desire 'd' is None",
        ),
    ],
)
def test_what_is_no_number_is_named_with_where_it_came_from(decide, message):
    with pytest.raises(ParameterError, match=message):
        decide()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: QLearning(("a",), explore=0.1), r"'explore' is 0.1; .* Epsilon\(0.1\)"),
        (lambda: QLearning(("a",), initial=nan), "'initial' is nan"),
        (lambda: UCB1(("a",), between=(1,)), r"'between' is \(1,\)"),
        (lambda: ThompsonSampling(("a",), prior=5), "'prior' is 5"),
        (lambda: Rule("r", (), 1, priority=nan), "priority of rule 'r' is nan"),
        (lambda: ConditionAction([("when", "then")]), r"allowed: Rule; write Rule\(name, when, then\)"),
        *((lambda v=v: plans(reconsider=v), "parameter 'reconsider'") for v in (0.5, None, True, 0)),
        *((lambda v=v: plans(thinking=v), "parameter 'thinking'") for v in (0.5, None, "2", -1)),
    ],
)
def test_what_cannot_be_meant_is_refused_when_it_is_declared(make, message):
    """A reconsideration of 0.5 or None would otherwise silently mean: never."""
    with pytest.raises(ParameterError, match=message):
        make()


def test_a_number_of_numpys_is_one():
    assert rewarded(QLearning(("a", "b"), rate=1.0), np.float32(0.5)).memory.value(0, "a") == 0.5
    steps = [plans(reconsider=k)._every for k in (np.int64(2), 2)]
    assert steps == [2, 2]


def test_a_bandit_without_options_says_so():
    for bandit in (EpsilonGreedy("options"), UCB1("options"), ThompsonSampling("options")):
        decision, why = ask_why(bandit, Seen())
        assert decision.action is None
        assert why.reason == "there is nothing to choose from"


def test_an_enum_is_a_list_of_its_members():
    """The class can be called, and so would be taken for a function of the percept."""
    assert [option.action for option in ask_why(UCB1(Move), Seen())[1].options] == list(Move)


def test_actions_may_be_arrays():
    near, far = np.array([1.0, 0.0]), np.array([2.0, 2.0])
    chooser = ExpectedUtility((near, far), lambda percept, step: -float(np.linalg.norm(step)))
    decision = chooser.decide(Seen(), stream())
    assert decision.action is near
    assert chooser.explain(Seen(), decision).reason.startswith(
        "expected utility -1, the highest; next is [2. 2.]"
    )
    rules = ConditionAction([Rule("flee", (), lambda seen: far.copy(), 2), Rule("rest", (), near)])
    decision = rules.decide(Seen(), stream())
    assert "'flee' has the highest priority" in rules.explain(Seen(), decision).reason
    with pytest.raises(ParameterError, match="each action once"):
        ExpectedUtility((near, near.copy()), lambda percept, step: 0.0)


def test_rules_of_one_action_are_not_told_apart_by_it():
    """Which of the two was drawn is not in the decision, so the explanation must not name one of them."""
    rules = ConditionAction([Rule(n, (), "go") for n in "ab"] + [Rule("c", (), "stay")], resolve="random")
    decision = next(d for seed in range(9) if (d := rules.decide(Seen(), stream(seed))).action == "go")
    reason = rules.explain(Seen(), decision).reason
    assert reason == "3 rules apply (a, b, c); 'a' or 'b' was drawn, all alike"


def test_belief_about_other_hypotheses_counts_as_none():
    """Bayesian takes over from Bayesian, with another number of hypotheses."""
    two, three = bayesian(), bayesian(prior=("ill", "well", "tired"))
    left = two.decide(Seen(tests="+"), stream()).memory
    assert three.decide(Seen(memory=left), stream()).memory.probabilities == (1 / 3, 1 / 3, 1 / 3)


def test_a_goal_that_was_not_taken_cannot_break_the_explanation():
    goals = [Desire("eat", lambda b: True, worth=lambda b: 2), Desire("flee", lambda b: True)]
    flee = Plan("run", "flee", [Act(lambda beliefs: beliefs["from whom"])])
    policy = BDI({}, goals, [Plan("cook", "eat", ["cook"]), flee])
    decision, why = ask_why(policy, Seen())
    assert decision.action == "cook"
    assert [option.action for option in why.options] == ["cook", "plan 'run'"]


def test_a_draw_among_equals_is_not_told_as_a_step_away_from_the_best():
    """Before anything is learned all values are equal, and none is the best known."""
    learner = QLearning(("a", "b"), explore=Softmax(1.0))
    decision = next(d for s in range(9) if (d := learner.decide(Seen(), stream(s))).action == "b")
    reason = learner.explain(Seen(), decision).reason
    assert reason == "drawn (a chance of 0.5): in state 0 it is worth as much as a, 0"
    bandit = EpsilonGreedy(("a", "b"), epsilon=1.0)
    decision = next(d for s in range(9) if (d := bandit.decide(Seen(), stream(s))).action == "b")
    reason = bandit.explain(Seen(), decision).reason
    assert reason == "explored, as it does 1 of the time; a is listed first, with the same mean so far"
