"""The same run in another process: does the order of a set, or hash(), decide?

Python salts the hashes of texts anew in each process, so a set of names has another order tomorrow, while two
runs in one process agree. It takes a second, so only code that makes sets, or calls hash() or id(), is asked.
"""

from __future__ import annotations

import dis
import os
import pickle
import subprocess
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from mas_kit.checks import chance, snapshot, trace
from mas_kit.checks.report import Failure

ELSEWHERE = "same run in another process"

_ORDERS = {"set", "frozenset", "hash", "id"}
_BUILDS = {"BUILD_SET", "SET_ADD", "SET_UPDATE"}
_PATIENCE = 120.0  # seconds
_CODE = """
import os, pickle, sys
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)  # what the run prints is no answer
sys.path[:] = pickle.load(sys.stdin.buffer)
import cloudpickle
cloudpickle.dump(pickle.load(sys.stdin.buffer)(), answers)
"""


def suspects(owners: Iterable[Any]) -> list[str]:
    """Where these classes and functions, and what they call, make a set or call hash() or id()."""
    found = []
    for code in _codes(owners):
        for step in dis.get_instructions(code):
            if step.opname in _BUILDS or (step.opname == "LOAD_GLOBAL" and step.argval in _ORDERS):
                line = step.positions.lineno if step.positions else code.co_firstlineno
                found.append(f"{code.co_name}, {Path(code.co_filename).name}:{line}")
                break
    return found


def _codes(owners: Iterable[Any]) -> Iterator[types.CodeType]:
    """The code of classes and functions, and of the functions that it names."""
    front: list[Any] = []
    for owner in owners:
        if isinstance(owner, type):
            front += [f for cls in owner.__mro__ for f in map(snapshot.function_of, vars(cls).values())]
        else:
            front.append(owner)
    seen: set[types.FunctionType] = set()
    while front:
        function = front.pop()
        if (
            not isinstance(function, types.FunctionType)
            or function in seen
            or not snapshot.is_ours_to_check(function.__module__ or "")
        ):
            continue
        seen.add(function)
        inside = [function.__code__]
        while inside:
            code = inside.pop()
            front += [function.__globals__.get(name) for name in code.co_names]
            inside += [const for const in code.co_consts if isinstance(const, types.CodeType)]
            yield code


def run(make: trace.Make, seed: int, ticks: int) -> trace.Trace:
    """One run, with the global generators where the other runs have them."""
    with chance.global_state(1):
        return trace.run(make, seed, ticks)


def ask(job: Callable[[], Any]) -> Any:
    """What a function gives in a fresh process, whose hashes of texts are others than here.

    Raises:
        OSError, ValueError, TypeError...: whatever keeps it from going there and back.
    """
    import cloudpickle

    salt = str((hash("mas_kit") & 0xFFFF) + 1)
    if os.environ.get("PYTHONHASHSEED") == salt:
        salt += "1"
    sent = pickle.dumps(sys.path) + cloudpickle.dumps(job)
    done = subprocess.run(
        [sys.executable, "-c", _CODE],
        input=sent,
        env={**os.environ, "PYTHONHASHSEED": salt},
        capture_output=True,
        check=False,
        timeout=_PATIENCE,
    )
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it ended without a word"]
        raise ValueError(last[0])
    return pickle.loads(done.stdout)


def failure(told: str, where: list[str]) -> Failure:
    """The finding."""
    places = "; ".join(where[:3])
    return Failure(
        ELSEWHERE,
        f"in another process it comes out differently with the same seed; first in {told}",
        f"the order of a set, hash() or id() decides, which change from process to process: {places}",
        "go through sorted(...) of a set, or keep a dict or a list, which stay in the order they were filled",
    )
