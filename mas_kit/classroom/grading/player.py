"""The student's side: a process that holds one policy and answers what to do, decision by decision.

Run by path, isolated, with the folders that hold the package as arguments. It reads frames (a length, then a
pickle, from the referee, who is trusted) from standard input and answers with one line of JSON each. The
model itself runs with the referee: whatever happens here can change this player's own orders, nothing else.
"""

from __future__ import annotations

import json
import math
import os
import pickle
import struct
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any, BinaryIO


def main() -> None:
    """Start, close the process in, load the policy, then answer until the referee hangs up."""
    sys.path += [place for place in sys.argv[1:] if place not in sys.path]
    channel_in, channel_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _silence()

    import numpy as np

    import mas_kit
    from mas_kit.classroom.grading.limits import Limits, confine, readable
    from mas_kit.core.policy import Decision, as_policy

    start = _read(channel_in)
    for name in start["imports"]:  # what percepts are made of
        __import__(name)
    tempfile.tempdir = start["folder"]
    walls = confine(start["folder"], Limits(*start["limits"]), readable(Path(mas_kit.__file__).parent))
    _write(channel_out, {"walls": walls})

    try:
        policy = as_policy(pickle.loads(start["policy"]))
        _write(channel_out, {"ready": True})
    except BaseException as error:
        _write(channel_out, _failure(error))
        return
    memory, rng = None, np.random.default_rng(0)
    while True:
        request = _read(channel_in)
        if "seed" in request:
            memory, rng = None, np.random.default_rng(request["seed"])
            continue
        try:
            decision = policy.decide(request["percept"]._replace(memory=memory), rng)
            memory = decision.memory if isinstance(decision, Decision) else None
            answer: dict[str, Any] = {
                "action": _numbers(decision.action if isinstance(decision, Decision) else decision)
            }
        except BaseException as error:
            answer = _failure(error)
        _write(channel_out, answer)


def _numbers(action: Any) -> list[float]:
    """An action as numbers: one, or a tuple of them."""
    parts = action if isinstance(action, tuple) else (action,)
    try:
        numbers = [float(part) for part in parts if not isinstance(part, str)]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != len(parts) or not numbers or not all(map(math.isfinite, numbers)):
        raise TypeError(f"decide returned {action!r:.80}; return a number (or a Decision with one)")
    return numbers


def _failure(error: BaseException) -> dict[str, Any]:
    """An error in the words of Python, and the innermost line of the student's own code."""
    package = str(Path(__file__).resolve().parents[2])
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    libraries = (sys.prefix, sys.base_prefix, package, *sys.argv[1:2])
    mine = [frame for frame in own if not frame.filename.startswith(libraries)]
    where = next(([frame.filename, frame.lineno, frame.name] for frame in reversed(mine or own)), None)
    return {"error": f"{type(error).__name__}: {error}"[:500], "where": where}


def _silence() -> None:
    """What a policy prints goes nowhere: the channel is for answers."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _read(channel: BinaryIO) -> Any:
    header = channel.read(4)
    if len(header) < 4:
        os._exit(0)
    return pickle.loads(channel.read(struct.unpack("<I", header)[0]))


def _write(channel: BinaryIO, answer: dict[str, Any]) -> None:
    channel.write(json.dumps(answer).encode() + b"\n")
    channel.flush()


if __name__ == "__main__":
    main()
