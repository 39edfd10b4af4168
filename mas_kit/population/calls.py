"""What a call in a rule gives: a function of the vocabulary, a helper, a draw, a neighbour, birth, death."""

from __future__ import annotations

import ast
from typing import Any

from mas_kit.population import reading
from mas_kit.population.expressions import Expressions
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
    join,
    said,
)
from mas_kit.population.records import MISSING
from mas_kit.population.vocabulary import CALLS, DRAWS, INSTEAD


class Calls(Expressions):
    """Finds the kind of a call."""

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
            if keyword.arg is None or keyword.arg not in fields:
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
