"""Resilience curves: the measure by hand, intervals against theory, recovery against a twin, and one call."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from mas_kit import Crash, ParameterError, UnknownNameError
from mas_kit.core.errors import MasKitError
from mas_kit.experiments import (
    Expected,
    Recovery,
    Resilience,
    Trouble,
    ratio_of_means,
    reproduce,
    resilience,
    run,
)
from tests.experiments.yard import Better, Yard, down, strike


def study(**more) -> Resilience:
    settings = {
        "model": Yard,
        "teams": {"gang": {"workers": 4}, "one": {"workers": 1}},
        "lone": "one",
        "troubles": {"killed": {k: down(k) for k in (1, 2, 4)}},
        "score": "pile",
        "ticks": 10,
    }
    return Resilience(**{**settings, **more})


def frame_of(scores: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    rows = [
        {"who": who, "trouble": trouble, "replicate": i, "pile": value}
        for (who, trouble), values in scores.items()
        for i, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_the_measure_by_hand():
    """Alone 10, together 40, together in trouble 25: half of the gain is left."""
    frame = frame_of(
        {
            ("one", "none"): [9, 11],
            ("gang", "none"): [39, 41],
            ("gang", "flood"): [25, 25],
            ("gang", "war"): [4, 6],
            ("one", "flood"): [2, 3],
        }
    )
    yard = study()
    assert yard.gain_left(frame, "none") == (1, 0)
    left, error = yard.gain_left(frame, "flood")
    assert left == 0.5
    assert error == pytest.approx(np.std([16 - 15, 14 - 15], ddof=1) / math.sqrt(2) / 30)
    assert yard.gain_left(frame, "war")[0] == pytest.approx(-1 / 6)
    assert yard.retained(frame, "flood")[0] == 25 / 40
    assert yard.retained(frame, "flood", "one")[0] == 0.25
    assert yard.against(frame, "one", "gang", "flood")[0] == 0.1
    assert study(lone=10.0, teams={"gang": {}}).gain_left(frame, "flood")[0] == 0.5
    turned = frame.assign(pile=-frame["pile"])  # a cost in place of a value
    assert yard.gain_left(turned, "flood") == (pytest.approx(left), pytest.approx(error))


def test_runs_are_paired_by_replicate_and_a_failed_one_takes_its_partners_with_it():
    frame = frame_of(
        {("one", "none"): [0, 0, 0], ("gang", "none"): [10, 20, 1000], ("gang", "flood"): [5, 10, 0]}
    )
    there = ~((frame["trouble"] == "flood") & (frame["replicate"] == 2))
    shuffled = frame[there].sample(frac=1, random_state=1)
    assert study().gain_left(shuffled, "flood") == (0.5, 0)


def test_an_interval_holds_the_true_ratio_as_often_as_it_says():
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(1000):
        whole = rng.normal(3, 2, 10)  # not far from zero: where the delta method is at its worst
        part = 0.4 * whole + rng.normal(0, 1, 10)
        found = ratio_of_means(part, whole)
        if found.low <= found.high:
            inside += found.low <= 0.4 <= found.high
    assert inside == pytest.approx(950, abs=4 * math.sqrt(1000 * 0.95 * 0.05))


def test_where_the_whole_is_a_constant_it_is_students_interval():
    part = np.array([1.0, 2.0, 4.0, 5.0])
    found = ratio_of_means(part, np.full(4, 2.0), level=0.9)
    half = student.ppf(0.95, 3) * part.std(ddof=1) / 2 / 2
    assert (found.low, found.high) == (pytest.approx(1.5 - half), pytest.approx(1.5 + half))
    assert found.standard_error == pytest.approx(part.std(ddof=1) / 2 / 2)


def test_where_there_is_no_gain_nothing_can_be_said_of_what_is_left():
    found = ratio_of_means([1.0, 2.0, 3.0], [-1.0, 1.0, 0.5])
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert all(map(math.isnan, ratio_of_means([1.0], [2.0])[1:]))
    assert math.isnan(ratio_of_means([1.0, 2.0], [0.0, 0.0]).value)
    for wrong in ({"part": [1.0, 2.0], "whole": [1.0]}, {"part": [], "whole": []}):
        with pytest.raises(ParameterError, match="part"):
            ratio_of_means(**wrong)
    with pytest.raises(ParameterError, match="level"):
        ratio_of_means([1.0], [1.0], level=1)


def test_a_run_is_back_when_it_stays_where_its_twin_is():
    """One of four is down for three ticks; what it does not make is missing from the pile for good. A backlog
    that the others can work off comes back: 7 a tick come in, four workers do 8."""
    pile = Recovery("pile", within=0.5)
    yard = study(troubles={"away": {3: down(1, 3)}})
    model = yard.make(seed=1, trouble="away 3").run(20)
    assert pile(model) == 16  # ticks 5 to 20, all of them
    assert pile(yard.make(seed=1).run(20)) == 0
    assert Recovery("pile", within=100)(model) == 0
    busy = study(troubles={"away": {3: down(1, 3)}}, parameters={"work": 7})
    model = busy.make(seed=1, trouble="away 3").run(40)
    twin = busy.make(seed=1).run(40)
    gap = [a["backlog"] - b["backlog"] for a, b in zip(model.history, twin.history, strict=True)]
    last = max(tick for tick, off in enumerate(gap, 1) if abs(off) > 0.5)
    assert 7 < last < 40
    assert Recovery("backlog", 0.5)(model) == last + 1 - 5
    assert Recovery("backlog", 0.5, start=6)(model) == last + 1 - 6
    both = Recovery(lambda m: [(row["backlog"], row["pile"]) for row in m.history], lambda m: [0.5, 1e9])
    assert both(model) == last + 1 - 5
    direct = Yard(seed=1, faults=down(1, 3), work=7, workers=4).run(40)  # made without a study
    assert Recovery("backlog", 0.5)(direct) == last + 1 - 5


def test_what_cannot_be_read_is_told():
    model = Yard(seed=1, faults=down(1)).run(8)
    with pytest.raises(UnknownNameError, match="did you mean 'pile'"):
        Recovery("pil", 1)(model)
    with pytest.raises(ParameterError, match=r"\(8,\)"):
        Recovery(lambda m: [1.0, 2.0], 1)(model)
    with pytest.raises(ParameterError, match="record=True"):
        Recovery("pile", 1)(Yard(seed=1, faults=down(1), record=False).run(8))
    with pytest.raises(MasKitError, match="twin"):
        Recovery(lambda m: np.zeros((8, 1 + len(m.injector.faults))), 1)(model)


def curve(**more):
    settings = {
        "teams": {"gang": {"workers": 4}, "one": {"workers": 1}},
        "lone": "one",
        "troubles": {
            "killed": {k: down(k) for k in (1, 2, 4)},
            "strike": {1: Trouble(strike, "strike")},
        },
        "score": "pile",
        "recovery": Recovery("pile", 0.5),
        "units": {"killed": "workers"},
        "ticks": 10,
        "seeds": 6,
        "workers": 1,
    }
    return resilience(Yard, **{**settings, **more})


def test_one_call():
    """Four workers for ten ticks make 80, one makes 20. k of them stop after the fourth tick: 48 - 12 k of
    the 60 that four gain on one... less 12 for each; all four dead make 32."""
    found = curve()
    table = found.table.set_index(["family", "severity"])
    assert list(table.loc["killed"].index) == [0, 1, 2, 4]
    assert (table.loc[("killed", 0.0), ["gain left", "s.e."]] == [1, 0]).all()
    for killed, left in ((1, 48 / 60), (2, 36 / 60), (4, 12 / 60)):
        row = table.loc[("killed", float(killed))]
        assert row["gain left"] == pytest.approx(left, abs=4 * row["s.e."])
        assert row["low"] < row["gain left"] < row["high"]
        assert row["ticks to recover"] == 6
    assert table.loc[("strike", 1.0), "gain left"] == pytest.approx(1 - 16 / 60, abs=0.1)
    assert table.loc[("killed", 1.0), "unit"] == "workers"
    assert set(found.results.frame["who"]) == {"gang", "one"}
    assert "gain left" in found._repr_html_()
    assert curve(lone=20.0, teams={"gang": {}}).table["gain left"].tolist()[0] == 1


def test_workers_and_an_interruption_change_no_number(tmp_path):
    whole = curve()
    again = curve(workers=2, out=tmp_path, seeds=3)
    assert again.results.resumed == 0
    more = curve(out=tmp_path)
    assert more.results.resumed == len(again.results.frame)
    pd.testing.assert_frame_equal(more.table, whole.table)
    pd.testing.assert_frame_equal(more.results.frame, whole.results.frame)


def test_the_same_as_an_experiment_to_reproduce():
    yard = study()
    expected = [
        Expected(
            quantity="gain left, 4 killed",
            source="12 of 60",
            low=0.1,
            high=0.3,
            estimator=lambda frame: yard.gain_left(frame, "killed 4"),
        )
    ]
    experiment = yard.experiment("yard", seeds=4, expected=expected)
    assert reproduce([experiment], workers=1, progress=False).holds
    frame = run(experiment, workers=1, progress=False).frame
    assert list(frame.columns) == ["point", "replicate", "seed", "who", "trouble", "pile"]
    alone = study(also_alone=["killed 1"]).experiment(seeds=1).points[:2]
    assert [point.labels for point in alone] == [
        {"who": "one", "trouble": "none"},
        {"who": "one", "trouble": "killed 1"},
    ]


def test_runs_of_other_code_or_other_troubles_are_never_taken_for_these():
    specs = [
        one.experiment().spec()["code"]
        for one in (
            study(),
            study(model=Better),
            study(troubles={"killed": {k: down(k) for k in (1, 2, 3)}}),
            study(teams={"gang": {"workers": 5}, "one": {"workers": 1}}),
        )
    ]
    assert len(set(specs)) == 4
    before = study().experiment().spec()
    study().make(seed=1, trouble="killed 1")  # what is remembered of a run is no part of the code
    assert study().experiment().spec() == before


def test_use_cases_by_name():
    chain = Resilience(
        model="supply_chain",
        troubles={"down": {2: [Crash(agent="factory", at=3, until=5)]}},
        score="cost per week",
        lone=100.0,
    )
    assert type(chain.make(seed=1, trouble="down 2")).__name__ == "SupplyChain"
    assert chain.labels == ["none", "down 2"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"troubles": {}}, "'troubles' is empty"),
        ({"troubles": {"x": {0: []}}}, "severity of 0"),
        ({"troubles": {"x": {1: []}, "y": {1: Trouble([], "x 1")}}}, "two troubles are called 'x 1'"),
        ({"troubles": {"x": {1: Trouble([], "none")}}}, "called 'none'"),
        ({"lone": "on"}, "did you mean 'one'"),
        ({"teams": {"one": {}}}, "nobody is compared"),
        ({"also_alone": ["killed 3"]}, "did you mean 'killed"),
    ],
)
def test_declarations_that_cannot_be_run(wrong, message):
    with pytest.raises(MasKitError, match=message):
        study(**wrong)


def test_names_that_are_not_there():
    yard = study()
    with pytest.raises(UnknownNameError, match="killed 4"):
        yard.make(seed=1, trouble="killed 3")
    with pytest.raises(UnknownNameError, match="gang"):
        yard.make(seed=1, who="gnag")
    with pytest.raises(UnknownNameError, match="gang, none"):
        yard.gain_left(frame_of({("gang", "none"): [1, 2]}), "killed 1")


def test_chart():
    spec = curve().chart(columns=2).to_dict()
    killed, strike = spec["concat"]
    assert (killed["title"], strike["title"]) == ("killed", "strike")
    x = killed["layer"][-1]["encoding"]["x"]
    assert (x["type"], x["title"]) == ("quantitative", "workers")
    assert strike["layer"][-1]["encoding"]["x"]["sort"] == ["none", "strike"]
    drawn = [layer["mark"]["type"] for layer in killed["layer"]]
    assert drawn == ["rule", "rule", "rule", "line"]
    assert spec["columns"] == 2
