"""The drone fleet: a sky with no-fly zones, orders that come in, radio that reaches as far as it does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from mas_kit.core import Model, Network, Policy
from mas_kit.usecases.drones.agents import Drone, Station
from mas_kit.usecases.drones.desk import Desk
from mas_kit.usecases.drones.dispatcher import Dispatcher, ExactDispatch
from mas_kit.usecases.drones.parameters import DroneFleetParameters
from mas_kit.usecases.drones.policies import Bidder, Commanded, Consensus, EachForItself
from mas_kit.usecases.drones.prioritised import pibt_step
from mas_kit.usecases.drones.radio import Radio
from mas_kit.usecases.drones.routes import Rules, worth
from mas_kit.usecases.drones.tally import Tally
from mas_kit.usecases.drones.world import Order, terrain


class DroneFleet(Model):
    """A fleet that brings parcels (all alike, such as first-aid kits) to whoever orders one.

    An order is worth less with every tick that it waits. Drones fly a cell a tick, load and charge on pads,
    and talk by radio among themselves and with the ground stations. Customers phone every station when they
    order and when they have their parcel; drones learn it from the stations, as far as the radio reaches. A
    parcel that comes second is a duplicate: it is counted, and worth nothing.

    Sources: Choi, Brunet and How (2009), IEEE Transactions on Robotics 25(4), 912-926 (CBBA); FIPA SC00029H
    (contract net); Koenig et al. (2006), AAAI (sequential auctions).
    """

    Parameters = DroneFleetParameters
    activation = "simultaneous"
    oracles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        # A drone has one parcel and is not loaded again before the end: who gets which order is all there is.
        "assignment": {
            "allocation": "dispatcher",
            "rate": 0,
            "battery": 10_000,
            "payload": 1,
            "service": 100,
            "lookahead": 1,
            "radio_range": 1000,
            "ticks": 100,
        },
        # One drone, three orders: in which sequence is all there is.
        "one route": {
            "allocation": "dispatcher",
            "rate": 0,
            "battery": 10_000,
            "payload": 1000,
            "lookahead": 3,
            "drones": 1,
            "start_orders": 3,
            "radio_range": 1000,
            "ticks": 200,
        },
    }

    p: DroneFleetParameters

    def build(self) -> None:
        """The map, the radio, the stations, the dispatchers if there are any, the drones on their pads."""
        p = self.p
        self.ground = terrain(p.size, p.no_fly, p.stations, self.seeds.integer("map"))
        self.rules = Rules(self.ground, p.battery, p.payload, p.service, p.reserve, p.discount)
        self.radio = Network(self, "radio", topology=(), loss=p.loss)
        self.tally = Tally()
        self.orders: dict[int, Order] = {}
        self.waiting: dict[int, Order] = {}
        self.open_orders: tuple[Order, ...] = ()
        pads = self.ground.pads
        self.stations = [Station(self, f"station-{i + 1}", i, pad) for i, pad in enumerate(pads)]
        for station in self.stations:
            station.policy = Desk(p.allocation)
        self.dispatchers: list[Dispatcher] = []
        if p.allocation.startswith("dispatcher"):
            self.dispatchers.append(Dispatcher(self, "dispatcher", pads[0], None))
            if p.allocation.endswith("backup"):
                self.dispatchers.append(Dispatcher(self, "backup", pads[-1], "dispatcher"))
        for dispatcher in self.dispatchers:
            dispatcher.policy = ExactDispatch(p.lookahead, p.candidates)
        self.drones = [Drone(self, f"drone-{i + 1}", pads[i % len(pads)]) for i in range(p.drones)]
        for drone in self.drones:
            drone.policy = self._policy()
        self.urgency = [0] * p.drones
        if p.allocation in ("contract net", "sequential auction"):
            self.listeners = tuple(station.name for station in self.stations)
        else:
            self.listeners = tuple(dispatcher.name for dispatcher in self.dispatchers)
        self.antennas = Radio(p.radio_range, p.relay)
        for _ in range(p.start_orders):
            self._order(1)
        self.open_orders = tuple(self.waiting.values())
        self._tune()

    def _policy(self) -> Policy:
        p = self.p
        if p.allocation == "consensus":
            return Consensus(p.bundle, p.patience)
        if p.allocation in ("contract net", "sequential auction"):
            return Bidder(p.bundle)
        return EachForItself() if p.allocation == "each for itself" else Commanded()

    @property
    def horizon(self) -> int:
        """The last tick."""
        return self.p.ticks

    # ---- who is in reach

    def _tune(self) -> None:
        """Work out who is in reach of whom, for the messages of the coming tick."""
        nodes = {
            agent.name: self.ground.place(agent.cell)
            for agent in (*self.stations, *self.dispatchers, *self.drones)
            if agent.alive
        }
        ground = [agent.name for agent in (*self.stations, *self.dispatchers) if agent.alive]
        self.antennas.update(nodes, ground if self.p.wired else ())
        self.radio.links = self.antennas.reach
        self.radio.refresh()

    def near(self, name: str) -> list[str]:
        """Who is in direct radio range of that agent."""
        return sorted(self.antennas.near.get(name, ()))

    def reach(self, name: str) -> set[str]:
        """To whom its messages can get, relayed where radios relay."""
        return self.antennas.reach.get(name, set())

    # ---- the world

    def world(self) -> None:
        """Drones fly, load and deliver; orders come in; radio range is worked out anew."""
        flying = [drone for drone in self.drones if drone.alive and not drone.stranded]
        self.tally.note_plans(self.tick, self.waiting, self.drones)
        self._serve(flying)
        self._fly([drone for drone in flying if drone.wait == 0 and drone.cell != drone.stop.cell])
        for drone in flying:
            if drone.stop.purpose == "deliver" and drone.cell == drone.stop.cell:
                self._deliver(drone)
        self._count_meetings(flying)
        for _ in range(int(self.stream("orders").poisson(self.p.rate))):
            self._order(self.tick + 1)
        self.open_orders = tuple(self.waiting.values())
        self._tune()

    def _serve(self, drones: list[Drone]) -> None:
        """Loading and charging on pads; a drone begins with it in the tick after it has landed."""
        for drone in drones:
            if drone.wait > 0:
                drone.wait -= 1
            elif drone.stop.purpose == "service" and drone.cell == drone.stop.cell:
                drone.wait = self.p.service - 1
            else:
                continue
            if drone.wait == 0:
                drone.battery, drone.load = self.p.battery, self.p.payload
                drone.stop = drone.stop._replace(purpose="wait")

    def _fly(self, drones: list[Drone]) -> None:
        ground = self.ground
        if self.p.traffic == "layers":
            for drone in drones:
                drone.cell = ground.towards(drone.cell, drone.stop.cell)
                drone.battery -= 1
            return
        in_air = [d for d in self.drones if d.alive and not d.stranded and d.cell not in ground.pads]
        movers = [d for d in self.drones if d in drones or d in in_air]
        for i, drone in enumerate(self.drones):
            self.urgency[i] = self.urgency[i] + 1 if drone in drones else 0
        goes = pibt_step(
            ground.neighbours,
            [drone.cell for drone in movers],
            [ground.distance[drone.stop.cell] for drone in movers],
            [self.urgency[i] - i / len(self.drones) for i, d in enumerate(self.drones) if d in movers],
            polite=True,
            shared=frozenset(ground.pads),
        )
        for drone, cell in zip(movers, goes, strict=True):
            drone.cell = cell
            drone.battery -= 1  # hovering takes as much as flying

    def _deliver(self, drone: Drone) -> None:
        number = drone.stop.order
        assert number is not None
        drone.load -= 1
        drone.delivered |= {number}
        order = self.waiting.pop(number, None)
        if order is None:
            self.tally.duplicates += 1
        else:
            self.tally.deliver(self.tick, order, worth(self.rules, order, self.tick))
        drone.stop = drone.stop._replace(purpose="wait")

    def _count_meetings(self, flying: list[Drone]) -> None:
        air = [drone.cell for drone in flying if drone.cell not in self.ground.pads]
        self.tally.meetings += len(air) - len(set(air))

    def _order(self, release: int) -> None:
        """Somebody orders a parcel, at a free cell away from the pads."""
        rng = self.stream("orders")
        ground = self.ground
        free = [cell for cell in range(ground.size**2) if ground.free[cell] and cell not in ground.pads]
        cell = free[int(rng.integers(len(free)))]
        value = float(rng.integers(5, 11))
        station = min(range(len(ground.pads)), key=lambda i: ground.apart(cell, ground.pads[i]))
        number = len(self.orders) + 1
        order = Order(number, cell, release, value, station)
        self.orders[number] = self.waiting[number] = order
        self.tally.offered += value

    # ---- what is recorded

    def observe(self) -> Mapping[str, Any]:
        """One tick: value so far, orders, duplicates, drones at work, messages, parts of the radio net."""
        tally = self.tally
        row: dict[str, Any] = {
            "value": tally.value,
            "open": len(self.waiting),
            "delivered": tally.delivered,
            "duplicates": tally.duplicates,
            "working": sum(bool(drone.alive and drone.route) for drone in self.drones),
            "messages": self.radio.counts["sent"],
            "parts": self.antennas.parts,
        }
        for drone in self.drones:
            row[f"{drone.name}.battery"] = drone.battery
        return row

    def metrics(self) -> dict[str, float]:
        """Value delivered, its share of all value ordered, waits, duplicates, messages, and re-allocation.

        `reallocation` is the mean number of ticks after which an order of a drone that broke down is in
        another drone's plan (NaN when there was none); `orphans` counts such orders, `adopted` how many of
        them got there.
        """
        tally = self.tally
        return {
            "value": tally.value,
            "value share": tally.value / tally.offered if tally.offered else math.nan,
            "orders": float(len(self.orders)),
            "delivered": float(tally.delivered),
            "mean wait": tally.waited / tally.delivered if tally.delivered else math.nan,
            "duplicates": float(tally.duplicates),
            "messages": float(self.radio.counts["sent"]),
            "meetings": float(tally.meetings),
            "stranded": float(sum(drone.stranded for drone in self.drones)),
            "orphans": float(tally.orphans),
            "adopted": float(len(tally.adopted)),
            "reallocation": sum(tally.adopted) / len(tally.adopted) if tally.adopted else math.nan,
        }
