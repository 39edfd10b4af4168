"""The compiled loop over a population: its text, the file that it is kept in, and the function in it."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import linecache
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from mas_kit.population.for_columns import ForColumns
from mas_kit.population.program import Program

_LOADED: dict[str, ModuleType] = {}
_FIXED = ("ticks", "first", "last", "opening", "closing", "n", "still", "where")
_ORDERED, _SHUFFLED = ("order_",), ("turns_double_", "turns_state_")
_BY_CHANCE = ("wake_double_", "wake_state_", "chance_", "called_", "calls_")


class Kernel(NamedTuple):
    """A loop over ticks and agents: `run` takes `names` in this order. `source` is its text."""

    run: Callable[..., Any]
    names: tuple[str, ...]
    source: str


def text_of(program: Program, activation: str, by_chance: bool = False) -> tuple[str, tuple[str, ...]]:
    """The module's text, and the names of its arguments."""
    wants: dict[str, list[str]] = {}
    functions = []
    for routine in program.routines:
        tree = ForColumns(program, routine, wants).write()
        functions.append(ast.unparse(tree))
    rule = program.rule
    picks = [_pick(name, program) for name in program.sees if f"pick_{name}_(" in "".join(functions)]
    loop, names = _loop(program, activation, by_chance, wants[rule.name])
    head = (
        f'"""Compiled from the rule {rule.source.function.__name__} ({Path(rule.source.file).name}, line '
        f'{rule.tree.lineno}): `x_of[me]` is the field x of the agent in row `me`."""\n\n'
        "import math\n\nfrom numba import njit\n\n"
        "from mas_kit.population import compiled as kit\n\n"
    )
    small = '@njit(error_model="python", forceinline=True, _nrt=False)\n'
    parts = [small + part for part in (*picks, *functions)]
    text = head + "\n\n".join([*parts, loop]) + "\n"
    if "kit.integers(" in text:  # which allocates, in NumPy's own code
        text = text.replace(", _nrt=False", "")
    return text, names


def _pick(name: str, program: Program) -> str:
    pieces = program.sees[name].shown(name)
    arguments = ", ".join(["k_", "me", *pieces.arrays])
    return f"def pick_{name}_({arguments}):\n    return {pieces.at.format(k='k_')}\n"


def _loop(
    program: Program, activation: str, by_chance: bool, context: list[str]
) -> tuple[str, tuple[str, ...]]:
    names = dict.fromkeys(context)
    given: list[str] = []
    before: list[str] = []
    begin: list[str] = []
    made = ["me_"]
    for argument in program.rule.source.parameters:
        sight = program.sees.get(argument)
        if argument == "me":
            given.append("me")
        elif sight is not None:
            pieces = sight.shown(argument)
            names.update(dict.fromkeys(pieces.arrays))
            before += pieces.before
            begin += pieces.begin
            made.append(pieces.made)
            for line in (*pieces.before, *pieces.begin):
                names.update(dict.fromkeys(_given_names(line)))
            if not sight.many:
                given.append(pieces.at)
    both, noted = program.buffered, program.noted if by_chance else []
    names.update(dict.fromkeys(f"{field}_{when}" for field in noted for when in ("of", "was")))
    for field in both:
        names[f"{field}_of"] = names[f"{field}_after"] = None
    ordered = by_chance or activation == "random"
    extra = [*(_ORDERED if ordered else ()), *(_SHUFFLED if activation == "random" else ())]
    extra += _BY_CHANCE if by_chance else ()
    arguments = tuple(dict.fromkeys([*_FIXED, *extra, *sorted({*names} - {"n", *made})]))
    call = ", ".join([*given, *["me" if text == "me_" else text for text in context]])
    draft = [f"{field}_after[me] = {field}_of[me]" for field in both]
    draft += [f"{field}_was[turn] = {field}_of[me]" for field in noted]
    opening = [*begin, *_woken(activation)] if by_chance else begin
    if both and not by_chance:
        opening += ["for me in range(n):", *(f"    {line}" for line in draft)]
    lines = [f"def run({', '.join(arguments)}):", "    for tick in range(ticks):", "        where[0] = tick"]
    if activation == "random" and not by_chance:
        lines.append("        kit.shuffle(turns_double_, turns_state_, order_, n)")
    if opening:
        lines += ["        if opening:", *(f"            {line}" for line in opening)]
    lines += ["        everybody = where[2]" if by_chance else "        everybody = n"]
    lines += ["        turns = everybody if tick + 1 < ticks else min(last, everybody)"]
    lines += ["        for turn in range(first, turns):"]
    lines += [f"            me = {'order_[turn]' if ordered else 'turn'}", "            where[1] = turn"]
    lines += [f"            {line}" for line in draft if by_chance]
    lines += ["            if still[me]:", "                continue"]
    lines += [f"            {line}" for line in before]
    lines.append(f"            {program.rule.name}({call})")
    if both:
        lines += ["        if closing and turns == everybody:", "            for turn in range(everybody):"]
        lines += [f"                me = {'order_[turn]' if by_chance else 'turn'}"]
        lines += [f"                {field}_of[me] = {field}_after[me]" for field in both]
    decorator = '@njit(error_model="python", cache=CACHED, nogil=True, _nrt=False)\n'
    return decorator + "\n".join(lines), arguments


def _woken(activation: str) -> list[str]:
    """The lines that find out whose turn comes by chance. Who is called is so in the first tick only."""
    found = [
        "where[1] = -1",
        "where[2] = kit.wake(wake_double_, wake_state_, chance_, n, called_, calls_, order_)",
        "calls_ = 0",
    ]
    return [
        *found,
        *(["kit.mix(turns_double_, turns_state_, order_, where[2])"] if activation == "random" else []),
    ]


def _given_names(line: str) -> list[str]:
    """The arrays and numbers that a line of the loop reads."""
    return re.findall(r"\b\w+(?:_of|_seen)\b", line)


def compile_program(program: Program, activation: str, by_chance: bool = False) -> Kernel:
    """The loop, from memory or from the cache folder, or else compiled (when it is first called)."""
    text, names = text_of(program, activation, by_chance)
    module = _module(program.rule.source.function.__name__, text)
    return Kernel(module.run, names, text)


def is_cached(program: Program, activation: str, by_chance: bool = False) -> bool:
    """Is the machine code of this loop loaded, or on disk?"""
    text = text_of(program, activation, by_chance)[0]
    key, folder = _key(program.rule.source.function.__name__, text), cache_folder()
    return key in _LOADED or (folder is not None and any((folder / "__pycache__").glob(f"{key}.*.nbi")))


def _key(rule: str, text: str) -> str:
    """The name of a compiled rule, which is another for another rule, package or compiler."""
    from mas_kit.population import compiled, grids

    parts = sorted(Path(str(compiled.__file__)).parent.glob("*.py"))
    used = b"".join(part.read_bytes() for part in (*parts, Path(grids.__file__)))
    basis = used + f"{text}{compiled.VERSION}".encode()
    return f"{rule}_{hashlib.blake2s(basis, digest_size=8).hexdigest()}"


def _module(rule: str, text: str) -> ModuleType:
    key = _key(rule, text)
    if key not in _LOADED:
        folder = cache_folder()
        _LOADED[key] = _in_memory(key, text) if folder is None else _on_disk(folder, key, text)
    return _LOADED[key]


def cache_folder() -> Path | None:
    """Where compiled rules are kept: MAS_KIT_CACHE, or mas_kit in the user's cache; None where none can be.

    The folder must belong to the user alone, because what lies in it is run.
    """
    given = os.environ.get("MAS_KIT_CACHE")
    base = (
        Path(given)
        if given
        else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "mas_kit"
    )
    folder = base / "rules"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        state = folder.stat()
        if hasattr(os, "getuid") and (state.st_uid != os.getuid() or state.st_mode & 0o022):
            return None
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def _on_disk(folder: Path, key: str, text: str) -> ModuleType:
    """The module from its file, so that numba keeps its machine code beside it."""
    path = folder / f"{key}.py"
    whole = text.replace("CACHED", "True")
    if not path.exists() or path.read_text(encoding="utf-8") != whole:
        with tempfile.NamedTemporaryFile(
            "w", dir=folder, delete=False, suffix=".part", encoding="utf-8"
        ) as file:
            file.write(whole)
        Path(file.name).replace(path)
    spec = importlib.util.spec_from_file_location(f"mas_kit_rules.{key}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # numba finds the functions of its cache by their module
    spec.loader.exec_module(module)
    return module


def _in_memory(key: str, text: str) -> ModuleType:
    file = f"<compiled rule {key}>"
    module = ModuleType(f"mas_kit_rules.{key}")
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    sys.modules[module.__name__] = module
    exec(compile(text.replace("CACHED", "False"), file, "exec"), module.__dict__)
    return module
