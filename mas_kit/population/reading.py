"""Reads a rule: its source, and what the names in it stand for at the moment that it is read."""

from __future__ import annotations

import ast
import builtins
import copy
import inspect
import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from mas_kit.population.errors import Refusal
from mas_kit.population.kinds import Helper, Kind, Named, Number


@dataclass
class Source:
    """A function as it was written: its tree (augmented assignments spelled out), file and free names."""

    function: Callable[..., Any]
    tree: ast.FunctionDef
    file: str
    frozen: dict[str, Any] = field(default_factory=dict)  # constants, as they were when first met

    @property
    def parameters(self) -> list[str]:
        """The names of its arguments."""
        return [argument.arg for argument in self.tree.args.args]


def read(function: Callable[..., Any]) -> Source:
    """The source of a plain function. Raises Refusal where it is none, or cannot be found."""
    name = getattr(function, "__name__", repr(function))
    if not isinstance(function, FunctionType) or name == "<lambda>":
        raise Refusal(f"{name} is no plain function", "write it as `def name(me, ...):`")
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    except (OSError, TypeError, SyntaxError) as error:
        raise Refusal(
            f"the source of {name} cannot be read ({error})", "define it in a file or a notebook cell"
        ) from None
    if not isinstance(tree, ast.FunctionDef):
        raise Refusal(f"{name} is no plain function", "write it as `def name(me, ...):`")
    ast.increment_lineno(tree, first - 1)
    arguments = tree.args
    file = inspect.getsourcefile(function) or function.__code__.co_filename
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults:
        raise Refusal(
            f"{name} takes *args, **kwargs or defaults", "name each argument, without a default", file, first
        )
    return Source(function, _Plain().visit(tree), file)


class _Plain(ast.NodeTransformer):
    """Writes `a += b` as `a = a + b` and drops annotations and docstrings, so that less is left to know."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list, node.returns = [], None
        for argument in node.args.args:
            argument.annotation = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.Assign:
        before = copy.deepcopy(node.target)
        before.ctx = ast.Load()
        value = ast.copy_location(ast.BinOp(before, node.op, node.value), node)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        plain = [target for target in node.targets if isinstance(target, ast.Name)]
        if len(node.targets) == 1 or len(plain) < len(node.targets):
            return node
        first, *others = reversed(plain)  # `a = b = value`: the last name gets it, the others copy that
        constant = isinstance(node.value, ast.Constant)
        lines = [ast.Assign([first], node.value)]
        for other in others:
            value = copy.deepcopy(node.value) if constant else ast.Name(first.id, ast.Load())
            lines.append(ast.Assign([other], value))
        return [ast.fix_missing_locations(ast.copy_location(line, node)) for line in lines]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign([node.target], node.value), node)


_ABSENT = object()


def _value(function: Callable[..., Any], name: str) -> Any:
    """What a free name of a function stands for."""
    code = function.__code__
    if name in code.co_freevars:
        cell = (function.__closure__ or ())[code.co_freevars.index(name)]
        try:
            return cell.cell_contents
        except ValueError:
            return _ABSENT
    found = function.__globals__.get(name, _ABSENT)
    return found if found is not _ABSENT else getattr(builtins, name, _ABSENT)


def free(source: Source, name: str) -> Kind | None:
    """The kind of a free name; a constant's value is noted in `source.frozen`. None: no kind that we know."""
    value = _value(source.function, name)
    return _kind_of(source, name, value)


def member(source: Source, module: str, name: str) -> Kind | None:
    """The kind of a module's attribute, as in `math.pi` or `helpers.idm`."""
    found: Any = _value(source.function, module.split(".", maxsplit=1)[0])
    for part in [*module.split(".")[1:], name]:
        found = getattr(found, part, _ABSENT)
    return _kind_of(source, f"{module}.{name}", found)


def _kind_of(source: Source, name: str, value: Any) -> Kind | None:
    for type_, kinds in (
        ("bool", bool | np.bool_),
        ("int", int | np.integer),
        ("float", float | np.floating),
    ):
        if isinstance(value, kinds):
            source.frozen[name] = {"bool": bool, "int": int, "float": float}[type_](value)
            return Number(type_)
    if isinstance(value, FunctionType):
        return Helper(value)
    called = str(getattr(value, "__name__", ""))
    if isinstance(value, ModuleType) or value is getattr(builtins, called, _ABSENT):
        return Named(name if isinstance(value, ModuleType) else called)
    if not callable(value):
        return None
    home = "math" if value is getattr(math, called, _ABSENT) else getattr(value, "__module__", "")
    return Named(f"{'numpy' if isinstance(value, np.ufunc) else home}.{called}")
