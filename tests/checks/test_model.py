"""check_model catches each bad sample and passes the good ones."""

import pytest

from mas_kit.checks import ConformanceError, check_model
from mas_kit.checks.agent import RUNS
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
        (samples.DrawsForNothing, VARIES, "the streams agent/a0, agent/a1, agent/a2 are drawn from"),
        (samples.Unseeded, SEEDED, "default_rng() in build, samples.py:"),
        (samples.Grabbers, ORDER, "act() changes what another one's act() reads"),
        (samples.FirstComeFirstServed, ORDER, "order in which messages arrive"),
        (samples.SharedBetweenRuns, ALONE, "SharedBetweenRuns.ledger"),
        (samples.SharedInModule, ALONE, "global RUNS"),
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
