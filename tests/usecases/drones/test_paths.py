"""Path finding: solutions are valid, CBS is optimal against brute force, the others never beat it."""

from __future__ import annotations

import heapq
from itertools import product

import pytest

from mas_kit.core.errors import MasKitError
from mas_kit.usecases.drones.cbs import conflict_based_search
from mas_kit.usecases.drones.mapf import Instance, conflicts, cost, is_solution, random_instance, sum_of_costs
from mas_kit.usecases.drones.prioritised import pibt, pibt_step, prioritised_planning
from mas_kit.usecases.drones.world import Terrain

CORRIDOR = Terrain(3, frozenset({3, 5, 6, 7, 8}), (0,))  # cells 0 1 2, and a bay 4 under the middle


def joint_optimum(instance: Instance) -> int:
    """The least sum of costs, by Dijkstra over everybody's places and who has arrived for good."""
    drones = range(len(instance.starts))
    start = (instance.starts, (False,) * len(instance.starts))
    heap, seen = [(0, start)], set()
    while heap:
        so_far, (cells, parked) = heapq.heappop(heap)
        if all(parked):
            return so_far
        if (cells, parked) in seen:
            continue
        seen.add((cells, parked))
        for i in drones:  # parking costs nothing and takes no time, but is for good
            if not parked[i] and cells[i] == instance.goals[i]:
                heapq.heappush(heap, (so_far, (cells, (*parked[:i], True, *parked[i + 1 :]))))
        ways = [[cells[i]] if parked[i] else [cells[i], *instance.neighbours[cells[i]]] for i in drones]
        for goes in product(*ways):
            swaps = any(
                goes[i] == cells[j] and goes[j] == cells[i] for i in drones for j in range(i) if i != j
            )
            if len(set(goes)) == len(goes) and not swaps:
                heapq.heappush(heap, (so_far + parked.count(False), (goes, parked)))
    raise AssertionError("no solution")


@pytest.mark.parametrize("seed", range(12))
def test_cbs_is_optimal(seed):
    instance = random_instance(4, 0.2, 3, seed)
    found = conflict_based_search(instance).paths
    assert is_solution(instance, found)
    assert sum_of_costs(found) == joint_optimum(instance)


def test_two_in_a_corridor_use_the_bay():
    instance = Instance(tuple(CORRIDOR.neighbours), (0, 2), (2, 0))
    found = conflict_based_search(instance)
    assert is_solution(instance, found.paths)
    assert sum_of_costs(found.paths) == joint_optimum(instance) == 7


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("drones", [4, 10])
def test_the_others_are_valid_and_never_better(drones, seed):
    instance = random_instance(10, 0.1, drones, seed)
    best = sum_of_costs(conflict_based_search(instance).paths)
    solved = [
        paths
        for paths in (prioritised_planning(instance), pibt(instance), pibt(instance, polite=True))
        if paths is not None
    ]
    assert solved
    for paths in solved:
        assert is_solution(instance, paths)
        assert sum_of_costs(paths) >= best


def test_conflicts_are_seen():
    assert [c.tick for c in conflicts(((0, 1), (2, 1)))] == [1]  # the same cell
    assert [c.tick for c in conflicts(((0, 1), (1, 0)))] == [1]  # changing places
    assert conflicts(((0, 1, 2), (3, 0, 1))) == []  # following
    assert [c.tick for c in conflicts(((5,), (3, 4, 5)))] == [2]  # running into one that has arrived


def test_cost_is_the_last_arrival():
    assert [cost((1, 2, 3)), cost((1, 2, 3, 3)), cost((3,)), cost((3, 2, 3))] == [2, 2, 0, 2]


def test_no_way_is_said():
    island = Instance(((), ()), (0,), (1,))
    with pytest.raises(MasKitError, match="no way"):
        conflict_based_search(island)


def test_priority_is_inherited():
    """In a corridor the one in the way is pushed ahead of the one with priority."""
    line = Terrain(8, frozenset(range(8, 64)), (0,))
    ahead = [line.distance[7], line.distance[1]]
    assert pibt_step(line.neighbours, [0, 1], ahead, [1.0, 0.0]) == [1, 2]


def test_a_pad_holds_any_number():
    line = Terrain(8, frozenset(range(8, 64)), (0,))
    ahead = [line.distance[0]] * 2
    assert pibt_step(line.neighbours, [0, 1], ahead, [0.0, 1.0], shared=frozenset({0})) == [0, 0]
