"""A submission is in a process of its own: what it may not do fails there, with a word to the student."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest

from mas_kit import Decision, Policy
from mas_kit.classroom.grading import Limits, Player, PlayerFailed
from mas_kit.core.errors import ParameterError
from mas_kit.usecases.supply_chain import StagePercept

IMPORTS = ("mas_kit.usecases.supply_chain",)
LIMITS = Limits(wall=20, cpu=10, memory=512)


@pytest.fixture(autouse=True)
def _by_value() -> Any:
    """Policies of this file travel as a notebook's do: with their code, not by the name of their module."""
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    yield
    cloudpickle.unregister_pickle_by_value(module)


def see(time: int = 5, demand: float = 8.0, memory: Any = None) -> StagePercept:
    return StagePercept(time, 12.0, 8.0, demand, 32.0, 4, None, None, 0.0, memory)


def ask(policy: Any, *percepts: StagePercept, limits: Limits = LIMITS) -> list[Any]:
    with Player(policy, limits, imports=IMPORTS) as player:
        player.begin(1)
        return [player.decide(percept, None) for percept in percepts or (see(),)]


class Counting(Policy):
    """Remembers how often it was asked, and draws from its stream."""

    def decide(self, percept: StagePercept, rng: np.random.Generator) -> Decision:
        count = (percept.memory or 0) + 1
        return Decision(1000 * count + rng.random(), count)


def test_it_decides_remembers_and_begins_anew() -> None:
    with Player(Counting, LIMITS, imports=IMPORTS) as player:
        assert "audit hook" in player.walls
        player.begin(1)
        first = [player.decide(see(), None) for _ in range(3)]
        player.begin(1)
        again = [player.decide(see(), None) for _ in range(3)]
        player.begin(2)
        other = player.decide(see(), None)
    assert [int(x // 1000) for x in first] == [1, 2, 3]
    assert again == first
    assert int(other // 1000) == 1
    assert other != first[0]


def _attacks() -> list[Any]:
    """What a policy might try. Each returns if it came through, and raises if it was stopped."""
    import ctypes
    import shutil
    import socket
    import sqlite3
    from pathlib import Path

    return [
        lambda: Path("/etc/passwd").read_text(),
        lambda: os.open("/etc/passwd", os.O_RDONLY),
        lambda: list(Path("/home").iterdir()),
        lambda: os.scandir("/home"),
        Path(__file__ if "__file__" in globals() else "/etc/hostname").read_text,
        lambda: Path("../escaped.txt").write_text("x"),
        lambda: Path("/tmp/escaped.txt").write_text("x"),
        lambda: Path("/tmp").rename("/tmq"),
        lambda: shutil.rmtree("/tmp/nothing-here"),
        lambda: Path("link").symlink_to("/etc/passwd"),
        lambda: Path("/tmp/escaped").mkdir(),
        lambda: socket.create_connection(("127.0.0.1", 9)),
        lambda: socket.socket().bind(("127.0.0.1", 0)),
        lambda: sqlite3.connect("/tmp/escaped.db"),
        lambda: subprocess.run(["true"], check=False),
        lambda: os.system("true"),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: os.execv("/bin/true", ["true"]),
        os.fork,
        lambda: os.kill(os.getppid(), 0),
        lambda: os.chdir("/"),
        lambda: ctypes.CDLL(None).getpid(),
        lambda: ctypes.pythonapi.Py_IsInitialized,
        lambda: __import__("resource").setrlimit(0, (9, 9)),
    ]


def attack(percept: StagePercept, rng: np.random.Generator) -> float:
    """Try one attack; 1: stopped for want of permission, 0: it came through, 2: something else."""
    try:
        _attacks()[percept.time]()
    except PermissionError:
        return 1
    except Exception:
        return 2
    return 0


@pytest.mark.skipif(sys.platform == "win32", reason="the attacks are written for POSIX")
def test_every_way_out_is_closed() -> None:
    attacks = range(len(_attacks()))
    assert ask(attack, *(see(time=k) for k in attacks)) == [1] * len(attacks)


def home(percept: StagePercept, rng: np.random.Generator) -> float:
    """Uses its own folder, the standard library and a package that was not loaded before."""
    import colorsys
    import statistics

    import scipy.stats

    with open("notes.txt", "w+", encoding="utf-8") as file:  # noqa: PTH123
        file.write("12")
        file.seek(0)
        mean = statistics.mean([float(file.read()), colorsys.rgb_to_hsv(0, 0, 12)[2]])
    print("this goes nowhere")
    return mean + scipy.stats.norm.cdf(0)


def test_its_own_folder_and_its_libraries_are_open() -> None:
    assert ask(home) == [12.5]
    assert not Path("notes.txt").exists()


def loop(percept: StagePercept, rng: np.random.Generator) -> float:
    while True:
        pass


def sleep(percept: StagePercept, rng: np.random.Generator) -> float:
    time.sleep(3600)
    return 0


def hungry(percept: StagePercept, rng: np.random.Generator) -> float:
    return len(bytearray(2_000_000_000))


def leaves(percept: StagePercept, rng: np.random.Generator) -> float:
    os._exit(0)


def asks_to_stop(percept: StagePercept, rng: np.random.Generator) -> float:
    raise SystemExit("grade: 10/10")


def forges(percept: StagePercept, rng: np.random.Generator) -> float:
    for descriptor in range(64):
        try:
            os.write(descriptor, b"[" * 9000 + b"\n")
        except OSError:
            continue
    return 8.0


def wrong(percept: StagePercept, rng: np.random.Generator) -> float:
    weeks = percept.time - 5
    return 40 / weeks


@pytest.mark.parametrize(
    ("policy", "limits", "said"),
    [
        (loop, Limits(wall=30, cpu=1, memory=512), "more than 1 seconds of CPU: is there an endless loop"),
        (sleep, Limits(wall=2, cpu=9, memory=512), "did not finish within 2 seconds"),
        (hungry, LIMITS, "the policy raised MemoryError"),
        (leaves, LIMITS, "ended by itself"),
        (asks_to_stop, LIMITS, "the policy raised SystemExit"),
        (forges, LIMITS, "not an answer"),
        (
            wrong,
            LIMITS,
            r"raised ZeroDivisionError: .* in line \d+ .*in wrong: return 40 / weeks",
        ),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="all limits at once are Linux's")
def test_a_failure_has_a_sentence(policy: Any, limits: Limits, said: str) -> None:
    with pytest.raises(PlayerFailed, match=said):
        ask(policy, limits=limits)


def test_what_is_no_order_is_told() -> None:
    orders = {0: "twelve", 1: None, 2: float("nan"), 3: [1, 2], 4: 1e13, 5: -3.0, 6: np.float64(2), 7: True}
    got = {}
    with Player(lambda percept: orders[percept.time], LIMITS, imports=IMPORTS) as player:
        for k in orders:
            try:
                got[k] = player.decide(see(time=k), None)
            except PlayerFailed as error:
                got[k] = str(error)
    assert "decide returned 'twelve'; return a number" in got[0]
    assert "decide returned None" in got[1]
    assert "decide returned nan" in got[2]
    assert "decide returned [1, 2]" in got[3]
    assert "an order is a number up to 1e12" in got[4]
    assert (got[5], got[6], got[7]) == (-3.0, 2.0, 1.0)


def test_what_cannot_be_sent_is_told() -> None:
    lock = threading.Lock()
    with pytest.raises(PlayerFailed, match="keep models, widgets and open files"):
        Player(lambda percept: float(lock.locked()))
    with pytest.raises(PlayerFailed, match="is not a policy"):
        ask(12)


def test_limits_must_leave_room() -> None:
    with pytest.raises(ParameterError, match="cpu"):
        Player(loop, Limits(cpu=0))


def test_nothing_is_left_behind() -> None:
    with Player(Counting, LIMITS, imports=IMPORTS) as player:
        process, folder = player._process, Path(player._folder)
        assert folder.exists()
    assert process is not None
    assert process.poll() is not None
    assert not folder.exists()


_BEHIND_THE_HOOK = """
import os, sys, tempfile, pathlib
from mas_kit.classroom.grading.landlock import READ, WRITE, fence
from mas_kit.classroom.grading.limits import readable
import mas_kit, subprocess, socket
folder = tempfile.mkdtemp()
roots = readable(pathlib.Path(mas_kit.__file__).parent)
if not fence([(root, READ) for root in roots] + [(folder, WRITE)]):
    print("none"); sys.exit()
(pathlib.Path(folder) / "mine.txt").write_text("x")
import colorsys
for what in (
    lambda: open("/etc/passwd"),
    lambda: os.listdir("/home"),
    lambda: open(folder + "/../out.txt", "w"),
    lambda: subprocess.run(["/bin/true"]),
    lambda: socket.create_connection(("127.0.0.1", 9)),
):
    try:
        what()
        print("open", end=" ")
    except PermissionError:
        print("closed", end=" ")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
def test_the_kernel_holds_where_no_hook_listens() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BEHIND_THE_HOOK], capture_output=True, text=True, check=True, timeout=60
    )
    if done.stdout.strip() == "none":
        pytest.skip("this kernel has no Landlock; run the grading in a container")
    assert done.stdout.split() == ["closed"] * 5
