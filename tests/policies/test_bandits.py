"""Bandits against their theory: bounds on regret, exact chances, a textbook implementation beside them."""

from math import log, pi, sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from mas_kit import ParameterError
from mas_kit.policies import UCB1, Bandit, EpsilonGreedy, Harmonic, Outcome, Tally, ThompsonSampling
from tests.policies.seen import Seen, ask_why, stream, z_of

ARMS = (0.8, 0.5, 0.4)
GAPS = tuple(max(ARMS) - mean for mean in ARMS)
N, RUNS = 1500, 24
FALLING = Harmonic(1.0, 6 * len(ARMS) / min(gap for gap in GAPS if gap) ** 2)  # c = 6 in their theorem 3


def plays(policy: Bandit, means, n: int, seed: int) -> np.ndarray:
    """Which arm it played, each of n times, on arms with these chances of a reward of 1."""
    rng, world = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
    luck = world.random(n)
    memory, reward, played = None, None, np.zeros(n, dtype=int)
    for i in range(n):
        action, memory = policy.decide(Seen(reward=reward, memory=memory), rng)
        played[i] = action
        reward = float(luck[i] < means[action])
    return played


@pytest.fixture(scope="module")
def regrets():
    """Cumulative regret by policy: runs x plays."""
    arms = range(len(ARMS))
    policies = {
        "UCB1": UCB1(arms),
        "Thompson": ThompsonSampling(arms),
        "constant": EpsilonGreedy(arms, epsilon=0.1),
        "falling": EpsilonGreedy(arms, epsilon=FALLING),
    }
    gaps = np.array(GAPS)
    return {
        name: np.array([np.cumsum(gaps[plays(policy, ARMS, N, seed)]) for seed in range(RUNS)])
        for name, policy in policies.items()
    }


def test_ucb1_stays_under_its_bound(regrets):
    """Auer, Cesa-Bianchi and Fischer (2002), theorem 1; it is a real bound here: uniform play is above."""
    bad = [gap for gap in GAPS if gap]
    bound = sum(8 * log(N) / gap for gap in bad) + (1 + pi**2 / 3) * sum(bad)
    assert bound < N * sum(GAPS) / len(ARMS)
    final = regrets["UCB1"][:, -1]
    assert final.mean() + 3.5 * final.std(ddof=1) / sqrt(RUNS) <= bound
    for n in (200, 500, 1000):
        bound_n = sum(8 * log(n) / gap for gap in bad) + (1 + pi**2 / 3) * sum(bad)
        assert regrets["UCB1"][:, n - 1].mean() <= bound_n


def test_ucb1_equals_the_textbook_play_by_play():
    means, n = (0.7, 0.6, 0.55, 0.2), 600
    luck = np.random.default_rng([4, 2]).random(n)
    counts, sums, expected = np.zeros(4), np.zeros(4), []
    for t in range(n):
        arm = t if t < 4 else int(np.argmax(sums / counts + np.sqrt(2 * np.log(t) / counts)))
        counts[arm] += 1
        sums[arm] += luck[t] < means[arm]
        expected.append(arm)
    assert plays(UCB1(range(4)), means, n, 4).tolist() == expected


def test_thompson_loses_less_than_ucb1_and_ucb1_less_than_nothing_learned(regrets):
    thompson, ucb1 = regrets["Thompson"][:, -1], regrets["UCB1"][:, -1]
    uniform = N * sum(GAPS) / len(ARMS)
    assert z_of(ucb1 - thompson) > 3.5
    assert z_of(uniform - ucb1) > 3.5


def test_a_constant_epsilon_pays_for_ever_and_a_falling_one_less_and_less(regrets):
    """Over the second half each loses what it explores (exact), and what it plays wrong otherwise."""
    half = {name: run[:, -1] - run[:, N // 2 - 1] for name, run in regrets.items()}
    gap = sum(GAPS) / len(ARMS)
    rates = {"constant": lambda t: 0.1, "falling": FALLING}
    for name, rate in rates.items():
        explored = gap * sum(rate(t) for t in range(N // 2 + 1, N + 1))
        standard_error = half[name].std(ddof=1) / sqrt(RUNS)
        assert half[name].mean() >= explored - 3.5 * standard_error
        assert half[name].mean() <= 1.15 * explored + 3.5 * standard_error  # 15 % for playing wrong
    assert z_of(half["constant"] - half["Thompson"]) > 3.5
    assert z_of(regrets["falling"][:, N // 2 - 1] - half["falling"]) > 3.5


def test_thompson_stays_under_the_bound_of_russo_and_van_roy():
    """Bayesian regret at most sqrt(K·H·T/2), H the entropy of the best arm (2016, JMLR 17): ln K here."""
    k, n, runs = 5, 400, 100
    found = []
    for seed in range(runs):
        means = np.random.default_rng([seed, 3]).random(k)
        found.append((means.max() - means[plays(ThompsonSampling(range(k)), means, n, seed)]).sum())
    bound = sqrt(0.5 * k * log(k) * n)
    assert np.mean(found) + 3.5 * np.std(found, ddof=1) / sqrt(runs) <= bound
    assert bound < n * (k / (k + 1) - 1 / 2) / 3  # uniform play loses E[max] - 1/2 each time


def tally(**arms) -> Tally:
    memory = Tally()
    for name, (count, total) in arms.items():
        memory = memory._replace(arms=memory.arms.put(name, (count, total)), plays=memory.plays + count)
    return memory


@pytest.mark.parametrize("beliefs", [((2, 1), (1, 1)), ((8, 4), (5, 2)), ((31, 12), (20, 10))])
def test_thompson_plays_an_arm_as_often_as_it_is_believed_best(beliefs):
    """P(a beats b) is the integral of the density of a times the distribution of b."""
    (a1, b1), (a2, b2) = beliefs
    exact, _ = quad(lambda x: stats.beta.pdf(x, a1, b1) * stats.beta.cdf(x, a2, b2), 0, 1)
    memory = tally(a=(a1 + b1 - 2, a1 - 1.0), b=(a2 + b2 - 2, a2 - 1.0))
    policy, rng, n = ThompsonSampling(("a", "b")), stream(8), 8000
    assert policy.belief(memory, "a") == (a1, b1)
    share = np.mean([policy.decide(Seen(memory=memory), rng).action == "a" for _ in range(n)])
    assert abs(share - exact) <= 3.5 * sqrt(exact * (1 - exact) / n)


def test_thompson_takes_a_part_reward_as_a_chance_of_success():
    policy, rng, n = ThompsonSampling((0,), between=(-1.0, 3.0)), stream(2), 4000
    before = Tally(last=(0,))
    wins = [policy.decide(Seen(reward=0.0, memory=before), rng).memory.arms.get(0)[1] for _ in range(n)]
    assert set(wins) == {0.0, 1.0}
    assert abs(np.mean(wins) - 0.25) <= 3.5 * sqrt(0.25 * 0.75 / n)


@pytest.mark.parametrize("make", [UCB1, ThompsonSampling, EpsilonGreedy])
def test_late_rewards_name_their_action(make):
    policy = make(("a", "b", "c"))
    first = policy.decide(Seen(), stream())
    late = (Outcome("c", 1.0), Outcome("a", 0.0), Outcome("c", 1.0))
    memory = policy.decide(Seen(reward=late, memory=first.memory), stream()).memory
    assert policy.means(memory) == {"c": 1.0, "a": 0.0}
    assert memory.plays == 3
    assert policy.decide(Seen(reward=None, memory=memory), stream()).memory.arms == memory.arms


def test_options_that_come_and_go():
    policy = UCB1("options")
    first = policy.decide(Seen(options=("a", "b")), stream())
    second = policy.decide(Seen(1.0, options=("a", "b"), memory=first.memory), stream())
    third = policy.decide(Seen(1.0, options=("a", "c"), memory=second.memory), stream())
    assert [first.action, second.action, third.action] == ["a", "b", "c"]
    gone = policy.decide(Seen(0.0, memory=third.memory), stream())
    assert gone.action is None
    assert policy.means(gone.memory) == {"a": 1.0, "b": 1.0, "c": 0.0}
    assert policy.explain(Seen(), gone).reason == "there is nothing to choose from"


def test_a_range_of_rewards_scales_the_bonus():
    small, large = UCB1((0, 1)), UCB1((0, 1), between=(0.0, 100.0))
    memory, percept = tally(), Seen()
    memory = Tally(memory.arms.put(0, (4, 3.0)).put(1, (9, 6.0)), 13)
    one, two = (p.explain(percept, p.decide(Seen(memory=memory), stream())) for p in (small, large))
    assert [100 * o.score for o in one.options] == pytest.approx([o.score for o in two.options])
    assert one.options[0].score == pytest.approx(0.75 + sqrt(2 * log(13) / 4))
    assert one.options[0].note == "mean 0.75 of 4, plus 1.13 for what it may be worth"


def test_explanations_say_what_each_goes_by():
    memory = tally(a=(10, 9.0), b=(10, 1.0))
    _, why = ask_why(ThompsonSampling(("a", "b")), Seen(memory=memory))
    assert why.options[0].note == "drawn from Beta(10, 2), mean 0.833"
    assert why.reason.startswith("draw from its belief")
    _, why = ask_why(UCB1(("a", "c")), Seen(memory=memory))
    assert why.reason == "not tried yet, and every option is tried once first"
    greedy = EpsilonGreedy(("a", "b"), epsilon=0.5)
    said = {ask_why(greedy, Seen(memory=memory), seed)[1].reason for seed in range(20)}
    assert said == {
        "mean reward 0.9, the highest; next is b with 0.1; it explores 0.5 of the time",
        "explored, as it does 0.5 of the time; a has the best mean so far",
    }


def test_one_bandit_can_take_over_from_another():
    memory = None
    for policy in (UCB1((0, 1)), ThompsonSampling((0, 1)), EpsilonGreedy((0, 1), epsilon=0)):
        for _ in range(20):
            _, memory = policy.decide(Seen(reward=None if memory is None else 1.0, memory=memory), stream())
    assert memory.step == 60
    assert memory.plays == 59


def test_errors_name_what_is_wrong():
    with pytest.raises(ParameterError, match=r"parameter 'reward' is 2\.0; allowed: 0 to 1"):
        UCB1((0, 1)).decide(Seen(2.0, memory=Tally(last=(0,))), stream())
    with pytest.raises(ParameterError, match="parameter 'between'"):
        UCB1((0, 1), between=(1.0, 1.0))
    with pytest.raises(ParameterError, match="parameter 'prior'"):
        ThompsonSampling((0, 1), prior=(0.0, 1.0))
    with pytest.raises(ParameterError, match="parameter 'reward' is nan"):
        EpsilonGreedy((0, 1)).decide(Seen(float("nan"), memory=Tally(last=(0,))), stream())
    with pytest.raises(ParameterError, match="parameter 'actions' is"):
        UCB1([[1], [2]]).decide(Seen(), stream())
