"""How a ground station decides: it spreads the word, offers orders, and looks after its contracts."""

from __future__ import annotations

from typing import Any

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.usecases.drones.agents import Notice, StationPercept, Talk


class Desk(Policy):
    """A station that offers orders to the drones it hears, and looks after its contracts.

    An order is offered when no drone that was heard from lately has it in its plan, and no offer of it is
    under way. A contract is called off when its contractor has fallen silent. A station looks after the
    orders that it took in, and after those of stations that have fallen silent.

    Args:
        allocation: "contract net" (every order by itself), "sequential auction" (all together, one auction
            at a time), or anything else: then it only spreads the word.
    """

    def __init__(self, allocation: str) -> None:
        self.name = f"desk ({allocation})" if allocation in ("contract net", "sequential auction") else "desk"
        self.allocation = allocation

    def mine(self, percept: StationPercept, station: int) -> bool:
        """Does it look after the orders of that station?"""
        if station == percept.number:
            return True
        silent = {
            other
            for other in range(percept.number)  # of several that are left, the first one takes over
            if percept.time - percept.stations.get(other, 0) > percept.patience
        }
        away = percept.time - percept.stations.get(station, 0) > percept.patience
        return away and len(silent - {station}) == percept.number - (station < percept.number)

    def free(self, percept: StationPercept) -> tuple[Any, ...]:
        """The orders that it should offer now."""
        planned = {number for name in percept.fresh for number in percept.reports[name].route}
        fresh = set(percept.fresh)
        kept = {
            number
            for number, (who, at) in percept.granted.items()
            if who in fresh and percept.time - at <= percept.patience
        }
        return tuple(
            order
            for order in percept.orders
            if self.mine(percept, order.station)
            and order.number not in planned
            and order.number not in kept
            and order.number not in percept.busy
        )

    def unheard(self, percept: StationPercept, number: int, talk: Talk) -> bool:
        """Is the order missing in a report that the contractor wrote after it must have had the award?"""
        report = percept.reports[talk.contractor]
        return report.time > talk.awarded + 1 and number not in report.route

    def decide(self, percept: StationPercept, rng: np.random.Generator) -> Decision:
        """What to offer, to whom, and what to call off."""
        if self.allocation not in ("contract net", "sequential auction"):
            return Decision(Notice())
        fresh = percept.fresh
        there = {order.number for order in percept.orders}
        if self.allocation == "sequential auction":
            offer = () if percept.busy else self.free(percept)
            return Decision(Notice(offer, fresh))
        cancel = tuple(
            talk.conversation
            for number, talk in percept.busy.items()
            if talk.contractor
            and (talk.contractor not in fresh or number not in there or self.unheard(percept, number, talk))
        )
        return Decision(Notice(self.free(percept), fresh, cancel))

    def explain(self, percept: StationPercept, decision: Decision) -> Explanation:
        """What is open, and with whom."""
        notice: Notice = decision.action
        offered = {order.number for order in notice.offer}
        options = []
        for order in percept.orders:
            holder = [name for name in percept.fresh if order.number in percept.reports[name].route]
            note = f"in the plan of {', '.join(holder)}" if holder else "in no plan that it knows of"
            if order.number in percept.busy:
                note += "; on offer or under contract"
            options.append(Option(order.number, float(order.number in offered), note))
        heard = f"{len(percept.fresh)} drones were heard lately"
        if self.allocation not in ("contract net", "sequential auction"):
            options, heard = [], "it only tells drones and stations which ones"
        done = "offer " + ", ".join(map(str, sorted(offered))) if offered else "spread the word"
        return Explanation(
            done,
            f"{len(percept.orders)} orders are open; {heard}",
            tuple(options),
        )
