"""What each expression of a rule is: the part of the inference below the statements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mas_kit.population import reading
from mas_kit.population.errors import RuleError
from mas_kit.population.kinds import (
    BOOL,
    CHANCE,
    FLOAT,
    INT,
    ME,
    NOTHING,
    Agent,
    Array,
    Chance,
    Helper,
    Kind,
    Named,
    Nothing,
    Number,
    Seen,
    Several,
    World,
    join,
    said,
)
from mas_kit.population.program import unify
from mas_kit.population.records import LARGEST, MISSING
from mas_kit.population.vocabulary import CALLS, DRAWS, INSTEAD

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

    def joined(self, node: ast.expr, kinds: list[Kind]) -> Kind:
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

    def callee(self, node: ast.Call) -> Kind:
        """What is called."""
        if isinstance(node.func, ast.Attribute) or (
            isinstance(node.func, ast.Name) and node.func.id not in self.routine.names
        ):
            return self.kind(node.func) if not self.is_method(node) else NOTHING
        raise self.refuse(node, "columns call plain functions by name", "define it with def")

    def is_method(self, node: ast.Call) -> bool:
        return isinstance(node.func, ast.Attribute) and isinstance(
            self.kind(node.func.value), Seen | Chance | Agent
        )

    def of_Call(self, node: ast.Call) -> Kind:
        if self.is_method(node):
            return self.method(node)
        target = self.callee(node)
        node.func.sort = target  # type: ignore[attr-defined]
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.refuse(node, "columns call with positional arguments only", "leave the names out")
        if isinstance(target, Helper):
            return self.helper(node, target)
        if isinstance(target, Named) and target.name == "len" and len(node.args) == 1:
            kind = self.kind(node.args[0])
            if isinstance(kind, Array) or (isinstance(kind, Seen) and kind.sight.many):
                return INT
        if isinstance(target, Named) and target.name in CALLS:
            return self.known(node, target.name)
        name = target.name if isinstance(target, Named) else said(target)
        raise self.refuse(node, f"columns cannot call {name}", INSTEAD.get(name, "write a plain function"))

    def known(self, node: ast.Call, name: str) -> Kind:
        least, most, result = CALLS[name]
        if not least <= len(node.args) <= most:
            raise self.refuse(
                node, f"{name} with {len(node.args)} arguments", INSTEAD.get(name, "see its help")
            )
        kinds = [self.number(argument) for argument in node.args]
        if result != "same":
            return Number(result)
        both = self.joined(node, list(kinds))
        return INT if name == "abs" and both == BOOL else both

    def helper(self, node: ast.Call, target: Helper) -> Kind:
        if target.function in self.program.open_calls:
            raise self.refuse(node, f"{target.function.__name__} calls itself", "write a loop")
        kinds: list[Kind] = [self.kind(argument) for argument in node.args]
        for argument, kind in zip(node.args, kinds, strict=True):
            if isinstance(kind, Nothing | Named | Helper):
                raise self.refuse(argument, f"{said(kind)} as an argument", "give numbers and agents")
        source = reading.read(target.function)
        if len(source.parameters) != len(kinds):
            name, wants = target.function.__name__, ", ".join(source.parameters)
            raise self.routine.wrong(node, f"{name} takes ({wants})", "give it as many arguments")
        node.routine = made = self.program.routine(source, kinds)  # type: ignore[attr-defined]
        assert made.returns is not None
        return made.returns

    def method(self, node: ast.Call) -> Kind:
        func: Any = node.func
        owner = self.kind(func.value)
        if isinstance(owner, Agent):
            return self.life(node, owner)
        if node.keywords:
            raise self.refuse(node, "columns call with positional arguments only", "leave the names out")
        kinds = [self.kind(argument) for argument in node.args]
        if isinstance(owner, Chance):
            self.program.drawn = True
            if func.attr not in DRAWS:
                raise self.refuse(
                    node, f"columns cannot draw {func.attr}", f"draw with one of {', '.join(DRAWS)}"
                )
            least, most, result = DRAWS[func.attr]
            if not least <= len(kinds) <= most or any(not isinstance(kind, Number) for kind in kinds):
                raise self.refuse(
                    node, f"rng.{func.attr} with these arguments", "give plain numbers, and no size"
                )
            if func.attr == "integers" and FLOAT in kinds:
                raise self.routine.wrong(node, "integers lie between whole numbers", "convert with int(...)")
            return Number(result)
        assert isinstance(owner, Seen)
        known = owner.sight.methods
        if func.attr not in known:
            raise self.routine.wrong(
                node,
                f"{owner.name!r} has no {func.attr!r}",
                f"known: {', '.join(known) or 'nothing to call'}",
            )
        wanted, made = known[func.attr]
        if len(kinds) != len(wanted) or not all(map(isinstance, kinds, wanted)):
            raise self.routine.wrong(
                node, f"{func.attr} takes other arguments", f"write {owner.name}.{func.attr}(rng)"
            )
        self.program.drawn |= CHANCE in kinds
        return made

    def life(self, node: ast.Call, owner: Agent) -> Kind:
        """`me.die()` and `me.spawn(...)`."""
        func: Any = node.func
        program, fields = self.program, self.program.record.fields
        if func.attr not in ("die", "spawn") or owner != ME:
            raise self.routine.wrong(
                node, f"an agent has no {func.attr!r} to call", "write me.die(), me.spawn(...)"
            )
        if func.attr == "die":
            program.dies = True
            return NOTHING
        program.spawns = True
        for keyword in node.keywords:
            if keyword.arg not in fields:
                raise self.routine.wrong(
                    node, f"the newborn has no field {keyword.arg!r}", f"use {', '.join(fields)}"
                )
            wanted, kind = Number(fields[keyword.arg].kind), self.number(keyword.value)
            if join(wanted, kind) != wanted:
                raise self.routine.wrong(
                    node, f"{keyword.arg!r} is {said(wanted)}, not {said(kind)}", "convert it"
                )
        given = {keyword.arg for keyword in node.keywords}
        for name, field in fields.items():
            if name not in given and field.default is MISSING:
                raise self.routine.wrong(
                    node, f"the newborn needs {name!r}, which has no default", f"spawn({name}=...)"
                )
        return NOTHING
