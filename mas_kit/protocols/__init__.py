"""Protocols: how agents talk to each other, as small state machines that can be read, drawn and tested.

>>> from mas_kit.protocols import Conversations, ContractNetInitiator, ContractNetParticipant
>>> boss, worker = Conversations("boss"), Conversations("worker", [ContractNetParticipant])
>>> task = ContractNetInitiator("dig", ["worker"], reply_by=3).begin("boss", "c1", now=0)
>>> task.messages[0].performative, task.messages[0].receiver
(<Performative.CFP: 'cfp'>, 'worker')
>>> heard = worker.hear(task.messages, now=1)          # pure: nothing has happened yet
>>> heard.questions[0].kind, heard.questions[0].content
('bid', 'dig')
>>> sent = worker.act(heard, [heard.questions[0].answer("propose", 12)])
>>> sent[0].content
12
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
