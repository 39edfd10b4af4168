"""Policies: ways to decide that any agent can take, all with one signature.

`decide(percept, rng) -> Decision(action, memory)` changes nothing and draws from `rng` only. What a policy
learns or intends goes out as `Decision.memory`; the agent keeps it, and its `perceive` puts `self.memory`
into the next percept's field `memory`. `explain(percept, decision)` gives the options, their scores and the
reason.

| policy | decides by | remembers |
|---|---|---|
| `ConditionAction` | rules with conflict resolution | which once-rules have fired |
| `ExpectedUtility` | probabilities and utilities of outcomes | nothing |
| `Bayesian` | a posterior and expected utility under it | the posterior |
| `EpsilonGreedy`, `UCB1`, `ThompsonSampling` | the rewards of its own actions | a tally by action |
| `QLearning` | learned values of actions in states | the table of values |
| `BDI` | beliefs, desires, intentions and a plan library | beliefs and the intention stack |
| `Scripted`, `Person` | a list; somebody at the keyboard | nothing |
"""

from mas_kit.core.policy import Person, Policy, Scripted
from mas_kit.policies.bandits import UCB1, Bandit, EpsilonGreedy, Outcome, Tally, ThompsonSampling
from mas_kit.policies.bayes import Bayesian, Posterior, bayes_update
from mas_kit.policies.bdi import BDI, Achieve, Act, BDIMemory, Believe, Desire, Goal, Plan
from mas_kit.policies.choice import Epsilon, Exploration, Softmax
from mas_kit.policies.q_learning import QLearning, QMemory
from mas_kit.policies.rules import ConditionAction, Rule
from mas_kit.policies.schedules import Decay, Harmonic
from mas_kit.policies.table import Table
from mas_kit.policies.utility import ExpectedUtility

__all__ = [
    "BDI",
    "UCB1",
    "Achieve",
    "Act",
    "BDIMemory",
    "Bandit",
    "Bayesian",
    "Believe",
    "ConditionAction",
    "Decay",
    "Desire",
    "Epsilon",
    "EpsilonGreedy",
    "ExpectedUtility",
    "Exploration",
    "Goal",
    "Harmonic",
    "Outcome",
    "Person",
    "Plan",
    "Policy",
    "Posterior",
    "QLearning",
    "QMemory",
    "Rule",
    "Scripted",
    "Softmax",
    "Table",
    "Tally",
    "ThompsonSampling",
    "bayes_update",
]
