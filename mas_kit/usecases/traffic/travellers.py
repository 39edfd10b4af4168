"""The travellers: everyone on the road is one, and may choose another route once a day.

The rules are about one traveller who thinks again today: by chance, or because its route is closed. The same
function runs on objects, to be read and debugged, and compiled over columns, for all 360,600 of Sioux Falls.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mas_kit.population import Population, Record, field
from mas_kit.usecases.traffic.assignment import BARRED


class Traveller(Record):
    """Somebody who goes from one node to another every day."""

    pair: int = field(help="from where to where, as a row of the pairs with trips")
    route: int = field(help="the route of the last trip, by its number in the book of routes")
    keeps: bool = field(False, help="keeps to its route, whatever the news")
    other: int = field(-1, help="another route that it has tried; -1: none yet")
    other_time: float = field(0.0, help="what that one took, with its tolls")


class News(Record):
    """What can be known in the morning; routes go by their number in the book of routes."""

    theta: float = field(1.0, help="logit: weight of a unit of time")
    explore: float = field(0.1, help="own path: chance to try another way, for who has no reason to go back")
    best: NDArray[Any] = field(help="(P,) the shortest route of each pair")
    time: NDArray[Any] = field(help="(R,) what each route takes, with its tolls")
    first: NDArray[Any] = field(help="(P,) the first known route of each pair")
    following: NDArray[Any] = field(help="(R,) the next known route of the same pair; -1: there is none")
    known: NDArray[Any] = field(help="(P,) how many routes of each pair are known")


def by_turns(me, news):  # type: ignore[no-untyped-def]  # a rule is compiled by the types of its records
    """Take the shortest route of the news, unless I keep to mine and it is open."""
    if not me.keeps or news.time[me.route] >= BARRED:
        me.route = news.best[me.pair]


def by_logit(me, news, rng):  # type: ignore[no-untyped-def]
    """Draw among the routes that I know, the more likely the shorter."""
    if not me.keeps or news.time[me.route] >= BARRED:
        least = news.time[news.best[me.pair]]
        total = 0.0
        route = news.first[me.pair]
        while route >= 0:
            total += math.exp(news.theta * (least - news.time[route]))
            route = news.following[route]
        left = rng.random() * total
        route = news.first[me.pair]
        while route >= 0:
            left -= math.exp(news.theta * (least - news.time[route]))
            if left < 0.0:
                me.route = route
                break
            route = news.following[route]


def one_at_a_time(me, news):  # type: ignore[no-untyped-def]
    """Take the route that is best for me, counting myself in."""
    if not me.keeps or news.time[me.route] >= BARRED:
        me.route = news.best[me.pair]


def by_experience(me, news, rng):  # type: ignore[no-untyped-def]
    """Know my own trips only: go back to what was shorter, or else try another way now and then."""
    took = news.time[me.route]
    if took >= BARRED:
        me.route = news.best[me.pair]
    elif not me.keeps:
        if me.other >= 0 and me.other_time < took:
            back = me.other
            me.other = me.route
            me.other_time = took
            me.route = back
        elif rng.random() < news.explore:
            me.other = me.route
            me.other_time = took
            skip = int(rng.random() * news.known[me.pair])
            route = news.first[me.pair]
            while skip > 0:
                route = news.following[route]
                skip -= 1
            me.route = route


RULES: dict[tuple[str, str], Callable[..., Any]] = {
    ("averages", "full"): by_turns,
    ("constant", "full"): by_turns,
    ("logit", "full"): by_logit,
    ("one at a time", "full"): one_at_a_time,
    ("averages", "own path"): by_experience,
    ("constant", "own path"): by_experience,
}


class Travellers(Population):
    """All travellers of a town; before they choose, `morning` brings the news up to date.

    It also says with which chance each of them thinks again, and wakes those who have to.

    Attributes:
        edited_before: may somebody have written to them between yesterday and today?
        was: (k,) the routes of this morning of those who thought again, in the order of `woken`
    """

    def __init__(self, morning: Callable[[], None], **rest: Any) -> None:
        self.morning, self.edited_before = morning, True
        self.was: NDArray[np.int64] = np.empty(0, np.int64)
        super().__init__(Traveller, **rest)

    def step(self) -> None:
        """A day: the news, then everybody's choice."""
        self.morning()
        self.edited_before = self.edited
        routes = None if self.in_columns else self["route"]
        super().step()
        was = self.past.was("route") if routes is None else routes[self.woken]
        assert was is not None
        self.was = was
