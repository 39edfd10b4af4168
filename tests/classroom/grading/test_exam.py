"""The exam on the beer game: right policies reach their step whatever they draw, wrong ones do not."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import cloudpickle
import numpy as np
import pytest

from mas_kit import Decision, Policy
from mas_kit.classroom.grading import Exam, Limits
from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.usecases.supply_chain import STAGES, BaseStock, StagePercept, SupplyChain

STEPS = {2.0: 1, 1.25: 2, 1.1: 4}


@pytest.fixture(autouse=True, scope="module")
def _by_value() -> Iterator[None]:
    """Policies of this file travel as a notebook's do: with their code, not by the name of their module."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.fixture(scope="module")
def exam() -> Exam:
    settings: dict[str, Any] = dict.fromkeys(STAGES, "base stock")
    start = {"freeze": 0, "start_flow": 8, "start_stock": 16}
    return Exam(SupplyChain, "retailer", replicates=100, weeks=52, demand="normal", **start, **settings)


class DrawsFirst(Policy):
    """Right, and uses chance before it decides: the order of its random numbers is its own."""

    def decide(self, percept: StagePercept, rng: np.random.Generator) -> float:
        rng.normal(size=7)
        return max(0.0, 34 - percept.position)


class RoundsByChance(Policy):
    """Right on average: the level is 34 or 36, by the toss of a coin."""

    def decide(self, percept: StagePercept, rng: np.random.Generator) -> float:
        return max(0.0, 34 + 2 * rng.integers(2) - percept.position)


class CountsForItself(Policy):
    """Right, and keeps its own book of what is on the way instead of reading it off."""

    def decide(self, percept: StagePercept, rng: np.random.Generator) -> Decision:
        line = percept.memory if percept.memory is not None else (8.0,) * percept.lead
        order = max(0.0, 35 - percept.net - sum(line) - (percept.supply_line - sum(line)))
        return Decision(order, (*line[1:], order))


RIGHT = {
    "base stock": BaseStock(35),
    "draws": DrawsFirst,
    "coin": RoundsByChance,
    "own book": CountsForItself,
}
WRONG = {
    "forgets the supply line": lambda percept, rng: max(0.0, 34 - percept.net),
    "passes orders on": lambda percept, rng: percept.demand,
    "hoards": lambda percept, rng: max(0.0, 60 - percept.position),
    "lives from hand to mouth": lambda percept, rng: max(0.0, 24 - percept.position),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_policies_reach_the_top_step(exam: Exam, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    paper = exam.sit(RIGHT[name])
    assert paper.failure == ""
    assert paper.mark("retailer.cost", STEPS) == 4
    assert "4 of 4 points" in capsys.readouterr().out


@pytest.mark.parametrize("name", WRONG)
def test_wrong_policies_do_not(exam: Exam, name: str) -> None:
    paper = exam.sit(WRONG[name])
    assert paper.failure == ""
    assert paper.mark("retailer.cost", STEPS) <= 1


def test_the_sandbox_changes_no_number(exam: Exam) -> None:
    plain = []
    for seed in exam.seeds:
        game = SupplyChain(seed=seed, **exam.settings)
        game.agent("retailer").policy = BaseStock(35)
        plain.append(game.run().metrics())
    assert list(exam.sit(BaseStock(35)).games) == plain


def test_the_same_submission_has_the_same_mark(exam: Exam) -> None:
    first, second = exam.sit(RoundsByChance), exam.sit(RoundsByChance)
    assert first.games == second.games


def crashes(percept: StagePercept, rng: np.random.Generator) -> float:
    return 8.0 if percept.time < 7 else 1 / 0


def loops(percept: StagePercept, rng: np.random.Generator) -> float:
    while percept.time == 9:
        pass
    return 8.0


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            crashes,
            r"0 of 4 points: the policy raised ZeroDivisionError: division by zero .* \(game 1, tick 7\)",
        ),
        (loops, r"0 of 4 points: the policy used more than 1 seconds of CPU.* \(game 1, tick 9\)"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="a limit on CPU is POSIX's")
def test_a_failure_is_no_points_and_a_sentence(
    exam: Exam, policy: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = exam.sit(policy, Limits(wall=30, cpu=1, memory=512))
    assert paper.mark("retailer.cost", STEPS) == 0
    assert re.search(said, capsys.readouterr().out)


def test_a_bad_exam_is_named(exam: Exam) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'retailer'"):
        Exam(SupplyChain, "retialer")
    with pytest.raises(ParameterError, match="replicates"):
        Exam(SupplyChain, "retailer", replicates=5)
    with pytest.raises(UnknownNameError, match=r"did you mean 'retailer\.cost'"):
        exam.sit(BaseStock(35)).trial("retailer.costs", 1.1)
