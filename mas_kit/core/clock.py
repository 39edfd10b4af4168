"""The one clock: Mesa's, moved tick by tick, which can stop in the middle of a tick for a person to look."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import TYPE_CHECKING, Any, cast

import mesa

from mas_kit.core.errors import TickError
from mas_kit.core.tick import phases

if TYPE_CHECKING:
    from mas_kit.core.agent import Agent
    from mas_kit.core.model import Model


class Clock(mesa.Model):  # type: ignore[misc]
    """What a `Model` knows of time.

    Attributes:
        tick: how many ticks have begun; `time` is Mesa's clock, which agrees with it between two ticks.
        people: the agents whose policy is a person.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(rng=seed)
        self.tick = 0
        self.people: list[Agent] = []
        self._half_done: Iterator[list[Agent]] | None = None
        self._wave: list[Agent] | None = None  # those who have perceived and not decided, in a tick half done
        self._pausing = False
        self._broken: str | None = None
        self.step = self._step  # type: ignore[method-assign]  # Mesa's wrapper checks nothing first

    def step(self) -> None:
        """One tick, to its end.

        Raises TickError when a tick is half done, when an error broke an earlier one off, and when a person
        has not answered: the tick waits in its middle then, `finish_tick` goes on with it.
        """
        # On an instance, `step` is `_step`, which moves Mesa's clock; this here is what the clock calls.
        self._half_done = phases(cast("Model", self))
        self._go_on()

    def _step(self) -> None:
        self._check()
        super().run_for(1)
        if self._half_done is not None:
            raise self._unanswered()

    def run_for(self, duration: float) -> None:
        """Move the clock on by so many ticks."""
        self.run_until(self.time + duration)

    def run_until(self, end_time: float) -> None:
        """Move the clock on to this time, one tick after the other."""
        while self.time < end_time:
            self._check()
            super().run_until(min(end_time, floor(self.time) + 1))
            if self._half_done is not None and not self._pausing:
                raise self._unanswered()

    def _check(self) -> None:
        """Can the clock move?"""
        if self._half_done is not None:
            raise TickError("a tick is half done; call finish_tick() first")
        if self._broken is not None:
            raise TickError(f"{self._broken}; make a new model")

    def begin_tick(self) -> None:
        """The first half of a tick: deliver and perceive. Then a person can look before deciding.

        Where agents take turns the tick stops at the first person's turn.
        """
        self._pausing = True
        try:
            self.run_for(1)
        finally:
            self._pausing = False

    def finish_tick(self) -> None:
        """The second half of a tick: decide, act, world, record.

        Raises TickError when no tick was begun, and while a person has not answered, which can happen more
        than once in a tick where messages take no time. Nothing is lost then: answer and call it again.
        """
        if self._half_done is None:
            raise TickError("no tick is half done; call begin_tick() first")
        if not self.waiting_for():
            self._go_on()
        if self._half_done is not None:
            raise self._unanswered()

    def waiting_for(self) -> list[Agent]:
        """The agents whose policy is a person who has not answered for the coming decision."""
        wave = self._wave
        return [agent for agent in self.people if agent.waits_for_person and (wave is None or agent in wave)]

    def _go_on(self) -> None:
        """Run the tick to its end, or to where somebody wants to look or has to answer first."""
        assert self._half_done is not None
        self._wave = None
        try:
            for wave in self._half_done:
                if self._pausing or self.people:
                    self._wave = wave
                    if self.waiting_for() or (self._pausing and self._worth_a_look(wave)):
                        return
            self._half_done = self._wave = None
        except BaseException as error:
            self._half_done = self._wave = None
            self._broken = f"tick {self.tick} of this model broke off with {type(error).__name__}: {error}"
            raise

    def _worth_a_look(self, wave: list[Agent]) -> bool:
        people = [agent for agent in self.people if agent.alive]
        return not people or any(agent in wave for agent in people)

    def _unanswered(self) -> TickError:
        names = ", ".join(agent.name for agent in self.waiting_for())
        return TickError(f"waiting for {names}: call agent(name).policy.answer(action), then finish_tick()")

    def __getstate__(self) -> dict[str, Any]:
        """What pickle and copy take; not possible in the middle of a tick."""
        if self._half_done is not None:
            raise TickError("a tick is half done; call finish_tick() before copying or pickling the model")
        return self.__dict__
