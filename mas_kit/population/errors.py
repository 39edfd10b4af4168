"""What a rule is told when it cannot do what it does: the file, the line, why, and what to write instead."""

from __future__ import annotations

import ast
import linecache

from mas_kit.core.errors import MasKitError


class RuleError(MasKitError):
    """A rule asks for something that it may not do, or that columns cannot do the same way as objects.

    Attributes:
        file, line: where it is written; 0 where no line is known.
        why, fix: what is wrong, and what to write instead.
    """

    def __init__(self, why: str, fix: str, file: str = "", line: int = 0, text: str = "") -> None:
        self.why, self.fix, self.file, self.line = why, fix, file, line
        where = f"{file}:{line}: {text}\n  " if line else ""
        super().__init__(f"{where}{why}\n  instead: {fix}")


class Refusal(RuleError):
    """A rule that objects can run and columns cannot, at least not to the last bit."""


def at_line(file: str, node: ast.AST, why: str, fix: str, kind: type[RuleError] = Refusal) -> RuleError:
    """The error for one place in a rule."""
    line = getattr(node, "lineno", 0)
    return kind(why, fix, file, line, linecache.getline(file, line).strip())
