"""Q-learning against value iteration, and against the utilities printed in Russell and Norvig."""

from math import sqrt

import numpy as np
import pytest

from mas_kit import ParameterError
from mas_kit.policies import Epsilon, Harmonic, QLearning, QMemory, Softmax
from mas_kit.policies.choice import draw
from tests.policies.seen import Seen, ask_why, rises, stream

MOVES = {"N": (0, 1), "E": (1, 0), "S": (0, -1), "W": (-1, 0)}
ENDS = {(3, 2): 1.0, (3, 1): -1.0}
FREE = [(x, y) for x in range(4) for y in range(3) if (x, y) != (1, 1) and (x, y) not in ENDS]
# The utilities of the 4x3 world, as printed in Artificial Intelligence: A Modern Approach (step cost 0.04).
PRINTED = {
    (0, 2): 0.812, (1, 2): 0.868, (2, 2): 0.918, (0, 1): 0.762, (2, 1): 0.660,
    (0, 0): 0.705, (1, 0): 0.655, (2, 0): 0.611, (3, 0): 0.388,
}  # fmt: skip


def land(at, move):
    x, y = at[0] + MOVES[move][0], at[1] + MOVES[move][1]
    return (x, y) if (x, y) in FREE or (x, y) in ENDS else at


def grid(slip: float):
    """(state, action) -> [(probability, next, reward, ended)]; it slips sideways with chance `slip`."""
    order, world = "NESW", {}
    for at in FREE:
        for move in order:
            i = order.index(move)
            ways = ((1 - slip, move), (slip / 2, order[i - 1]), (slip / 2, order[(i + 1) % 4]))
            ends = [(p, land(at, way)) for p, way in ways if p]
            world[at, move] = [(p, to, -0.04 + ENDS.get(to, 0.0), to in ENDS) for p, to in ends]
    return world


def value_iteration(world, discount):
    """Q* by dynamic programming, to 1e-13."""
    q = dict.fromkeys(world, 0.0)
    while True:
        best = {s: max(q[s, a] for a in MOVES) for s in FREE}
        new = {
            key: sum(p * (r + (0 if ended else discount * best[to])) for p, to, r, ended in outcomes)
            for key, outcomes in world.items()
        }
        change = max(abs(new[key] - q[key]) for key in q)
        q = new
        if change < 1e-13:
            return q


def value_of(world, choice, discount):
    """The value of each state under a fixed choice of action, by solving the linear equations."""
    a, b = np.eye(len(FREE)), np.zeros(len(FREE))
    for i, s in enumerate(FREE):
        for p, to, r, ended in world[s, choice[s]]:
            b[i] += p * r
            if not ended:
                a[i, FREE.index(to)] -= discount * p
    return dict(zip(FREE, np.linalg.solve(a, b), strict=True))


def learn(policy, world, steps, seed, marks=()):
    """Walk the world from random starts; the memory at the end, and at the marks."""
    rng, chance = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
    state, reward, ended, memory, kept = FREE[chance.integers(len(FREE))], None, False, None, []
    for step in range(1, steps + 1):
        action, memory = policy.decide(Seen(reward, state, ended, memory=memory), rng)
        ways = world[state, action]
        _, to, reward, ended = ways[draw([p for p, *_ in ways], chance)]
        state = FREE[chance.integers(len(FREE))] if ended else to
        if step in marks:
            kept.append(memory)
    return (memory, kept) if marks else memory


def furthest(memory, q):
    return max(abs(memory.value(s, a) - q[s, a]) for s, a in q)


def test_our_dynamic_programming_gives_the_printed_utilities():
    q = value_iteration(grid(0.2), 1.0)
    assert {s: round(max(q[s, a] for a in MOVES), 3) for s in FREE} == PRINTED


@pytest.mark.parametrize("discount", [0.5, 0.9])
def test_in_a_world_without_chance_it_reaches_q_star_exactly(discount):
    world = grid(0.0)
    policy = QLearning(tuple(MOVES), ended="ended", discount=discount, rate=1.0, explore=Epsilon(1.0))
    memory = learn(policy, world, 6000, seed=1)
    assert furthest(memory, value_iteration(world, discount)) < 1e-12


@pytest.fixture(scope="module")
def learned():
    """Memories of six runs in the slippery world, at three times."""
    policy = QLearning(tuple(MOVES), ended="ended", discount=0.9, rate=Harmonic(0.8), explore=Epsilon(1.0))
    marks = (1_500, 8_000, 32_000)
    return [learn(policy, grid(0.2), marks[-1], seed, marks)[1] for seed in range(6)]


def test_in_a_world_of_chance_it_approaches_q_star(learned):
    q = value_iteration(grid(0.2), 0.9)
    errors = np.array([[furthest(memory, q) for memory in run] for run in learned]).mean(axis=0)
    assert rises(-errors)
    assert errors[-1] < errors[0] / 4
    # From the far corner: within the sampling error and, for the bias of the max, 0.005 (of values near 0.3).
    start = [(s, a) for s, a in q if s == (0, 0)]
    off = np.array([[run[-1].value(s, a) - q[s, a] for s, a in start] for run in learned])
    assert (np.abs(off.mean(axis=0)) <= 3.5 * off.std(axis=0, ddof=1) / sqrt(len(off)) + 0.005).all()


def test_what_it_learned_is_as_good_as_the_optimum(learned):
    world = grid(0.2)
    q = value_iteration(world, 0.9)
    optimum = np.mean([max(q[s, a] for a in MOVES) for s in FREE])
    lost = []
    for memory in (memory for run in learned for memory in run):
        choice = {s: max(MOVES, key=lambda a, s=s, m=memory: m.value(s, a)) for s in FREE}
        lost.append(optimum - np.mean(list(value_of(world, choice, 0.9).values())))
    lost = np.array(lost).reshape(len(learned), -1)
    assert (lost >= -1e-12).all()
    assert (lost[:, -1] <= 0.02 * optimum).all()
    assert lost[:, 0].mean() > lost[:, -1].mean()


def test_with_rates_1_over_n_and_no_future_the_value_is_the_mean_reward():
    policy = QLearning((0, 1, 2), discount=0.0, rate=Harmonic(1.0), explore=Epsilon(1.0))
    rng, world, memory, reward, seen = stream(1), stream(2), None, None, {0: [], 1: [], 2: []}
    for _ in range(500):
        action, memory = policy.decide(Seen(reward, memory=memory), rng)
        reward = float(world.normal(action))
        seen[action].append(reward)
    seen[action].pop()  # the last reward has not come back yet
    for action, rewards in seen.items():
        assert memory.value(0, action) == pytest.approx(np.mean(rewards), rel=1e-12)
        assert memory.visits(0, action) == len(rewards)


def step(policy, before: QMemory, **seen):
    return policy.decide(Seen(memory=before, **seen), stream()).memory


def test_one_update_by_hand():
    policy = QLearning(("l", "r"), ended="ended", discount=0.5, rate=0.25)
    table = QMemory().table.put(("s", "l"), (2.0, 3)).put(("t", "r"), (8.0, 1))
    before = QMemory(table, ("s", "l"), 4)
    after = step(policy, before, reward=1.0, state="t")
    assert after.value("s", "l") == 2 + 0.25 * (1 + 0.5 * 8 - 2)
    assert after.visits("s", "l") == 4
    assert step(policy, before, reward=1.0, state="t", ended=True).value("s", "l") == 2 + 0.25 * (1 - 2)
    assert step(policy, before, reward=None, state="t").table == table
    assert before.table == table


def test_only_what_can_be_done_counts_for_the_future():
    policy = QLearning("options", discount=1.0, rate=1.0)
    table = QMemory().table.put(("t", "jump"), (9.0, 1)).put(("t", "walk"), (4.0, 1))
    before = QMemory(table, ("s", "go"), 1)
    assert step(policy, before, reward=0.0, state="t", options=("walk",)).value("s", "go") == 4.0
    stuck = policy.decide(Seen(1.0, "t", memory=before), stream())
    assert stuck.action is None
    assert stuck.memory.value("s", "go") == 1.0
    assert stuck.memory.last == ()


def test_a_rate_of_zero_uses_what_was_learned_and_keeps_it():
    table = QMemory().table.put((0, "b"), (1.0, 5))
    policy = QLearning(("a", "b"), rate=0.0, explore=Epsilon(0.0))
    decision = policy.decide(Seen(-9.0, memory=QMemory(table, (0, "b"), 5)), stream())
    assert decision.action == "b"
    assert decision.memory.table is table


def test_softmax_explores_by_value():
    table = QMemory().table.put((0, "a"), (1.0, 1)).put((0, "b"), (0.0, 1))
    policy, rng, n = QLearning(("a", "b"), explore=Softmax(0.5)), stream(4), 6000
    share = np.mean([policy.decide(Seen(memory=QMemory(table)), rng).action == "a" for _ in range(n)])
    exact = 1 / (1 + np.exp(-2))
    assert abs(share - exact) <= 3.5 * sqrt(exact * (1 - exact) / n)


def test_high_initial_values_try_everything_first():
    policy, memory, done = QLearning(range(5), initial=10.0, explore=Epsilon(0.0)), None, []
    for _ in range(5):
        action, memory = policy.decide(Seen(0.0, memory=memory), stream())
        done.append(action)
    assert done == [0, 1, 2, 3, 4]


def test_the_explanation_holds_values_visits_and_chances():
    table = QMemory().table.put(("s", "a"), (1.0, 7)).put(("s", "b"), (0.25, 1))
    policy = QLearning(("a", "b", "c"), explore=Epsilon(0.3))
    percept = Seen(state="s", memory=QMemory(table))
    said = {ask_why(policy, percept, seed)[1] for seed in range(30)}
    assert {why.chosen for why in said} == {"a", "b", "c"}
    for why in said:
        assert [(o.action, o.score, o.note) for o in why.options] == [
            ("a", 1.0, "chosen with 80%; learned from 7 tries"),
            ("b", 0.25, "chosen with 10%; learned from 1 try"),
            ("c", 0.0, "chosen with 10%; not learned yet"),
        ]
        greedy = "in state s: value 1, the highest; next is b with 0.25"
        explored = "explored (a chance of 0.1): in state s the best known action is a, worth 1"
        assert why.reason == (greedy if why.chosen == "a" else explored)


def test_errors_name_what_is_wrong():
    with pytest.raises(ParameterError, match=r"parameter 'discount' is 1\.5"):
        QLearning((0, 1), discount=1.5)
    with pytest.raises(ParameterError, match="parameter 'rate' is 2"):
        QLearning((0, 1), rate=2)
    with pytest.raises(ParameterError, match="parameter 'reward' is nan; allowed: finite"):
        QLearning((0, 1)).decide(Seen(float("nan"), memory=QMemory(last=(0, 1))), stream())
