"""Neighbourhoods against the plainest way to find them: compare everybody with everybody."""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mas_kit.population import Cells, Leader, Links, Population, Record, Within, check_engines

PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101]


class Point(Record):
    x: float = 0.0
    y: float = 0.0
    cell: int = 0
    count: int = 0
    total: int = 0
    order: float = 0.0


def add_up(me, near):
    me.count = len(near)
    me.total = 0
    me.order = 0.0
    for other in near:
        me.total += other.id * other.id
        me.order = me.order * 0.7 + other.id


def both(sight, columns):
    """The point populations after a look, in both engines; they agree to the last bit."""
    made = {}
    for engine in ("objects", "columns"):
        made[engine] = Population(
            Point, rule=add_up, sees={"near": sight()}, columns=columns, engine=engine, seed=1
        ).run(1)
    assert made["objects"].frame().equals(made["columns"].frame())
    return made["columns"]


def expected(near):
    return [(int(row.sum()), int((np.flatnonzero(row) ** 2).sum())) for row in near]


def found(points):
    return list(zip(points["count"].tolist(), points["total"].tolist(), strict=True))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    n=st.integers(1, 60),
    seed=st.integers(0, 10**6),
    radius=st.floats(0.05, 3.9),
    torus=st.booleans(),
    width=st.sampled_from([8.0, 10.0, 31.0]),
)
def test_within_is_what_distances_say(n, seed, radius, torus, width):
    rng = np.random.default_rng(seed)
    height = 8.0
    x, y = rng.uniform(0, width, n), rng.uniform(0, height, n)
    dx, dy = np.abs(x[:, None] - x), np.abs(y[:, None] - y)
    if torus:
        dx, dy = np.minimum(dx, width - dx), np.minimum(dy, height - dy)
    near = dx * dx + dy * dy <= radius * radius
    np.fill_diagonal(near, False)
    points = both(lambda: Within(radius, width=width, height=height, torus=torus), {"x": x, "y": y})
    assert found(points) == expected(near)


def test_within_counts_the_distance_itself_and_the_edges():
    x = np.array([0.0, 2.0, 4.0, 10.0, 9.0])
    y = np.zeros(5)
    points = both(lambda: Within(2.0, width=10.0, height=10.0, torus=False), {"x": x, "y": y})
    assert points["count"].tolist() == [1, 2, 1, 1, 1]
    outside = both(
        lambda: Within(2.0, width=10.0, height=10.0, torus=False), {"x": x * 3 - 12, "y": y + math.nan}
    )
    assert outside["count"].tolist() == [0] * 5  # what is nowhere is near to nobody


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    torus=st.booleans(),
    moore=st.booleans(),
    reach=st.integers(1, 2),
    many=st.booleans(),
    shape=st.sampled_from([(5, 5), (7, 6), (6, 9)]),
)
def test_cells_are_what_the_grid_says(seed, torus, moore, reach, many, shape):
    width, height = shape
    rng = np.random.default_rng(seed)
    n = 14
    cells = rng.integers(0, width * height, n) if many else rng.permutation(width * height)[:n]
    x, y = cells % width, cells // width
    dx, dy = np.abs(x[:, None] - x), np.abs(y[:, None] - y)
    if torus:
        dx, dy = np.minimum(dx, width - dx), np.minimum(dy, height - dy)
    near = np.maximum(dx, dy) <= reach if moore else dx + dy <= reach
    np.fill_diagonal(near, False)

    def sight():
        neighbours = "moore" if moore else "von neumann"
        return Cells(width=width, height=height, torus=torus, neighbours=neighbours, reach=reach, many=many)

    assert found(both(sight, {"cell": cells})) == expected(near)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(n=st.integers(2, 25), seed=st.integers(0, 10**6), directed=st.booleans())
def test_links_are_those_of_the_graph(n, seed, directed):
    graph = nx.gnp_random_graph(n, 0.3, seed=seed, directed=directed)
    near = nx.to_numpy_array(graph) > 0
    assert found(both(lambda: Links(graph), {"x": np.zeros(n)})) == expected(near)
    first = np.concatenate([[0], np.cumsum(near.sum(axis=1))])
    csr = (first, np.nonzero(near)[1])
    assert found(both(lambda: Links(csr), {"x": np.zeros(n)})) == expected(near)
    if not directed and graph.number_of_edges():
        assert found(both(lambda: Links(list(graph.edges)), {"x": np.zeros(n)})) == expected(near)


def test_who_leads_whom():
    class Car(Record):
        x: float
        lane: int = 0
        ahead: int = -1

    def look(me, leader):
        me.ahead = -1 if leader is None else leader.id

    def after(**how):
        start = {"x": [5.0, 1.0, 9.0, 3.0, 5.0], "lane": [0, 0, 1, 0, 1]}
        world = {"road": RingRoad()} if how.get("around") else {}
        sees = {"leader": Leader("x", **how)}
        made = [
            Population(Car, rule=look, sees=sees, world=world, columns=start, engine=engine, seed=1).run(1)
            for engine in ("objects", "columns")
        ]
        assert made[0].frame().equals(made[1].frame())
        return made[1]["ahead"].tolist()

    assert after() == [4, 3, -1, 0, 2]
    assert after(around="length") == [4, 3, 1, 0, 2]
    assert after(lane="lane") == [-1, 3, -1, 0, 2]
    assert after(around="length", lane="lane") == [1, 3, 4, 0, 2]
    assert after(default={"x": 100.0}) == [4, 3, -1, 0, 2]


class RingRoad(Record):
    length: float = 10.0


def test_the_first_on_an_open_lane_reads_the_default():
    class Car(Record):
        x: float
        v: float = 1.0

    def follow(me, leader):
        me.v = min(2.0, 0.1 * (leader.x - me.x))
        me.x += me.v

    def make(engine, default=None):
        sees = {"leader": Leader("x", default=default)}
        return Population(Car, rule=follow, sees=sees, columns={"x": [0.0, 5.0, 9.0]}, engine=engine, seed=1)

    assert check_engines(make, ticks=30, default={"x": 1000.0, "v": 0.0}).ok
    assert make("columns", {"x": 1000.0}).run(1)["v"].tolist() == [0.5, 0.4, 2.0]
    for engine in ("objects", "columns"):
        with pytest.raises(AttributeError):
            make(engine).step()


def test_order_is_settled_anew_when_asked():
    class Car(Record):
        x: float
        ahead: int = -1

    def look(me, leader):
        me.ahead = -1 if leader is None else leader.id

    def make(engine):
        cars = Population(
            Car, rule=look, sees={"leader": Leader("x")}, columns={"x": [0.0, 5.0]}, engine=engine, seed=1
        )
        cars.run(1)
        cars.set(x=[5.0, 0.0])
        return cars

    for engine in ("objects", "columns"):
        cars = make(engine)
        assert cars.run(1)["ahead"].tolist() == [1, -1]
        cars.reorder()
        assert cars.run(1)["ahead"].tolist() == [-1, 0]


def test_an_empty_cell_is_any_with_the_same_chance():
    class Hopper(Record):
        cell: int
        to: int = -1

    def hop(me, cells, rng):
        me.cell = cells.empty(rng)
        me.to = me.cell

    def make(engine):
        sees = {"cells": Cells(width=3, height=3)}
        start = {"cell": [0, 4, 8]}
        return Population(
            Hopper, rule=hop, sees=sees, columns=start, activation="random", engine=engine, seed=1
        )

    assert check_engines(make, ticks=40).ok
    hoppers, seen = make("columns"), np.zeros(9)
    for _ in range(3000):
        hoppers.step()
        assert len(set(hoppers["cell"].tolist())) == 3
        seen += np.bincount(hoppers["to"], minlength=9)
    assert np.abs(seen - 1000).max() < 5 * np.sqrt(9000 / 9 * 8 / 9)
