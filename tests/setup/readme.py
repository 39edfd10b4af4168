"""Read README.md as a newcomer does: the lines in its code blocks are to be typed as they stand."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def shell_commands(text: str) -> list[str]:
    """Every line of every fenced shell block, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def commands() -> list[str]:
    """The commands of this repository's README."""
    return shell_commands((ROOT / "README.md").read_text(encoding="utf-8"))


def lab_command() -> str:
    """The command that sets everything up and opens JupyterLab: the first of the two."""
    return commands()[0]


def pytest_command() -> str:
    """The command that sets everything up and runs every test and notebook: the second of the two."""
    return commands()[1]
