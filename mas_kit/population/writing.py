"""Writes an understood rule anew. What both engines share: constants put in, conversions spelled out."""

from __future__ import annotations

import ast
import copy
import math
from typing import Any

from mas_kit.population.kinds import (
    BOOL,
    FLOAT,
    INT,
    Agent,
    Array,
    Chance,
    Helper,
    Kind,
    Named,
    Number,
    Seen,
    Several,
    World,
)
from mas_kit.population.program import Program, Routine

EXACT = 2**53


def name(text: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(text, ast.Load())


def call(function: str, *arguments: ast.expr) -> ast.Call:
    """A call of a (dotted) name."""
    first, *rest = function.split(".")
    target: ast.expr = name(first)
    for part in rest:
        target = ast.Attribute(target, part, ast.Load())
    return ast.Call(target, list(arguments), [])


class Writer(ast.NodeTransformer):
    """One routine, written for one engine. Subclasses say how fields, the world and arithmetic look there.

    `toolbox` is the name of the arithmetic that the written code calls.
    """

    toolbox = ""

    def __init__(self, program: Program, routine: Routine) -> None:
        self.program, self.routine = program, routine

    def write(self) -> ast.FunctionDef:
        """The whole function under its routine's name; line numbers stay those of the source."""
        tree = copy.deepcopy(self.routine.tree)
        tree.name = self.routine.name
        tree.body = [part for statement in tree.body for part in self.statement(statement)]
        return ast.fix_missing_locations(tree)

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        """A statement, or the several that it becomes."""
        found = self.visit(node)
        return found if isinstance(found, list) else [found] if found is not None else []

    def block(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        """Some statements."""
        return [part for node in nodes for part in self.statement(node)]

    def value(self, node: ast.expr, wanted: Kind | None = None) -> ast.expr:
        """An expression; converted where it is to be a number of another kind."""
        kind = node.sort  # type: ignore[attr-defined]
        written: ast.expr = self.visit(node)
        if isinstance(wanted, Number) and isinstance(kind, Number) and wanted != kind:
            if isinstance(written, ast.Constant):
                written = ast.Constant({"int": int, "float": float}[wanted.type](written.value))
            else:  # a bool goes by way of an int, since compiled code knows no shorter one
                through = [call("int", written)] if (kind, wanted) == (BOOL, FLOAT) else [written]
                written = call(wanted.type, *through)
        if isinstance(wanted, Several) and isinstance(node, ast.Tuple):
            written = ast.Tuple(
                [self.value(part, item) for part, item in zip(node.elts, wanted.items, strict=True)],
                ast.Load(),
            )
        return ast.copy_location(written, node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        target = node.targets[0]
        wanted = target.sort  # type: ignore[attr-defined]
        if isinstance(target, ast.Tuple):
            wanted = Several(tuple(part.sort for part in target.elts))  # type: ignore[attr-defined]
        return ast.copy_location(ast.Assign([self.target(target)], self.value(node.value, wanted)), node)

    def mover(self, target: ast.expr) -> tuple[str, Any] | None:
        """The neighbourhood, by its name, that must know when this field is written."""
        if isinstance(target, ast.Attribute):
            for seen, sight in self.program.sees.items():
                if sight.moves == target.attr:
                    return seen, sight
        return None

    def target(self, node: ast.expr) -> ast.expr:
        """Where a value goes."""
        if isinstance(node, ast.Tuple):
            return ast.copy_location(ast.Tuple([self.target(part) for part in node.elts], ast.Store()), node)
        if isinstance(node, ast.Attribute):
            return ast.copy_location(self.field(node, write=True), node)
        assert isinstance(node, ast.Name)
        return ast.copy_location(ast.Name(self.local(node.id), ast.Store()), node)

    def visit_Return(self, node: ast.Return) -> Any:
        if node.value is not None:
            node.value = self.value(node.value, self.routine.returns)
        return node

    def visit_If(self, node: ast.If) -> Any:
        node.test = self.value(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return node

    def visit_While(self, node: ast.While) -> Any:
        node.test = self.value(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return node

    def visit_Expr(self, node: ast.Expr) -> Any:
        if isinstance(node.value, ast.Constant):
            return None
        written = self.visit(node.value)
        if isinstance(written, list):
            return written
        return ast.copy_location(ast.Expr(written), node)

    def visit_Assert(self, node: ast.Assert) -> Any:
        node.test = self.value(node.test)
        return node

    def visit_Raise(self, node: ast.Raise) -> Any:
        return node  # its parts are constants

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node

    def visit_Name(self, node: ast.Name) -> Any:
        if node.id in self.routine.names:
            return ast.copy_location(name(self.local(node.id)), node)
        return ast.copy_location(self.constant(self.routine.source.frozen[node.id]), node)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        owner = node.value.sort  # type: ignore[attr-defined]
        if isinstance(owner, Agent):
            return ast.copy_location(self.field(node, write=False), node)
        if isinstance(owner, World):
            return ast.copy_location(self.of_world(node, owner), node)
        assert isinstance(owner, Named)
        frozen = self.routine.source.frozen[f"{owner.name}.{node.attr}"]
        return ast.copy_location(self.constant(frozen), node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        left, right = node.left.sort, node.right.sort  # type: ignore[attr-defined]
        kind = node.sort  # type: ignore[attr-defined]
        if isinstance(node.op, ast.Pow):
            return ast.copy_location(self.power(node, kind), node)
        as_int = INT if kind != BOOL else None
        a = self.value(node.left, as_int if left == BOOL else None)
        b = self.value(node.right, as_int if right == BOOL else None)
        return ast.copy_location(self.binary(node.op, a, b, FLOAT in (left, right)), node)

    def power(self, node: ast.BinOp, kind: Kind) -> ast.expr:
        """Small whole powers are multiplications, in this order, in both engines."""
        constant = isinstance(node.right, ast.Constant) and type(node.right.value) is int
        exponent = node.right.value if constant else None  # type: ignore[attr-defined]
        if exponent in (2, 3, 4) and kind == FLOAT:
            return call(f"{self.toolbox}.{('square', 'cube', 'fourth')[exponent - 2]}", self.value(node.left))
        if kind == INT:
            return self.int_power(self.value(node.left, INT), ast.literal_eval(node.right))
        return call(f"{self.toolbox}.power", self.value(node.left, FLOAT), self.value(node.right, FLOAT))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        kind = node.operand.sort  # type: ignore[attr-defined]
        as_int = kind == BOOL and not isinstance(node.op, ast.Not)
        operand = self.value(node.operand, INT if as_int else None)
        return ast.copy_location(self.unary(node.op, operand, kind), node)

    def visit_Compare(self, node: ast.Compare) -> Any:
        sides = [node.left, *node.comparators]
        if isinstance(node.ops[0], ast.Is | ast.IsNot):
            return ast.copy_location(
                self.absent(self.visit(node.left), isinstance(node.ops[0], ast.Is)), node
            )
        floats = any(side.sort == FLOAT for side in sides)  # type: ignore[attr-defined]
        written = [self.side(side, floats) for side in sides]
        return ast.copy_location(ast.Compare(written[0], node.ops, written[1:]), node)

    def side(self, node: ast.expr, floats: bool) -> ast.expr:
        """One side of a comparison."""
        return self.value(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        kind = node.sort  # type: ignore[attr-defined]
        return ast.copy_location(ast.BoolOp(node.op, [self.value(v, kind) for v in node.values]), node)

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        kind = node.sort  # type: ignore[attr-defined]
        test = self.value(node.test)
        return ast.copy_location(
            ast.IfExp(test, self.value(node.body, kind), self.value(node.orelse, kind)), node
        )

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return ast.copy_location(ast.Tuple([self.value(part) for part in node.elts], ast.Load()), node)

    def visit_Call(self, node: ast.Call) -> Any:
        func: Any = node.func
        routine = getattr(node, "routine", None)
        if routine is not None:
            written = self.helper(routine, node.args)
        elif isinstance(getattr(func, "sort", None), Named):
            written = self.known(func.sort.name, node)
        else:
            owner = func.value.sort
            if isinstance(owner, Chance):
                written = self.draw(func.attr, node.args)
            elif isinstance(owner, Seen):
                written = self.look(owner, func.attr, node.args)
            else:
                written = self.life(func.attr, node)
        return written if isinstance(written, list) else ast.copy_location(written, node)

    # ---- what an engine says

    def local(self, text: str) -> str:
        """How a name of the rule is written."""
        return text

    def constant(self, value: Any) -> ast.expr:
        """A constant that was frozen into the rule."""
        if isinstance(value, float) and not math.isfinite(value):
            found: ast.expr = ast.Attribute(name("math"), "nan" if math.isnan(value) else "inf", ast.Load())
            return found if not value < 0 else ast.UnaryOp(ast.USub(), found)
        return ast.Constant(value)

    def field(self, node: ast.Attribute, write: bool) -> ast.expr:
        """A field of an agent."""
        raise NotImplementedError

    def of_world(self, node: ast.Attribute, owner: World) -> ast.expr:
        """A number or an array of the world."""
        raise NotImplementedError

    def binary(self, op: ast.operator, a: ast.expr, b: ast.expr, floats: bool) -> ast.expr:
        """Arithmetic."""
        return ast.BinOp(a, op, b)

    def int_power(self, base: ast.expr, exponent: int) -> ast.expr:
        """A whole number to a whole power from 0."""
        return ast.BinOp(base, ast.Pow(), ast.Constant(exponent))

    def unary(self, op: ast.unaryop, operand: ast.expr, kind: Kind) -> ast.expr:
        """A sign, or not."""
        return ast.UnaryOp(op, operand)

    def absent(self, agent: ast.expr, is_none: bool) -> ast.expr:
        """Is nobody there?"""
        raise NotImplementedError

    def helper(self, routine: Routine, arguments: list[ast.expr]) -> ast.expr:
        """A call of another routine."""
        raise NotImplementedError

    def known(self, function: str, node: ast.Call) -> ast.expr:
        """A call of a function of the vocabulary."""
        raise NotImplementedError

    def draw(self, what: str, arguments: list[ast.expr]) -> ast.expr:
        """A draw from the random stream."""
        raise NotImplementedError

    def look(self, seen: Seen, method: str, arguments: list[ast.expr]) -> ast.expr:
        """A method of a neighbourhood."""
        raise NotImplementedError

    def life(self, what: str, node: ast.Call) -> Any:
        """`me.die()` or `me.spawn(...)`."""
        raise NotImplementedError


def is_exact(node: ast.expr) -> bool:
    """Is this a whole number that a float holds exactly?"""
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and abs(node.value) <= EXACT


__all__ = ["Array", "Helper", "Writer", "call", "is_exact", "name"]
