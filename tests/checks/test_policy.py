"""check_policy catches each bad sample and passes the good ones."""

# ruff: noqa: NPY002  (global generators are what these tests are about)

import numpy as np
import pytest

from mas_kit.checks import ConformanceError, check_policy
from mas_kit.checks.elsewhere import ELSEWHERE
from mas_kit.checks.policy import DECIDES, EXPLAINS, GLOBAL, REPEATS, SEEDED
from mas_kit.checks.purity import PURE
from mas_kit.core import Decision, ParameterError, Person, Policy, Scripted
from tests.checks import samples
from tests.checks.samples import Sight

PERCEPTS = [Sight(t, 10 + t, (1, 2, t), None) for t in range(4)]


class Lists:
    """A percept with a list inside, and a time."""

    def __init__(self):
        self.time, self.offers = 1, [1]


@pytest.mark.parametrize(
    ("policy", "check", "cause", "fix"),
    [
        (samples.uses_random, GLOBAL, "one generator for the whole process", "draw from the rng"),
        (samples.uses_imported_choice, GLOBAL, "one generator for the whole process", "draw from the rng"),
        (samples.uses_legacy, GLOBAL, "one generator for the whole process", "draw from the rng"),
        (samples.peeks_at_global_state, GLOBAL, "one generator for the whole process", "draw from the rng"),
        (samples.own_seed, SEEDED, "a generator with a seed of its own", "draw from the rng"),
        (samples.no_seed, REPEATS, "default_rng() in no_seed, samples.py:", "draw from the rng"),
        (samples.reads_clock, REPEATS, "clock", "from the percept and the given rng alone"),
        (samples.reads_the_year, REPEATS, "time of day", "percept.time"),
        (samples.OwnGenerator, PURE, "a generator of its own", "draw from the rng"),
        (samples.OwnGenerator, SEEDED, "a generator with a seed of its own", "draw from the rng"),
        (samples.Counts, PURE, "remembers in its own attributes", "Decision(action, memory="),
        (samples.Counts, REPEATS, "remembers earlier decisions", "Decision(action, memory="),
        (samples.ClassCounts, PURE, "class or its module", "Decision.memory"),
        (samples.counts_in_module, PURE, "class or its module", "Decision.memory"),
        (samples.counts_in_default, PURE, "remembers", "Decision(action, memory="),
        (samples.enclosed_counter(), PURE, "remembers", "Decision(action, memory="),
        (samples.first_of_a_set, ELSEWHERE, "order of a set", "sorted(...)"),
        (samples.ExplainsBadly, EXPLAINS, "after the fact", "Explanation(chosen"),
    ],
)
def test_bad_policy_is_caught(policy, check, cause, fix):
    report = check_policy(policy, PERCEPTS, raise_=False)
    failure = next(f for f in report.failures if f.check == check)
    assert cause in failure.cause
    assert fix in failure.fix
    with pytest.raises(ConformanceError) as raised:
        check_policy(policy, PERCEPTS)
    assert check in str(raised.value)
    assert not raised.value.report.ok


def test_the_line_that_asks_a_clock_is_named():
    (failure,) = check_policy(samples.reads_the_year, PERCEPTS, raise_=False).failures
    assert "datetime.now() in reads_the_year, samples.py:" in failure.what


def test_the_line_that_draws_is_named():
    report = check_policy(samples.uses_legacy, PERCEPTS, raise_=False)
    assert "rand() in uses_legacy, samples.py:" in report.failures[0].what


def test_changing_the_percept_is_caught():
    report = check_policy(samples.changes_percept, [Lists()], raise_=False)
    failure = next(f for f in report.failures if f.check == PURE)
    assert "percept.offers" in failure.what
    assert "copy" in failure.fix


def test_missing_field_is_reported_and_named():
    report = check_policy(lambda percept: percept.prices, PERCEPTS, raise_=False)
    assert [f.check for f in report.failures] == [DECIDES]
    assert "prices" in report.failures[0].what


class Stateful(Policy):
    def decide(self, percept, rng):
        past = percept.memory or ()
        return Decision(len(past), (*past, percept.time))


class Noisy(Policy):
    def decide(self, percept, rng):
        return float(rng.normal()) + rng.choice(list(percept.offers))


class Seeds(Policy):
    """A generator of its own, grown from the given stream: that is allowed."""

    def decide(self, percept, rng):
        return np.random.default_rng(rng.integers(2**32)).random()


@pytest.mark.parametrize(
    "policy",
    [
        samples.Remembers,
        samples.RareExplorer,
        Stateful,
        Noisy(),
        Seeds,
        Scripted([1, 2, 3]),
        lambda percept: percept.wealth,
        lambda percept, target=12: target - percept.wealth,
        lambda percept, rng: rng.integers(5),
    ],
)
def test_good_policy_passes(policy):
    report = check_policy(policy, PERCEPTS)
    assert report.ok
    assert len(report.passed) == 6


def test_a_set_whose_order_does_not_matter_passes():
    assert ELSEWHERE in check_policy(samples.first_of_a_sorted_set, PERCEPTS).passed


def test_a_person_is_skipped():
    report = check_policy(Person(), PERCEPTS)
    assert report.ok
    assert not report.passed
    assert "person" in report.skipped[DECIDES]
    assert "could not be checked" in str(report)


def test_a_tuple_is_one_percept():
    assert check_policy(len, (1, 2, 3)).ok


def test_not_a_policy():
    with pytest.raises(ParameterError, match="not a policy"):
        check_policy(3, PERCEPTS)


def test_global_state_is_left_as_it_was():
    np.random.seed(3)
    first = np.random.rand()
    np.random.seed(3)
    check_policy(samples.uses_legacy, PERCEPTS, raise_=False)
    assert np.random.rand() == first
