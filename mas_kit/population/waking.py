"""Whose turn comes: everybody's in every tick; or each agent's by chance; or that of who is woken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mas_kit.core.errors import ParameterError, out_of_range

if TYPE_CHECKING:
    from mas_kit.core import Model
    from mas_kit.population.columns import Columns
    from mas_kit.population.objects import Objects

NOBODY = np.empty(0, np.int64)
NOBODY.flags.writeable = False


def checked(chance: Any) -> float:
    """A probability; ParameterError if it is none (nan is none)."""
    number = isinstance(chance, float | int | np.floating | np.integer) and not isinstance(chance, bool)
    if not number or not 0.0 <= chance <= 1.0:
        raise out_of_range("chance", chance, "a number from 0 to 1", "give the probability of a turn")
    return float(chance)


class Waking:
    """The part of a population that knows whose turn comes."""

    name: str
    model: Model
    engine: Objects | Columns

    def _set_waking(self, chance: float | None) -> None:
        self._chance = None if chance is None else checked(chance)
        self.called = NOBODY  # rows of those who are woken in the coming tick, whatever their luck; sorted
        self.wake_stream = self.model.stream(f"{self.name}/chance")

    @property
    def chance(self) -> float | None:
        """The probability with which an agent's turn comes in a tick; None: everybody's comes, always.

        The model may set it between ticks. Raises ParameterError for what is no probability, and where the
        population was made without a chance.
        """
        return self._chance

    @chance.setter
    def chance(self, value: float) -> None:
        self._by_chance("chance")
        self._chance = checked(value)

    def wake(self, agents: Any) -> None:
        """In the coming tick the turns of these agents come too, once each, whatever their luck.

        With chance=0 nobody else acts: a population that waits for events.

        Args:
            agents: their numbers (`id`), or an array with a bool for each agent of the population.

        Raises:
            ParameterError: no such agent; the population was made without a chance.
        """
        self._by_chance("wake()")
        given = np.asarray(list(agents) if not isinstance(agents, np.ndarray | int) else agents)
        if given.dtype.kind == "b" and given.shape == (self.engine.n,):
            rows = np.flatnonzero(given)
        elif given.dtype.kind in "iu" or given.size == 0:
            ids = self.engine.column("id")
            rows = np.searchsorted(ids, given.reshape(-1))
            missing = np.flatnonzero(rows == len(ids)) if len(ids) else np.arange(len(rows))
            if not len(missing):
                missing = np.flatnonzero(ids[rows] != given.reshape(-1))
            if len(missing):
                raise out_of_range(
                    "agents",
                    given.reshape(-1)[missing[0]].item(),
                    "numbers of agents who are there",
                    "see ['id']",
                )
        else:
            raise out_of_range(
                "agents",
                f"of shape {given.shape} and {given.dtype}",
                f"numbers of agents, or {self.engine.n} bools",
                "give population['id'][...] or a mask",
            )
        self.called = np.union1d(self.called, rows).astype(np.int64)

    def _by_chance(self, what: str) -> None:
        if self._chance is None:
            raise ParameterError(
                f"{what} needs a population whose turns come by chance, and in {self.name!r} everybody acts "
                f"in every tick; make it with chance=1.0 (or another number), and change that as you like"
            )

    @property
    def woken(self) -> np.ndarray:
        """The numbers (`id`) of those whose turn came in the last tick, in the order of their turns.

        Who was down is among them. Raises ParameterError where everybody acts.
        """
        self._by_chance("woken")
        return self.engine.woken

    @property
    def edited(self) -> bool:
        """Can anything have been written from outside since the last tick? Objects cannot tell: yes."""
        return bool(getattr(self.engine, "touched", True))

    def dozes(self, agent: Any) -> bool:
        """Did the last tick pass without a turn of this agent, by chance?"""
        return self._chance is not None and agent.id not in self.engine.woken

    def why_not(self) -> str:
        """What the mind inspector says of who had no turn."""
        ticks = self.ticks  # type: ignore[attr-defined]
        return (
            f"its turn did not come in tick {ticks}; each agent's comes with probability {self._chance:.3g}"
        )
