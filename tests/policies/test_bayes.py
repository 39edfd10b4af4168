from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError, UnknownNameError
from mas_kit.policies import Bayesian, Posterior, bayes_update
from tests.policies.seen import Seen, ask_why, stream

RAIN = {"rain": 0.5, "dry": 0.5}
UMBRELLA = {"rain": {True: 0.9, False: 0.1}, "dry": {True: 0.2, False: 0.8}}
WEATHER = {"rain": {"rain": 0.7, "dry": 0.3}, "dry": {"rain": 0.3, "dry": 0.7}}


@st.composite
def tables(draw):
    """A prior and a likelihood table of whole weights over 2 to 4 hypotheses and 2 to 3 observations."""
    weights = st.integers(1, 12)
    n, m = draw(st.integers(2, 4)), draw(st.integers(2, 3))
    rows = [[draw(weights) for _ in range(k)] for k in [n] + [m] * n]
    return [[Fraction(w, sum(row)) for w in row] for row in rows]


@given(tables(), st.lists(st.integers(0, 1), max_size=6))
def test_the_update_equals_exact_enumeration(drawn, seen):
    prior, *rows = drawn
    joint = []
    for h, row in enumerate(rows):  # exact, in fractions: P(h) and all observations at once
        weight = prior[h]
        for o in seen:
            weight *= row[o]
        joint.append(weight)
    exact = [weight / sum(joint) for weight in joint]
    likelihood = {h: {o: float(p) for o, p in enumerate(row)} for h, row in enumerate(rows)}
    posterior = bayes_update({h: float(p) for h, p in enumerate(prior)}, likelihood, seen)
    assert list(posterior.values()) == pytest.approx([float(p) for p in exact], rel=1e-12)


def weather_man(prior=RAIN):
    """Umbrellas tell of rain; the world moves on from day to day."""
    return Bayesian(
        prior, UMBRELLA, "tests", ("take", "leave"),
        {"take": {"rain": 0, "dry": -1}, "leave": {"rain": -3, "dry": 0}}, transition=WEATHER,
    )  # fmt: skip


def test_the_filter_equals_the_sum_over_all_paths():
    prior = {"rain": 0.15, "dry": 0.85}
    policy, memory = weather_man(prior), None
    seen = [True, True, False, True, False, False]
    for t in range(1, len(seen) + 1):
        memory = policy.decide(Seen(tests=[seen[t - 1]], memory=memory), stream()).memory
        weights = dict.fromkeys(RAIN, 0.0)
        for path in product(RAIN, repeat=t):  # the first day is drawn from the prior
            weight = prior[path[0]]
            for day, state in enumerate(path):
                weight *= UMBRELLA[state][seen[day]] * (WEATHER[path[day - 1]][state] if day else 1)
            weights[path[-1]] += weight
        exact = weights["rain"] / sum(weights.values())
        assert policy.belief(memory)["rain"] == pytest.approx(exact, rel=1e-12)


def test_the_published_umbrella_world():
    """Russell and Norvig, section on filtering: 0.818 after one umbrella, 0.883 after two."""
    policy = weather_man()
    first = policy.decide(Seen(tests=True), stream())
    second = policy.decide(Seen(tests=True, memory=first.memory), stream())
    assert policy.belief(first.memory)["rain"] == pytest.approx(0.818, abs=5e-4)
    assert policy.belief(second.memory)["rain"] == pytest.approx(0.883, abs=5e-4)


def test_it_acts_on_posterior_expected_utility():
    policy = weather_man()
    for tests, rain in (([True], 9 / 11), ([False], 1 / 9), ([], 1 / 2), (None, 1 / 2)):
        decision, why = ask_why(policy, Seen(tests=tests))
        scores = {option.action: option.score for option in why.options}
        assert scores == pytest.approx({"take": -(1 - rain), "leave": -3 * rain})
        assert decision.action == max(scores, key=scores.get)


def test_the_explanation_tells_how_the_belief_moved():
    _, why = ask_why(weather_man(), Seen(tests=[False]))
    assert why.reason.startswith("seeing False moves its belief: dry 0.5 → 0.889, rain 0.5 → 0.111;")
    assert why.options[1].note == "0.889 × 0 (dry) + 0.111 × -3 (rain)"


def test_a_likelihood_can_be_a_function_and_need_no_norm():
    posterior = bayes_update({1: 0.5, 3: 0.5}, lambda seen, mean: 2.0 ** -((seen - mean) ** 2), [3])
    assert posterior[3] == pytest.approx(16 / 17)


def test_a_long_row_of_observations_does_not_underflow():
    posterior = bayes_update({"a": 0.5, "b": 0.5}, lambda _, h: 1e-200 if h == "a" else 2e-200, [0] * 40)
    assert posterior["a"] == pytest.approx(1 / (1 + 2**40), rel=1e-9)


def test_memory_is_the_posterior_alone():
    memory = weather_man().decide(Seen(tests=[True]), stream()).memory
    assert memory == Posterior((pytest.approx(9 / 11), pytest.approx(2 / 11)))


def test_what_no_hypothesis_allows_is_an_error_and_so_is_an_unknown_observation():
    table = {"a": {"x": 1.0, "y": 0.0}, "b": {"x": 1.0, "y": 0.0}}
    with pytest.raises(ParameterError, match="observation 'y' has probability 0 under every hypothesis"):
        bayes_update({"a": 0.5, "b": 0.5}, table, ["y"])
    with pytest.raises(UnknownNameError, match="observation in the likelihood table named 'z'"):
        bayes_update({"a": 0.5, "b": 0.5}, table, ["z"])
    with pytest.raises(ParameterError, match="0 and above"):
        bayes_update({"a": 1.0}, lambda o, h: -1.0, ["y"])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"prior": {"rain": 0.5, "dry": 0.4}}, ParameterError, "prior sums to 0.9"),
        ({"prior": {"rain": 1.5, "dry": -0.5}}, ParameterError, r"prior\['rain'\]"),
        ({"likelihood": {"rain": {True: 1.0}}}, UnknownNameError, "in likelihood.*'dry'"),
        (
            {"likelihood": {**UMBRELLA, "dry": {True: 0.5}}},
            ParameterError,
            r"likelihood\['dry'\] sums to 0.5",
        ),
        ({"transition": {**WEATHER, "dry": {"snow": 1.0}}}, UnknownNameError, "named 'snow'"),
        ({"utility": {"take": {"rain": 0, "dry": 0}}}, UnknownNameError, "utility table named 'leave'"),
        ({"utility": {"take": {"rain": 0, "dry": 0}, "leave": {"rain": 0}}}, UnknownNameError, "'dry'"),
    ],
)
def test_tables_are_checked(change, error, message):
    given = {
        "prior": RAIN, "likelihood": UMBRELLA, "observations": "tests", "actions": ("take", "leave"),
        "utility": lambda percept, action, hypothesis: 0.0,
    }  # fmt: skip
    with pytest.raises(error, match=message):
        Bayesian(**(given | change)).decide(Seen(), stream())
