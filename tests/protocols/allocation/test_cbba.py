"""CBBA: conflict-free, equal to sequential greedy, within its bounds, and on hostile networks."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError
from mas_kit.protocols import BundleMember, Conversations, sequential_greedy
from mas_kit.protocols.allocation.bundle import NOBODY, Beliefs, Claim, agree, release
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def discounted(start, rate=0.95):
    """Each task is worth 10, times `rate` for every unit of way until it is reached."""

    def score(path):
        total, way, here = 0.0, 0.0, start
        for task in path:
            way += float(np.hypot(task[0] - here[0], task[1] - here[1]))
            total += 10 * rate**way
            here = task
        return total

    return score


def mission(graph, starts, tasks, capacity, rounds, script=(), ticks=None):
    names = [f"d{v}" for v in graph]
    scores = {name: discounted(start) for name, start in zip(names, starts, strict=True)}
    line = Wire({name: Conversations(name) for name in names}, script=script)
    for v, name in zip(graph, names, strict=True):
        near = [f"d{u}" for u in graph[v]]
        line.start(name, BundleMember(tasks, near, score=scores[name], capacity=capacity, rounds=rounds), "c")
    line.run(ticks or rounds + 2)
    assert line.settled()
    return line, scores


def places(rng, n):
    return [tuple(map(float, p)) for p in rng.uniform(0, 20, (n, 2))]


CASES = [
    ("path", nx.path_graph(3), 6, 3),
    ("ring", nx.cycle_graph(6), 12, 3),
    ("star", nx.star_graph(4), 8, 2),
]


@pytest.mark.parametrize(("graph", "tasks", "capacity"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_it_comes_to_what_sequential_greedy_comes_to_within_the_bound(graph, tasks, capacity):
    diameter = nx.diameter(graph)
    for seed in range(8):
        rng = np.random.default_rng(seed)
        starts, jobs = places(rng, len(graph)), places(rng, tasks)
        rounds = tasks * diameter + 1
        line, scores = mission(graph, starts, jobs, capacity, rounds)
        plans = {name: line.outcome(name, "c").value for name in line.talks}
        assert all(line.status(name, "c") == "settled" for name in line.talks)
        done = [task for plan in plans.values() for task in plan.path]
        assert len(set(done)) == len(done), "a task has two takers"
        greedy, total = sequential_greedy(list(line.talks), jobs, scores, capacity)
        assert {name: plan.path for name, plan in plans.items()} == greedy
        assert sum(scores[n](plans[n].path) for n in plans) == pytest.approx(total, abs=1e-9)
        assert max(plan.last_change for plan in plans.values()) <= tasks * diameter
        assert len(line.sent) == rounds * 2 * graph.number_of_edges()


def test_it_is_at_least_half_of_the_optimum():
    for seed in range(6):
        rng = np.random.default_rng(100 + seed)
        starts, jobs = places(rng, 3), places(rng, 5)
        line, scores = mission(nx.path_graph(3), starts, jobs, 5, 12)
        reached = sum(scores[n](line.outcome(n, "c").value.path) for n in line.talks)
        best = {
            (name, subset): max(scores[name](order) for order in itertools.permutations(subset))
            for name in scores
            for size in range(6)
            for subset in itertools.combinations(jobs, size)
        }
        optimum = max(
            sum(best[n, tuple(j for j, who in zip(jobs, owners, strict=True) if who == n)] for n in scores)
            for owners in itertools.product(scores, repeat=5)
        )
        assert 0.5 * optimum <= reached <= optimum + 1e-9


ME, K, M, N = "i", "k", "m", "n"
HIGH, LOW = 9.0, 1.0


@pytest.mark.parametrize(
    ("row", "theirs", "mine", "newer", "older", "then"),
    [  # Table 1 of the paper: whom the sender k, and whom the receiver i, takes to have the task
        (1, (K, HIGH), (ME, LOW), "", "", "update"),
        (1, (K, LOW), (ME, HIGH), "", "", "leave"),
        (2, (K, LOW), (K, HIGH), "", "", "update"),
        (3, (K, LOW), (M, HIGH), M, "", "update"),
        (3, (K, HIGH), (M, LOW), "", "", "update"),
        (3, (K, LOW), (M, HIGH), "", "", "leave"),
        (4, (K, LOW), ("", 0), "", "", "update"),
        (5, (ME, LOW), (ME, HIGH), "", "", "leave"),
        (6, (ME, LOW), (K, HIGH), "", "", "reset"),
        (7, (ME, LOW), (M, HIGH), M, "", "reset"),
        (7, (ME, LOW), (M, HIGH), "", "", "leave"),
        (8, (ME, LOW), ("", 0), "", "", "leave"),
        (9, (M, HIGH), (ME, LOW), M, "", "update"),
        (9, (M, HIGH), (ME, LOW), "", "", "leave"),
        (9, (M, LOW), (ME, HIGH), M, "", "leave"),
        (10, (M, LOW), (K, HIGH), M, "", "update"),
        (10, (M, LOW), (K, HIGH), "", "", "reset"),
        (11, (M, LOW), (M, HIGH), M, "", "update"),
        (11, (M, LOW), (M, HIGH), "", "", "leave"),
        (12, (M, LOW), (N, HIGH), M + N, "", "update"),
        (12, (M, HIGH), (N, LOW), M, "", "update"),
        (12, (M, LOW), (N, HIGH), N, M, "reset"),
        (12, (M, LOW), (N, HIGH), N, "", "leave"),
        (13, (M, LOW), ("", 0), M, "", "update"),
        (13, (M, LOW), ("", 0), "", "", "leave"),
        (14, ("", 0), (ME, LOW), "", "", "leave"),
        (15, ("", 0), (K, LOW), "", "", "update"),
        (16, ("", 0), (M, LOW), M, "", "update"),
        (16, ("", 0), (M, LOW), "", "", "leave"),
        (17, ("", 0), ("", 0), "", "", "leave"),
    ],
)
def test_the_action_rules(row, theirs, mine, newer, older, then):
    stamps = {M: 5.0, N: 5.0}
    sender = {name: 5.0 + (name in newer) - (name in older) for name in stamps}
    beliefs = Beliefs({"t": Claim(*mine)}, (), (), stamps)
    found = agree(ME, beliefs, K, {"t": Claim(*theirs)}, sender)["t"]
    assert found == {"update": Claim(*theirs), "reset": NOBODY, "leave": Claim(*mine)}[then]


def test_losing_a_task_frees_those_added_after_it():
    mine = {t: Claim(ME, 3.0) for t in "abc"}
    beliefs = Beliefs(mine, ("a", "b", "c"), ("c", "a", "b"), {})
    after = release(ME, beliefs, {**mine, "b": Claim(K, 4.0)})
    assert after.bundle == ("a",)
    assert after.path == ("a",)
    assert after.claims == {"a": Claim(ME, 3.0), "b": Claim(K, 4.0), "c": NOBODY}


def test_wrong_arguments_say_what_is_right():
    for wrong, name in (
        ({"tasks": [1, 1]}, "tasks"),
        ({"capacity": 0}, "capacity"),
        ({"rounds": 0}, "rounds"),
    ):
        right = {"tasks": [1, 2], "capacity": 1, "rounds": 3}
        with pytest.raises(ParameterError, match=name):
            BundleMember(neighbours=["a"], score=len, **{**right, **wrong})


@examples(80)
@given(script=harmless, seed=st.integers(0, 99))
def test_where_all_say_settled_no_task_has_two_takers_whatever_is_lost(script, seed):
    note("CBBA: lost, late, repeated, forged")
    rng = np.random.default_rng(seed)
    line, _ = mission(nx.path_graph(3), places(rng, 3), places(rng, 4), 2, 8, script, ticks=80)
    plans = {name: line.outcome(name, "c").value for name in line.talks}
    if all(line.status(name, "c") == "settled" for name in line.talks):
        done = [task for plan in plans.values() for task in plan.path]
        assert len(set(done)) == len(done)
        for name, plan in plans.items():
            assert {task for task, winner in plan.winners.items() if winner == name} == set(plan.path)


@examples(60)
@given(script=scripts, seed=st.integers(0, 99))
def test_nor_does_a_member_whose_words_are_garbled_stop_it(script, seed):
    note("CBBA: also malformed, out of place, damaged")
    rng = np.random.default_rng(seed)
    mission(nx.path_graph(3), places(rng, 3), places(rng, 4), 2, 6, script, ticks=80)
