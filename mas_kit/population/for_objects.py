"""The rule as objects run it: attribute style as written, with the few things spelled out that must agree."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

from mas_kit.population import arithmetic
from mas_kit.population.kinds import FLOAT, INT, Kind, Seen, World
from mas_kit.population.program import Program, Routine
from mas_kit.population.sights import Absent
from mas_kit.population.writing import Writer, call, name

SMALL = 2**62
_DRAWN = {"integers", "uniform", "normal", "exponential"}


class _ForObjects(Writer):
    toolbox = "_kit"

    def constant(self, value: Any) -> ast.expr:
        return ast.Constant(value)

    def field(self, node: ast.Attribute, write: bool) -> ast.expr:
        return ast.Attribute(self.visit(node.value), node.attr, ast.Store() if write else ast.Load())

    def visit_Assign(self, node: ast.Assign) -> Any:
        target = node.targets[0]
        mover = self.mover(target)
        if mover is None:
            written = super().visit_Assign(node)
            grows = isinstance(target, ast.Attribute) and target.sort == INT  # type: ignore[attr-defined]
            if grows and not isinstance(written.value, ast.Constant):
                written.value = _whole(written.value, node)
            return written
        assert isinstance(target, ast.Attribute)
        value = self.value(node.value, target.sort)  # type: ignore[attr-defined]
        return ast.copy_location(ast.Expr(call(f"_put_{mover[0]}", self.visit(target.value), value)), node)

    def of_world(self, node: ast.Attribute, owner: World) -> ast.expr:
        return ast.Attribute(self.visit(node.value), node.attr, ast.Load())

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        node.value = self.visit(node.value)
        node.slice = self.visit(node.slice)
        return node

    def visit_For(self, node: ast.For) -> Any:
        if isinstance(node.iter, ast.Call):
            node.iter = ast.copy_location(call("range", *[self.value(a) for a in node.iter.args]), node.iter)
        else:
            node.iter = self.visit(node.iter)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return node

    def absent(self, agent: ast.expr, is_none: bool) -> ast.expr:
        found = call("_absent", agent)
        return found if is_none else ast.UnaryOp(ast.Not(), found)

    def helper(self, routine: Routine, arguments: list[ast.expr]) -> ast.expr:
        return call(routine.name, *[self.value(a) for a in arguments])

    def known(self, function: str, node: ast.Call) -> ast.expr:
        kind: Kind = node.sort  # type: ignore[attr-defined]
        if function == "math.hypot":
            return call("_kit.hypot", *[self.value(a, FLOAT) for a in node.args])
        if function in ("min", "max"):
            return call(function, *[self.value(a, kind) for a in node.args])
        if function.startswith("math."):
            return call(f"_math.{function[5:]}", *[self.value(a) for a in node.args])
        return call(function, *[self.value(a) for a in node.args])

    def draw(self, what: str, arguments: list[ast.expr]) -> ast.expr:
        rng = name(self.stream)
        if what in _DRAWN:
            wanted = None if what == "integers" else FLOAT
            return call(f"_kit.{what}", rng, *[self.value(a, wanted) for a in arguments])
        return ast.Call(ast.Attribute(rng, what, ast.Load()), [], [])

    @property
    def stream(self) -> str:
        from mas_kit.population.kinds import Chance

        return next(known for known, kind in self.routine.given.items() if isinstance(kind, Chance))

    def look(self, seen: Seen, method: str, arguments: list[ast.expr]) -> ast.expr:
        owner = next(known for known, kind in self.routine.given.items() if kind == seen)
        return ast.Call(
            ast.Attribute(name(owner), method, ast.Load()), [self.visit(a) for a in arguments], []
        )

    def life(self, what: str, node: ast.Call) -> Any:
        fields = self.program.record.fields
        from mas_kit.population.kinds import Number

        keywords = [
            ast.keyword(k.arg, self.value(k.value, Number(fields[str(k.arg)].kind))) for k in node.keywords
        ]
        return ast.Call(ast.Attribute(self.visit(node.func.value), what, ast.Load()), [], keywords)  # type: ignore[attr-defined]


def _whole(value: ast.expr, place: ast.AST) -> ast.expr:
    """A value for an int field. Small ones, which nearly all are, do not pay for a call."""
    found = ast.parse(f"w if -{SMALL} < (w := value) < {SMALL} else _kit.whole(w)", mode="eval").body
    for part in ast.walk(found):
        ast.copy_location(part, place)
        if isinstance(part, ast.Name) and part.id == "w":
            part.id = ".w"  # which no name in a rule can be
        if isinstance(part, ast.NamedExpr):
            part.value = value
    return found


def _absent(agent: Any) -> bool:
    return agent is None or agent.__class__ is Absent


def build(program: Program) -> Callable[..., Any]:
    """The rule, rewritten, as a Python function. Its tracebacks show the lines as they were written."""
    space: dict[str, Any] = {"_kit": arithmetic, "_math": math, "_absent": _absent}
    for seen, sight in program.sees.items():
        if sight.moves:
            space[f"_put_{seen}"] = sight.put
    for routine in program.routines:
        tree = _ForObjects(program, routine).write()
        module = ast.Module([tree], [])
        exec(compile(module, routine.source.file, "exec"), space)
    found: Callable[..., Any] = space[program.rule.name]
    return found
