"""What a student's process may use, and how the process itself makes sure of it.

Four walls, each by itself incomplete. The operating system's resource limits stop endless loops and hungry
ones. An audit hook stops Python code that opens a file elsewhere, a connection or a process, and says so in
words that the student can read; code that means harm can take a hook off. On Linux the kernel's Landlock
enforces the same for files and signals, and seccomp for connections and processes, whatever the code does.
Where a wall is missing (`Player.walls` says which stand), run the grading in a container.

Sources: PEP 578 (audit hooks; they are no sandbox by themselves), landlock(7), seccomp(2).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mas_kit.classroom.grading import seccomp
from mas_kit.classroom.grading.landlock import READ, WRITE, fence
from mas_kit.core.errors import out_of_range


class Limits(NamedTuple):
    """What one submission may use: seconds on the clock, seconds of CPU, megabytes of memory."""

    wall: float = 60.0
    cpu: float = 30.0
    memory: float = 1024.0

    def check(self) -> Limits:
        """Raise ParameterError unless every limit is positive."""
        for name, value in self._asdict().items():
            if not value > 0:
                raise out_of_range(name, value, "above 0", "give each limit room for an honest submission")
        return self


# Events of the interpreter that a policy has no business with. `open` and its like are told by path.
_NEVER = (
    "ctypes.",
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.fork",
    "os.forkpty",
    "os.kill",
    "os.killpg",
    "os.chdir",
    "os.putenv",
    "os.unsetenv",
    "os.setxattr",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.symlink",
    "pty.",
    "resource.",
    "sqlite3.",
    "dbm.",
    "signal.pthread_kill",
    "sys.addaudithook",
    "webbrowser.",
    "winreg.",
    "_winapi.",
    "gc.get_",
    "urllib.",
    "ftplib.",
    "smtplib.",
    "http.client.",
)
_WRITES = {
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.truncate",
    "os.utime",
    "shutil.rmtree",
    "shutil.move",
}
_READS = {"os.listdir", "os.scandir", "os.walk", "glob.glob", "shutil.copyfile", "shutil.copytree"}
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Forbidden(PermissionError):
    """A submission reached for something outside its folder."""


def readable(package: Path) -> list[str]:
    """The folders that every Python program reads: the interpreter, its packages, this package."""
    roots = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(package)}
    roots |= {path for path in sys.path if "site-packages" in path or "dist-packages" in path}
    roots |= {str(Path(os.__file__).parent), "/usr/share/zoneinfo", "/lib", "/lib64", "/usr/lib"}
    return sorted(os.path.realpath(root) for root in roots if root and Path(root).exists())


def confine(folder: str, limits: Limits, roots: Sequence[str]) -> list[str]:
    """Close this process in; nothing can be opened up again. Returns the names of the walls that stand."""
    rules = [(root, READ) for root in roots] + [(folder, WRITE), ("/dev/urandom", READ), ("/dev/null", WRITE)]
    walls = ["limits"] * _resources(limits) + ["landlock"] * fence(rules)
    walls += ["seccomp"] * seccomp.alone()
    inside, reads = os.path.realpath(folder), tuple(os.path.realpath(root) for root in roots)

    def within(path: Any, places: Sequence[str]) -> bool:
        real = os.path.realpath(os.fsdecode(path))
        return any(real == place or real.startswith(place + os.sep) for place in places)

    never, reading, writing, write_flags = _NEVER, _READS, _WRITES, _WRITE_FLAGS  # not the module's any more

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = (*args, None, None)[:3]
            if isinstance(path, int):
                return  # a descriptor that is open already
            writes = bool((flags or 0) & write_flags) or bool(mode and set("wax+") & set(str(mode)))
            places = (inside,) if writes else (inside, *reads, "/dev/urandom", "/dev/null")
            if not within(path, places):
                raise Forbidden(f"{'writing' if writes else 'reading'} {path!r} is not allowed here")
        elif event in writing or event in reading:
            paths = [arg for arg in args if isinstance(arg, str | bytes | os.PathLike)]
            if not all(within(path, (inside,) if event in writing else (inside, *reads)) for path in paths):
                raise Forbidden(f"{event}{tuple(map(str, paths))} is not allowed here")
        elif event.startswith(never):
            raise Forbidden(f"{event} is not allowed here: a policy decides, it does not act on the machine")

    sys.addaudithook(hook)
    return [*walls, "audit hook"]


def _resources(limits: Limits) -> bool:
    try:
        import resource
    except ImportError:  # Windows: the clock of the parent is the only limit
        return False
    cpu = max(1, round(limits.cpu))
    wanted = {
        resource.RLIMIT_CPU: (cpu, cpu + 1),
        resource.RLIMIT_FSIZE: (1_000_000, 1_000_000),
        resource.RLIMIT_NOFILE: (64, 64),
        resource.RLIMIT_CORE: (0, 0),
    }
    if sys.platform.startswith("linux"):  # beyond what the libraries have mapped by now
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        room = mapped + int(limits.memory * 1e6)
        wanted[resource.RLIMIT_AS] = (room, room)
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1  # the start is not the student's
    wanted[resource.RLIMIT_CPU] = (spent + cpu, spent + cpu + 1)
    for what, value in wanted.items():
        resource.setrlimit(what, value)
    return True
