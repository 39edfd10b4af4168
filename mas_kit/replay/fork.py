"""Forks: two futures of one run, alike until something is changed in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cloudpickle

from mas_kit.core.errors import TickError

if TYPE_CHECKING:
    from mas_kit.core.model import Model


def fork[M: Model](model: M) -> M:
    """An independent copy of a model between two ticks: agents, mail, random streams, log and all.

    Left alone, the copy and the original go on with the same numbers. Change one of them (a policy, an
    attribute, a fault) and compare: `first_divergence` finds where they part. Policies written in a
    notebook cell are copied too. The copy lives in this process; to keep a run, see `Snapshot`.

    Raises:
        TickError: a tick is half done, or an error ended the run in the middle of one.

    >>> from mas_kit.usecases.supply_chain import SupplyChain
    >>> game = SupplyChain(seed=1).run(10)
    >>> other = fork(game)
    >>> game.run().history == other.run().history
    True
    """
    if model.coming_tick == model.tick:
        raise TickError("a tick is half done; call finish_tick() before fork(model)")
    copy: M = cloudpickle.loads(cloudpickle.dumps(model))
    return copy
