"""Linux's Landlock: a process closes itself in, and the kernel sees to it whatever code runs there.

Source: landlock(7). The rights of a thread and of all that it starts can only shrink; threads that run
already keep theirs, so close in before there are any that matter.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 1 << 1, 1 << 2, 1 << 3
READ = _READ_FILE | _READ_DIR
WRITE = (1 << 15) - 1 - EXECUTE  # every right on files that there is, but to run them
_OF_A_FILE = EXECUTE | _WRITE_FILE | _READ_FILE
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_NO_NEW_PRIVS = 38


def fence(rules: Iterable[tuple[str, int]]) -> bool:
    """Allow this thread, and what it starts, these paths (each with all below it) and nothing else.

    No connection and no signal to others either, where the kernel knows how. Returns whether the fence
    stands: False on other systems and on kernels without Landlock.
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    handled = (1 << (13 + (version >= 2) + (version >= 3))) - 1
    network = 3 if version >= 4 else 0  # bind and connect
    scope = 3 if version >= 6 else 0  # abstract sockets, and signals to others
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(_CREATE_RULESET, struct.pack("QQQ", handled, network, scope), size, 0)
    if ruleset < 0:
        return False
    try:
        for path, rights in rules:
            if Path(path).exists() and not _allow(libc, ruleset, path, rights & handled):
                return False
        return not libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) and not libc.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> bool:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = rights if Path(path).is_dir() else rights & _OF_A_FILE
        failed: int = libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", allowed, handle), 0)
        return failed == 0
    finally:
        os.close(handle)
