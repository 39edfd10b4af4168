from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import harness  # noqa: E402


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(harness, "REGISTERED", {})
    return harness.REGISTERED


def test_medians_of_rounds_taken_in_turn_after_a_cold_one(registered):
    called: list[str] = []
    ours, baseline = iter([99.0, 2.0, 8.0, 4.0]), iter([77.0, 1.0, 5.0, 2.0])

    @harness.benchmark(name="b", what="w", bound=">= 2", rounds=3)
    def make():
        return (
            lambda: (called.append("ours"), next(ours))[1],
            lambda: (called.append("baseline"), next(baseline))[1],
        )

    outcome = harness.measure(registered["b"])
    assert called == ["ours", "baseline"] * 4
    assert (outcome.ours, outcome.baseline, outcome.ratio, outcome.holds) == (4.0, 2.0, 2.0, True)
    assert outcome.first == (99.0, 77.0)


def test_the_median_of_the_ratios_inside_the_rounds(registered):
    ours, baseline = iter([99.0, 1.0, 8.0, 30.0]), iter([77.0, 1.0, 2.0, 10.0])
    harness.benchmark(name="b", what="w", bound=">= 2", rounds=3, inside=True)(
        lambda: (lambda: next(ours), lambda: next(baseline))
    )
    outcome = harness.measure(registered["b"])
    assert (outcome.ours, outcome.baseline, outcome.ratio) == (8.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("bound", "value", "holds"),
    [(">= 0.8", 0.8, True), (">= 0.8", 0.79, False), ("<= 0.3", 0.3, True), ("<= 0.3", 0.31, False)],
)
def test_a_bound(registered, bound, value, holds):
    harness.benchmark(name="b", what="w", bound=bound)(lambda: (lambda: 1.0, lambda: 1.0))
    assert registered["b"].holds(value) is holds


def test_a_bound_that_means_nothing_and_a_name_taken_twice(registered):
    with pytest.raises(ValueError, match="bound"):
        harness.benchmark(name="b", what="w", bound="fast")(lambda: (lambda: 1.0, lambda: 1.0))
    harness.benchmark(name="b", what="w", bound=">= 1")(lambda: (lambda: 1.0, lambda: 1.0))
    with pytest.raises(ValueError, match="two benchmarks"):
        harness.benchmark(name="b", what="w", bound=">= 1")(lambda: (lambda: 1.0, lambda: 1.0))


def test_comparisons():
    assert harness.ratio(6, 3) == 2
    assert harness.speedup(2, 6) == 3
    assert harness.difference(1.5, 1) == 0.5


def test_the_command_runs_one_by_name_and_refuses_others():
    command = [sys.executable, str(HERE / "run.py")]
    done = subprocess.run(
        [*command, "import mas_kit", "--json", "--rounds", "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE.parents[1],
    )
    (outcome,) = json.loads(done.stdout)["benchmarks"]
    assert outcome["ratio"] == pytest.approx(outcome["ours"] - outcome["baseline"])
    assert done.returncode == (0 if outcome["holds"] else 1)
    wrong = subprocess.run(
        [*command, "swepe"], capture_output=True, text=True, check=False, cwd=HERE.parents[1]
    )
    assert wrong.returncode != 0
    assert "did you mean 'sweep" in wrong.stderr
