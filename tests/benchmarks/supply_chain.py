"""Weeks a second of the supply chain, beside stockpyl's simulation of the same four-stage chain."""

from __future__ import annotations

import time
from typing import Any

from harness import Measure, benchmark

from mas_kit.usecases.supply_chain.model import SupplyChain

OURS, THEIRS = 5000, 500  # weeks; few enough of theirs to wait for
LEVELS = {"retailer": 40, "wholesaler": 45, "distributor": 45, "factory": 40}


def ours() -> float:
    """Weeks per CPU second: perceive, decide and act of five agents, five networks, history on, log off."""
    model = SupplyChain(
        seed=1, demand="poisson", costs="echelon", weeks=OURS, **dict.fromkeys(LEVELS, "base stock")
    )
    began = time.process_time()
    model.run()
    return OURS / (time.process_time() - began)


def stockpyl_chain() -> Any:
    """Four stages in series, base stock, Poisson demand of 8 a week, the same lead times."""
    from stockpyl.supply_chain_network import serial_system

    order = [4, 3, 2, 1]  # stockpyl counts from upstream: the factory is 4, the retailer 1
    return serial_system(
        num_nodes=4,
        node_order_in_system=order,
        node_order_in_lists=order,
        local_holding_cost=[0.5, 1.0, 1.5, 2.0],
        stockout_cost=[0, 0, 0, 10],
        shipment_lead_time=[2, 2, 2, 2],
        order_lead_time=[1, 2, 2, 2],
        demand_type="P",
        mean=8,
        policy_type="BS",
        base_stock_level=list(reversed(LEVELS.values())),
    )


def theirs() -> float:
    """Weeks per CPU second of stockpyl, with its own settings but for the progress bar."""
    from stockpyl.sim import simulation

    chain = stockpyl_chain()
    began = time.process_time()
    simulation(chain, THEIRS, rand_seed=1, progress_bar=False)
    return THEIRS / (time.process_time() - began)


@benchmark(
    name="supply chain",
    what="weeks a second: four stages with the full anatomy, log off, over stockpyl's simulation",
    bound=">= 20",
    unit="weeks/s",
    rounds=5,
)
def weeks() -> tuple[Measure, Measure]:
    """Both chains from their start, each as its library runs it."""
    return ours, theirs
