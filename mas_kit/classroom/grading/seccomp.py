"""Linux's seccomp: a process gives system calls up, and the kernel sees to it whatever code runs there.

Landlock guards files and TCP. It does not hold back a process that copies itself, sends a datagram, or
changes the mode and owner of a file by its path; these calls are refused here. Threads stay allowed.

Source: seccomp(2), clone(2); the numbers of the calls from asm/unistd_64.h and asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from collections.abc import Iterator

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of classic BPF, on 32-bit words
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST, _THIRD = 0, 4, 16, 32  # offsets into struct seccomp_data, little-endian
_X32 = 0x40000000  # the bit of x86-64's other set of numbers
_THREAD = 0x10000  # CLONE_THREAD
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2

# (what the architecture calls itself, the calls that are refused, clone, clone3, prlimit64, and those that
# leave a process group: setsid, setpgid), by machine
_MACHINES: dict[str, tuple[int, tuple[int, ...], int, int, int, tuple[int, int]]] = {
    "x86_64": (
        0xC000003E,
        (
            *(57, 58, 59, 322),  # fork, vfork, execve, execveat
            *(41, 425),  # socket; io_uring, which opens sockets by another way
            *(62, 101, 311, 424),  # kill, ptrace, process_vm_writev, pidfd_send_signal
            *(90, 91, 268, 452, 92, 93, 94, 260),  # chmod and chown in all their forms
            *(132, 235, 261, 280, 188, 189, 190, 197),  # times, extended attributes
            *(141, 144, 160, 203),  # priorities, limits
        ),
        56,
        435,
        302,
        (112, 109),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(221, 281),
            *(198, 425),
            *(129, 117, 271, 424),
            *(52, 53, 452, 54, 55),
            *(88, 5, 6, 7, 14),
            *(140, 119, 164, 122),
        ),
        220,
        435,
        261,
        (157, 154),
    ),
}


def alone() -> bool:
    """Refuse this thread, and what it starts: processes, sockets, signals, modes of files, other limits.

    Returns whether the kernel agreed: False on other systems and machines. There is no way back.
    """
    return _machine is not None and _install(b"".join(_program(*_machine[:5])))


def together() -> bool:
    """Keep this thread, and what it starts, in the process group that it is in.

    Returns whether the kernel agreed: False on other systems and machines. There is no way back.
    """
    if _machine is None:
        return False
    return _install(b"".join(_refusals(_machine[0], _machine[5])) + _step(_RETURN, _ALLOW))


_machine = _MACHINES.get(platform.machine()) if sys.platform.startswith("linux") else None


def _install(program: bytes) -> bool:
    room = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(room))
    libc = ctypes.CDLL(None, use_errno=True)
    return not libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) and not libc.prctl(
        _SET_SECCOMP, _FILTER, ctypes.c_char_p(header), 0, 0
    )


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction. A jump says how many instructions it leaves out."""
    return struct.pack("HBBI", code, then, otherwise, value)


def _refusals(architecture: int, refused: tuple[int, ...]) -> Iterator[bytes]:
    """Refuse these calls; what follows goes on with the number of the call loaded."""
    yield _step(_LOAD, _ARCHITECTURE)
    yield _step(_EQUAL, architecture, then=1)
    yield _step(_RETURN, _KILL)  # numbers of another architecture mean other calls
    yield _step(_LOAD, _NUMBER)
    yield _step(_AT_LEAST, _X32, otherwise=1)
    yield _step(_RETURN, _ERRNO | errno.EPERM)
    for number in refused:
        yield _step(_EQUAL, number, otherwise=1)
        yield _step(_RETURN, _ERRNO | errno.EPERM)


def _program(
    architecture: int, refused: tuple[int, ...], clone: int, clone3: int, prlimit: int
) -> Iterator[bytes]:
    """Refuse these calls, new processes, and setting limits."""
    no, yes = _step(_RETURN, _ERRNO | errno.EPERM), _step(_RETURN, _ALLOW)
    yield from _refusals(architecture, refused)
    # The C library asks the old way where this one does not exist; its arguments a filter cannot see.
    yield _step(_EQUAL, clone3, otherwise=1)
    yield _step(_RETURN, _ERRNO | errno.ENOSYS)
    yield _step(_EQUAL, clone, otherwise=4)
    yield _step(_LOAD, _FIRST)
    yield _step(_ANY_BIT, _THREAD, then=1)
    yield no
    yield yes
    yield _step(_EQUAL, prlimit, otherwise=5)  # reading a limit has no new value: its address is 0
    yield _step(_LOAD, _THIRD)
    yield _step(_EQUAL, 0, otherwise=2)
    yield _step(_LOAD, _THIRD + 4)
    yield _step(_EQUAL, 0, then=1)
    yield no
    yield yes
