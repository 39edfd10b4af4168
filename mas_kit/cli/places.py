"""Where things are: the project's folder, a display, a free port, a folder that can be written."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from mas_kit.core.errors import MasKitError, out_of_range

WELCOME = "notebooks/00_welcome.ipynb"


def project() -> Path:
    """The folder that holds ``notebooks/``: here, above here, or where mas_kit was installed from.

    Raises MasKitError where there is none (a plain ``pip install`` brings the library without its notebooks).
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / WELCOME).is_file():
            return folder
    raise MasKitError(
        f"no {WELCOME} in {here} or above it; call mas-kit lab in the folder of the mas_kit repository"
    )


def display() -> bool:
    """Can this machine show a browser window? ``MAS_KIT_NO_BROWSER=1`` says no."""
    if os.environ.get("MAS_KIT_NO_BROWSER", "0") not in {"", "0"}:
        return False
    if sys.platform != "linux" or os.environ.get("BROWSER"):
        return True
    # Debian's x-www-browser may be lynx: in a terminal without a display it would take the screen over.
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))


def port_is_free(port: int) -> bool:
    """Can a server listen on this TCP port of the loopback interface?"""
    with closing(socket.socket()) as listener:
        if os.name == "posix":  # elsewhere this option would allow a port that is taken
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(wanted: int, *, tries: int = 50) -> int:
    """``wanted``, or the next port after it that is free.

    Raises MasKitError where all of ``tries`` ports in a row are taken.
    """
    for port in range(wanted, wanted + tries):
        if port_is_free(port):
            return port
    which = f"port {wanted} is" if tries == 1 else f"ports {wanted} to {wanted + tries - 1} are all"
    raise MasKitError(f"{which} taken; name a free one with --port")


def writable(folder: Path) -> Path:
    """Make ``folder`` and see that a file can be written in it, before hours of runs depend on it.

    Raises ParameterError naming the folder and what the system said.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        fix = f"name another one ({reason})"
        raise out_of_range("out", str(folder), "a folder that can be written", fix) from None
    return folder
