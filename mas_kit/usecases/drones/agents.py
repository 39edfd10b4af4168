"""The roles: drones that fly and deliver, and ground stations that know the orders.

A drone sees its own cell, battery and load, and its mail. A station knows the open orders (customers phone
all stations) and its mail. The dispatcher that sees everything is in `dispatcher.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mas_kit.core import Agent, Performative
from mas_kit.core.errors import out_of_range
from mas_kit.protocols import (
    Answer,
    ContractNetInitiator,
    ContractNetParticipant,
    Conversations,
    Hearing,
    SequentialAuctioneer,
    SequentialBidder,
    highest,
)
from mas_kit.usecases.drones.consensus import Table
from mas_kit.usecases.drones.mail import Board, Command, Report, newest, tables
from mas_kit.usecases.drones.routes import Craft, Rules, Stop
from mas_kit.usecases.drones.world import Order

if TYPE_CHECKING:
    from mas_kit.usecases.drones.model import DroneFleet

_INFORM = Performative.INFORM
ROUND = 2  # ticks there and back


class Flight(NamedTuple):
    """What a drone does in a tick: its plan, where it goes, and what it says."""

    route: tuple[Order, ...]
    stop: Stop = Stop(-1, "wait", "")  # the flight rule's, once the plan is made
    table: Table | None = None  # to its neighbours (consensus)
    answers: tuple[Answer, ...] = ()  # in its conversations (contract net, auction)


class DronePercept(NamedTuple):
    """What a drone sees."""

    time: int
    name: str
    cell: int
    battery: float  # cells that it can still fly
    load: int  # parcels on board
    wait: int  # ticks that loading and charging still take
    stranded: bool  # has it come down with an empty battery, away from a pad?
    board: tuple[Order, ...]  # orders that it thinks are open
    route: tuple[Order, ...]  # its plan so far
    delivered: frozenset[int]  # orders that it has delivered itself
    tables: tuple[Table, ...]  # of neighbours, just in
    command: Command | None  # the dispatcher's last
    hearing: Hearing  # what its conversations ask
    won: tuple[Order, ...]  # at auctions
    rules: Rules
    memory: Any

    @property
    def craft(self) -> Craft:
        """Itself, as routes reckon with it."""
        return Craft(self.cell, self.battery, self.load, self.wait)


class Drone(Agent):
    """A drone. What its policy sees is local; its plan is what it intends, and may clash with another's."""

    model: DroneFleet

    def __init__(self, model: DroneFleet, name: str, cell: int) -> None:
        super().__init__(model, name)
        self.cell = cell
        self.battery: float = model.rules.capacity
        self.load = model.rules.payload
        self.wait = 0
        self.board = Board(0, ())
        self.command: Command | None = None
        self.route: tuple[Order, ...] = ()
        self.stop = Stop(cell, "wait", "the run has just begun")
        self.delivered: frozenset[int] = frozenset()
        self.done: frozenset[int] = frozenset()  # orders on its board that somebody has delivered
        self.talks = Conversations(self, [ContractNetParticipant, SequentialBidder], network="radio")

    @property
    def craft(self) -> Craft:
        """Itself, as routes reckon with it."""
        return Craft(self.cell, self.battery, self.load, self.wait)

    @property
    def stranded(self) -> bool:
        """Is its battery empty, away from a pad?"""
        return self.battery < 1 and self.wait == 0 and self.cell not in self.model.ground.pads

    def perceive(self) -> DronePercept:
        """Its own state, its mail, and what it knows from earlier mail."""
        board = newest(Board, self.inbox, self.board)
        done = self._done(board)
        return DronePercept(
            self.model.tick,
            self.name,
            self.cell,
            self.battery,
            self.load,
            self.wait,
            self.stranded,
            tuple(order for order in board.orders if order.number not in done),
            self.route,
            self.delivered,
            tables(self.inbox),
            newest(Command, self.inbox, self.command),
            self.talks.hear(),
            self._won(),
            self.model.rules,
            self.memory,
        )

    def _done(self, board: Board) -> frozenset[int]:
        """Which orders of the board are delivered, as far as it knows."""
        told = [letter.content.done for letter in self.inbox if letter.content.__class__ is Table]
        known = self.delivered.union(self.done, *told)
        return frozenset(order.number for order in board.orders if order.number in known)

    def _won(self) -> tuple[Order, ...]:
        roles = [*self.talks.closed.values(), *self.talks.open.values()]
        return tuple(order for role in roles if isinstance(role, SequentialBidder) for order in role.mine)

    def act(self, action: Flight) -> None:
        """Keep the plan, answer, tell the neighbours the bids, and report.

        Raises ParameterError for an action that is no flight.
        """
        if not isinstance(action, Flight):
            fix = "its policy has to be a DronePolicy, whose plan(percept) gives one"
            raise out_of_range(f"action of {self.name}", action, "a Flight", fix)
        self.board = newest(Board, self.inbox, self.board)
        self.done = self._done(self.board)
        self.command = newest(Command, self.inbox, self.command)
        self.route, self.stop = action.route, action.stop
        self.talks.act(self.percept.hearing, action.answers)
        if action.table is not None:
            table = action.table._replace(board=self.board, done=self.done)
            for name in self.model.near(self.name):
                if name.startswith("drone"):
                    self.send(_INFORM, name, table, network=self.model.radio)
        report = Report(self.model.tick, self.craft, tuple(order.number for order in self.route))
        for name in self.model.listeners:
            if name in self.model.reach(self.name):
                self.send(_INFORM, name, report, network=self.model.radio)


class Talk(NamedTuple):
    """A conversation about an order: its id, who has the contract ("": nobody), since when at most."""

    conversation: str
    contractor: str
    awarded: float


class StationPercept(NamedTuple):
    """What a ground station sees."""

    time: int
    number: int
    orders: tuple[Order, ...]  # all open ones
    reports: Mapping[str, Report]  # the last of each drone
    stations: Mapping[int, int]  # the tick of the last word of each other station
    busy: Mapping[int, Talk]  # orders in its conversations
    granted: Mapping[int, tuple[str, int]]  # orders auctioned off: to whom, when
    hearing: Hearing
    patience: int
    memory: Any

    @property
    def fresh(self) -> tuple[str, ...]:
        """The drones that it has heard from lately, by name: of equal bids the first one listed wins."""
        return tuple(
            sorted(name for name, report in self.reports.items() if self.time - report.time <= self.patience)
        )


class Notice(NamedTuple):
    """What a station does in a tick: orders to offer, to whom, and contracts to call off."""

    offer: tuple[Order, ...] = ()
    to: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()  # conversations


class Station(Agent):
    """A ground station: radio, a pad, and the list of open orders. It offers orders where drones bid."""

    model: DroneFleet

    def __init__(self, model: DroneFleet, name: str, number: int, cell: int) -> None:
        super().__init__(model, name)
        self.number, self.cell = number, cell
        self.talks = Conversations(self, network="radio")
        self.reports: dict[str, Report] = {}
        self.heard: dict[int, int] = {}
        self.granted: dict[int, tuple[str, int]] = {}

    def _mail(self) -> tuple[dict[str, Report], dict[int, int]]:
        reports, heard = dict(self.reports), dict(self.heard)
        for letter in self.inbox:
            if letter.content.__class__ is Report:
                reports[letter.sender] = letter.content
            elif letter.content.__class__ is Board:
                heard[int(letter.sender.rpartition("-")[2]) - 1] = letter.content.time
        return reports, heard

    def perceive(self) -> StationPercept:
        """The open orders and its mail."""
        reports, heard = self._mail()
        hearing = self.talks.hear()
        busy: dict[int, Talk] = {}
        for key, role in (self.talks.open | dict(hearing.changed)).items():
            if role.outcome is not None or role.state == "cancelling":
                continue
            if isinstance(role, ContractNetInitiator):
                who = role.contractors[0] if role.contractors else ""
                busy[role.task.number] = Talk(key[0], who, role.reply_by + 1)
            elif isinstance(role, SequentialAuctioneer):
                busy |= {order.number: Talk(key[0], role.assigned.get(order, ""), 0) for order in role.item}
        granted = self._granted(hearing)
        return StationPercept(
            self.model.tick,
            self.number,
            self.model.open_orders,
            reports,
            heard,
            busy,
            granted,
            hearing,
            self.model.p.patience,
            self.memory,
        )

    def _granted(self, hearing: Hearing) -> dict[int, tuple[str, int]]:
        """Orders that an auction which has ended gave away."""
        now = self.model.tick
        granted = {n: (who, at) for n, (who, at) in self.granted.items() if now - at <= self.model.p.patience}
        for outcome in hearing.outcomes:
            if outcome.protocol == SequentialAuctioneer.protocol:
                for order, who in {**outcome.value.assigned, **outcome.value.unconfirmed}.items():
                    granted[order.number] = (who, now)
        return granted

    def act(self, action: Notice) -> None:
        """Send the board to all in reach; offer, and call off."""
        seen: StationPercept = self.percept
        self.reports, self.heard, self.granted = dict(seen.reports), dict(seen.stations), dict(seen.granted)
        self.talks.act(seen.hearing)
        board = Board(self.model.tick, seen.orders)
        for name in sorted(self.model.reach(self.name)):
            if name.startswith(("drone", "station")):
                self.send(_INFORM, name, board, network=self.model.radio)
        for conversation in action.cancel:
            if (conversation, "") in self.talks.open:
                self.talks.say(conversation, Performative.CANCEL)
        if not action.offer or not action.to:
            return
        if self.model.p.allocation == "sequential auction":
            self.talks.start(SequentialAuctioneer(action.offer, action.to, round_ticks=ROUND))
            return
        reply_by = self.model.tick + ROUND
        for order in action.offer:
            self.talks.start(
                ContractNetInitiator(
                    order, action.to, reply_by=reply_by, report_by=reply_by + 500, choose=highest, patience=2
                )
            )
