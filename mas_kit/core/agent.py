"""An agent: perceive, decide, act, once a tick, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import TYPE_CHECKING, Any, Unpack

import mesa
import numpy as np

from mas_kit.core.errors import MasKitError, ParameterError, TickError, out_of_range
from mas_kit.core.events import Cause
from mas_kit.core.forgotten import asks_policy, expect_super
from mas_kit.core.messages import Fipa, Message, Performative, as_performative, letters, other_parameters
from mas_kit.core.network import Network, find
from mas_kit.core.policy import Decision, Explanation, Policy, as_policy

if TYPE_CHECKING:
    from mas_kit.core.model import Model


_record = (
    tuple.__new__
)  # what Message(...) ends in, without the call around it: a third of the cost of sending


def _address(receiver: str | Agent) -> str:
    if isinstance(receiver, str):
        return str(receiver)
    if isinstance(receiver, Agent):
        return receiver.name
    raise MasKitError(f"a message cannot go to {receiver!r}; give the receiver's name, or the agent itself")


class Agent(mesa.Agent):  # type: ignore[misc]
    """One agent of a model.

    Subclass it and write `perceive` (what it sees) and `act` (what it changes); deciding belongs to its
    policy, unless the subclass writes `decide` itself.

    Args:
        model: the model that it lives in.
        name: how others address it; unique in the model. Without one it is called after its class and number.
        policy: a Policy, or a plain function of (percept) or (percept, rng).

    Attributes:
        inbox: the messages that arrived for this tick.
        percept, decision: what it last saw and decided (the mind inspector reads them).
        memory: what its policy asked to be kept; a policy gets it back through the percept.
        alive: False while a fault keeps it down.

    Raises:
        MasKitError: a name that another agent of the model has; a model that is none.
        ParameterError: a name that is not text; a policy that is none; a person who decides for another; a
            policy for a class whose own `decide` asks none.
    """

    model: Model

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        expect_super(cls, "super().__init__(model)")

    def __init__(
        self, model: Model, name: str | None = None, policy: Policy | Callable[..., Any] | None = None
    ) -> None:
        if not hasattr(model, "enrol"):
            raise MasKitError(
                f"{type(self).__name__} was given {model!r} as its model; give the mas_kit.Model"
            )
        if name is not None and not isinstance(name, str):
            raise out_of_range("name", name, "text, or None", f"give {str(name)!r}")
        super().__init__(model)
        self.name = name or f"{type(self).__name__.lower()}-{self.unique_id}"
        self.alive = True
        self.inbox: list[Message] = []
        self.arrivals: list[int] = []  # log ids of what bears on the next percept: mail, faults
        self.percept: Any = None
        self.decision: Decision | None = None
        self.memory: Any = None
        self.cause: Cause = None  # log id of the event behind what it does now
        self._rng: np.random.Generator | None = None
        self._policy: Policy | None = None
        model.enrol(self)
        if policy is not None:
            self.policy = policy

    @property
    def policy(self) -> Policy | None:
        """Who decides for this agent. It can be changed between two decisions, to a plain function too."""
        return self._policy

    @policy.setter
    def policy(self, policy: Policy | Callable[..., Any] | None) -> None:
        new = None if policy is None else as_policy(policy)
        if new is not None and not asks_policy(type(self)):
            raise ParameterError(
                f"{type(self).__name__} writes decide itself and asks no policy there, so the policy of "
                f"{self.name!r} would never be asked; leave decide out, or end it in "
                "`return super().decide(percept)`"
            )
        people = self.model.people
        if new is not None and new.is_person:
            taken = [other.name for other in people if other is not self and other.policy is new]
            if taken:  # an answer is used once: whoever decides second would be left without
                raise ParameterError(
                    f"one {type(new).__name__} decides for {taken[0]!r} and for {self.name!r}; "
                    "allowed: one for each agent; make another"
                )
        self._policy = new
        people[:] = [other for other in people if other is not self]
        if self._policy is not None and self._policy.is_person:
            people.append(self)

    @property
    def rng(self) -> np.random.Generator:
        """This agent's own random stream; nobody else draws from it."""
        if self._rng is None:
            self._rng = self.model.stream(f"agent/{self.name}")
        return self._rng

    @property
    def waits_for_person(self) -> bool:
        """Does the coming decision need a person's answer that is not there yet?"""
        policy = self.policy
        return self.alive and policy is not None and policy.is_person and not policy.answered

    def perceive(self) -> Any:
        """What the agent sees: a small frozen record of its own state, its neighbourhood and its inbox."""
        return tuple(self.inbox)

    def decide(self, percept: Any) -> Any:
        """What the agent wants to do. Changes nothing: the default asks its policy."""
        policy = self.policy
        if policy is None:
            raise MasKitError(
                f"agent {self.name!r} cannot decide: give it a policy (policy=...) "
                f"or write {type(self).__name__}.decide"
            )
        return policy.decide(percept, self.rng)

    def act(self, action: Any) -> None:
        """Change the world and send messages: the only place where an agent does either."""

    def send(
        self,
        performative: Performative | str,
        receiver: str | Agent,
        content: Any = None,
        conversation_id: str | None = None,
        protocol: str | None = None,
        *,
        network: str | Network | None = None,
        **fipa: Unpack[Fipa],
    ) -> Message:
        """Send a message; returns it. `network` may be left out where the model has one only.

        The receiver gets the very `content`, not a copy: do not change a list or dict that you have sent.

        `fipa` takes the other message parameters of FIPA, see `Message`. Raises UnknownNameError for a
        performative that FIPA does not know, and for a network that the model does not have.
        """
        if performative.__class__ is not Performative:
            performative = as_performative(performative)
        if receiver.__class__ is not str:
            receiver = _address(receiver)
        others: tuple[Any, ...] | None = None
        if fipa:
            others = other_parameters(conversation_id, protocol, **fipa)
        elif protocol is not None or conversation_id is not None:
            others = (conversation_id, protocol, None, None, None, None, None, None, None)
        message = _record(Message, (performative, self.name, receiver, content, others))
        if network is None and self.model.sole_network is not None:
            network = self.model.sole_network
        elif network.__class__ is not Network and not isinstance(network, Network):
            network = find(self.model.networks, network)
        network.outbox.append(message)
        return message

    def send_many(
        self,
        performative: Performative | str,
        receivers: Iterable[str | Agent],
        content: Any = None,
        conversation_id: str | None = None,
        protocol: str | None = None,
        *,
        network: str | Network | None = None,
        **fipa: Unpack[Fipa],
    ) -> list[Message]:
        """Send the same message to each of several receivers, in that order; returns the messages.

        Those of a set are put in the order of their names. As `send` for each of them, in half the time; in
        a quarter, where FIPA's other parameters are given.
        """
        if performative.__class__ is not Performative:
            performative = as_performative(performative)
        if isinstance(receivers, str):  # else it would go to each of its letters
            raise MasKitError(f"{receivers!r} is one receiver; give a list of them, such as [{receivers!r}]")
        names = [name if name.__class__ is str else _address(name) for name in receivers]
        if isinstance(receivers, Set):  # whose own order differs from one run of Python to the next
            names.sort()
        sent = letters(performative, self.name, names, content, conversation_id, protocol, **fipa)
        if not isinstance(network, Network):
            network = find(self.model.networks, network)
        network.outbox += sent
        return sent

    def explain(self) -> Explanation:
        """Why the last decision came out as it did."""
        if self.decision is None:
            raise TickError(f"agent {self.name!r} has decided nothing yet; step the model first")
        if self.policy is None:
            return Explanation(self.decision.action, f"{type(self).__name__}.decide chose it")
        return self.policy.explain(self.percept, self.decision)

    def remove(self) -> None:
        """Leave the model for good; mail to it is dropped as 'unknown receiver'."""
        self.model.dismiss(self)
        super().remove()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"
