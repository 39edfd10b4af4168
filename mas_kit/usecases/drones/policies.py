"""How drones decide: each for itself, by consensus, by contract, by auction, or as they are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.core.errors import out_of_range
from mas_kit.protocols import Answer, ItemBid
from mas_kit.usecases.drones.agents import DronePercept, Flight
from mas_kit.usecases.drones.consensus import UNTOUCHED, build, forget, keep_only, listen, table_of
from mas_kit.usecases.drones.routes import Stop, arrivals, best_insertion, next_stop, worth
from mas_kit.usecases.drones.world import Order

SHORTLIST = 12  # orders that a drone thinks about: those worth most if it went straight there


def shortlist(percept: DronePercept, orders: Sequence[Order]) -> list[Order]:
    """The open orders worth most to this drone, if it went straight there; best first."""
    priced = [
        (worth(percept.rules, order, arrivals(percept.rules, percept.craft, percept.time, [order])[0]), order)
        for order in orders
    ]
    found = sorted([(value, order) for value, order in priced if value > 0], key=lambda pair: -pair[0])
    return [order for _, order in found[:SHORTLIST]]


def gain(percept: DronePercept, route: Sequence[Order], order: Order) -> float:
    """What an order would add to a plan."""
    return best_insertion(percept.rules, percept.craft, percept.time, route, order)[0]


def put_in(percept: DronePercept, route: Sequence[Order], order: Order) -> tuple[Order, ...]:
    """The plan with an order in it, where it adds most."""
    _, at = best_insertion(percept.rules, percept.craft, percept.time, route, order)
    return (*route[:at], order, *route[at:])


class DronePolicy(Policy):
    """What they share: the plan comes from `plan`, flying follows the flight rule."""

    def decide(self, percept: DronePercept, rng: np.random.Generator) -> Decision:
        """A plan, and the next stop on it; a stranded drone plans nothing."""
        if percept.stranded:
            percept = percept._replace(board=())
        flight, memory = self._planned(percept)
        if percept.stranded:
            return Decision(flight._replace(stop=Stop(percept.cell, "wait", "its battery is empty")), memory)
        return Decision(flight._replace(stop=next_stop(percept.rules, percept.craft, flight.route)), memory)

    def plan(self, percept: DronePercept) -> tuple[Flight, Any]:
        """The flight without its stop, and what to remember."""
        raise TypeError(f"{type(self).__name__} is a flight policy without plan(percept); write it")

    def _planned(self, percept: DronePercept) -> tuple[Flight, Any]:
        """What `plan` gives, once it is seen to be a flight over orders, and something to remember."""
        planned = self.plan(percept)
        if not (isinstance(planned, tuple) and len(planned) == 2 and isinstance(planned[0], Flight)):
            fix = "end it with `return Flight(orders), None`: the flight, and what to remember"
            raise out_of_range(f"{type(self).__name__}.plan(percept)", planned, "(Flight, memory)", fix)
        route = planned[0].route
        if not isinstance(route, tuple) or not all(isinstance(order, Order) for order in route):
            fix = "put the orders of percept.board themselves into it, not their numbers"
            raise out_of_range(f"route of {type(self).__name__}'s Flight", route, "a tuple of orders", fix)
        return planned

    def explain(self, percept: DronePercept, decision: Decision) -> Explanation:
        """The flight rule's reason, and what each order would be worth to this drone."""
        flight: Flight = decision.action
        numbers = [order.number for order in flight.route]
        options = []
        for order in shortlist(percept, percept.board):
            others = [other for other in flight.route if other.number != order.number]
            options.append(
                Option(order.number, gain(percept, others, order), self.note(order, decision, numbers))
            )
        plan = f"its plan is orders {', '.join(map(str, numbers))}" if numbers else "it has no order"
        return Explanation(
            flight.stop.purpose,
            f"{flight.stop.why}; {plan}",
            tuple(sorted(options, key=lambda option: -option.score)),
        )

    def note(self, order: Order, decision: Decision, planned: Sequence[int]) -> str:
        """A word on one order."""
        return "in its plan" if order.number in planned else ""


class EachForItself(DronePolicy):
    """Nobody talks: every drone goes for the order that is worth most to it now."""

    name = "each for itself"

    def plan(self, percept: DronePercept) -> tuple[Flight, Any]:
        """The order it is after while it is open, or else the best."""
        kept = [order for order in percept.route if order in percept.board]
        best = kept or shortlist(percept, percept.board)
        return Flight(tuple(best[:1])), None


class Consensus(DronePolicy):
    """CBBA: take what you value most, tell your neighbours, give way to higher bids.

    Args:
        limit: the largest bundle.
        patience: ticks of silence after which a winner counts as gone and its orders as free.
    """

    name = "consensus (CBBA)"

    def __init__(self, limit: int, patience: int) -> None:
        self.limit, self.patience = limit, patience

    def plan(self, percept: DronePercept) -> tuple[Flight, Any]:
        """One round: compare, forget the silent, build."""
        me, now = percept.name, percept.time
        open_orders = {order.number: order for order in percept.board}
        beliefs = keep_only(percept.memory or UNTOUCHED, open_orders)
        beliefs = keep_only(listen(me, beliefs, percept.tables, now), open_orders)
        beliefs = forget(me, beliefs, now, self.patience)
        if len(beliefs.bundle) < self.limit:
            wanted = [order.number for order in shortlist(percept, percept.board)]

            def insertion(task: int, path: tuple[int, ...]) -> tuple[float, int]:
                route = [open_orders[number] for number in path]
                return best_insertion(percept.rules, percept.craft, now, route, open_orders[task])

            beliefs = build(me, beliefs, wanted, insertion, self.limit)
        route = tuple(open_orders[number] for number in beliefs.path)
        return Flight(route, table=table_of(me, beliefs)), beliefs

    def note(self, order: Order, decision: Decision, planned: Sequence[int]) -> str:
        """Who has it, at what bid, as far as this drone knows."""
        claim = decision.memory.claims.get(order.number)
        if claim is None or not claim.winner:
            return "nobody has bid for it"
        return f"{claim.winner} has it with a bid of {claim.bid:.2f}"


class Bidder(DronePolicy):
    """Bids in contract nets and auctions what an order adds to its plan; does what it is awarded.

    Args:
        limit: with so many orders in its plan it refuses more.
    """

    name = "bidder"

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def plan(self, percept: DronePercept) -> tuple[Flight, Any]:
        """Its contracts and winnings, in the sequence that is worth most; and answers to what is asked."""
        open_orders = {order.number for order in percept.board}
        answers = []
        awarded: dict[int, Order] = {
            order.number: order for order in percept.won if order.number in open_orders
        }
        asked = percept.hearing.ask("perform")
        for question in sorted(asked, key=lambda asking: asking.content.number):  # not by who asked first
            order = question.content
            if order.number in percept.delivered:
                answers.append(question.answer("inform"))
            elif order.number not in open_orders:
                answers.append(question.answer("failure", "not open any more"))
            elif percept.stranded:
                answers.append(question.answer("failure", "the battery is empty"))
            else:
                awarded[order.number] = order
        route = tuple(order for order in percept.route if order.number in awarded)
        for number, order in awarded.items():
            if number not in [planned.number for planned in route]:
                route = put_in(percept, route, order)
        answers += [self.answer(percept, route, question) for question in percept.hearing.ask("bid")]
        return Flight(route, answers=tuple(answers)), None

    def answer(self, percept: DronePercept, route: tuple[Order, ...], question: Any) -> Answer:
        """A bid, or a refusal with the reason."""
        if percept.stranded or len(route) >= self.limit:
            return question.answer("refuse", "its plan is full")  # type: ignore[no-any-return]
        if isinstance(question.content, Order):
            offer = gain(percept, route, question.content)
            if offer > 0:
                return question.answer("propose", offer)  # type: ignore[no-any-return]
            return question.answer("refuse", "it is worth nothing to it")  # type: ignore[no-any-return]
        planned = {order.number for order in route}
        offers = [
            (gain(percept, route, order), order)
            for order in question.content.items
            if order.number not in planned and order.number not in percept.delivered
        ]
        best = max(offers, key=lambda pair: pair[0], default=(0.0, None))
        if best[0] <= 0:
            return question.answer("refuse", "nothing left is worth anything to it")  # type: ignore[no-any-return]
        return question.answer("propose", ItemBid(best[1], -best[0]))  # type: ignore[no-any-return]


class Commanded(DronePolicy):
    """Does what the dispatcher last told it, as far as that is still open; by itself it plans nothing."""

    name = "commanded"

    def plan(self, percept: DronePercept) -> tuple[Flight, Any]:
        """The route of the last command."""
        told = percept.command.route if percept.command else ()
        return Flight(tuple(order for order in told if order in percept.board)), None

    def note(self, order: Order, decision: Decision, planned: Sequence[int]) -> str:
        """It was told to, or not."""
        return "the dispatcher told it to" if order.number in planned else "the dispatcher has not told it to"
