"""Every policy serves any agent: it conforms, swaps under one protocol, replays and can be told."""

import copy
import pickle
from typing import Any, NamedTuple

import pytest

import mas_kit.policies
from mas_kit import Agent, Model, Network, Parameters, Policy, parameter
from mas_kit.checks import check_agent, check_policy
from mas_kit.policies import (
    BDI,
    UCB1,
    Act,
    Bayesian,
    ConditionAction,
    Desire,
    EpsilonGreedy,
    ExpectedUtility,
    Person,
    Plan,
    QLearning,
    Rule,
    Scripted,
    ThompsonSampling,
)
from tests.policies.tileworld import Tileworld, hole_filler

DOORS = ("left", "middle", "right")
CHANCES = {"left": 0.2, "middle": 0.5, "right": 0.8}


class DoorSeen(NamedTuple):
    """What the visitor sees: its purse, the answer to its last knock, and where its policy stands."""

    time: int
    doors: tuple[str, ...]
    last: str | None
    reward: float | None
    purse: float
    memory: Any


class Visitor(Agent):
    """Knocks at a door each tick (a request) and is told at the next what it got (an inform)."""

    purse = 0.0
    last: str | None = None

    def perceive(self) -> DoorSeen:
        got = [message.content for message in self.inbox]
        self.purse += sum(got)
        return DoorSeen(self.model.tick, DOORS, self.last, got[0] if got else None, self.purse, self.memory)

    def act(self, action: str | None) -> None:
        self.last = action
        if action is not None:
            self.send("request", "host", action, network="voice")


class Host(Agent):
    """Answers every knock."""

    def decide(self, percept: Any) -> list[tuple[str, float]]:
        return [(m.sender, float(self.rng.random() < CHANCES[m.content])) for m in percept]

    def act(self, action: list[tuple[str, float]]) -> None:
        for visitor, reward in action:
            self.send("inform", visitor, reward, network="post")


class Doors(Model):
    class Parameters(Parameters):
        ticks: int = parameter(60, ge=1, le=5000, help="length of the run")

    activation = "in order"

    def build(self) -> None:
        Network(self, "voice", latency=0)
        Network(self, "post", latency=1)
        self.visitor, self.host = Visitor(self, "visitor", DOORS_POLICIES["rules"]), Host(self, "host")

    @property
    def horizon(self) -> int:
        return self.p.ticks


def poor(percept: DoorSeen) -> bool:
    return percept.reward == 0


LIKELIHOOD = {
    "sunny": {("left", 1.0): 0.1, ("left", 0.0): 0.2, ("right", 1.0): 0.6, ("right", 0.0): 0.1},
    "cloudy": {("left", 1.0): 0.3, ("left", 0.0): 0.2, ("right", 1.0): 0.2, ("right", 0.0): 0.3},
}

DOORS_POLICIES: dict[str, Policy] = {
    "rules": ConditionAction(
        [
            Rule("disappointed", poor, "right", priority=2),
            Rule("first", lambda seen: seen.last is None, "left", once=True, priority=3),
        ],
        otherwise="middle",
    ),
    "random rules": ConditionAction([Rule(door, (), door) for door in DOORS], "random"),
    "utility": ExpectedUtility(
        "doors", lambda seen, money: money, lambda seen, door: {1: CHANCES[door], 0: 1 - CHANCES[door]}
    ),
    "bayes": Bayesian(
        {"sunny": 0.5, "cloudy": 0.5},
        LIKELIHOOD,
        lambda seen: [(seen.last, seen.reward)] if seen.reward is not None else None,
        ("left", "right"),
        {"left": {"sunny": 0, "cloudy": 1}, "right": {"sunny": 1, "cloudy": 0}},
    ),
    "epsilon-greedy": EpsilonGreedy(DOORS, epsilon=0.2),
    "ucb1": UCB1("doors"),
    "thompson": ThompsonSampling(DOORS),
    "q-learning": QLearning("doors", state=lambda seen: seen.last),
    "bdi": BDI(
        {"last": "last", "purse": "purse", "reward": "reward"},
        [
            Desire("rich", wanted=lambda b: True, achieved=lambda b: b["purse"] >= 8, worth=lambda b: 2),
            Desire("fun", wanted=lambda b: ("left", "middle"), worth=lambda b, door: 1),
        ],
        [
            Plan("safe", "rich", [Act("right", until=lambda b: b["reward"] == 1), "middle"]),
            Plan("visit", "fun", [lambda b, door: door]),
        ],
        reconsider=3,
        thinking=1,
    ),
    "scripted": Scripted(["left", "right", "middle"]),
}  # fmt: skip


@pytest.fixture(scope="module", params=sorted(DOORS_POLICIES))
def run(request):
    """A run with this policy, and the policy."""
    policy = DOORS_POLICIES[request.param]
    return Doors(seed=3, log=True, policies={"visitor": policy}).run(), policy


def test_every_exported_policy_is_tried_here():
    exported = {getattr(mas_kit.policies, name) for name in mas_kit.policies.__all__}
    concrete = {kind for kind in exported if isinstance(kind, type) and issubclass(kind, Policy)}
    abstract = {mas_kit.policies.Policy, mas_kit.policies.Bandit, Person}
    assert concrete - abstract == {type(policy) for policy in DOORS_POLICIES.values()}


def test_it_keeps_the_rules_on_percepts_of_a_whole_run(run):
    model, policy = run
    percepts = [event.data for event in model.log.select(kind="percept", agent="visitor")]
    assert len(percepts) > 50
    report = check_policy(policy, percepts[::5])
    assert report.ok
    assert not report.skipped


def test_its_agent_keeps_the_rules(run):
    _, policy = run
    assert check_agent(Doors(seed=2, policies={"visitor": policy}), "visitor").ok


def test_the_same_seed_gives_the_same_run_with_the_very_same_policy_object(run):
    model, policy = run
    again = Doors(seed=3, log=True, policies={"visitor": policy}).run()
    for kind in ("percept", "decision"):
        first, second = (
            [event.data for event in m.log.select(kind=kind, agent="visitor")] for m in (model, again)
        )
        assert first == second


def test_a_copy_in_the_middle_goes_on_alike(run):
    _, policy = run
    model = Doors(seed=5, policies={"visitor": policy}).run(20)
    fork = copy.deepcopy(model)
    for one in (model, fork):
        one.run(20)
    assert model.visitor.purse == fork.visitor.purse
    assert model.visitor.memory == fork.visitor.memory


def test_every_decision_can_be_told_afterwards(run):
    model, policy = run
    percepts, decisions = (
        [event.data for event in model.log.select(kind=kind, agent="visitor")]
        for kind in ("percept", "decision")
    )
    assert {decision.action for decision in decisions} <= {*DOORS, None}
    for percept, decision in zip(percepts, decisions, strict=True):
        why = policy.explain(percept, decision)
        assert why.chosen == decision.action
        assert why.reason
        if why.options:
            assert decision.action in [option.action for option in why.options]
            assert all(isinstance(option.score, float) for option in why.options)


def test_what_it_remembers_is_plain_data(run):
    model, _ = run
    memory = model.visitor.memory
    assert pickle.loads(pickle.dumps(memory)) == memory


def test_learners_beat_a_script_under_the_same_protocol():
    purses = {
        name: sum(Doors(seed=s, ticks=300, policies={"visitor": DOORS_POLICIES[name]}).run().visitor.purse
                  for s in range(4))
        for name in ("scripted", "thompson", "ucb1", "epsilon-greedy", "utility")
    }  # fmt: skip
    assert purses["utility"] > purses["thompson"] > purses["scripted"]
    assert purses["utility"] > purses["ucb1"] > purses["scripted"]
    assert purses["utility"] > purses["epsilon-greedy"] > purses["scripted"]


def test_policies_can_be_swapped_in_the_middle_of_a_run():
    model = Doors(seed=1, ticks=1000)
    for policy in [*DOORS_POLICIES.values(), *reversed(DOORS_POLICIES.values())]:
        model.visitor.policy = policy
        model.run(4)
    assert model.tick == 8 * len(DOORS_POLICIES)
    assert model.visitor.purse > 0


def test_a_bdi_agent_of_the_tileworld_keeps_the_rules():
    model = Tileworld(seed=1, policies={"filler": hole_filler(reconsider=2)})
    assert check_agent(model, "filler", ticks=40).ok
