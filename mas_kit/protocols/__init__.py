"""Protocols: how agents talk to each other, as small state machines that can be read, drawn and tested.

An agent holds its conversations. It perceives what its mail brings about (questions, outcomes), its policy
answers the questions, and only when it acts are messages sent:

>>> from mas_kit import Agent, Model, Network
>>> from mas_kit.protocols import ContractNetInitiator, ContractNetParticipant, Conversations
>>> class Worker(Agent):
...     def __init__(self, model, name, cost):
...         super().__init__(model, name)
...         self.cost, self.talks = cost, Conversations(self, [ContractNetParticipant])
...     def perceive(self):
...         return self.talks.hear()
...     def decide(self, percept):
...         return [q.answer("propose", self.cost) if q.kind == "bid" else q.answer("inform")
...                 for q in percept.questions]
...     def act(self, answers):
...         self.talks.act(self.percept, answers)
>>> class Boss(Worker):
...     def act(self, answers):
...         super().act(answers)
...         if self.model.tick == 1:
...             self.talks.start(ContractNetInitiator("dig", ["ann", "bob"], reply_by=5), "c1")
>>> class Field(Model):
...     def build(self):
...         Network(self)
...         self.boss = Boss(self, "boss", 0)
...         Worker(self, "ann", 12), Worker(self, "bob", 9)
>>> field = Field(seed=1).run(6)
>>> outcome = field.boss.talks.outcome("c1")
>>> outcome.status, outcome.value.contractors, outcome.value.proposals
('done', ('bob',), {'ann': 12, 'bob': 9})
>>> field.networks["network"].counts["sent"]          # 3m + 1
7

A role alone is a value: `ContractNetInitiator(...).begin("boss", "c1").messages` are the calls that it sends,
`.role` is what it is afterwards. `ContractNetInitiator.diagram()` draws its table.
"""

from mas_kit.protocols.agreement import *  # noqa: F403
from mas_kit.protocols.agreement import __all__ as _agreement
from mas_kit.protocols.allocation import *  # noqa: F403
from mas_kit.protocols.allocation import __all__ as _allocation
from mas_kit.protocols.auctions import *  # noqa: F403
from mas_kit.protocols.auctions import __all__ as _auctions
from mas_kit.protocols.blackboard import Blackboard, Entry, Sheet, Source, Write
from mas_kit.protocols.content import Cancelled, Done, Result
from mas_kit.protocols.contract_net import (
    Again,
    Contract,
    ContractNetInitiator,
    ContractNetParticipant,
    IteratedContractNetInitiator,
    IteratedContractNetParticipant,
    highest,
    lowest,
)
from mas_kit.protocols.conversations import Conversations
from mas_kit.protocols.diagram import Diagram
from mas_kit.protocols.hearing import Hearing
from mas_kit.protocols.negotiation import Negotiator, Offer, equilibrium, rubinstein
from mas_kit.protocols.role import Role, Step
from mas_kit.protocols.rules import Answer, Outcome, Question, Rule, decides
from mas_kit.protocols.voting import *  # noqa: F403
from mas_kit.protocols.voting import __all__ as _voting

__all__ = [  # noqa: PLE0604  (lists of names that the parts declare)
    *_agreement,
    *_allocation,
    *_auctions,
    *_voting,
    "Again",
    "Blackboard",
    "Entry",
    "Sheet",
    "Source",
    "Write",
    "Negotiator",
    "Offer",
    "equilibrium",
    "rubinstein",
    "Answer",
    "Cancelled",
    "Contract",
    "ContractNetInitiator",
    "ContractNetParticipant",
    "Conversations",
    "Diagram",
    "Done",
    "Hearing",
    "IteratedContractNetInitiator",
    "IteratedContractNetParticipant",
    "Outcome",
    "Question",
    "Result",
    "Role",
    "Rule",
    "Step",
    "decides",
    "highest",
    "lowest",
]
