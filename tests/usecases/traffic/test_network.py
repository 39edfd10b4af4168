"""Road networks: travel times, tolls, what they refuse, and the roads of Sioux Falls."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.usecases.traffic.network import all_routes, braess, lab_game, pigou, sioux_falls


def test_travel_times_of_the_bureau_of_public_roads():
    roads = sioux_falls()
    assert roads.time(np.zeros(76)) == pytest.approx(roads.free)
    assert roads.time(roads.capacity) == pytest.approx(1.15 * roads.free)
    assert roads.time(2 * roads.capacity) == pytest.approx((1 + 0.15 * 16) * roads.free)


def test_marginal_tolls_and_beckmann_are_derivative_and_integral_of_the_times():
    roads = sioux_falls()
    flow, step = np.linspace(1000, 20_000, 76), 1.0  # off by (step / flow) ** 2 at most
    slope = (roads.time(flow + step) - roads.time(flow - step)) / (2 * step)
    assert roads.marginal_toll(flow) == pytest.approx(flow * slope, rel=1e-5)
    for link in (0, 33, 75):
        more, less = flow.copy(), flow.copy()
        more[link] += 1
        less[link] -= 1
        integral = (roads.beckmann(more) - roads.beckmann(less)) / 2
        assert integral == pytest.approx(roads.time(flow)[link], rel=1e-6)


def test_links_have_names_and_parallel_ones_a_letter():
    assert pigou().links == ("home-work", "home-workb")
    assert braess().link("a-b") == 4
    with pytest.raises(UnknownNameError, match="did you mean 's-a'"):
        braess().link("sa")
    assert braess().without("a-b").links == braess(bridge=False).links


def test_tolls_are_part_of_what_a_road_costs():
    tolled = lab_game().with_tolls([1.0, 2.0])
    assert tolled.time(np.zeros(2)).tolist() == [7, 14]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"slope": np.array([-1.0, 0.0])}, "falls with the flow"),
        ({"demand": np.array([0.0])}, "leave empty pairs out"),
        ({"destination": np.array([0])}, "between two nodes"),
        ({"demand": np.array([np.inf])}, "leave empty pairs out"),
        ({"free": np.array([np.nan, 1.0])}, "no number"),
        ({"capacity": np.zeros(2)}, "'capacity' is 0 .* above 0"),
        ({"head": np.array([1, 7])}, "'head' is 1 to 7; allowed: 0 to 1"),
        ({"tail": np.array([-1, 0])}, "'tail' is -1 to 0"),
        ({"origin": np.array([5])}, "'origin' is 5"),
        ({"free": np.ones(3)}, r"'free' is float64 of shape \(3,\); allowed: 2 numbers"),
        ({"power": np.array([1.5, 1.0])}, "'power' .* 2 whole numbers"),
        ({"slope": ["a", "b"]}, "'slope'"),
    ],
)
def test_networks_without_an_equilibrium_are_refused(change, told):
    with pytest.raises(ParameterError, match=told):
        dataclasses.replace(pigou(), **change)


def test_lists_will_do_and_tolls_must_fit():
    roads = dataclasses.replace(pigou(), free=[0, 1], tail=[0, 0])
    assert roads.free.dtype == float
    assert roads.time(np.array([0.5, 0.5])).tolist() == [0.5, 1.0]
    for toll in ([1.0], [np.nan, 1.0]):
        with pytest.raises(ParameterError, match=r"'toll' .* 2 numbers"):
            roads.with_tolls(toll)
    with pytest.raises(ParameterError, match="'pair' is 3"):
        all_routes(roads, 3)


def test_pairs_must_come_by_origin():
    roads = sioux_falls()
    with pytest.raises(ParameterError, match="sorted by origin"):
        dataclasses.replace(roads, origin=roads.origin[::-1], destination=roads.destination[::-1])


def test_all_routes_of_braess():
    named = {"-".join(braess().links[link] for link in route) for route in all_routes(braess())}
    assert named == {"s-a-a-t", "s-b-b-t", "s-a-a-b-b-t"}
