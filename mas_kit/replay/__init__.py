"""Time travel: fork a run, find where two runs part, keep one as data, and ask why.

>>> from mas_kit.usecases.supply_chain import SupplyChain
>>> game = SupplyChain(seed=1, log=True).run(8)
>>> other = fork(game)
>>> other.agent("retailer").policy = lambda percept: 20.0
>>> apart = first_divergence(game.run(3), other.run(3))
>>> apart.time, apart.second.agent, apart.second.data.action
(9, 'retailer', 20.0)
"""

from mas_kit.replay.activity import activity, timeline
from mas_kit.replay.divergence import Divergence, first_divergence
from mas_kit.replay.fork import fork
from mas_kit.replay.snapshot import Snapshot
from mas_kit.replay.story import Story, WhyNot, why, why_not

__all__ = [
    "Divergence",
    "Snapshot",
    "Story",
    "WhyNot",
    "activity",
    "first_divergence",
    "fork",
    "timeline",
    "why",
    "why_not",
]
