"""What is counted: value, waits, duplicates, and how long the orders of broken drones are nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mas_kit.usecases.drones.world import Order

if TYPE_CHECKING:
    from mas_kit.usecases.drones.agents import Drone


class Tally:
    """Running totals of one fleet."""

    def __init__(self) -> None:
        self.value = self.offered = 0.0
        self.delivered = self.duplicates = self.meetings = self.orphans = 0
        self.waited = 0
        self.nobodys: dict[int, int] = {}  # open orders of broken drones, and since when
        self.adopted: list[int] = []  # ticks until each was in another drone's plan
        self.down: set[str] = set()

    def deliver(self, tick: int, order: Order, value: float) -> None:
        """An order reached its customer, for the first time."""
        self.value += value
        self.delivered += 1
        self.waited += tick - order.release
        if order.number in self.nobodys:
            self.adopted.append(tick - self.nobodys.pop(order.number))

    def note_plans(self, tick: int, waiting: Mapping[int, Order], drones: Iterable[Drone]) -> None:
        """Compare the plans of this tick: whose orders became nobody's, and which have found somebody."""
        everyone = list(drones)
        planned = {order.number for d in everyone if d.alive and not d.stranded for order in d.route}
        for drone in everyone:
            gone = not drone.alive or drone.stranded
            if gone and drone.name not in self.down:
                self.down.add(drone.name)
                for order in drone.route:
                    if order.number in waiting and order.number not in planned:
                        self.nobodys.setdefault(order.number, tick)
                        self.orphans += 1
            elif not gone:
                self.down.discard(drone.name)
        for number in [number for number in self.nobodys if number in planned]:
            self.adopted.append(tick - self.nobodys.pop(number))
