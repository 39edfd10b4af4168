"""How long a run takes to be what it would have been without trouble."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mas_kit.core.errors import MasKitError, ParameterError, unknown


class _Twins:
    """How to make each model again without its faults.

    With slots, so that what is in it counts as nobody's code (see `fingerprint`).
    """

    __slots__ = ("_makers",)

    def __init__(self) -> None:
        self._makers: weakref.WeakKeyDictionary[Any, Callable[[], Any]] = weakref.WeakKeyDictionary()

    def note(self, model: Any, make: Callable[[], Any]) -> None:
        """Remember how this model is made without its faults."""
        self._makers[model] = make

    def calm(self, model: Any) -> Any:
        """The same run without its faults: same parameters, same seed; run as far as the model was."""
        make = self._makers.get(model)
        twin = make() if make is not None else type(model)(model.p, seed=model.seed)
        return twin.run(model.tick)


TWINS = _Twins()


@dataclass(frozen=True)
class Recovery:
    """A metric: ticks from the start of the trouble until a run is back, for good.

    Back means: what is read off the run differs from the same run (same parameters, same seed) without
    faults by at most `within`, in this and in every later tick. 0 if it never went further away; the ticks
    to the end of the run if it never comes back.

    Args:
        reads: a column of the recorded rows, or a function of the finished model to numbers of shape (ticks,)
            or (ticks, k) for k quantities that all must be back.
        within: how near counts as back, in the unit of what is read: a number, or a function of the
            finished model to one number a quantity.
        start: the tick in which the trouble begins; None: the start of the run's first fault.
        name: the column in the results.

    Raises (when it measures):
        UnknownNameError: the run did not record that column.
        ParameterError: what is read has not one row a tick.
    """

    reads: str | Callable[[Any], ArrayLike]
    within: float | Callable[[Any], ArrayLike]
    start: int | None = None
    name: str = "ticks to recover"

    @property
    def __name__(self) -> str:  # what an experiment calls its column
        return self.name

    def __call__(self, model: Any) -> float:
        """The ticks of this run."""
        if not model.injector.faults:
            return 0.0
        start = self.start or min(fault.at for fault in model.injector.faults)
        here, there = self._read(model), self._read(TWINS.calm(model))
        if here.shape != there.shape:
            raise MasKitError(
                f"{self.name}: the run has rows of shape {here.shape}, its twin without faults of "
                f"{there.shape}; read what both record"
            )
        near = np.asarray(self.within(model) if callable(self.within) else self.within, dtype=np.float64)
        away = (np.abs(here - there) > near).any(axis=1)
        last = int(np.flatnonzero(away)[-1]) + 1 if away.any() else start - 1  # the last tick away
        return float(max(0, last + 1 - start))

    def _read(self, model: Any) -> np.ndarray[Any, Any]:
        if isinstance(self.reads, str):
            for row in model.history[:1]:
                if self.reads not in row:
                    raise unknown("recorded column", self.reads, row)
            found = np.array([row[self.reads] for row in model.history], dtype=np.float64)
        else:
            found = np.asarray(self.reads(model), dtype=np.float64)
        if found.ndim not in (1, 2) or len(found) != model.tick:
            raise ParameterError(
                f"{self.name}: what is read has shape {found.shape}; allowed: ({model.tick},) or "
                f"({model.tick}, k), one row a tick; record every tick (record=True)"
            )
        return found.reshape(model.tick, -1)
