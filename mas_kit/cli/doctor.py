"""``mas-kit doctor``: is this installation in order, and if not, which line mends it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mas_kit.cli.checks import Check, examine

MARKS = {True: ("ok", "green"), False: ("WRONG", "bold red"), None: ("-", "dim")}


def doctor(*, as_json: bool) -> int:
    """Print every finding and return the exit code: 0 in order, 1 something to mend."""
    checks = examine()
    healthy = all(check.ok is not False for check in checks)
    if as_json:
        print(json.dumps({"ok": healthy, "checks": [check._asdict() for check in checks]}, indent=2))
    else:
        show(checks, Console())
    return 0 if healthy else 1


def show(checks: Sequence[Check], console: Console) -> None:
    """A table of findings, then the lines that mend them, each on a line of its own to copy."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("", "what", "found"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        mark, style = MARKS[check.ok]
        table.add_row(Text(mark, style), check.name, Text(check.found))
    console.print(table)
    wrong = [check for check in checks if check.ok is False]
    for check in wrong:
        console.print(Text(f"\n{check.name}: {check.found}. This line mends it:", "red"))
        console.print(Text(f"  {check.fix}"), soft_wrap=True)
    for check in checks:
        if check.ok is None:
            console.print(Text(f"\n{check.name} ({check.found}): ", "dim").append(check.fix), soft_wrap=True)
    if not wrong:
        console.print(Text("\nAll in order.", "green"))
