"""What travels by radio: boards of open orders, status reports, commands, and tables of bids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from mas_kit.core import Message
from mas_kit.usecases.drones.consensus import Table
from mas_kit.usecases.drones.routes import Craft
from mas_kit.usecases.drones.world import Order


class Board(NamedTuple):
    """The open orders, as a ground station knows them."""

    time: int
    orders: tuple[Order, ...]


class Report(NamedTuple):
    """What a drone tells the stations and the dispatcher every tick."""

    time: int
    craft: Craft
    route: tuple[int, ...]  # numbers of the orders in its plan


class Command(NamedTuple):
    """A dispatcher's word: the route of one drone."""

    time: int
    route: tuple[Order, ...]


class Beat(NamedTuple):
    """A dispatcher's sign of life to its backup."""

    time: int


def newest(kind: type[Any], letters: Iterable[Message], known: Any = None) -> Any:
    """The newest content of a kind (`Board`, `Command`), what is known already included."""
    found = known
    for letter in letters:
        content = letter.content
        if content.__class__ is Table and kind is Board:  # drones pass on what they have heard
            content = content.board
        if content.__class__ is kind and (found is None or content.time > found.time):
            found = content
    return found


def tables(letters: Iterable[Message]) -> tuple[Table, ...]:
    """The tables of bids, at most one of each sender: its last."""
    found = {letter.sender: letter.content for letter in letters if letter.content.__class__ is Table}
    return tuple(found[name] for name in sorted(found))
