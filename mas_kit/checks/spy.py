"""Who reads what of whom: an agent looks at others in perceive() only, and at nothing they keep private."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from mas_kit.checks.report import Failure
from mas_kit.core import Agent

LOCAL = "others are seen through the percept"

_CORE = str(Path(sys.modules[Agent.__module__].__file__ or "").parent)
_CHECKS = str(Path(__file__).parent)


class Spy:
    """Notes what an agent's own code reads of another agent while it perceives, decides or acts."""

    def __init__(self) -> None:
        self.who: Agent | None = None  # whose turn it is
        self.what = ""  # "perceive", "decide" or "act"
        self.found: dict[type, Failure] = {}

    @contextmanager
    def turn(self, agent: Agent, what: str) -> Iterator[None]:
        """An agent perceives, decides or acts."""
        before = self.who, self.what
        self.who, self.what = agent, what
        try:
            yield
        finally:
            self.who, self.what = before

    @contextmanager
    def on_the_lookout(self) -> Iterator[None]:
        """Have every agent tell what is read of it."""
        plain = Agent.__getattribute__

        def told(agent: Agent, name: str) -> Any:
            if self.who is not None and agent is not self.who and type(self.who) not in self.found:
                self._read(agent, name, sys._getframe(1))
            return plain(agent, name)

        own = "__getattribute__" in vars(Agent)
        Agent.__getattribute__ = told  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            if own:
                Agent.__getattribute__ = plain  # type: ignore[method-assign]
            else:
                del Agent.__getattribute__

    def _read(self, of: Agent, name: str, frame: FrameType) -> None:
        private = name.startswith("_") and not name.startswith("__")
        if name == "name" or not (private or (self.what == "decide" and not name.startswith("__"))):
            return
        code = frame.f_code
        if code.co_filename.startswith((_CORE, _CHECKS)) or "importlib" in code.co_filename:
            return
        if code.co_argcount and frame.f_locals.get(code.co_varnames[0]) is of:
            return  # its own method, or a property of it
        who = self.who
        assert who is not None
        where = f"{code.co_name}, {Path(code.co_filename).name}:{frame.f_lineno}"
        self.who = None  # what it is called is asked without being noted
        try:
            self.found[type(who)] = _failure(who.name, self.what, of.name, name, where, private)
        finally:
            self.who = who


def _failure(who: str, what: str, of: str, name: str, where: str, private: bool) -> Failure:
    seen = f"{who}: {what}() reads {name!r} of the agent {of!r} ({where})"
    if private:
        cause = "a name that begins with _ is the other agent's own business, which nobody else may see"
        return Failure(
            LOCAL, seen, cause, "let it tell: by a message, or by a public attribute read in perceive()"
        )
    cause = "decide() looks at the world behind the percept's back, so it cannot be replayed or explained"
    return Failure(LOCAL, seen, cause, "put what the agent may see of others into the percept, in perceive()")
