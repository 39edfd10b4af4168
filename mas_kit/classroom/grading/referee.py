"""The grader's side: a policy that asks the student's process, and a clock that ends it.

Nothing that comes back is ever unpickled or evaluated: an answer is a line of JSON with numbers in it, or the
words of an error.
"""

from __future__ import annotations

import contextlib
import json
import linecache
import os
import pickle
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import cloudpickle

from mas_kit.classroom.grading.limits import Limits
from mas_kit.core.errors import MasKitError
from mas_kit.core.policy import Policy

_PLAYER = Path(__file__).with_name("player.py")
_PACKAGE = Path(__file__).parents[2]
_LINE = 10_000  # bytes that an answer may have
_FOLDER = 50_000_000  # bytes that a submission may keep in its folder, and
_FILES = 1000  # how many files
_LOOK = 0.25  # seconds between two looks at the clock and at the folder
START = 60.0  # seconds in which the empty process must be up; not counted against the student


class PlayerFailed(MasKitError):
    """A submission crashed, answered nonsense, or used more than it may. The message is for the student."""


class Player(Policy):
    """A policy whose decisions come from a process of its own, with limits; use it in a `with` block.

    Args:
        policy: a policy, a policy class or a function, as an agent takes it. It is sent as it stands in this
            session, with the functions and constants that it uses.
        limits: what the process may use in all its life.
        imports: modules that define the percepts.
        action: makes the action from the numbers of an answer; by default the first number.

    Raises:
        PlayerFailed: on entering (it cannot be sent or loaded), and at any decision.
    """

    name = "submission"

    def __init__(
        self,
        policy: Any,
        limits: Limits | None = None,
        *,
        imports: tuple[str, ...] = (),
        action: Callable[[list[float]], Any] | None = None,
    ) -> None:
        self.limits = (limits or Limits()).check()
        self._imports, self._action = imports, action or (lambda numbers: numbers[0])
        try:
            self._code = cloudpickle.dumps(policy)
        except Exception as error:
            raise PlayerFailed(
                f"the policy cannot be sent to its own process ({type(error).__name__}: {error}); "
                "keep models, widgets and open files out of it"
            ) from None
        self.walls: tuple[str, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()
        self._deadline = 0.0
        self._ended = ""  # why the referee ended the process
        self._heard = b""  # what was read behind an answer

    def __enter__(self) -> Self:
        self._over.clear()
        self._ended, self._heard = "", b""
        self._folder = tempfile.mkdtemp(prefix="mas_kit_player_")
        # Where this process is closed in itself, it may read the package but not the folder around it.
        with contextlib.suppress(OSError):  # Windows, without the right to make links
            (Path(self._folder) / "packages").mkdir()
            (Path(self._folder) / "packages" / _PACKAGE.name).symlink_to(_PACKAGE, target_is_directory=True)
        keep = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-B",
                str(_PLAYER),
                str(Path(self._folder) / "packages"),
                str(_PACKAGE.parent),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env={**keep, **threads, "HOME": self._folder, "PATH": ""},
        )
        try:
            self._deadline = time.monotonic() + START
            threading.Thread(target=self._watch, daemon=True, name="mas_kit player watch").start()
            self._send(
                folder=self._folder, limits=tuple(self.limits), imports=self._imports, policy=self._code
            )
            self.walls = tuple(map(str, self._answer("walls")))
            self._deadline = time.monotonic() + self.limits.wall
            self._answer("ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._process:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    with contextlib.suppress(OSError):  # what was still to be sent has nobody to read it
                        pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self, seed: int) -> None:
        """A new run: nothing is remembered, and the policy's own stream of chance starts from this seed."""
        self._send(seed=(seed, 0x706F6C696379))

    def decide(self, percept: Any, rng: Any) -> Any:
        """Ask the process. (Its stream of chance is its own; the model's is not touched.)"""
        self._send(percept=percept._replace(memory=None))
        return self._action(self._answer("action"))

    def _watch(self) -> None:
        """End the process when its time is over or its folder is full."""
        while not self._over.wait(_LOOK):
            if time.monotonic() > self._deadline:
                seconds = f"{self.limits.wall:g} seconds"
                self._end(f"the policy did not finish within {seconds}: is there an endless loop?")
            elif _too_much(Path(self._folder)):
                self._end(f"the policy wrote more than {_FOLDER / 1e6:g} MB or {_FILES} files")

    def _end(self, why: str) -> None:
        self._ended = self._ended or why
        if self._process:
            self._process.kill()

    def _send(self, **request: Any) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        frame = pickle.dumps(request)
        try:
            self._process.stdin.write(struct.pack("<I", len(frame)) + frame)
            self._process.stdin.flush()
        except OSError:
            raise self._gone() from None

    def _answer(self, wanted: str) -> Any:
        line = self._hear()
        try:
            answer = json.loads(line)
            told = "error" in answer or wanted in answer
            numbers = answer.get("action")
        except (ValueError, AttributeError, TypeError, RecursionError):
            told = False
        if not told:
            raise PlayerFailed("the policy's process answered something that is not an answer")
        if "error" in answer:
            raise PlayerFailed(f"the policy raised {_plain(answer['error'])}{_line(answer.get('where'))}")
        if wanted == "action" and not (
            isinstance(numbers, list)
            and numbers
            and all(isinstance(x, int | float) and abs(x) <= 1e12 for x in numbers)
        ):
            raise PlayerFailed(f"the policy answered {numbers!r:.80}; an order is a number up to 1e12")
        return answer[wanted]

    def _hear(self) -> bytes:
        """The next line. Never waits longer than the clock allows, whoever else holds the channel open."""
        assert self._process is not None
        assert self._process.stdout is not None
        if os.name != "posix":  # there `select` knows no pipes: the watch ends the process
            line = self._process.stdout.readline(_LINE)
            if not line:
                raise self._gone()
            return line
        channel = self._process.stdout.fileno()
        while b"\n" not in self._heard:
            if len(self._heard) > _LINE:
                raise PlayerFailed("the policy's process answered something that is not an answer")
            more = b""
            if not self._ended and select.select([channel], [], [], _LOOK)[0]:
                more = os.read(channel, _LINE)
            elif not self._ended:
                continue
            if not more:
                raise self._gone()
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        return line

    def _gone(self) -> PlayerFailed:
        assert self._process is not None
        _, cpu, memory = self.limits
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        if self._ended:
            return PlayerFailed(self._ended)
        if code in (-24, -9):  # SIGXCPU, then SIGKILL
            return PlayerFailed(
                f"the policy used more than {cpu:g} seconds of CPU: is there an endless loop?"
            )
        return PlayerFailed(
            f"the policy's process ended by itself (exit code {code}); it may use {memory:g} MB of memory"
        )


def _too_much(folder: Path) -> bool:
    """Is there more in the folder than a policy may keep? Links are not followed."""
    size = count = 0
    for place, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):  # gone since
                size += (Path(place) / name).lstat().st_size
            count += 1
            if size > _FOLDER or count > _FILES:
                return True
    return False


def _plain(text: Any) -> str:
    """A student's words in one line, without what could move the cursor of whoever reads them."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text)[:500]).strip()


def _line(where: Any) -> str:
    """In which line of the student's code; the text of the line where this session knows it."""
    if not (isinstance(where, list) and len(where) == 3 and isinstance(where[1], int)):
        return ""
    file, number, function = str(where[0]), where[1], _plain(where[2])
    text = linecache.getline(file, number).strip()
    return f" in line {number} of its cell, in {function:.60}" + (f": {text:.120}" if text else "")
