"""``mas-kit list``: the use cases, and the parameters of one."""

from __future__ import annotations

import json

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from mas_kit import usecases
from mas_kit.core.errors import MasKitError


def use_cases(*, as_json: bool) -> None:
    """Print the use cases: name, title, one line on what each is, or what is missing in it."""
    rows = []
    for name in usecases.names():
        case = usecases.load(name)
        try:
            rows.append({"name": name, "title": case.title, "summary": case.summary})
        except MasKitError as error:
            rows.append({"name": name, "title": "unfinished", "summary": str(error)})
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    console = Console()
    for row in rows:
        console.print(f"[bold]{row['name']}[/]  {row['title']}", highlight=False)
        console.print(f"  {row['summary']}", highlight=False, markup=False)
        console.print(f"  mas-kit app {row['name']}", style="dim", highlight=False, soft_wrap=True)


def parameters(name: str, *, as_json: bool) -> None:
    """Print the parameters of a use case: default, unit, what is allowed, what it is.

    Raises UnknownNameError for a use case that does not exist.
    """
    case = usecases.load(name)
    infos = case.model.Parameters.describe()
    if as_json:
        rows = [
            {"name": info.name, "default": info.default, "allowed": info.allowed, "unit": info.unit}
            | {"help": info.help}
            for info in infos
        ]
        print(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
        return
    console = Console()
    console.print(Text(f"{case.title}: parameters", "bold"))
    for info in infos:
        line = Text(info.name, "bold")
        line.append(f" = {info.default}{f' {info.unit}' if info.unit else ''}", "default")
        console.print(line)
        console.print(Padding(Text(f"{info.help}; {info.allowed}", "dim"), (0, 0, 0, 2)))
    first = infos[0]
    console.print(
        Text(f"\nFor example: mas-kit run {name} --set {first.name}={first.default}"), soft_wrap=True
    )
