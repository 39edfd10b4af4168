"""``mas-kit app``: a use case's page in the browser."""

from __future__ import annotations

import os
import subprocess
import sys

from mas_kit.cli.places import display, free_port

PORT = 8765


def command(name: str, *, browser: bool, port: int) -> list[str]:
    """The command that serves the page of use case ``name`` to this machine only."""
    return [
        sys.executable,
        "-m",
        "solara",
        "run",
        f"mas_kit.usecases.{name}.app",
        "--production",  # minified scripts, and no probe of solara.dev from the page
        "--no-check-version",
        "--host=localhost",
        f"--port={port}",
        "--open" if browser else "--no-open",
    ]


def environment() -> dict[str, str]:
    """This process's environment without what makes Solara call home."""
    env = {**os.environ, "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


def serve(name: str, *, browser: bool, port: int | None) -> int:
    """Serve the page until Ctrl-C; the server's exit code.

    Raises UnknownNameError for a use case that does not exist, MasKitError for a port that is taken.
    """
    from mas_kit import usecases

    usecases.load(name)
    chosen = free_port(PORT) if port is None else free_port(port, tries=1)
    opens = browser and display()
    print(f"{name}: http://localhost:{chosen} (to end it press Ctrl-C)", flush=True)
    words = command(name, browser=opens, port=chosen)
    if os.name == "posix":
        os.execve(words[0], words, environment())
    return subprocess.call(words, env=environment())
