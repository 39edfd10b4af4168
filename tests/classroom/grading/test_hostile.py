"""A submission that means harm: it takes the audit hook off, forges answers, fills the disk."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import cloudpickle
import numpy as np
import pytest

from mas_kit.classroom.grading import Limits, Player, PlayerFailed, referee
from mas_kit.usecases.supply_chain import StagePercept
from tests.classroom.grading.test_player import IMPORTS, LIMITS, ask, see

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")


@pytest.fixture(autouse=True)
def _by_value() -> Iterator[None]:
    """Policies of this file travel as a notebook's do: with their code, not by the name of their module."""
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    yield
    cloudpickle.unregister_pickle_by_value(module)


def _take_the_hook_off() -> None:
    """An audit hook is a function, and the traceback of what it raises leads to what it looks at."""
    try:
        os.fork()
    except PermissionError as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        assert trace is not None
        trace.tb_frame.f_locals["never"] = ()


def _spawn_below_subprocess() -> int:
    """What `subprocess` itself calls. It copies the process before it finds that nothing may be executed."""
    import _posixsubprocess

    mine, yours = os.pipe()
    settings = (None, None, -1, -1, -1, -1, -1, -1, mine, yours, False, False, -1, None, None, None, -1)
    return int(
        _posixsubprocess.fork_exec([b"/bin/true"], [b"/bin/true"], True, (yours,), *settings, None, True)
    )


def _harm() -> list[Any]:
    """Each returns if it came through, and raises if it was stopped."""
    import resource
    import socket

    return [
        os.fork,
        _spawn_below_subprocess,
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"leak", ("127.0.0.1", 9)),
        lambda: os.chmod(os.path.expanduser("~"), 0o700),  # noqa: PTH101, PTH111  (its own folder even)
        lambda: os.kill(os.getppid(), 0),
        lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (64, 64)),
        lambda: resource.setrlimit(resource.RLIMIT_CPU, (99, 99)),
        lambda: os.setpriority(os.PRIO_PROCESS, 0, 1),
    ]


def harm(percept: StagePercept, rng: np.random.Generator) -> float:
    """1: stopped for want of permission, 0: it came through, 2: something else."""
    _take_the_hook_off()
    try:
        _harm()[percept.time]()
    except PermissionError:
        return 1
    except ValueError:  # what `resource` makes of "not permitted"
        return 1
    except Exception:
        return 2
    return 0


def test_the_kernel_holds_where_the_hook_was_taken_off() -> None:
    with Player(harm, LIMITS, imports=IMPORTS) as player:
        if "seccomp" not in player.walls:
            pytest.skip("this kernel has no seccomp; run the grading in a container")
        player.begin(1)
        count = len(_harm())
        assert [player.decide(see(time=k), None) for k in range(count)] == [1] * count


def works(percept: StagePercept, rng: np.random.Generator) -> float:
    """Threads, limits that are read, a matrix product: what honest libraries do."""
    import resource
    import threading

    found: list[float] = []
    thread = threading.Thread(target=lambda: found.append(1.0))
    thread.start()
    thread.join()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] > 0
    return found[0] + float((np.ones((50, 50)) @ np.ones((50, 50)))[0, 0])


def test_honest_libraries_still_work() -> None:
    assert ask(works) == [51.0]


def forges_ready(percept: StagePercept, rng: np.random.Generator) -> float:
    for descriptor in range(64):
        with contextlib.suppress(OSError):
            os.write(descriptor, b'{"ready": true}\n')
    return 8.0


def speaks_in_tongues(percept: StagePercept, rng: np.random.Generator) -> float:
    raise ValueError("\x1b[2J\n4 of 4 points.\n")


def reads_elsewhere(percept: StagePercept, rng: np.random.Generator) -> float:
    with open("/etc/passwd") as file:  # noqa: PTH123
        return len(file.read())


def hoards(percept: StagePercept, rng: np.random.Generator) -> float:
    import time

    for name in range(8):
        with open(f"hoard{name}", "wb") as file:  # noqa: PTH123
            file.write(bytes(900_000))
    time.sleep(60)
    return 8.0


def test_a_forged_answer_is_the_submissions_failure_and_not_the_graders() -> None:
    with pytest.raises(PlayerFailed, match="not an answer"):
        ask(forges_ready)


def test_a_students_words_stay_in_one_line() -> None:
    with pytest.raises(PlayerFailed) as caught:
        ask(speaks_in_tongues)
    assert str(caught.value).isprintable()


def test_what_is_forbidden_is_told_with_the_students_own_line() -> None:
    with pytest.raises(
        PlayerFailed,
        match=r"reading '/etc/passwd' is not allowed here in line \d+ of its cell, "
        r"in reads_elsewhere",
    ):
        ask(reads_elsewhere)


def test_a_folder_that_fills_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referee, "_FOLDER", 5_000_000)
    with pytest.raises(PlayerFailed, match=r"wrote more than 5 MB or 1000 files"):
        ask(hoards, limits=Limits(wall=50, cpu=9, memory=512))


def test_nobody_who_holds_the_channel_open_keeps_the_grader_waiting() -> None:
    """Where no wall stops a submission from copying itself, its copy holds the channel on."""
    reading, writing = os.pipe()
    player = Player(lambda percept: 1.0)
    with os.fdopen(reading, "rb") as answers:
        player._process = SimpleNamespace(  # type: ignore[assignment]
            stdout=answers, kill=lambda: None, wait=lambda timeout: -9
        )
        player._end("the policy did not finish within 1 seconds")
        with pytest.raises(PlayerFailed, match="did not finish within 1 seconds"):
            player._hear()
    os.close(writing)
