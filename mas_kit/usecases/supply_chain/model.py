"""The beer game: four stages, orders that travel up, goods that travel down, and customers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from mas_kit.core import Message, Model, Network, Performative, Person, Policy
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.supply_chain.agents import DELIVERY, Customer, Stage
from mas_kit.usecases.supply_chain.baseline import SerialOptimum, newsvendor, stationary_beer_game
from mas_kit.usecases.supply_chain.demand import Demand, make_demand
from mas_kit.usecases.supply_chain.parameters import SupplyChainParameters
from mas_kit.usecases.supply_chain.policies import (
    AnchorAndAdjust,
    Autoregressive,
    BaseStock,
    Forecast,
    MovingAverage,
    OrderUpTo,
    Smoothing,
    VendorManaged,
)
from mas_kit.usecases.supply_chain.tally import Tally

STAGES = ("retailer", "wholesaler", "distributor", "factory")  # from the customer upstream
COLUMNS = [
    [f"{name}.{what}" for what in ("order", "demand", "inventory", "backlog", "cost")] for name in STAGES
]


class SupplyChain(Model):
    """Sterman's beer game and its stationary twin, as agents that send each other orders and goods.

    One tick is a week, in the order of the board: receive, fill orders and backlog, count costs, order. An
    order written at the end of week t is read in t + mail and its goods arrive `shipping` weeks later; the
    factory's request becomes goods after `production` weeks.

    Sources: Sterman (1989), Management Science 35(3), 321-339; Edali and Yasarcan (2014), JASSS 17(4) 2;
    Chen and Samroengraja (2000), Production and Operations Management 9(1), 19-30 (stationary demand).
    """

    Parameters = SupplyChainParameters
    activation = "simultaneous"
    oracles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "benchmark": {"theta": 0, "alpha": 1, "beta": 1, "target": 28, "factory_target": 20},
        "stationary": {
            "demand": "poisson",
            "costs": "echelon",
            "holding": 0.25,
            "shortage": 10,
            "freeze": 0,
            **dict.fromkeys(STAGES, "planner"),
        },
    }

    roles: ClassVar[Mapping[str, type[Any]]] = dict.fromkeys(STAGES, Stage)  # swap in a class of your own

    p: SupplyChainParameters

    def build(self) -> None:
        """The networks, the customers and the four stages, with the pipelines filled as on the board."""
        p = self.p
        self.market = Network(self, "market", latency=1)
        self.orders = Network(self, "orders", latency=p.mail, when_down="hold")
        self.goods = Network(self, "goods", latency=p.shipping, when_down="hold")
        self.production = Network(self, "production", latency=p.production, when_down="hold")
        self.pos = Network(self, "pos", latency=p.pos_delay)
        self.wishes: Demand = make_demand(p.demand, mean=p.mean, sd=p.sd, rho=p.rho, whole=p.whole)
        self.customer = Customer(self, STAGES[0])
        names = ("customer", *STAGES)
        rates = self.cost_rates()
        self.stages: list[Stage] = []
        for i, name in enumerate(STAGES):
            supplier = STAGES[i + 1] if i + 1 < len(STAGES) else None
            self.stages.append(self.roles[name](self, name, names[i], supplier, *rates[i]))
        for i, stage in enumerate(self.stages):
            stage.policy = self._policy(getattr(p, stage.name), i)
        self.tally = [Tally() for _ in self.stages]
        self.customer_tally = Tally()
        self.cost = 0.0
        self.served = 0.0
        self._fill_pipelines()

    def ready(self) -> None:
        """Stages share what they know if the chain shares it, or if a vendor needs it."""
        sharing = self.p.information == "pos" or any(isinstance(s.policy, VendorManaged) for s in self.stages)
        for stage in self.stages:
            stage.shares = sharing

    def cost_rates(self) -> list[tuple[float, float]]:
        """Holding and shortage cost of each stage, retailer first, in $ a case and week."""
        p = self.p
        if p.costs == "board":
            return [(p.holding, p.shortage)] * len(STAGES)
        return [(p.holding * (len(STAGES) - i), p.shortage if i == 0 else 0.0) for i in range(len(STAGES))]

    def _fill_pipelines(self) -> None:
        p, request, inform = self.p, Performative.REQUEST, Performative.INFORM
        for stage in self.stages:
            shipper, network, weeks = stage.supplier, self.goods, p.shipping
            if shipper is None:
                shipper, network, weeks = stage.name, self.production, p.production
            else:
                for week in range(1, p.mail + 1):
                    self.orders.post(Message(request, stage.name, shipper, p.start_flow), week)
            for week in range(1, weeks + 1):
                message = Message(inform, shipper, stage.name, p.start_flow, protocol=DELIVERY)
                network.post(message, week)
        self.market.post(Message(request, "customer", STAGES[0], self._wish(1)), 1)
        self.customer.wants = self._wish(2)

    def _wish(self, week: int) -> float:
        return self.wishes.next(week, self.stream("demand"))

    def _policy(self, kind: str, stage: int) -> Policy:
        """The policy of a kind for a stage, counted from the retailer."""
        p = self.p
        last = stage == len(STAGES) - 1
        if kind == "sterman":
            target = p.factory_target if last else p.target
            return AnchorAndAdjust(p.theta, p.alpha, p.beta, target, p.start_flow)
        if kind == "person":
            return Person()
        if kind == "planner":
            return BaseStock(self.planner_optimum().local_levels[stage])
        if kind == "base stock":
            holding, shortage = self.stages[stage].holding, self.stages[stage].shortage or p.shortage
            lead, demand = self.stages[stage].lead, self.wishes.distribution()
            own = newsvendor(holding, shortage, demand, lead)
            return BaseStock(own.level, demand.sum(lead), holding, shortage)
        forecast = self._forecast(kind)
        if kind == "vendor managed":
            cover = p.cover or p.shipping + p.pos_delay
            own_supply = OrderUpTo(forecast, p.cover or None, p.safety) if last else None
            return VendorManaged(forecast, cover, p.safety, own_supply, client=stage > 0)
        return OrderUpTo(forecast, p.cover or None, p.safety)

    def _forecast(self, kind: str) -> Forecast:
        if kind == "moving average":
            return MovingAverage(self.p.window)
        if kind == "autoregressive":
            return Autoregressive(self.wishes.mean, self.p.rho)
        return Smoothing(self.p.weight)

    def planner_optimum(self) -> SerialOptimum:
        """Levels and weekly cost of one planner who sees the whole chain (costs: echelon)."""
        p, rates = self.p, self.cost_rates()
        return stationary_beer_game(
            self.wishes.distribution(),
            holding=[p.holding * (len(STAGES) - i) for i in range(len(STAGES))],
            shortage=rates[0][1],
            mail=p.mail,
            shipping=p.shipping,
            production=p.production,
        )

    @property
    def horizon(self) -> int:
        """The last week."""
        return self.p.weeks

    def cases(self, quantity: float, who: str = "somebody") -> float:
        """A quantity that can be ordered: not negative, and whole where the game has whole cases.

        Raises ParameterError for what is no number of cases (NaN, None, a word): an order that nobody meant
        must not pass for no order.
        """
        try:
            if 0 < quantity < math.inf:
                return float(math.floor(quantity + 0.5)) if self.p.whole else quantity
            if quantity <= 0:
                return 0.0
        except TypeError:
            pass
        raise out_of_range(
            f"order of {who}",
            quantity,
            "a finite number of cases",
            "look at what its policy's decide() returns",
        )

    def world(self) -> None:
        """Count the week's costs, and let the customers know what they will want in two weeks."""
        counting = self.tick > self.p.warmup
        retailer = self.stages[0]
        for stage, tally in zip(self.stages, self.tally, strict=True):
            if stage.acted != self.tick:  # down: it read and ordered nothing
                stage.order = stage.demand = 0.0
            stage.cost = stage.holding * stage.on_hand + stage.shortage * stage.backlog
            self.cost += stage.cost
            if counting:
                tally.add(stage.order, stage.cost, self.tick)
        if counting:
            self.customer_tally.add(retailer.demand, 0.0, self.tick)
            late = min(retailer.backlog, retailer.demand)
            self.served += retailer.demand - late
        self.customer.wants = self._wish(self.tick + 2)

    def observe(self) -> Mapping[str, Any]:
        """One week: each stage's order, incoming demand, inventory, backlog, cost; the cost so far."""
        row: dict[str, Any] = {"cost": self.cost}
        for stage, (order, demand, inventory, backlog, cost) in zip(self.stages, COLUMNS, strict=True):
            row[order] = stage.order
            row[demand] = stage.demand
            row[inventory] = stage.on_hand
            row[backlog] = stage.backlog
            row[cost] = stage.cost
        return row

    def metrics(self) -> dict[str, float]:
        """Of the weeks after the warm-up: cost in all and per stage, peak orders, bullwhip ratio, fill rate.

        `bullwhip` of a stage is the variance of its orders over the variance of the customers' demand (NaN
        for constant demand); `fill rate` is the share of demand that the shop filled in the week itself.
        """
        spread = self.customer_tally.variance
        found: dict[str, float] = {
            "cost": sum(t.cost for t in self.tally),
            "cost per week": sum(t.cost for t in self.tally) / max(1, self.customer_tally.n),
            "fill rate": self.served / self.customer_tally.total if self.customer_tally.total else math.nan,
        }
        for stage, tally in zip(self.stages, self.tally, strict=True):
            found[f"{stage.name}.cost"] = tally.cost
            found[f"{stage.name}.peak"] = tally.peak
            found[f"{stage.name}.peak week"] = tally.peak_at
            found[f"{stage.name}.bullwhip"] = tally.variance / spread if spread > 0 else math.nan
        return found
