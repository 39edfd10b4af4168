"""An exam: one role of a model, games on fixed seeds, a frozen baseline; and the marks for what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from mas_kit.classroom.grading.limits import Limits
from mas_kit.classroom.grading.referee import Player, PlayerFailed
from mas_kit.classroom.grading.trial import FALSE_FAIL, Trial, no_worse
from mas_kit.core.errors import out_of_range, unknown
from mas_kit.core.model import Model


class Exam:
    """Games in which a submission plays one role, and the same games played by a frozen baseline.

    Args:
        model: the model class.
        role: the name of the agent that the submission decides for.
        replicates: how many games, at least 20; the stated rate of false fails holds from 100.
        seed: of all games; the same exam gives the same submission the same mark.
        settings: parameters of the model by name. What they say about the role is the baseline.

    Raises:
        ParameterError: fewer than 20 replicates, or a setting out of bounds.
        UnknownNameError: no such role or setting.
    """

    def __init__(
        self, model: type[Model], role: str, *, replicates: int = 100, seed: int = 1, **settings: Any
    ) -> None:
        if replicates < 20:
            raise out_of_range("replicates", replicates, "20 or more", "a mark on chance needs repetition")
        self.model, self.role, self.settings = model, role, settings
        self.seeds = np.random.SeedSequence(seed).generate_state(replicates).tolist()
        known = self._game(self.seeds[0])
        known.agent(role)
        self._imports = tuple(sorted({model.__module__, type(known).__module__}))

    def _game(self, seed: int) -> Any:
        return self.model(seed=seed, **self.settings)

    @cached_property
    def baseline(self) -> tuple[dict[str, float], ...]:
        """The metrics of each game as the settings have it played."""
        return tuple(self._game(seed).run().metrics() for seed in self.seeds)

    def sit(self, policy: Any, limits: Limits | None = None) -> Paper:
        """Play every game with this policy, in a process of its own.

        Args:
            policy: a policy, a policy class or a function, as an agent takes it.
            limits: what all the games together may use.

        Never raises for what the submission does: that is written on the paper.
        """
        games: list[dict[str, float]] = []
        walls: tuple[str, ...] = ()
        week = 0
        try:
            with Player(policy, limits, imports=self._imports) as player:
                walls = player.walls
                for seed in self.seeds:
                    game, week = self._game(seed), 0
                    game.agent(self.role).policy = player
                    player.begin(seed)
                    while not game.finished:
                        week = int(game.time) + 1
                        game.step()
                    games.append(game.metrics())
        except PlayerFailed as failure:
            where = f" (game {len(games) + 1}, tick {week})" if week else ""
            return Paper(self, (), f"{failure}{where}", walls)
        return Paper(self, tuple(games), "", walls)


class Paper:
    """What came of one submission: the metrics of its games, or why there are none."""

    def __init__(
        self, exam: Exam, games: tuple[dict[str, float], ...], failure: str, walls: tuple[str, ...]
    ) -> None:
        self.exam, self.games, self.failure, self.walls = exam, games, failure, walls

    def trial(self, metric: str, within: float, false_fail: float = FALSE_FAIL) -> Trial:
        """Test one metric (a cost: less is better) against the baseline; see `no_worse`.

        Raises:
            UnknownNameError: the model has no such metric.
            ParameterError: the submission failed, so there is nothing to test.
        """
        if metric not in self.exam.baseline[0]:
            raise unknown("metric", metric, self.exam.baseline[0])
        ours = [game[metric] for game in self.games]
        theirs = [game[metric] for game in self.exam.baseline]
        return no_worse(ours, theirs, within=within, false_fail=false_fail)

    def mark(self, metric: str, steps: Mapping[float, float]) -> float:
        """Points for a metric, with the reasons printed for the student.

        Args:
            metric: a cost of the model (less is better).
            steps: points for each multiple of the baseline that is not exceeded, as `{1.5: 1, 1.1: 3}`. The
                best step that is reached counts. A submission that failed has 0.
        """
        best = max(steps.values())
        if self.failure:
            print(f"0 of {best:g} points: {self.failure}.")
            return 0.0
        points = 0.0
        for within in sorted(steps, reverse=True):
            trial = self.trial(metric, within)
            print(f"{'✓' if trial.passed else '✗'} {steps[within]:g}: {metric} is {trial}.")
            if trial.passed:
                points = max(points, float(steps[within]))
        print(
            f"{points:g} of {best:g} points. (A step that is truly reached is missed by chance once in 1000.)"
        )
        return points
