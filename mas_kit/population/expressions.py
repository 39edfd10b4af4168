"""What each expression of a rule is: the part of the inference below the statements."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mas_kit.population import reading
from mas_kit.population.errors import RuleError
from mas_kit.population.kinds import (
    BOOL,
    FLOAT,
    INT,
    NOTHING,
    Agent,
    Array,
    Kind,
    Named,
    Number,
    Several,
    World,
    join,
    said,
)
from mas_kit.population.program import unify
from mas_kit.population.records import LARGEST

if TYPE_CHECKING:
    from mas_kit.population.program import Program, Routine
    from mas_kit.population.records import Field

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Mod, ast.FloorDiv)
_BITS = (ast.BitAnd, ast.BitOr, ast.BitXor)
_ORDER = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class Expressions:
    """Finds the kind of an expression and notes it on its node."""

    def __init__(self, program: Program, routine: Routine) -> None:
        self.program, self.routine = program, routine
        self.defined: set[str] = set()

    def refuse(self, node: ast.AST, why: str, fix: str) -> RuleError:
        """Only objects can do this."""
        return self.routine.refuse(node, why, fix)

    def kind(self, node: ast.expr) -> Kind:
        """The kind of an expression."""
        handler = getattr(self, f"of_{type(node).__name__}", None)
        if handler is None:
            raise self.refuse(
                node, f"columns know no {type(node).__name__}", "use numbers, fields, and plain functions"
            )
        found: Kind = handler(node)
        node.sort = found  # type: ignore[attr-defined]
        return found

    def number(self, node: ast.expr) -> Number:
        """The kind of an expression that must be a number."""
        kind = self.kind(node)
        if not isinstance(kind, Number):
            raise self.refuse(node, f"{said(kind)} stands where a number is needed", "read one of its fields")
        return kind

    def of_Constant(self, node: ast.Constant) -> Kind:
        value = node.value
        if value is None:
            return NOTHING
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
            raise self.refuse(node, "whole numbers in columns have 64 bits", "write it as a float")
        for kind, type_ in ((BOOL, bool), (INT, int), (FLOAT, float)):
            if isinstance(value, type_):
                return kind
        raise self.refuse(node, f"columns hold numbers, not {value!r}", "number the cases: 0, 1, 2, ...")

    def of_Name(self, node: ast.Name) -> Kind:
        routine, name = self.routine, node.id
        if name in self.defined:
            return routine.names[name]
        if name in routine.names or name in routine.source.function.__code__.co_varnames:
            raise self.refuse(
                node,
                f"{name!r} may have no value here",
                f"give {name!r} a value on every way that leads here",
            )
        found = reading.free(routine.source, name)
        if found is None:
            raise self.refuse(node, f"{name!r} is no number and no plain function", "put it into the world")
        return found

    def of_Attribute(self, node: ast.Attribute) -> Kind:
        owner = self.kind(node.value)
        if isinstance(owner, Agent):
            return Number(self.field(node, owner).kind)
        if isinstance(owner, World):
            field = owner.record.fields.get(node.attr)
            if field is None:
                known = ", ".join(owner.record.fields)
                raise self.routine.wrong(
                    node, f"the world's {owner.name} has no {node.attr!r}", f"known: {known}"
                )
            if field.kind == "array":
                value = getattr(self.program.world[owner.name], field.name)
                item = {"f": "float", "i": "int", "b": "bool"}[value.dtype.kind]
                return Array(owner.name, field.name, item, value.ndim)
            return Number(field.kind)
        if isinstance(owner, Named):
            found = reading.member(self.routine.source, owner.name, node.attr)
            if found is not None:
                return found
        raise self.refuse(
            node, f"columns cannot read {node.attr!r} of {said(owner)}", "read fields and the world"
        )

    def field(self, node: ast.Attribute, owner: Agent) -> Field:
        """The declared field of an agent that a node names."""
        fields = self.program.fields()
        if node.attr not in fields:
            why = f"{self.program.record.__name__} has no field {node.attr!r}"
            raise self.routine.wrong(node, why, f"declare it, or use one of {', '.join(fields)}")
        node.owner = owner  # type: ignore[attr-defined]
        return fields[node.attr]

    def of_BinOp(self, node: ast.BinOp) -> Kind:
        left, right = self.number(node.left), self.number(node.right)
        both = join(left, right)
        assert isinstance(both, Number)
        if isinstance(node.op, _ARITHMETIC):
            return INT if both == BOOL else both
        if isinstance(node.op, ast.Div):
            return FLOAT
        if isinstance(node.op, ast.Pow):
            return self.power(node, left, right)
        if isinstance(node.op, _BITS) and both != FLOAT:
            return both
        raise self.refuse(
            node, f"columns know no {type(node.op).__name__} of {said(both)}", "use + - * / // % **"
        )

    def power(self, node: ast.BinOp, left: Number, right: Number) -> Kind:
        if FLOAT in (left, right):
            return FLOAT
        if isinstance(node.right, ast.Constant) or (
            isinstance(node.right, ast.UnaryOp) and isinstance(node.right.operand, ast.Constant)
        ):
            exponent = ast.literal_eval(node.right)
            return INT if exponent >= 0 else FLOAT
        raise self.refuse(
            node,
            "an int to the power of an int is an int or a float, as the exponent's sign falls",
            "write float(...) around one of them",
        )

    def of_UnaryOp(self, node: ast.UnaryOp) -> Kind:
        kind = self.number(node.operand)
        if isinstance(node.op, ast.Not):
            return BOOL
        if isinstance(node.op, ast.Invert) and kind != INT:
            raise self.refuse(node, f"~ of {said(kind)}", "write not")
        return INT if kind == BOOL else kind

    def of_Compare(self, node: ast.Compare) -> Kind:
        sides = [node.left, *node.comparators]
        if len(sides) == 2 and isinstance(node.ops[0], ast.Is | ast.IsNot):
            if self.kind(sides[1]) == NOTHING and isinstance(self.kind(sides[0]), Agent):
                return BOOL
            raise self.refuse(node, "columns compare agents by number", "write `other.id == me.id`")
        for side in sides:
            if isinstance(self.kind(side), Agent):
                raise self.refuse(side, "columns compare agents by number", "write `other.id == me.id`")
            self.number(side)
        for op in node.ops:
            if not isinstance(op, _ORDER):
                raise self.refuse(
                    node, f"columns know no {type(op).__name__}", "compare with == != < <= > >="
                )
        return BOOL

    def of_BoolOp(self, node: ast.BoolOp) -> Kind:
        kinds = [self.number(value) for value in node.values]
        return self.joined(node, kinds)

    def joined(self, node: ast.expr, kinds: Sequence[Kind]) -> Kind:
        found: Kind | None = None
        for kind in kinds:
            found = unify(self.routine, node, found, kind, "this value")
        assert found is not None
        return found

    def of_IfExp(self, node: ast.IfExp) -> Kind:
        self.number(node.test)
        return self.joined(node, [self.kind(node.body), self.kind(node.orelse)])

    def of_Tuple(self, node: ast.Tuple) -> Kind:
        return Several(tuple(self.kind(part) for part in node.elts))

    def of_Subscript(self, node: ast.Subscript) -> Kind:
        owner = self.kind(node.value)
        if not isinstance(owner, Array):
            raise self.refuse(node, f"columns cannot index {said(owner)}", "index arrays of the world")
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(parts) != owner.dimensions:
            raise self.refuse(node, f"the array has {owner.dimensions} dimensions", "give one index for each")
        for part in parts:
            if self.number(part) == FLOAT:
                raise self.routine.wrong(part, "an index is a whole number", "convert with int(...)")
        return Number(owner.item)
