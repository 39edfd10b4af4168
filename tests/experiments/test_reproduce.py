from __future__ import annotations

import io
import json
import math

import pytest
from rich.console import Console

from mas_kit.core.errors import ParameterError
from mas_kit.experiments import (
    Absolute,
    Computation,
    Expected,
    Experiment,
    StandardErrors,
    Verdict,
    reproduce,
    run,
)
from tests.experiments.models import Tagged, Traced, Walk


def quantity(name: str, value: float | None = None, **more) -> Expected:
    return Expected(quantity=name, value=value, source="theory [1]", **more)


def walk(*expected: Expected, **changes) -> Experiment:
    declared = {
        "name": "walk",
        "model": Walk,
        "design": {"drift": [0.0, 0.5]},
        "seeds": 30,
        "expected": expected,
    }
    return Experiment(**{**declared, **changes})


def by_quantity(report) -> dict[str, Verdict]:
    return {row.quantity: row.verdict for row in report.rows}


def test_a_model_and_a_computation_beside_their_theory(tmp_path):
    mean = quantity("mean", 5.0, estimator="x", at={"drift": 0.5}, tolerance=StandardErrors(3, at_most=1))
    length = quantity("length", 10, at={"drift": 0.0})
    wrong = quantity("no drift", 5.0, estimator="x", at={"drift": 0.0}, tolerance=StandardErrors(3))
    gap = quantity(
        "gap",
        5.0,
        estimator=lambda frame: frame.groupby("drift")["x"].mean().diff().iloc[-1],
        tolerance=Absolute(1e-9),
    )
    formula = Computation(
        name="formula",
        compute=lambda: {"S*": 6.4901, "C*": (47.66, 0.02), "bound": 6.33},
        expected=[
            quantity("S*", 6.49, decimals=2),
            quantity("C*", 47.65, tolerance=StandardErrors(3)),
            quantity("bound", low=4.798),
        ],
    )
    report = reproduce([walk(mean, length, wrong, gap), formula], workers=2, out=tmp_path)
    assert by_quantity(report) == {
        "mean": Verdict.WITHIN,
        "length": Verdict.IDENTICAL,
        "no drift": Verdict.DIFFERENT,
        "gap": Verdict.WITHIN,
        "S*": Verdict.IDENTICAL,
        "C*": Verdict.WITHIN,
        "bound": Verdict.WITHIN,
    }
    assert not report.holds
    row = report.rows[0]
    frame = run(walk(), out=tmp_path / "walk").frame.query("drift == 0.5")
    assert row.ours == frame["x"].mean()
    assert row.standard_error == pytest.approx(frame["x"].std() / math.sqrt(30))
    assert reproduce([walk(mean, length, gap), formula], workers=1).holds


def test_what_cannot_be_computed_is_different_with_the_reason_and_the_rest_is_judged():
    def raises():
        raise ZeroDivisionError("no demand")

    experiments = [
        walk(quantity("wealth", 3.0, at={"drift": 0.0}), quantity("length", 10, at={"drift": 0.5})),
        Computation(name="broken", compute=raises, expected=[quantity("S*", 1.0)]),
        Computation(name="nan", compute=lambda: math.nan, expected=[quantity("C*", low=0.0)]),
        Experiment(
            name="tagged",
            model=Tagged,
            seeds=[1, 4],
            expected=[quantity("even", 0.5, tolerance=StandardErrors(3))],
        ),
    ]
    report = reproduce(experiments, workers=1)
    assert by_quantity(report) == {
        "wealth": Verdict.DIFFERENT,
        "length": Verdict.IDENTICAL,
        "S*": Verdict.DIFFERENT,
        "C*": Verdict.DIFFERENT,
        "even": Verdict.DIFFERENT,
    }
    reasons = {row.quantity: row.reason for row in report.rows}
    assert "no metric named 'wealth'" in reasons["wealth"]
    assert "ZeroDivisionError: no demand" in reasons["S*"]
    assert "nan" in reasons["C*"]


def test_a_mean_over_the_runs_that_did_not_fail_never_holds(tmp_path):
    (tmp_path / "broken").touch()
    experiment = Experiment(
        name="traced",
        model=Traced,
        parameters={"trace": str(tmp_path / "trace"), "fate": "raise"},
        seeds=[1, 2, 3],
        expected=[quantity("level", 0.0)],
    )
    report = reproduce([experiment], workers=1)
    assert not report.holds
    assert report.rows[0].reason.startswith("1 of 3 runs failed, the first: point 0, replicate 1, seed 2")
    (tmp_path / "broken").unlink()
    assert reproduce([experiment], workers=1).holds


def test_one_value_for_one_expected_result():
    single = Computation(name="single", compute=lambda: 0.75, expected=[quantity("efficiency", 0.75)])
    assert reproduce([single]).rows[0].verdict is Verdict.IDENTICAL


def test_what_is_shown_and_what_is_handed_on():
    wrong = Computation(
        name="wrong",
        compute=lambda: {"cost <b>": 204.5, "gone": math.inf},
        expected=[quantity("cost <b>", 204, decimals=0), quantity("gone", 1.0)],
    )
    report = reproduce([wrong])
    data = json.loads(report.to_json())
    assert data["holds"] is False
    assert data["quantities"][0]["ours"] == 204.5
    assert data["quantities"][0]["verdict"] == "IDENTICAL"  # 204.5 lies half a unit from the printed 204
    assert data["quantities"][1]["ours"] is None
    assert data["quantities"][1]["standard_error"] is None
    html = report._repr_html_()
    assert "cost &lt;b&gt;" in html
    assert "<b>&gt;" not in html
    assert "DIFFERENT" in html
    console = Console(file=io.StringIO(), width=160)
    console.print(report)
    text = console.file.getvalue()
    assert "theory [1]" in text  # no markup
    assert "1 of 2 quantities hold" in text
    assert report.frame["published"].tolist() == ["204", "1"]


def test_ours_is_never_rounded_until_it_looks_like_theirs():
    near = Computation(
        name="near",
        compute=lambda: 123456.7891,
        expected=[quantity("cost", 123456.79, decimals=2, tolerance=Absolute(1))],
    )
    assert reproduce([near]).rows[0].ours_text == "123456.79"


def test_a_reproduction_of_nothing_is_refused():
    with pytest.raises(ParameterError, match="nothing to reproduce"):
        reproduce([walk()])
    with pytest.raises(ParameterError, match="nothing to reproduce"):
        reproduce([])
    with pytest.raises(ParameterError, match="expects nothing"):
        Computation(name="empty", compute=dict, expected=[])
    with pytest.raises(ParameterError, match="called 'walk'"):
        reproduce([walk(quantity("length", 10, at={"drift": 0})), walk()])
