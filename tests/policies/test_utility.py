from fractions import Fraction
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import Option, ParameterError
from mas_kit.policies import ExpectedUtility
from tests.policies.seen import Seen, ask_why, stream

LOTTERY = st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=1, max_size=4)


def lotteries_of(drawn):
    """Action -> [(outcome, probability)], as exact fractions."""
    found = {}
    for i, lottery in enumerate(drawn):
        total = sum(weight for _, weight in lottery)
        found[f"a{i}"] = [(money, Fraction(weight, total)) for money, weight in lottery]
    return found


@given(st.lists(LOTTERY, min_size=1, max_size=5))
def test_it_takes_the_exact_argmax_and_the_first_among_ties(drawn):
    lotteries = lotteries_of(drawn)
    exact = {a: sum(p * money for money, p in lottery) for a, lottery in lotteries.items()}
    expected = next(a for a in exact if exact[a] == max(exact.values()))
    policy = ExpectedUtility(
        tuple(lotteries),
        utility=lambda percept, money: money,
        outcomes=lambda percept, action: [(money, float(p)) for money, p in lotteries[action]],
    )
    decision, why = ask_why(policy, Seen())
    assert decision.action == expected
    for option in why.options:
        assert option.score == pytest.approx(float(exact[option.action]), abs=1e-12)


@given(st.lists(LOTTERY, min_size=2, max_size=4), st.integers(1, 8), st.integers(-20, 20))
def test_a_positive_affine_change_of_utility_changes_nothing(drawn, scale, shift):
    lotteries = lotteries_of(drawn)

    def choose(worth):
        outcomes = {a: [(money, float(p)) for money, p in rows] for a, rows in lotteries.items()}
        policy = ExpectedUtility(tuple(lotteries), lambda _, money: worth(money), lambda _, a: outcomes[a])
        return policy.decide(Seen(), stream()).action

    assert choose(lambda money: money) == choose(lambda money: scale * money + shift)


def test_risk_is_in_the_utility():
    outcomes = {"sure": {45: 1.0}, "gamble": {100: 0.5, 0: 0.5}}
    neutral = ExpectedUtility(("sure", "gamble"), lambda _, x: x, lambda _, a: outcomes[a])
    averse = ExpectedUtility(("sure", "gamble"), lambda _, x: x**0.5, lambda _, a: outcomes[a])
    assert neutral.decide(None, stream()).action == "gamble"
    assert averse.decide(None, stream()).action == "sure"


def test_without_outcomes_the_action_is_the_outcome():
    policy = ExpectedUtility("options", lambda seen, action: -abs(action - seen.level))
    decision, why = ask_why(policy, Seen(level=4.2, options=(1, 4, 9)))
    assert decision.action == 4
    assert why.options == (
        Option(1, pytest.approx(-3.2)),
        Option(4, pytest.approx(-0.2)),
        Option(9, pytest.approx(-4.8)),
    )
    assert why.reason == "expected utility -0.2, the highest; next is 1 with -3.2"


def test_ties_are_told():
    decision, why = ask_why(ExpectedUtility(("b", "a"), lambda _, action: 1.0), None)
    assert decision.action == "b"
    assert "the same as a, which is listed later" in why.reason


def test_what_cannot_happen_counts_for_nothing():
    policy = ExpectedUtility(
        (1,), lambda _, o: {"ruin": -inf, "fine": 2}[o], lambda _, a: {"ruin": 0, "fine": 1}
    )
    assert policy.score(None, 1) == 2
    ruled_out = ExpectedUtility((1, 2), lambda _, action: -inf if action == 1 else -1e300)
    assert ruled_out.decide(None, stream()).action == 2


def test_nothing_to_choose_from():
    decision, why = ask_why(ExpectedUtility("options", lambda _, a: 0.0), Seen())
    assert decision.action is None
    assert why.reason == "there is nothing to choose from"


@pytest.mark.parametrize(
    ("chances", "message"),
    [
        ({"x": 0.5, "y": 0.4}, "sum to 0.9; allowed: 1"),
        ({"x": -0.5, "y": 1.5}, "outcome 'x' of action 'go' is -0.5"),
        ({"x": nan}, "is nan; allowed: 0 to 1"),
    ],
)
def test_bad_probabilities_name_the_action(chances, message):
    policy = ExpectedUtility(("go",), lambda _, o: 0.0, lambda _, a: chances)
    with pytest.raises(ParameterError, match=message):
        policy.decide(None, stream())


def test_bad_utilities_are_named():
    with pytest.raises(ParameterError, match="utility of outcome 'go' of action 'go' is nan"):
        ExpectedUtility(("go",), lambda _, o: nan).decide(None, stream())
    with pytest.raises(ParameterError, match="parameter 'utility' is 3"):
        ExpectedUtility(("go",), 3)
