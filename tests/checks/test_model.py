"""check_model catches each bad sample and passes the good ones."""

import threading

import pytest

from mas_kit.checks import ConformanceError, check_model, snapshot
from mas_kit.checks.agent import RUNS
from mas_kit.checks.copying import COPIES
from mas_kit.checks.elsewhere import ELSEWHERE
from mas_kit.checks.model import ALONE, ORDER, SEEDED, VARIES
from mas_kit.checks.percept import LEAK
from mas_kit.checks.policy import GLOBAL
from mas_kit.checks.purity import PURE
from mas_kit.core import ParameterError, Person, UnknownNameError
from tests.checks import samples


@pytest.mark.parametrize(
    ("kind", "check", "cause"),
    [
        (samples.GlobalChance, GLOBAL, "one generator for the whole process"),
        (samples.SeededItself, VARIES, "default_rng() in build, samples.py:"),
        (samples.Unseeded, SEEDED, "default_rng() in build, samples.py:"),
        (samples.Grabbers, ORDER, "act() changes what another one's act() reads"),
        (samples.FirstComeFirstServed, ORDER, "order in which messages arrive"),
        (samples.SharedBetweenRuns, ALONE, "SharedBetweenRuns.ledger"),
        (samples.SharedInModule, ALONE, "global RUNS"),
        (samples.HashDecides, ELSEWHERE, "which change from process to process: observe, samples.py:"),
        (samples.AsksTheDay, SEEDED, "the time of day"),
        (samples.HoldsAGenerator, COPIES, "model.prices (generator)"),
        (samples.KeepsItElsewhere, COPIES, "keeps something outside of itself"),
        (samples.BreaksOff, RUNS, "a slip in the code"),
    ],
)
def test_bad_model_is_caught(kind, check, cause):
    report = check_model(kind, raise_=False)
    assert [f.check for f in report.failures] == [check]
    assert cause in report.failures[0].cause
    assert report.failures[0].fix
    with pytest.raises(ConformanceError, match=check):
        check_model(kind)


@pytest.mark.parametrize(
    "kind",
    [
        samples.Market,
        samples.TurnMarket,
        samples.Walk,
        samples.Explorers,
        samples.Silent,
        samples.GrabbersInTurn,
    ],
)
def test_good_model_passes(kind):
    assert check_model(kind).ok


def test_what_cannot_be_checked_is_said():
    assert "draws nothing" in check_model(samples.Silent).skipped[VARIES]
    assert "take turns" in check_model(samples.TurnMarket).skipped[ORDER]
    idle = check_model(samples.DrawsForNothing).skipped[VARIES]  # as with noise=0: nothing may be wrong
    assert "the streams agent/a0, agent/a1, agent/a2 are drawn from" in idle


def test_what_cannot_be_sent_to_another_process_is_said():
    class Locked(samples.SortsItsSets):
        lock = threading.Lock()

    report = check_model(Locked, raise_=False)
    assert [failure.check for failure in report.failures] == [COPIES]
    assert "pickle" in report.skipped[ELSEWHERE]
    assert ELSEWHERE in check_model(samples.SortsItsSets).passed


def test_the_agents_are_checked_too():
    leaky = type("Leaky", (samples.Walk,), {"kind": samples.SeesModel})
    acting = type("Acting", (samples.Walk,), {"kind": samples.ActsWhileDeciding})
    assert check_model(leaky, raise_=False).failed(LEAK)
    assert check_model(acting, raise_=False).failed(PURE)


def test_an_agent_that_comes_later_is_checked():
    class Late(samples.Walk):
        def world(self):
            if self.tick == 3:
                samples.SeesModel(self, "late")

    report = check_model(Late, raise_=False)
    assert [f.check for f in report.failures] == [LEAK]
    assert "late" in report.failures[0].what


def test_one_finding_for_a_kind_of_agent():
    leaky = type("Leaky", (samples.Walk,), {"kind": samples.SeesModel})
    assert len(check_model(leaky, raise_=False).failures) == 1


def test_parameters_reach_the_model():
    assert check_model(samples.Market, people=3, ticks=5).ok
    with pytest.raises(ParameterError, match="people"):
        check_model(samples.Market, people=0)
    with pytest.raises(UnknownNameError, match="did you mean 'people'"):
        check_model(samples.Market, peple=3)


def test_a_model_with_a_person_is_skipped():
    report = check_model(samples.Market, policies={"p1": Person()})
    assert report.ok
    assert not report.passed
    assert "p1" in report.skipped[RUNS]


def test_an_instance_is_refused():
    with pytest.raises(TypeError, match=r"check_model\(Walk\)"):
        check_model(samples.Walk(seed=1))


def test_the_report_can_be_read():
    report = check_model(samples.Grabbers, raise_=False)
    text, page = str(report), report._repr_html_()
    assert "model Grabbers breaks 1 rule" in text
    assert "fix: let act() only send" in text
    assert "<table" in page
    assert "likely cause" in page
    assert repr(report) == "<report on model Grabbers: 1 failure>"
    assert report.failed(ORDER)
    assert SEEDED in report.passed


class Charted(samples.Walk):
    """Everybody sees a map of 90,000 distances, which never changes; and so does the model."""

    def build(self):
        self.chart = tuple(tuple(range(i, i + 300)) for i in range(300))
        super().build()


class Navigator(samples.Walker):
    def perceive(self):
        return (self.model.chart, super().perceive())

    def decide(self, percept):
        return super().decide(percept[1])


class Smuggler(Navigator):
    """Redraws the map while it decides."""

    def decide(self, percept):
        chart = self.model.chart
        self.model.chart = (*chart[:-1], (*chart[-1][:-1], 0))
        return super().decide(percept)


def charted(kind):
    return type("Charted", (Charted,), {"kind": kind})


def test_a_large_map_is_looked_at_once_and_not_value_by_value(monkeypatch):
    looked_at = 0
    token = snapshot.token

    def counted(value):
        nonlocal looked_at
        looked_at += 1
        return token(value)

    monkeypatch.setattr(snapshot, "token", counted)
    assert check_model(charted(Navigator)).ok
    assert looked_at < 90_000  # of 180,000 distances for each of many decisions
    assert not snapshot._tables  # and nothing of it is kept


def test_a_map_that_is_redrawn_is_noticed():
    report = check_model(charted(Smuggler), raise_=False)
    assert report.failed(PURE)
    assert "model.chart went from tuple of 300" in report.failures[0].what


def test_tables_are_those_that_cannot_change():
    grid = tuple((i, float(i), "x", None) for i in range(20))
    assert snapshot.table(grid)
    assert snapshot.table(grid) == snapshot.table((*grid[:10], *grid[10:]))
    assert snapshot.table(grid) != snapshot.table((*grid[1:], grid[0]))
    assert snapshot.table((*range(19), True)) != snapshot.table((*range(19), 1))
    for other in ((*grid, []), (*grid, ([1],)), (*grid, Navigator), grid[:16], list(grid), 5):
        assert not snapshot.table(other)
    for i in range(3000):
        snapshot.table((i, *grid))
    assert len(snapshot._tables) <= 1024
    snapshot.forget()
