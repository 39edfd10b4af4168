"""Tabular Q-learning: learn from rewards what each action is worth in each state."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from mas_kit.core import Decision, Explanation, Option, Policy
from mas_kit.core.errors import ParameterError, out_of_range
from mas_kit.policies.accessors import Actions, Always, Reads, key, memory_of, number, options_reader, reader
from mas_kit.policies.choice import Epsilon, Exploration, best, draw
from mas_kit.policies.schedules import Checked, Rate
from mas_kit.policies.table import Table
from mas_kit.policies.utility import compare


class QMemory(NamedTuple):
    """What Q-learning remembers.

    `table`: (state, action) -> (value, visits); `last`: the state and action of the last decision, empty
    before the first and where there was nothing to choose from; `step`: decisions made.
    """

    table: Table = Table()
    last: tuple[Any, ...] = ()
    step: int = 0

    def value(self, state: Any, action: Any, default: float = 0.0) -> float:
        """The learned value of an action in a state; the default where it was never learned."""
        found: tuple[float, int] | None = self.table.get((state, action))
        return default if found is None else found[0]

    def visits(self, state: Any, action: Any) -> int:
        """How often the value was updated."""
        found: tuple[float, int] | None = self.table.get((state, action))
        return 0 if found is None else found[1]


class QLearning(Policy):
    """Q(s, a) += rate·(reward + discount·max_a' Q(s', a') − Q(s, a)); acts by exploring on Q(s', ·).

    The reward that a percept carries is what the decision before it brought, and the state that it carries
    is where that decision led. `ended` says that the last decision ended an episode: then nothing is worth
    anything after it, and the state is the first of a new episode.

    Args:
        actions: what can be done: a tuple or list, or where the percept holds what can be done in its state.
            With nothing to do, the action is None.
        state: where to read the state (usable as a key of a dict: a tuple, a text, a number).
        reward: where to read the reward; None means that there is nothing to learn from.
        ended: where to read whether an episode ended; left out, it never does.
        discount: of the next decision's value, 0 up to 1. 1 only where every episode ends.
        rate: learning rate, 0 to 1, or a schedule by the visits of (state, action), such as `Harmonic(0.8)`.
            0 learns nothing, to use what was learned.
        explore: `Epsilon(...)` or `Softmax(...)`.
        initial: the value of what was never tried; high values make it explore.

    The percept must have a field `memory`. Cost: O(actions) to choose and O(√entries) to write, amortised
    (see `Table`); the table has an entry for each state and action that was tried.

    Raises:
        ParameterError: a discount or rate out of range, a reward that is not finite, a state that cannot be
            a key.

    Sources: Watkins and Dayan (1992), Machine Learning 8, 279-292, which shows that Q converges to Q* when
    every action is tried in every state without end, and rates sum to infinity and their squares do not.

    >>> class Seen(NamedTuple):
    ...     state: int
    ...     reward: float | None = None
    ...     memory: Any = None
    >>> walker = QLearning(("back", "on"), discount=0.5, rate=1.0, explore=Epsilon(0.5))
    >>> seen, rng = Seen(0), np.random.default_rng(1)
    >>> for _ in range(300):  # from 0 to 2, where "on" pays 1 and leads back to 0
    ...     action, memory = walker.decide(seen, rng)
    ...     place = max(0, seen.state - 1) if action == "back" else (seen.state + 1) % 3
    ...     seen = Seen(place, float(action == "on" and place == 0), memory)
    >>> [round(seen.memory.value(state, "on"), 3) for state in (0, 1, 2)]
    [0.286, 0.571, 1.143]
    """

    name = "Q-learning"

    def __init__(
        self,
        actions: Actions,
        state: Reads = "state",
        reward: Reads = "reward",
        ended: Reads | None = None,
        *,
        discount: float = 0.95,
        rate: Rate = 0.1,
        explore: Exploration | None = None,
        initial: float = 0.0,
    ) -> None:
        if not 0 <= discount <= 1:
            raise out_of_range("discount", discount, "0 to 1", "it is the worth of 1 a decision later")
        if not isfinite(number("parameter 'initial'", initial, "0 expects nothing")):
            raise out_of_range("initial", initial, "finite numbers", "0 expects nothing")
        if explore is not None and not isinstance(explore, Exploration):
            raise ParameterError(
                f"parameter 'explore' is {explore!r}; allowed: an Exploration; "
                "say Epsilon(0.1), or Softmax(1.0)"
            )
        self._options = options_reader(actions)
        self._state, self._reward = reader("state", state), reader("reward", reward)
        self._ended = Always(False) if ended is None else reader("ended", ended)
        self.discount, self.initial = float(discount), float(initial)
        self.rate = Checked("rate", rate)
        self.explore = Epsilon(0.1) if explore is None else explore

    def decide(self, percept: Any, rng: np.random.Generator) -> Decision:
        """Learn from the reward of the last decision, then choose."""
        memory = memory_of(percept, QMemory, self.name) or QMemory()
        state, options = key("state", self._state(percept)), tuple(self._options(percept))
        table = self._learned(memory, percept, state, options)
        if not options:
            return Decision(None, QMemory(table, (), memory.step))
        step = memory.step + 1
        chances = self.explore.chances(self._values(table, state, options), step)
        action = options[draw(chances, rng)]
        return Decision(action, QMemory(table, (state, action), step))

    def _values(self, table: Table, state: Any, options: Sequence[Any]) -> list[float]:
        found = [table.get((state, action)) for action in options]
        return [self.initial if entry is None else entry[0] for entry in found]

    def _learned(self, memory: QMemory, percept: Any, state: Any, options: Sequence[Any]) -> Table:
        """The table after the reward of the last decision."""
        table = memory.table
        reward = self._reward(percept) if memory.last else None
        if reward is None:
            return table
        target = number("parameter 'reward'", reward, "give None where there is nothing to learn from")
        if not isfinite(target):
            raise out_of_range("reward", reward, "finite numbers", "mend where it is computed")
        if options and not self._ended(percept):
            target += self.discount * max(self._values(table, state, options))
        value, visits = table.get(memory.last, (self.initial, 0))
        rate = self.rate(visits + 1)
        if rate == 0:
            return table
        return table.put(memory.last, (value + rate * (target - value), visits + 1))

    def explain(self, percept: Any, decision: Decision) -> Explanation:
        """Every action with its value in this state, how often it was tried, and its chance."""
        memory = decision.memory
        actions = tuple(self._options(percept))
        if not isinstance(memory, QMemory) or not actions:
            why = (
                "there is nothing to choose from"
                if not actions
                else "it has no record of how it came to this"
            )
            return Explanation(decision.action, why)
        state = self._state(percept)
        values = self._values(memory.table, state, actions)
        chances = self.explore.chances(values, memory.step)
        options = tuple(
            Option(action, value, f"chosen with {chance:.0%}; {_tried(memory.visits(state, action))}")
            for action, value, chance in zip(actions, values, chances, strict=True)
        )
        top = actions[best(values)]
        reason = f"in state {state}: {compare(options, decision.action, 'value')}"
        if decision.action in actions and decision.action != top:
            chance = chances[actions.index(decision.action)]
            reason = (
                f"explored (a chance of {chance:.2g}): in state {state} the best known action is {top}, "
                f"worth {max(values):.4g}"
            )
            if values[actions.index(decision.action)] == max(values):  # as all are before anything is learned
                reason = (
                    f"drawn (a chance of {chance:.2g}): in state {state} it is worth as much as {top}, "
                    f"{max(values):.4g}"
                )
        return Explanation(decision.action, reason, options)


def _tried(visits: int) -> str:
    return "not learned yet" if not visits else f"learned from {visits} {'try' if visits == 1 else 'tries'}"
