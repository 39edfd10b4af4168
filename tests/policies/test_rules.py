import pytest

from mas_kit import ParameterError, UnknownNameError
from mas_kit.policies import ConditionAction, Rule
from tests.policies.seen import Seen, ask_why, stream

HOT = Rule("hot", lambda seen: seen.level > 30, "open", priority=1)
ALARM = Rule("alarm", lambda seen: seen.alarm, "shut", priority=5)
BOTH = Rule(
    "hot alarm", [lambda seen: seen.level > 30, lambda seen: seen.alarm], lambda seen: f"flee {seen.level:g}"
)
FIRE = Seen(level=40, alarm=True)


def choice(resolve, percept=FIRE, rules=(HOT, ALARM, BOTH)):
    return ConditionAction(rules, resolve).decide(percept, stream()).action


def test_each_conflict_resolution_picks_by_its_own_rule():
    assert choice("priority") == "shut"
    assert choice("order") == "open"
    assert choice("specificity") == "flee 40"


@pytest.mark.parametrize("resolve", ["priority", "specificity", "order"])
def test_ties_go_to_the_first_listed(resolve):
    one, two = Rule("one", lambda seen: True, 1), Rule("two", lambda seen: True, 2)
    assert choice(resolve, rules=(one, two)) == 1
    assert choice(resolve, rules=(two, one)) == 2


def test_random_draws_all_that_apply_alike():
    policy, n = ConditionAction((HOT, ALARM, BOTH), "random"), 6000
    rng = stream(5)
    drawn = [policy.decide(FIRE, rng).action for _ in range(n)]
    for action in ("open", "shut", "flee 40"):
        assert abs(drawn.count(action) - n / 3) <= 3.5 * (n * 2 / 9) ** 0.5
    only = Seen(level=40)
    assert {policy.decide(only, rng).action for _ in range(20)} == {"open"}


def test_what_applies_to_nothing_does_what_is_left():
    decision, why = ask_why(ConditionAction([HOT], otherwise="wait"), Seen())
    assert decision == ("wait", None)
    assert why.options == ()
    assert "no rule applies" in why.reason


def test_a_rule_without_conditions_always_applies():
    assert choice("priority", Seen(), (HOT, Rule("default", (), "idle", priority=-1))) == "idle"


def test_a_once_rule_fires_once_each_time_that_its_condition_comes_true():
    policy = ConditionAction([Rule("alarm", lambda seen: seen.alarm, "ring", once=True)], otherwise="rest")
    memory, done = None, []
    for alarm in (False, True, True, True, False, True, True):
        decision = policy.decide(Seen(alarm=alarm, memory=memory), stream())
        memory = decision.memory
        done.append(decision.action)
    assert done == ["rest", "ring", "rest", "rest", "rest", "ring", "rest"]


def test_a_once_rule_that_lost_has_not_fired():
    once = Rule("note", lambda seen: seen.alarm, "note", once=True)
    policy = ConditionAction([Rule("hot", lambda seen: seen.level > 30, "open", priority=1), once])
    first = policy.decide(FIRE, stream())
    assert first.action == "open"
    assert policy.decide(Seen(alarm=True, memory=first.memory), stream()).action == "note"


def test_the_explanation_holds_the_conflict_set_and_the_winner():
    decision, why = ask_why(ConditionAction((HOT, ALARM, BOTH)), FIRE)
    assert decision.action == "shut"
    assert [(o.action, o.score, o.note) for o in why.options] == [
        ("open", 1.0, "hot"),
        ("shut", 5.0, "alarm"),
        ("flee 40", 0.0, "hot alarm"),
    ]
    assert why.reason == "3 rules apply (hot, alarm, hot alarm); 'alarm' has the highest priority"
    assert ConditionAction([HOT]).explain(FIRE, decision).reason.startswith("none of the rules")
    assert "although 'alarm' ranks higher" in ConditionAction((HOT, ALARM)).explain(
        FIRE, decision._replace(action="open")
    ).reason  # fmt: skip


def test_errors_name_what_is_wrong():
    with pytest.raises(ParameterError, match="at least one Rule"):
        ConditionAction([])
    with pytest.raises(ParameterError, match="two rules named 'hot'"):
        ConditionAction([HOT, HOT])
    with pytest.raises(UnknownNameError, match="did you mean 'priority'"):
        ConditionAction([HOT], "prioritys")
    with pytest.raises(ParameterError, match="parameter 'when' of rule 'x'"):
        Rule("x", [True], 1)
