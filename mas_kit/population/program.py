"""A rule with all that it calls, understood: which name is an agent, which a number, and who writes what."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mas_kit.core.errors import ParameterError
from mas_kit.population.errors import RuleError, at_line
from mas_kit.population.kinds import CHANCE, ME, NOTHING, Kind, Number, Seen, World, join
from mas_kit.population.reading import Source, read
from mas_kit.population.records import Field, Record
from mas_kit.population.sights import Sight

if TYPE_CHECKING:
    from collections.abc import Callable

# Names in the compiled loop that a rule or a helper may well have too.
_OF_THE_LOOP = {"run", "tick", "turn", "ticks", "turns", "first", "last", "everybody", "opening", "closing"}
_OF_THE_LOOP |= {"still", "where", "me", "n", "kit", "math", "njit"}
ID = Field("id", "int", 0, "", "the agent's number, for good")


@dataclass
class Routine:
    """One function, understood for one combination of argument kinds.

    After `infer`, each expression of `tree` carries its kind as `node.sort`, and each call of a helper the
    routine that it calls as `node.routine`.
    """

    name: str
    source: Source
    tree: ast.FunctionDef
    given: dict[str, Kind]
    names: dict[str, Kind] = field(default_factory=dict)
    returns: Kind | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Routine:
        return self

    def refuse(self, node: ast.AST, why: str, fix: str) -> RuleError:
        """The error for a place in this function."""
        return at_line(self.source.file, node, why, fix)

    def wrong(self, node: ast.AST, why: str, fix: str) -> RuleError:
        """The error for a place that no engine can run."""
        return at_line(self.source.file, node, why, fix, RuleError)


@dataclass
class Program:
    """A rule and its helpers.

    Attributes:
        rule: the routine of the rule; `routines` all of them, callees before callers.
        written: the fields that the rule changes; `others_written` those that it changes of others.
        drawn: does the rule draw?
        dies, spawned: does the rule end its agent; the fields that it gives to the newborn, by line.
        visited: the names of the sights that the rule looks at.
    """

    record: type[Record]
    simultaneous: bool
    sees: Mapping[str, Sight]
    world: Mapping[str, Record]
    rule: Routine = field(init=False)
    routines: list[Routine] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    others_written: set[str] = field(default_factory=set)
    drawn: bool = False
    dies: bool = False
    spawns: bool = False
    open_calls: list[Callable[..., Any]] = field(default_factory=list)

    @property
    def buffered(self) -> list[str]:
        """Where all act at once: the fields that are written beside their columns till the tick ends.

        A rule that sees nobody writes in place: nobody could read too early what it has written.
        """
        sees_others = any(name in self.sees for name in self.rule.source.parameters)
        return sorted(self.written) if self.simultaneous and sees_others else []

    @property
    def noted(self) -> list[str]:
        """The fields of which a turn notes what they were: where it changes nobody but its own agent."""
        alone = not (self.others_written or self.dies or self.spawns)
        return sorted(self.written) if alone else []

    def fields(self) -> dict[str, Field]:
        """The fields that a rule can name, the agent's number among them."""
        return {**self.record.fields, "id": ID}

    def routine(self, source: Source, kinds: list[Kind]) -> Routine:
        """The routine for a function called with arguments of these kinds."""
        from mas_kit.population.infer import infer

        for found in self.routines:
            if found.source.function is source.function and list(found.given.values()) == kinds:
                return found
        name, number = source.function.__name__, 2
        if name in _OF_THE_LOOP:
            name += "_"
        names = {routine.name for routine in self.routines} | {name}
        if any(routine.name == name for routine in self.routines):
            while f"{name}_{number}" in names:
                number += 1
            name = f"{name}_{number}"
        given = dict(zip(source.parameters, kinds, strict=True))
        made = Routine(name, source, copy.deepcopy(source.tree), given)
        self.open_calls.append(source.function)
        infer(self, made)
        self.open_calls.pop()
        self.routines.append(made)
        return made


def arguments(rule: Any, sees: Mapping[str, Sight], world: Mapping[str, Record]) -> list[str]:
    """The names of a rule's arguments after `me`; ParameterError for one that nobody can give."""
    import inspect

    names = list(inspect.signature(rule).parameters)
    known = {*sees, *world, "rng"}
    both = (set(sees) & set(world)) | ({"rng", "me"} & {*sees, *world})
    if both:
        raise ParameterError(
            f"the name {min(both)!r} is taken twice in sees, world, 'me' and 'rng'; rename one"
        )
    if not names or names[0] != "me":
        raise ParameterError(
            f"the rule {rule.__name__} takes ({', '.join(names)}); its first argument must be called 'me'"
        )
    for name in names[1:]:
        if name not in known:
            raise ParameterError(
                f"the rule {rule.__name__} asks for {name!r}, which nobody gives; known here: "
                f"{', '.join(sorted(known))}. Declare it in sees={{...}} or world={{...}}"
            )
    return names[1:]


def understand(
    rule: Callable[..., Any],
    record: type[Record],
    simultaneous: bool,
    sees: Mapping[str, Sight],
    world: Mapping[str, Record],
) -> Program:
    """Understand a rule. Raises Refusal where only objects can run it, RuleError where nothing can."""
    program = Program(record, simultaneous, sees, world)
    kinds: list[Kind] = [ME]
    for name in arguments(rule, sees, world):
        if name in sees:
            kinds.append(sees[name].kind(name))
        elif name in world:
            kinds.append(World(name, type(world[name])))
        else:
            kinds.append(CHANCE)
    program.rule = program.routine(read(rule), kinds)
    for sight in sees.values():
        sight.allow(simultaneous, program.written)
    return program


def unify(routine: Routine, node: ast.AST, old: Kind | None, new: Kind, what: str) -> Kind:
    """The kind that holds both; an error at the node where none does."""
    if old is None:
        return new
    both = join(old, new)
    if both is None:
        from mas_kit.population.kinds import said

        raise routine.refuse(
            node, f"{what} is {said(old)} here and {said(new)} there", "give each its own name"
        )
    return both


__all__ = ["NOTHING", "Number", "Program", "Routine", "Seen", "arguments", "understand", "unify"]
