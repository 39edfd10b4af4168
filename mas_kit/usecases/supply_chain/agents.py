"""The roles of the supply chain: what each may see and what it may do.

A stage's week, as on the board: goods and orders arrive (the inbox), it fills what it can of this week's
orders and its backlog, counts its costs, and orders. It sees its own stock, its own mail, and nothing else,
unless the chain shares the customers' demand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mas_kit.core import Agent, Decision, Performative

if TYPE_CHECKING:
    from mas_kit.usecases.supply_chain.model import SupplyChain

DELIVERY = "delivery"  # the protocol of goods: an inform that travels with them
REPORT = "stock-report"  # the protocol of shared information
_INFORM, _REQUEST, _AGREE = Performative.INFORM, Performative.REQUEST, Performative.AGREE


class Report(NamedTuple):
    """What a stage tells its supplier where the chain shares information."""

    pos: float  # the customers' demand at the shop (point of sale), the newest that the sender knows
    net: float  # the sender's stock less what it owes, before this week's delivery
    received: float  # all goods that the sender has received from its supplier so far


class Order(NamedTuple):
    """What a stage does in a week: what it orders, and what it adds to its client's order (as a vendor)."""

    quantity: float
    replenish: float = 0.0


class StagePercept(NamedTuple):
    """What a stage sees when it decides, in cases of beer."""

    time: int
    on_hand: float  # in stock, this week's delivery included
    owed: float  # this week's orders and the backlog; what is on hand goes to them
    demand: float  # this week's orders alone
    supply_line: float  # ordered and not received yet
    lead: int  # weeks from an order to its arrival, when all goes well
    pos: float | None  # the customers' demand, where the chain shares it
    client: Report | None  # the client's last report, where the vendor manages its stock
    client_line: float  # shipped or owed to the client, and not in its report yet
    memory: Any  # what the policy asked to be kept

    @property
    def net(self) -> float:
        """Inventory less backlog, once the stage has filled what it can."""
        return self.on_hand - self.owed

    @property
    def position(self) -> float:
        """Inventory position: net inventory and everything on order."""
        return self.on_hand - self.owed + self.supply_line

    @property
    def signal(self) -> float:
        """The newest word on demand: the customers', where it is shared, or else the client's orders."""
        return self.demand if self.pos is None else self.pos


class CustomerPercept(NamedTuple):
    """What the customers see: what they want next week, and what they were given this week."""

    time: int
    wants: float
    received: float


class Customer(Agent):
    """The customers at the shop. Next week's wish comes from the world's demand stream."""

    model: SupplyChain

    def __init__(self, model: SupplyChain, shop: str) -> None:
        super().__init__(model, "customer")
        self.shop = shop
        self.wants = 0.0
        self.ordered = 0.0
        self.received = 0.0

    def perceive(self) -> CustomerPercept:
        """Their own wish, and what the shop handed over."""
        return CustomerPercept(self.model.tick, self.wants, sum([m.content for m in self.inbox]))

    def decide(self, percept: CustomerPercept) -> float:
        """They ask for what they want."""
        return percept.wants

    def act(self, action: float) -> None:
        """Order at the shop for next week."""
        self.received += self.percept.received
        self.ordered += action
        self.send(_REQUEST, self.shop, action, network=self.model.market)


class Stage(Agent):
    """A retailer, wholesaler, distributor or factory: it sells to `client` and orders from `supplier`."""

    model: SupplyChain

    def __init__(
        self,
        model: SupplyChain,
        name: str,
        client: str,
        supplier: str | None,
        holding: float,
        shortage: float,
    ) -> None:
        super().__init__(model, name)
        p = model.p
        self.client, self.supplier = client, supplier
        self.holding, self.shortage = holding, shortage
        self.lead = p.production if supplier is None else p.mail + p.shipping
        self.on_hand = float(p.start_stock)
        self.backlog = 0.0
        self.supply_line = float(p.start_flow * self.lead)
        self.received = 0.0  # since the start
        self.shipped = float(p.start_flow * p.shipping)  # to the client since the start, and on the way then
        self.pos: float | None = None  # the newest word on customers' demand, where the chain shares it
        self.report: Report | None = None
        self.shares = False  # does it tell its supplier? set once all policies are known
        self.order, self.demand, self.acted = 0.0, 0.0, 0  # of the last week in which it acted
        self.cost = 0.0  # of this week
        self.open_orders: dict[str, tuple[int, float]] = {}  # not acknowledged: week sent, quantity
        self.read: set[str] = set()  # orders that it has taken in, to know a second copy

    @property
    def waits_for_person(self) -> bool:
        """A person is asked only in weeks in which the rules leave a choice."""
        return self.model.coming_tick > self.model.p.freeze and super().waits_for_person

    def perceive(self) -> StagePercept:
        """Its own stock and mail; the customers' demand only where the chain shares it."""
        received = demand = 0.0
        pos, report = self.pos, self.report
        for message in self.inbox:
            if message.performative is _REQUEST:
                if message.reply_with is None or message.reply_with not in self.read:
                    demand += message.content
            elif message.protocol == DELIVERY:
                received += message.content
            elif message.protocol == REPORT:
                report = message.content
                pos = report.pos
        if self.shares and self.client == "customer":
            pos = demand
        owed = self.backlog + demand
        line = 0.0 if report is None else self.shipped + owed - report.received
        return StagePercept(
            self.model.tick,
            self.on_hand + received,
            owed,
            demand,
            self.supply_line - received,
            self.lead,
            pos,
            report,
            line,
            self.memory,
        )

    def decide(self, percept: StagePercept) -> Any:
        """What the policy says; in the first weeks the rules of the game leave no choice."""
        if percept.time > self.model.p.freeze:
            return super().decide(percept)
        kept = None
        if self.policy is not None and not self.policy.is_person:
            decision = super().decide(percept)
            kept = decision.memory if isinstance(decision, Decision) else None
        return Decision(Order(self.model.p.start_flow), kept)

    def act(self, action: Order | float) -> None:
        """Take in the goods, fill orders, order; tell the supplier what the chain shares."""
        see: StagePercept = self.percept
        quantity, replenish = action if isinstance(action, Order) else (action, 0.0)
        quantity = self.model.cases(quantity, self.name)
        replenish = self.model.cases(replenish, self.name) if replenish else 0.0
        self.received += self.supply_line - see.supply_line
        owed = see.owed + replenish
        sent = see.on_hand if see.on_hand < owed else owed
        self.on_hand, self.backlog = see.on_hand - sent, owed - sent
        self.pos, self.report = see.pos, see.client
        self.order, self.demand, self.acted = quantity, see.demand, see.time
        self.supply_line = see.supply_line + quantity
        if sent > 0:
            network = self.model.market if self.client == "customer" else self.model.goods
            self.shipped += sent
            self.send(_INFORM, self.client, sent, None, DELIVERY, network=network)
        if self.supplier is None:
            if quantity > 0:
                self.send(_INFORM, self.name, quantity, None, DELIVERY, network=self.model.production)
            self._acknowledge()
            return
        if quantity > 0:
            self._order(quantity, see.time)
        if self.model.p.retry:
            self._acknowledge()
            self._remind(see.time)
        if self.shares and self.pos is not None:
            shared = Report(self.pos, self.on_hand - self.backlog, self.received)
            self.send(_INFORM, self.supplier, shared, None, REPORT, network=self.model.pos)

    def _order(self, quantity: float, week: int) -> None:
        """Order from the supplier; where orders can be repeated, each has a number."""
        if not self.model.p.retry:
            self.send(_REQUEST, self.supplier, quantity, network=self.model.orders)  # type: ignore[arg-type]
            return
        number = f"{self.name}-{week}"
        self.open_orders[number] = (week, quantity)
        self.send(_REQUEST, self.supplier, quantity, reply_with=number, network=self.model.orders)  # type: ignore[arg-type]

    def _acknowledge(self) -> None:
        """Tell the client which orders came in, and strike off those that the supplier has agreed to."""
        if not self.model.p.retry:
            return
        for message in self.inbox:
            if message.performative is _AGREE:
                self.open_orders.pop(message.in_reply_to or "", None)
            elif message.performative is _REQUEST and message.reply_with is not None:
                self.read.add(message.reply_with)
                self.send(
                    _AGREE,
                    message.sender,
                    in_reply_to=message.reply_with,
                    network=self.model.orders,
                )

    def _remind(self, week: int) -> None:
        """Send again what the supplier has not agreed to in time."""
        for number, (sent, quantity) in self.open_orders.items():
            if week - sent >= self.model.p.retry:
                self.open_orders[number] = (week, quantity)
                self.send(_REQUEST, self.supplier, quantity, reply_with=number, network=self.model.orders)  # type: ignore[arg-type]
