"""Boltzmann wealth: who has something gives one unit to anybody (Dragulescu & Yakovenko 2000)."""

from __future__ import annotations

from typing import Any

from mas_kit.population import Anyone, Population, Record, field


class Trader(Record):
    """Somebody with money."""

    wealth: int = field(1, unit="coins", help="what it owns")


def give(me: Any, others: Any, rng: Any) -> None:
    """Give one coin to anybody, if you have one."""
    if me.wealth > 0:
        other = others.pick(rng)
        me.wealth -= 1
        other.wealth += 1


def boltzmann(size: int = 100, **how: Any) -> Population:
    """`size` traders with one coin each, who act in random order. `how` goes to `Population`."""
    how.setdefault("activation", "random")
    return Population(Trader, size, rule=give, sees={"others": Anyone()}, **how)
