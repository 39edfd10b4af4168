"""A prediction is recorded before the run, held against it, and never changed in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mas_kit.classroom import Prediction, predict, prediction
from mas_kit.core.errors import MasKitError, ParameterError


@pytest.fixture(autouse=True)
def _fresh_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction, "_asked", {})


@pytest.fixture
def peak() -> Prediction:
    return predict("How much does the factory order at its peak?", unit="cases", low=0, high=500)


def test_unanswered_it_lets_the_run_go_on(peak: Prediction) -> None:
    assert peak.value is None
    result = peak.compare([44, 46, 48])
    assert result.inside is None
    assert result.verdict.startswith("No prediction recorded before the results: 8 of 10 runs fall between")
    assert result._repr_mimebundle_()["image/svg+xml"].startswith("<svg")


def test_the_value_and_its_time_are_kept(peak: Prediction) -> None:
    given = peak.lock("12")
    assert (peak.value, given.value, given.after_results) == (12.0, 12.0, False)
    assert given.time.utcoffset() is not None
    assert given.time.utcoffset().total_seconds() == 0  # type: ignore[union-attr]
    assert peak.status.startswith("Locked in at ")


def test_before_the_results_the_last_answer_counts_and_all_are_kept(peak: Prediction) -> None:
    peak.lock(12)
    peak.lock(20)
    assert peak.value == 20
    assert [answer.value for answer in peak.answers] == [12, 20]
    assert peak.revisions == ()


def test_after_the_results_an_answer_is_a_revision(peak: Prediction) -> None:
    peak.lock(12)
    runs = [44, 45, 46, 47, 48]
    assert peak.compare(runs).predicted == 12
    late = peak.lock(46)
    assert late.after_results
    assert peak.value == 12
    again = peak.compare(runs)
    assert (again.predicted, again.revised) == (12, (46,))
    assert again.verdict.endswith("You revised it to 46 cases after the results.")
    assert "your prediction stays 12 cases" in peak.status


def test_an_answer_that_only_came_after_the_results_is_no_prediction(peak: Prediction) -> None:
    peak.compare([46])
    peak.lock(46)
    assert peak.value is None
    assert "is no prediction" in peak.compare([46]).verdict


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "type digits"),
        ("many", "type digits"),
        (501, "from 0 to 500 cases"),
        (-1, "from 0"),
        ("nan", "from 0"),
    ],
)
def test_what_is_no_answer_is_refused(peak: Prediction, value: Any, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        peak.lock(value)
    assert peak.answers == ()


@pytest.mark.parametrize("values", [[], [1, float("nan")], [[1, 2], [3, 4]], ["a"], np.inf])
def test_what_cannot_be_compared_is_refused(peak: Prediction, values: Any) -> None:
    with pytest.raises(ParameterError, match="parameter 'values'"):
        peak.compare(values)
    assert not peak.lock(3).after_results  # nothing was shown


def test_a_cell_that_is_run_again_finds_its_record(peak: Prediction) -> None:
    peak.lock(12)
    again = predict(peak.question, unit="cases", low=0, high=500)
    assert again is peak
    with pytest.raises(ParameterError, match="already belongs to 'How much"):
        predict("Something else?", key=peak.question)


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ParameterError, match="swap them"):
        predict("x?", low=5, high=1)
    with pytest.raises(ParameterError, match="is empty"):
        predict("  ")


class TestVerdict:
    """The sentence says what the numbers say."""

    def test_inside(self, peak: Prediction) -> None:
        peak.lock(46)
        result = peak.compare(range(40, 53))
        assert result.inside is True
        low, high = np.quantile(np.arange(40, 53), [0.1, 0.9])
        assert f"between {low:.3g} and {high:.3g} cases (median 46): well predicted." in result.verdict

    def test_outside(self, peak: Prediction) -> None:
        peak.lock(11.5)
        result = peak.compare(range(40, 53))
        assert result.inside is False
        assert "median 46, 4 times your number" in result.verdict
        assert "None of the 13 runs came out that low." in result.verdict

    def test_too_high(self, peak: Prediction) -> None:
        peak.lock(52)
        verdict = peak.compare(range(40, 53)).verdict
        assert "1 of the 13 runs came out that high." in verdict
        assert "times" not in verdict

    def test_one_run_and_money(self) -> None:
        cost = predict("What does the best policy cost?", unit="$")
        cost.lock(51)
        assert cost.compare(204).verdict == "You predicted $51; the run gave $204, 4 times your number."

    def test_runs_that_agree(self, peak: Prediction) -> None:
        peak.lock(46)
        assert "every run gave 46 cases: well predicted" in peak.compare([46, 46, 46]).verdict


class TestPicture:
    """The chart holds the runs and the prediction, drawn to the same scale."""

    def _data(self, spec: Any) -> Iterator[dict[str, Any]]:
        for layer in spec["layer"]:
            yield from layer["data"]["values"]

    @pytest.mark.parametrize(
        "runs", [[46.0], [46.0] * 5, list(range(40, 50)), [0.1 * k**2 for k in range(300)]]
    )
    def test_every_run_is_in_a_bar_and_every_line_in_view(self, peak: Prediction, runs: list[float]) -> None:
        peak.lock(120)
        spec = peak.compare(runs).chart.to_dict()
        rows = list(self._data(spec))
        bars = [row for row in rows if "runs" in row]
        if len(set(runs)) == 1:  # no spread: a line instead of bars
            assert not bars
            assert runs[0] in [row["from"] for row in rows]
        else:
            assert sum(row["runs"] for row in bars) == len(runs)
            assert min(row["from"] for row in bars) <= min(runs)
            assert max(row["to"] for row in bars) >= max(runs)
        assert "you: 120 cases" in [row.get("text") for row in rows]
        low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
        assert low < min(runs)
        assert high > max(*runs, 120)

    def test_the_verdict_is_part_of_the_still_picture(self, peak: Prediction) -> None:
        peak.lock(12)
        result = peak.compare(range(40, 53))
        bundle = result._repr_mimebundle_()
        assert bundle["text/plain"] == result.verdict
        assert "You predicted 12 cases" in bundle["image/svg+xml"]
        assert bundle["application/vnd.vegalite.v5+json"]["$schema"].endswith("v5.json")


class TestWidget:
    """The field and the button, driven as a browser would."""

    def test_locking_in(self, peak: Prediction) -> None:
        question, row, record = peak.widget().children
        field, button = row.children
        assert "How much does the factory order" in question.value
        field.value = "12"
        button.click()
        assert peak.value == 12
        assert record.value.startswith("Locked in at ")
        assert button.description == "Change my prediction"

    def test_what_is_no_number_is_told_and_not_kept(self, peak: Prediction) -> None:
        _, row, record = peak.widget().children
        row.children[0].value = "<b>lots</b>"
        row.children[1].click()
        assert peak.answers == ()
        assert "type digits" in record.value
        assert "<b>lots" not in record.value

    def test_it_shows_in_a_notebook(self, peak: Prediction) -> None:
        bundle = peak._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert "a number from 0 to 500 cases" in bundle["text/plain"]


class TestSaved:
    """With `save` the record outlives the kernel, beside the notebook and nowhere else."""

    def ask(self, key: str = "peak order", *, save: bool = True) -> Prediction:
        prediction._asked.clear()  # a new kernel
        return predict("How high?", key=key, unit="cases", save=save)

    def test_without_it_no_file_is_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        first = self.ask(save=False)
        first.lock(12)
        first.compare([3])
        assert list(tmp_path.iterdir()) == []

    def test_a_new_kernel_finds_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        first = self.ask()
        first.lock(12)
        first.compare([46])
        first.lock(40)
        second = self.ask()
        assert second.answers == first.answers
        assert second.value == 12
        assert second.lock(41).after_results  # the results were shown in the session before
        assert (tmp_path / ".predictions" / ".gitignore").read_text() == "*\n"

    @pytest.mark.parametrize("key", ["../../escape", "/etc/passwd", "C:\\x", "..", "a/b"])
    def test_no_key_leaves_the_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
    ) -> None:
        home = tmp_path / "course"
        home.mkdir()
        monkeypatch.chdir(home)
        self.ask(key).lock(1)
        files = list(tmp_path.rglob("*.jsonl"))
        assert [path.parent for path in files] == [home / ".predictions"]

    def test_a_damaged_file_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        self.ask().lock(1)
        (file,) = (tmp_path / ".predictions").glob("*.jsonl")
        file.write_text(file.read_text() + '{"event": "ans')
        with pytest.raises(MasKitError, match="line 2 is damaged"):
            self.ask()
