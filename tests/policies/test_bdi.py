"""The BDI interpreter: plans, subgoals, failures, deliberation, and what it says about itself."""

import pickle
from typing import Any, NamedTuple

import pytest

from mas_kit import MasKitError, ParameterError, UnknownNameError
from mas_kit.policies import BDI, Achieve, Act, Believe, Desire, Goal, Plan
from mas_kit.policies.bdi import Intention
from tests.policies.seen import Seen, ask_why, stream


class View(NamedTuple):
    facts: dict[str, Any]
    memory: Any = None


def turn(policy, memory, **facts):
    return policy.decide(View(facts, memory), stream())


def turns(policy, rows, memory=None):
    """The actions of one decision for each row of facts, and the last memory."""
    actions = []
    for facts in rows:
        decision = turn(policy, memory, **facts)
        actions.append(decision.action)
        memory = decision.memory
    return actions, memory


def agent(desires, plans, **settings):
    return BDI(lambda beliefs, percept: {**beliefs, **percept.facts}, desires, plans, **settings)


def always(name="work", **more):
    return Desire(name, wanted=lambda beliefs: True, **more)


def test_a_plan_runs_step_by_step_and_then_again():
    policy = agent([always()], [Plan("two steps", "work", ["one", "two"])])
    actions, memory = turns(policy, [{}] * 5)
    assert actions == ["one", "two", "one", "two", "one"]
    assert memory.deliberations == 3


def test_only_plans_whose_precondition_holds_apply_and_the_preferred_one_is_taken():
    plans = [
        Plan("walk", "work", ["walk"]),
        Plan("ride", "work", ["ride"], context=lambda b: b["bike"], preference=2),
        Plan("run", "work", ["run"], preference=lambda b: 1 if b["late"] else 0),
    ]
    policy = agent([always()], plans)
    for bike, late, expected in ((1, 1, "ride"), (0, 1, "run"), (0, 0, "walk"), (1, 0, "ride")):
        assert turn(policy, None, bike=bike, late=late).action == expected


def test_subgoals_are_stacked_and_unstacked():
    policy = agent(
        [always("serve")],
        [
            Plan("serve coffee", "serve", [Achieve("have", "cup"), Achieve("have", "coffee"), "pour"]),
            Plan("fetch", "have", [Achieve("at", lambda b, about: f"{about} place"), "take"]),
            Plan("go", "at", [lambda b, about: f"go to {about}"]),
        ],
    )
    actions, memory = turns(policy, [{}] * 2)
    assert actions == ["go to cup place", "take"]
    assert memory.stack[0] == Intention(Goal("serve"), "serve coffee", 0)
    assert [str(level.goal) for level in memory.stack] == ["serve", "have cup"]
    rest, _ = turns(policy, [{}] * 3, memory)
    assert rest == ["go to coffee place", "take", "pour"]


def test_a_subgoal_that_holds_already_is_skipped():
    policy = agent(
        [always("enter"), Desire("open", achieved=lambda b: b["open"])],
        [Plan("in", "enter", [Achieve("open"), "step in"]), Plan("push", "open", ["push"])],
    )
    assert turns(policy, [{"open": True}])[0] == ["step in"]
    # A declared goal is pursued until it is believed achieved: pushing once is not enough here.
    rows = [{"open": False}] * 3 + [{"open": True}]
    assert turns(policy, rows)[0] == ["push", "push", "push", "step in"]


def test_a_step_can_repeat_until_a_condition_holds():
    policy = agent([always()], [Plan("p", "work", [Act("walk", until=lambda b: b["x"] >= 2), "dig"])])
    assert turns(policy, [{"x": x} for x in (0, 1, 2, 2)])[0] == ["walk", "walk", "dig", "dig"]


def test_notes_become_beliefs_and_stay():
    plan = Plan("count", "work", [Believe("done", lambda b: b.get("done", 0) + 1), "go"])
    actions, memory = turns(agent([always()], [plan]), [{}] * 3)
    assert actions == ["go"] * 3
    assert memory.beliefs == {"done": 3}


def test_a_plan_that_can_no_longer_go_on_makes_way_for_another():
    plans = [
        Plan("bridge", "work", [Act("cross")] * 5, while_=lambda b: b["bridge"], preference=1),
        Plan("ferry", "work", ["sail", "land"]),
    ]
    actions, memory = turns(agent([always()], plans), [{"bridge": up} for up in (1, 1, 0, 1)])
    assert actions == ["cross", "cross", "sail", "land"]
    assert memory.stack[0].tried == ("bridge",)


def test_a_failed_subgoal_fails_the_plan_above_it():
    plans = [
        Plan("by car", "trip", [Achieve("fuel"), "drive"], preference=1),
        Plan("by train", "trip", ["ride"]),
        Plan("tank", "fuel", ["fill"], context=lambda b: b["money"]),
    ]
    policy = agent([always("trip")], plans)
    assert turns(policy, [{"money": 1}] * 2)[0] == ["fill", "drive"]
    decision = turn(policy, None, money=0)
    assert decision.action == "ride"
    assert decision.memory.story[-3:] == (
        "needs fuel first",
        "no plan for fuel applies",
        "takes plan 'by train' for trip",
    )


@pytest.mark.parametrize(
    ("commitment", "after", "stays"), [("blind", "try", True), ("single-minded", "rest", False)]
)
def test_when_every_plan_has_failed(commitment, after, stays):
    """The blind agent tries again; the other gives the goal up and takes the next best."""
    desires = [
        Desire("a", wanted=lambda b: True, worth=lambda b: b["worth"], achieved=lambda b: False),
        always("b"),
    ]
    plans = [Plan("pa", "a", ["try"], while_=lambda b: b["works"]), Plan("pb", "b", ["rest"])]
    policy = agent(desires, plans, commitment=commitment, idle="idle")
    rows = [{"works": 1, "worth": 1}, {"works": 0, "worth": 1}, {"works": 1, "worth": -1}]
    actions, memory = turns(policy, rows)
    assert actions == ["try", "idle", after]
    assert (memory.goal == Goal("a")) == stays


def test_deliberation_takes_the_goal_worth_most_and_the_first_among_ties():
    wants = Desire("pick", wanted=lambda b: tuple(b["fruit"]), worth=lambda b, about: b["fruit"][about])
    policy = agent([wants], [Plan("p", "pick", [lambda b, about: f"pick {about}"])])
    fruit = {"plum": 1, "pear": 3, "fig": 3}
    assert turn(policy, None, fruit=fruit).action == "pick pear"
    assert turn(policy, None, fruit={}).action is None


def test_goals_that_are_achieved_impossible_or_without_means_are_not_options():
    desires = [
        always("done", worth=lambda b: 9, achieved=lambda b: True),
        always("hopeless", worth=lambda b: 8, possible=lambda b: False),
        always("no means", worth=lambda b: 7),
        always("fine", worth=lambda b: 1),
    ]
    plans = [Plan(f"p {d.name}", d.name, [d.name], context=lambda b, _: True) for d in desires]
    plans[2] = Plan("p no means", "no means", ["x"], context=lambda b: False)
    policy = agent(desires, plans)
    assert policy.options({}) == [(Goal("fine"), 1.0)]
    assert turn(policy, None).action == "fine"


def test_thinking_takes_its_time_and_acts_on_what_it_knew():
    wants = Desire("go", wanted=lambda b: tuple(b["at"]), worth=lambda b, about: b["at"].get(about, 0))
    policy = agent([wants], [Plan("p", "go", [lambda b, about: about])], thinking=3, idle="think")
    rows = [{"at": {"a": 2, "b": 1}}] + [{"at": {"a": 2, "b": 9}}] * 3
    actions, memory = turns(policy, rows)
    assert actions == ["think", "think", "think", "a"]
    assert memory.deliberations == 1
    memory = turn(policy, None, **rows[0]).memory
    _, why = ask_why(policy, View(rows[1], memory))
    assert (why.reason, why.options) == ("is thinking, 1 more to go [go a]", ())


def test_beliefs_are_read_from_declared_fields_and_kept():
    policy = BDI({"hot": "level", "bell": lambda seen: seen.alarm}, [always()], [Plan("p", "work", ["go"])])
    memory = policy.decide(Seen(level=3.0, alarm=True), stream()).memory
    assert memory.beliefs == {"hot": 3.0, "bell": True}


def test_deciding_leaves_the_memory_that_it_was_given_and_memory_is_plain_data():
    policy = agent([always()], [Plan("p", "work", [Believe("n", lambda b: b["x"]), "one", "two"])])
    first = turn(policy, None, x=1).memory
    copy = pickle.loads(pickle.dumps(first))
    again = [turn(policy, first, x=2) for _ in range(2)]
    assert again[0] == again[1]
    assert first == copy


def test_it_explains_its_deliberation_and_then_its_means():
    fruit = {"plum": 1, "pear": 3}
    wants = Desire("pick", wanted=lambda b: tuple(b["fruit"]), worth=lambda b, about: b["fruit"][about])
    plans = [
        Plan("by hand", "pick", [lambda b, about: f"reach for {about}", "pull"]),
        Plan("by ladder", "pick", ["climb"], context=lambda b, about: about == "pear", preference=1),
    ]
    policy = agent([wants], plans)
    decision, why = ask_why(policy, View({"fruit": fruit}))
    assert [(o.action, o.score, o.note) for o in why.options] == [
        ("reach for plum", 1.0, "pick plum by 'by hand', worth 1"),
        ("climb", 3.0, "pick pear by 'by ladder', worth 3"),
    ]
    assert why.reason == (
        "commits to pick pear (worth 3, the most of 2); takes plan 'by ladder' for pick pear, "
        "preferred of 2 that apply [pick pear by 'by ladder']"
    )
    single = agent([wants], [plans[0]])
    first = single.decide(View({"fruit": fruit}), stream())
    decision, why = ask_why(single, View({"fruit": fruit}, first.memory))
    assert decision.action == "pull"
    assert why.reason == "goes on with its plan [pick pear by 'by hand']"
    assert [(o.action, o.score) for o in why.options] == [("pull", 0.0)]


def test_what_runs_in_circles_is_told_where():
    circle = [Plan("p", "work", [Achieve("sub")]), Plan("q", "sub", [Achieve("sub")])]
    with pytest.raises(MasKitError, match=r"1000 steps without acting \(innermost: q for sub"):
        turn(agent([always()], circle), None)
    with pytest.raises(MasKitError, match="achieved 1000 goals without acting"):
        turn(agent([always()], [Plan("p", "work", [Believe("x", 1)])]), None)


@pytest.mark.parametrize(
    ("desires", "plans", "message"),
    [
        ([always()], [Plan("p", "wrok", ["x"])], "'work' needs a plan for goal 'work'.*plans are for: wrok"),
        ([always()], [Plan("p", "work", [Achieve("sub")])], "'p' needs a plan for goal 'sub'"),
        ([always(), always()], [Plan("p", "work", ["x"])], "have one name"),
        ([Desire("work")], [Plan("p", "work", ["x"])], "never wants anything"),
    ],
)
def test_a_library_with_gaps_is_refused(desires, plans, message):
    with pytest.raises(ParameterError, match=message):
        agent(desires, plans)


def test_settings_are_checked():
    parts = [always()], [Plan("p", "work", ["x"])]
    with pytest.raises(UnknownNameError, match="did you mean 'single-minded'"):
        agent(*parts, commitment="single minded")
    with pytest.raises(UnknownNameError, match="no reconsideration named 'boldly'; did you mean 'bold'"):
        agent(*parts, reconsider="boldly")
    with pytest.raises(ParameterError, match="parameter 'reconsider' is 0"):
        agent(*parts, reconsider=0)
    with pytest.raises(ParameterError, match="parameter 'thinking' is -1"):
        agent(*parts, thinking=-1)
    with pytest.raises(ParameterError, match="plan 'p' has no steps"):
        Plan("p", "work", [])
    with pytest.raises(ParameterError, match=r"'context' of plan 'p' takes \(a, b, c\)"):
        Plan("p", "work", ["x"], context=lambda a, b, c: True)
