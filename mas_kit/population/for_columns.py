"""The rule as columns run it: an agent is a row number, a field of it an element of the field's array."""

from __future__ import annotations

import ast
from typing import Any

from mas_kit.population.kinds import BOOL, FLOAT, INT, Agent, Array, Kind, Number, Seen, World
from mas_kit.population.program import Program, Routine
from mas_kit.population.sights import Leader
from mas_kit.population.writing import Writer, call, is_exact, name

_CHECKED = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "divide",
    ast.Mod: "int_mod",
    ast.FloorDiv: "int_floordiv",
}
_FLOATS = {ast.Mod: "mod", ast.FloorDiv: "floordiv"}
_WHOLE = {
    "math.floor": "floor",
    "math.ceil": "ceil",
    "math.trunc": "to_int",
    "int": "to_int",
    "round": "round_even",
}
_RESERVED = ("kit", "math", "n", "draws", "float", "int", "abs", "range", "len")
_DEFAULTS = {"uniform": (0.0, 1.0), "normal": (0.0, 1.0), "exponential": (1.0,)}


class ForColumns(Writer):
    """One routine. `wanted` collects the arrays and numbers that its function needs beside its arguments."""

    toolbox = "kit"

    def __init__(self, program: Program, routine: Routine, wants: dict[str, list[str]]) -> None:
        super().__init__(program, routine)
        self.wants = wants  # of the routines written before, by name
        self.wanted: dict[str, None] = {}
        self.loops = 0
        self.counters = _counters(routine)
        self.buffered = frozenset(program.buffered)

    def write(self) -> ast.FunctionDef:
        tree = super().write()
        keep = [a.arg for a in tree.args.args if isinstance(self.routine.given[a.arg], Number | Agent)]
        context = sorted(self.wanted)
        self.wants[self.routine.name] = context
        tree.args.args = [ast.arg(self.local(a)) for a in keep] + [ast.arg(a) for a in context]
        if not tree.body:
            tree.body = [ast.Pass()]
        return ast.fix_missing_locations(tree)

    def need(self, text: str) -> ast.Name:
        """A name that the function is given beside its arguments."""
        self.wanted[text] = None
        return name(text)

    def local(self, text: str) -> str:
        reserved = (
            text in _RESERVED or "_of" in text or text.endswith(("_", "_after", "_was", "_seen", "_born"))
        )
        return f"{text}_" if reserved else text

    def field(self, node: ast.Attribute, write: bool) -> ast.expr:
        owner: Agent = node.owner  # type: ignore[attr-defined]
        mine = owner.mine and node.attr in self.buffered
        array = self.need(f"{node.attr}_after" if mine else f"{node.attr}_of")
        agent = self.visit(node.value)
        context = ast.Store() if write else ast.Load()
        if not owner.maybe:
            return ast.Subscript(array, agent, context)
        sight = self.program.sees[owner.maybe]
        assert isinstance(sight, Leader)
        if write or node.attr not in sight.default:
            return ast.Subscript(array, call("kit.there", agent), context)
        there = ast.Compare(agent, [ast.GtE()], [ast.Constant(0)])
        default = self.constant(sight.default[node.attr])
        return ast.IfExp(there, ast.Subscript(array, agent, ast.Load()), default)

    def visit_Assign(self, node: ast.Assign) -> Any:
        target = node.targets[0]
        mover = self.mover(target)
        if mover is None:
            return super().visit_Assign(node)
        # The write to the field that says where an agent is goes through the grid, which may object.
        assert isinstance(target, ast.Attribute)
        seen, sight = mover
        text, arrays = sight.moved(seen)
        for array in arrays:
            self.need(array)
        place = ast.unparse(self.field(target, write=False))
        agent = ast.unparse(self.visit(target.value))
        put = text.format(agent=agent, old=place, cell="k_")
        lines = [
            ast.Assign([ast.Name("k_", ast.Store())], self.value(node.value, target.sort)),  # type: ignore[attr-defined]
            *ast.parse(f"{put}\n{place} = k_").body,
        ]
        return [ast.copy_location(line, node) for line in lines]

    def of_world(self, node: ast.Attribute, owner: World) -> ast.expr:
        return self.need(f"{node.attr}_of_{owner.name}")

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        array = self.visit(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        checked: list[ast.expr] = []
        for axis, part in enumerate(parts):
            size = ast.Subscript(ast.Attribute(array, "shape", ast.Load()), ast.Constant(axis), ast.Load())
            checked.append(call("kit.at", self.value(part, INT), size))
        index = checked[0] if len(checked) == 1 else ast.Tuple(checked, ast.Load())
        return ast.copy_location(ast.Subscript(array, index, ast.Load()), node)

    def visit_For(self, node: ast.For) -> Any:
        target = self.target(node.target)
        if isinstance(node.iter, ast.Call):
            over = call("range", *[self.value(a, INT) for a in node.iter.args])
            first: list[ast.stmt] = []
        else:
            self.loops += 1
            k = f"k{self.loops}_"
            kind = node.iter.sort  # type: ignore[attr-defined]
            if isinstance(kind, Seen):
                count, at = self.shown(kind, k)
            else:
                assert isinstance(kind, Array)
                array = self.visit(node.iter)
                count = call("len", array)
                at = ast.Subscript(array, name(k), ast.Load())
            over = call("range", count)
            first = [ast.Assign([target], at)]
            target = ast.Name(k, ast.Store())
        body = [*first, *self.block(node.body)]
        return ast.copy_location(ast.For(target, over, body, self.block(node.orelse)), node)

    def shown(self, seen: Seen, k: str) -> tuple[ast.expr, ast.expr]:
        """How many a neighbourhood shows, and who is number k."""
        pieces = seen.sight.shown(seen.name)
        for array in (*pieces.arrays, *([pieces.made] if pieces.made else [])):
            self.need(array)
        # A helper that is given the neighbourhood but not `me` knows the turn's agent as `me_`.
        for text in (pieces.count, pieces.at):
            for part in ast.walk(ast.parse(text.format(k="k_"), mode="eval")):
                if isinstance(part, ast.Name) and part.id in ("n", "me"):
                    self.need("n" if part.id == "n" else "me_")
        count, at = (ast.parse(text.format(k=k), mode="eval").body for text in (pieces.count, pieces.at))
        return _Me().visit(count), _Me().visit(at)

    def absent(self, agent: ast.expr, is_none: bool) -> ast.expr:
        return ast.Compare(agent, [ast.Lt() if is_none else ast.GtE()], [ast.Constant(0)])

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        if isinstance(node.op, ast.Add) and isinstance(node.left, ast.Name) and node.left.id in self.counters:
            return ast.copy_location(
                ast.BinOp(self.visit(node.left), node.op, self.value(node.right, INT)), node
            )
        return super().visit_BinOp(node)

    def binary(self, op: ast.operator, a: ast.expr, b: ast.expr, floats: bool) -> ast.expr:
        known = _FLOATS.get(type(op)) if floats else _CHECKED.get(type(op))
        return call(f"kit.{known}", a, b) if known else ast.BinOp(a, op, b)

    def int_power(self, base: ast.expr, exponent: int) -> ast.expr:
        return call("kit.int_power", base, ast.Constant(exponent))

    def unary(self, op: ast.unaryop, operand: ast.expr, kind: Kind) -> ast.expr:
        if isinstance(op, ast.USub) and kind != Number("float") and not isinstance(operand, ast.Constant):
            return call("kit.sub", ast.Constant(0), operand)
        return ast.UnaryOp(op, operand)

    def side(self, node: ast.expr, floats: bool) -> ast.expr:
        written = self.value(node)
        if floats and node.sort == INT and not is_exact(written):  # type: ignore[attr-defined]
            return call("kit.exact", written)
        return written

    def helper(self, routine: Routine, arguments: list[ast.expr]) -> ast.expr:
        given = zip(arguments, routine.given.values(), strict=True)
        own = [self.value(a) for a, kind in given if isinstance(kind, Number | Agent)]
        return call(routine.name, *own, *[self.need(text) for text in self.wants[routine.name]])

    def known(self, function: str, node: ast.Call) -> ast.expr:  # noqa: PLR0911  (one line per function)
        kind: Kind = node.sort  # type: ignore[attr-defined]
        arguments = node.args
        first: Kind = arguments[0].sort  # type: ignore[attr-defined]
        if function == "len":
            return call("len", self.visit(arguments[0])) if isinstance(first, Array) else self.count(first)
        if function in ("min", "max"):
            found = self.value(arguments[0], kind)
            for argument in arguments[1:]:
                found = call(
                    f"kit.{'least' if function == 'min' else 'most'}", found, self.value(argument, kind)
                )
            return found
        if function in _WHOLE:
            return call(f"kit.{_WHOLE[function]}" if first == FLOAT else "int", self.value(arguments[0]))
        if function == "abs":
            return call("abs" if kind == FLOAT else "kit.int_abs", self.value(arguments[0], kind))
        if function == "float":
            return call("float", self.value(arguments[0], INT if first == BOOL else None))
        if function == "bool":
            return ast.Compare(self.value(arguments[0]), [ast.NotEq()], [ast.Constant(0)])
        short = {"math.pow": "math_pow"}.get(function, function[5:])
        return call(f"kit.{short}", *[self.value(a, FLOAT) for a in arguments])

    def life(self, what: str, node: ast.Call) -> Any:
        me = self.visit(node.func.value)  # type: ignore[attr-defined]
        if what == "die":
            return [ast.Assign([ast.Subscript(self.need("dead_"), me, ast.Store())], ast.Constant(True))]
        fields = self.program.record.fields
        given: dict[str, ast.expr] = {
            str(k.arg): self.value(k.value, Number(fields[str(k.arg)].kind)) for k in node.keywords
        }
        first = next(iter(fields))
        room = ast.Call(name("len"), [self.need(f"{first}_born")], [])
        number = call("kit.newborn", self.need("born_"), room)
        lines: list[ast.stmt] = [ast.Assign([ast.Name("k_", ast.Store())], number)]
        for field in [*given, *(field for field in fields if field not in given)]:
            value = given.get(field) or self.constant(fields[field].default)
            place = ast.Subscript(self.need(f"{field}_born"), name("k_"), ast.Store())
            lines.append(ast.Assign([place], value))
        return [ast.copy_location(line, node) for line in lines]

    def count(self, seen: Any) -> ast.expr:
        """How many a neighbourhood shows."""
        return self.shown(seen, "k_")[0]

    def draw(self, what: str, arguments: list[ast.expr]) -> ast.expr:
        if what in ("random", "uniform"):
            stream = [self.need("double_"), self.need("state_")]
            if what == "random":
                return call("kit.next_double", *stream)
        else:
            stream = [self.need("draws")]
        if what == "integers":
            low_high = [self.value(a, INT) for a in arguments]
            return call("kit.integers", *stream, *([ast.Constant(0), *low_high][-2:]))
        if what in _DEFAULTS:
            given: list[ast.expr] = [self.value(a, FLOAT) for a in arguments]
            given += [ast.Constant(value) for value in _DEFAULTS[what][len(given) :]]
            return call(f"kit.{what}", *stream, *given)
        return call(f"draws.{what}")

    def look(self, seen: Seen, method: str, arguments: list[ast.expr]) -> ast.expr:
        if method != "pick":
            text, arrays = seen.sight.calls(seen.name)[method]
            for array in arrays:
                self.need(array)
            return ast.parse(text, mode="eval").body
        count, _ = self.shown(seen, "k_")
        # The number that is drawn stands once in the expression, or goes through a function of its own.
        pieces = seen.sight.shown(seen.name)
        return self.picked(
            seen, call("kit.pick", self.need("double_"), self.need("state_"), count), pieces.at
        )

    def picked(self, seen: Seen, k: ast.expr, at: str) -> ast.expr:
        """Who is number k, where k is computed."""
        function = f"pick_{seen.name}_"
        arrays = seen.sight.shown(seen.name).arrays
        return call(function, k, self.need("me_"), *[self.need(a) for a in arrays])


class _Me(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.Name:
        return name("me_") if node.id == "me" else node


def _counters(routine: Routine) -> set[str]:
    """The local names that only ever count up from a small number: no turn is long enough for 64 bits."""
    found = {text for text, kind in routine.names.items() if kind == INT and text not in routine.given}
    for node in ast.walk(routine.tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.For)
            else []
        )
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and not (
                    isinstance(node, ast.Assign) and part is target and _counts(part.id, node.value)
                ):
                    found.discard(part.id)
    return found


def _counts(text: str, value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and isinstance(value.left, ast.Name):
        return value.left.id == text and _small(value.right)
    return _small(value)


def _small(value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return _small(value.body) and _small(value.orelse)
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int) and 0 <= value.value <= 2**20
    return bool(value.sort == BOOL)  # type: ignore[attr-defined]
