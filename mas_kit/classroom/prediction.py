"""A prediction that is made before the run and held against it afterwards.

    peak = predict("How much does the factory order at its peak?", unit="cases", low=0, high=500)
    ...                                    # the runs
    peak.compare([run.metrics()["peak order"] for run in runs])

What was said is kept with its time. Once results were shown, a new answer is kept as a revision beside the
first one and never in its place. Left unanswered (in a test, in a hurry), the notebook runs on and the
comparison says that nothing was predicted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mas_kit.classroom.diary import Diary
from mas_kit.core.errors import ParameterError, out_of_range

if TYPE_CHECKING:
    from mas_kit.classroom.comparison import Comparison

_asked: dict[str, Prediction] = {}  # one record a key and session: running the cell again must not wipe it


@dataclass(frozen=True)
class Answer:
    """A number that someone gave, when (UTC), and whether results had been shown by then."""

    value: float
    time: datetime
    after_results: bool


class Prediction:
    """One question and every answer to it. In a notebook it shows as a field and a button."""

    def __init__(
        self,
        question: str,
        *,
        unit: str = "",
        low: float | None = None,
        high: float | None = None,
        diary: Diary | None = None,
    ) -> None:
        self.question, self.unit, self.low, self.high = question, unit, low, high
        self._diary = diary
        self._answers: list[Answer] = []
        self._shown_at: datetime | None = None
        for row in diary.read() if diary else ():
            time = datetime.fromisoformat(row["time"])
            if row["event"] == "shown":
                self._shown_at = self._shown_at or time
            else:
                self._answers.append(Answer(float(row["value"]), time, self._shown_at is not None))

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every answer, oldest first."""
        return tuple(self._answers)

    @property
    def answer(self) -> Answer | None:
        """The prediction: the last answer from before any result was shown. None: there is none."""
        return next((a for a in reversed(self._answers) if not a.after_results), None)

    @property
    def value(self) -> float | None:
        """The predicted number, in `unit`; None when nothing was predicted before the results."""
        return self.answer.value if self.answer else None

    @property
    def revisions(self) -> tuple[Answer, ...]:
        """What was answered after results had been shown, oldest first."""
        return tuple(a for a in self._answers if a.after_results)

    @property
    def allowed(self) -> str:
        """The numbers that are taken, in words."""
        unit = f" {self.unit}" if self.unit else ""
        low, high = (None if x is None else f"{x:g}" for x in (self.low, self.high))
        if low and high:
            return f"a number from {low} to {high}{unit}"
        if low or high:
            return f"a number {'from' if low else 'up to'} {low or high}{unit}{' on' if low else ''}"
        return f"a number{f' of{unit}' if unit else ''}"

    def lock(self, value: float | str) -> Answer:
        """Record an answer, now.

        Raises:
            ParameterError: it is not a number, or outside `low` to `high`.
        """
        try:
            number = float(str(value).strip())
        except ValueError:
            raise out_of_range("prediction", value, self.allowed, "type digits, as in 12.5") from None
        if not math.isfinite(number) or not self._min <= number <= self._max:
            raise out_of_range("prediction", number, self.allowed, "think again, or check the unit")
        given = Answer(number, datetime.now(UTC), self._shown_at is not None)
        self._answers.append(given)
        if self._diary:
            self._diary.write(event="answer", value=number, time=given.time.isoformat())
        return given

    def compare(self, values: float | Iterable[float]) -> Comparison:
        """The prediction against what the runs gave; from here on an answer counts as a revision.

        Args:
            values: one number, or one a run (in `unit`; a list, an array or a column of a frame).

        Raises:
            ParameterError: there is no value, or one that is not a finite number.
        """
        from mas_kit.classroom.comparison import Comparison  # draws: loaded when used

        result = Comparison.of(self, values)
        if self._shown_at is None:
            self._shown_at = datetime.now(UTC)
            if self._diary:
                self._diary.write(event="shown", time=self._shown_at.isoformat())
        return result

    @property
    def status(self) -> str:
        """What is on record, as a sentence."""
        if not self._answers:
            return "No prediction recorded yet."
        unit = f" {self.unit}" if self.unit else ""
        last = self._answers[-1]
        at = f"{last.time.astimezone():%H:%M:%S}"
        if not last.after_results:
            return f"Locked in at {at}: {last.value:g}{unit}."
        kept = f"your prediction stays {self.value:g}{unit}" if self.answer else "it came after the results"
        return f"Recorded at {at} as a revision: {last.value:g}{unit}; {kept}."

    @property
    def _min(self) -> float:
        return -math.inf if self.low is None else self.low

    @property
    def _max(self) -> float:
        return math.inf if self.high is None else self.high

    def __repr__(self) -> str:
        return f"<prediction {self.question!r}: {self.status}>"

    def widget(self) -> Any:
        """A field, a button and the record. Each call makes a new view of the same prediction."""
        import ipywidgets as w  # only a notebook needs it

        # A text field: a number field cannot be empty, and the 0 in it would already be an answer.
        field = w.Text(placeholder=self.allowed, layout=w.Layout(width="22em"))
        button = w.Button(description="Lock in my prediction", layout=w.Layout(width="14em"))
        button.style.button_color, button.style.text_color = "#1f6fb4", "#ffffff"
        record = w.HTML(escape(self.status))

        def lock(_: Any) -> None:
            try:
                self.lock(field.value)
                button.description = "Change my prediction"
                record.value = escape(self.status)
            except ParameterError as error:
                record.value = f"<b>{escape(str(error))}</b>"

        button.on_click(lock)
        question = w.HTML(f"<b>Your prediction.</b> {escape(self.question)}")
        return w.VBox([question, w.HBox([field, button]), record])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = self.widget()._repr_mimebundle_()
        return {**bundle, "text/plain": f"Your prediction. {self.question} ({self.allowed}) {self.status}"}


def predict(
    question: str,
    *,
    unit: str = "",
    key: str | None = None,
    low: float | None = None,
    high: float | None = None,
    save: bool = False,
) -> Prediction:
    """Ask for a number before the run; put it as the last line of a cell to show the field.

    Args:
        question: what to predict, one sentence.
        unit: of the number, such as "cases".
        key: the name of the record; by default the question itself. A cell that is run again finds its own.
        low: smallest number that makes sense (inclusive); None: no bound.
        high: largest (inclusive).
        save: keep the record in `.predictions/` beside the notebook as well (git ignores that folder), so
            that it outlives the kernel. By default it lives as long as the session, and no file is written.

    Raises:
        ParameterError: the question is empty, `low` is not below `high`, or the key belongs to another one.
    """
    if not question.strip():
        raise ParameterError("parameter 'question' is empty; allowed: a sentence; say what to predict")
    if low is not None and high is not None and not low < high:
        raise out_of_range("low", low, f"less than high ({high})", "swap them")
    name = key or question
    known = _asked.get(name)
    if known is not None:
        if (known.question, known.unit) != (question, unit):
            raise ParameterError(
                f"parameter 'key' is {name!r}, which already belongs to {known.question!r}; "
                "allowed: a name of its own for each question; choose another"
            )
        known.low, known.high = low, high
        return known
    diary = Diary(Path.cwd() / ".predictions", name) if save else None
    _asked[name] = Prediction(question, unit=unit, low=low, high=high, diary=diary)
    return _asked[name]
