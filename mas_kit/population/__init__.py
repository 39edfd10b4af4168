"""Rules about one agent, written once, that run on objects or on columns with the same numbers.

>>> from mas_kit.population import Anyone, Population, Record
>>> class Trader(Record):
...     wealth: int = 1
>>> def give(me, others, rng):
...     if me.wealth > 0:
...         other = others.pick(rng)
...         me.wealth -= 1
...         other.wealth += 1
>>> traders = Population(Trader, 100, rule=give, sees={"others": Anyone()}, activation="random",
...                      engine="objects", seed=1)
>>> int(traders.run(10)["wealth"].sum())
100
"""

from mas_kit.population.cells import Cells
from mas_kit.population.check import check_engines
from mas_kit.population.errors import RuleError
from mas_kit.population.individual import Change, Individual
from mas_kit.population.links import Links
from mas_kit.population.population import Population
from mas_kit.population.records import Field, Record, field
from mas_kit.population.shipped import shipped_rules
from mas_kit.population.sights import Anyone, Leader, Sight
from mas_kit.population.within import Within

__all__ = [
    "Anyone",
    "Cells",
    "Change",
    "Field",
    "Individual",
    "Leader",
    "Links",
    "Population",
    "Record",
    "RuleError",
    "Sight",
    "Within",
    "check_engines",
    "field",
    "shipped_rules",
]
