"""A model whose agents do nothing but talk: protocols over `mas_kit.Network`, as a notebook uses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mas_kit import Agent, Model, Network
from mas_kit.protocols.conversations import Conversations
from mas_kit.protocols.role import Role


class Talker(Agent):
    """Answers its conversations' questions by a function; begins what it is told to begin."""

    def __init__(self, model: Room, name: str, roles: list[Any], answer: Callable[[Any], Any] | None) -> None:
        super().__init__(model, name)
        self.talks = Conversations(self, roles)
        self.answer = answer
        self.begins: list[tuple[int, Role, str | None]] = []

    def perceive(self) -> Any:
        return self.talks.hear()

    def decide(self, percept: Any) -> Any:
        if self.answer is None:
            return ()
        return tuple(a for q in percept.questions if (a := self.answer(q)) is not None)

    def act(self, action: Any) -> None:
        self.talks.act(self.percept, action)
        for begin in [begin for begin in self.begins if begin[0] <= self.model.tick]:
            self.begins.remove(begin)  # where messages take no time, an agent acts several times in a tick
            self.talks.start(*begin[1:])


class Room(Model):
    """Agents by name: (roles they take up, answer function). `network` holds the network's settings."""

    def __init__(
        self,
        people: Mapping[str, tuple[list[Any], Callable[[Any], Any] | None]],
        network: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        self.people_there, self.settings = people, network or {}
        super().__init__(**more)

    def build(self) -> None:
        self.net = Network(self, **self.settings)
        for name, (roles, answer) in self.people_there.items():
            Talker(self, name, roles, answer)

    def begin(self, who: str, role: Role, cid: str | None = None, at: int = 1) -> None:
        """Somebody opens a conversation at that tick."""
        self.agent(who).begins.append((at, role, cid))

    def settled(self) -> bool:
        """Has every conversation of those who are up ended?"""
        return not any(agent.talks.open for agent in self.by_name.values() if agent.alive)
