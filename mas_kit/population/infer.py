"""Goes through a function and finds out what each expression is, before anything is compiled.

Only what objects and columns do alike, to the last bit, gets through. The rest is refused with the line.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mas_kit.population.calls import Calls
from mas_kit.population.kinds import (
    BOOL,
    INT,
    NOTHING,
    OTHER,
    Agent,
    Array,
    Kind,
    Named,
    Number,
    Seen,
    Several,
    join,
    said,
)
from mas_kit.population.program import unify

if TYPE_CHECKING:
    from mas_kit.population.program import Program, Routine

PASSES = 12  # names change their kind upwards only (bool, int, float), so few passes are ever needed


def infer(program: Program, routine: Routine) -> None:
    """Fill in `routine.names`, `routine.returns` and the kinds of all expressions of its tree."""
    routine.names = dict(routine.given)
    for _ in range(PASSES):
        before = dict(routine.names), routine.returns
        _Body(program, routine).run()
        if (routine.names, routine.returns) == before:
            break
    if routine.returns is None:
        routine.returns = NOTHING


class _Body(Calls):
    """One pass over a function's statements, in the order in which they are written."""

    def run(self) -> None:
        self.defined = set(self.routine.given)
        self.returned = False
        falls_through = self.block(self.routine.tree.body)
        if falls_through and self.routine.returns not in (None, NOTHING):
            raise self.refuse(
                self.routine.tree, "the function returns a value on one way and none on another", "return one"
            )

    def block(self, statements: list[ast.stmt]) -> bool:
        """Statements one after the other; False where the end of the block is never reached."""
        for statement in statements:
            handler = getattr(self, f"do_{type(statement).__name__}", None)
            if handler is None:
                raise self.refuse(
                    statement,
                    f"columns know no {_STATEMENTS.get(type(statement).__name__, 'statement of this kind')}",
                    "use assignments, if, for, while and return",
                )
            if handler(statement) is False:
                return False
        return True

    def do_Pass(self, node: ast.Pass) -> None:
        pass

    def do_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if not isinstance(node.value, ast.Call):
            raise self.refuse(
                node, "this line computes a value and drops it", "assign it, or delete the line"
            )
        self.kind(node.value)

    def do_Assign(self, node: ast.Assign) -> None:
        if len(node.targets) != 1:
            raise self.refuse(node, "two assignments in one", "write one line for each")
        self.assign(node.targets[0], self.kind(node.value), node)

    def assign(self, target: ast.expr, kind: Kind, node: ast.stmt) -> None:
        """Note what a target becomes."""
        if isinstance(target, ast.Tuple):
            moving = {sight.moves for sight in self.program.sees.values()} - {""}
            if any(isinstance(part, ast.Attribute) and part.attr in moving for part in target.elts):
                raise self.refuse(
                    node, "an agent moves among other assignments", "give its cell a line of its own"
                )
            if not isinstance(kind, Several) or len(kind.items) != len(target.elts):
                raise self.refuse(
                    node, f"{said(kind)} does not fill {len(target.elts)} names", "assign one each"
                )
            target.sort = kind  # type: ignore[attr-defined]
            for part, item in zip(target.elts, kind.items, strict=True):
                self.assign(part, item, node)
        elif isinstance(target, ast.Attribute):
            self.assign_field(target, kind, node)
        elif isinstance(target, ast.Name):
            self.assign_name(target, kind)
        else:
            raise self.refuse(
                node, "columns cannot assign to an element", "the world is read only; use a field"
            )

    def assign_name(self, target: ast.Name, kind: Kind) -> None:
        routine = self.routine
        if not isinstance(kind, Number | Agent | Several) or (isinstance(kind, Several) and kind.items == ()):
            raise self.refuse(
                target, f"{target.id!r} would stand for {said(kind)}", "use it where it is needed"
            )
        if isinstance(kind, Agent) and kind.mine:
            if self.program.simultaneous:
                raise self.refuse(
                    target, "me gets a second name in a simultaneous rule", "write me where me is meant"
                )
            kind = OTHER
        if target.id in routine.given and not isinstance(kind, Number):
            raise self.refuse(target, f"the argument {target.id!r} is replaced", "give it another name")
        if target.id in routine.given:
            given = join(routine.given[target.id], kind)
            if given != routine.given[target.id]:
                raise self.refuse(
                    target, f"the argument {target.id!r} becomes {said(kind)}", "give it another name"
                )
        what = f"the name {target.id!r}"
        routine.names[target.id] = unify(routine, target, routine.names.get(target.id), kind, what)
        target.sort = routine.names[target.id]  # type: ignore[attr-defined]
        self.defined.add(target.id)

    def assign_field(self, target: ast.Attribute, kind: Kind, node: ast.stmt) -> None:
        program, routine = self.program, self.routine
        owner = self.kind(target.value)
        if not isinstance(owner, Agent):
            raise routine.wrong(
                node,
                f"{said(owner)} cannot be changed by a rule",
                "change fields of agents; the world is read only",
            )
        field = self.field(target, owner)
        if field.name == "id":
            raise routine.wrong(node, "an agent keeps its id for good", "declare a field of your own")
        if program.simultaneous and not owner.mine:
            raise routine.wrong(
                node,
                "in a simultaneous rule an agent writes only to itself, "
                f"and this writes {field.name!r} of another",
                "let the other one read it of me, or declare activation='random' or 'in order'",
            )
        wanted = Number(field.kind)
        if join(wanted, kind) != wanted:
            raise routine.wrong(
                node,
                f"the field {field.name!r} is {said(wanted)}, and this assigns {said(kind)}",
                f"declare {field.name!r} as {kind.type if isinstance(kind, Number) else 'a number'}, "
                f"or convert with {field.kind}(...)",
            )
        target.sort = wanted  # type: ignore[attr-defined]
        program.written.add(field.name)
        if not owner.mine:
            program.others_written.add(field.name)

    def do_If(self, node: ast.If) -> bool:
        self.number(node.test)
        before = set(self.defined)
        first = self.block(node.body)
        after_first, self.defined = self.defined, set(before)
        second = self.block(node.orelse)
        if not first:
            after_first = set(self.defined)
        if not second:
            self.defined = set(after_first)
        self.defined &= after_first
        return first or second

    def do_While(self, node: ast.While) -> None:
        self.number(node.test)
        before = set(self.defined)
        self.block(node.body)
        self.defined = before
        self.block(node.orelse)
        self.defined = before

    def do_For(self, node: ast.For) -> None:
        if not isinstance(node.target, ast.Name):
            raise self.refuse(node, "columns loop with one name", "write `for other in near:`")
        over = node.iter
        if isinstance(over, ast.Call) and self.callee(over) == Named("range"):
            over.func.sort = Named("range")  # type: ignore[attr-defined]
            for argument in over.args:
                if self.number(argument) == Number("float"):
                    raise self.routine.wrong(
                        argument, "range counts in whole numbers", "convert with int(...)"
                    )
            over.sort = NOTHING  # type: ignore[attr-defined]
            item: Kind = INT
        else:
            kind = self.kind(over)
            if isinstance(kind, Seen) and kind.sight.many:
                item = OTHER
            elif isinstance(kind, Array) and kind.dimensions == 1:
                item = Number(kind.item)
            else:
                raise self.refuse(
                    node, f"columns cannot loop over {said(kind)}", "loop over range(...) or a neighbourhood"
                )
        before = set(self.defined)
        self.assign_name(node.target, item)
        self.block(node.body)
        self.defined = set(before)
        self.block(node.orelse)
        self.defined = before

    def do_Break(self, node: ast.Break) -> bool:
        return False

    do_Continue = do_Break

    def do_Return(self, node: ast.Return) -> bool:
        kind = NOTHING if node.value is None else self.kind(node.value)
        if isinstance(kind, Agent) and kind.mine:
            kind = OTHER
        if not isinstance(kind, Number | Agent | Several | type(NOTHING)):
            raise self.refuse(node, f"the function returns {said(kind)}", "return numbers or an agent")
        old = self.routine.returns
        self.routine.returns = unify(self.routine, node, old, kind, "what the function returns")
        return False

    def do_Raise(self, node: ast.Raise) -> bool:
        call = node.exc
        known = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.keywords
        if not known or not all(isinstance(a, ast.Constant) for a in call.args):  # type: ignore[union-attr]
            raise self.refuse(node, "columns raise plain errors only", 'write raise ValueError("why")')
        return False

    def do_Assert(self, node: ast.Assert) -> None:
        if node.msg is not None and not isinstance(node.msg, ast.Constant):
            raise self.refuse(node, "the message of this assert is computed", "write a plain text")
        self.number(node.test)


_STATEMENTS: dict[str, Any] = {
    "FunctionDef": "function inside a rule",
    "With": "with",
    "Try": "try",
    "Delete": "del",
    "Match": "match",
    "Import": "import inside a rule",
    "ImportFrom": "import inside a rule",
    "Global": "global",
    "Nonlocal": "nonlocal",
    "ClassDef": "class inside a rule",
}
__all__ = ["BOOL", "infer"]
