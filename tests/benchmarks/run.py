"""Measure every figure that the kit promises against its baseline.

    python tests/benchmarks/run.py              all
    python tests/benchmarks/run.py sweep ...    some, by name or by file
    python tests/benchmarks/run.py --json       for a program

Packages that are only compared with are also looked for in the folder that MAS_KIT_PEERS names:

    python3 -m uv pip install --target FOLDER agentpy libsumo
    MAS_KIT_PEERS=FOLDER python tests/benchmarks/run.py population

Each line: name, ours, baseline, ratio, bound, and whether it holds; medians of several rounds taken in
turn, after a first cold round that `--json` also gives. The exit code is 1 when a bound does not hold.
A file of benchmarks may have a function `report()`; what it gives, in Markdown, comes after the lines.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import REGISTERED, Outcome, as_json, measure, peers  # noqa: E402

from mas_kit.experiments.manifest import machine  # noqa: E402

_NOT_BENCHMARKS = {"run", "harness", "office", "__init__"}


def load() -> dict[str, list[str]]:
    """Import every file of benchmarks; gives the names that each registered."""
    groups: dict[str, list[str]] = {}
    for path in sorted(HERE.glob("*.py")):
        if path.stem in _NOT_BENCHMARKS or path.stem.startswith("test_"):
            continue
        before = set(REGISTERED)
        importlib.import_module(path.stem)
        groups[path.stem] = [name for name in REGISTERED if name not in before]
    return groups


def reports(names: list[str], groups: dict[str, list[str]]) -> list[str]:
    """What the files whose benchmarks were measured have to show beside the lines."""
    measured = [group for group, own in groups.items() if set(own) & set(names)]
    found = [getattr(sys.modules[group], "report", None) for group in measured]
    return [report() for report in found if report is not None]


def chosen(wanted: list[str], groups: dict[str, list[str]]) -> list[str]:
    """The benchmarks of these names or files; all without any."""
    if not wanted:
        return list(REGISTERED)
    names: list[str] = []
    for want in wanted:
        if want not in REGISTERED and want not in groups:
            near = difflib.get_close_matches(want, [*REGISTERED, *groups], n=1)
            guess = f"; did you mean {near[0]!r}?" if near else ""
            raise SystemExit(f"there is no benchmark named {want!r}{guess} Known: {', '.join(REGISTERED)}")
        names += [want] if want in REGISTERED else groups[want]
    return list(dict.fromkeys(names))


def line(outcome: Outcome) -> str:
    """One line of the table."""
    figures = f"{outcome.ours:>12.4g} {outcome.baseline:>12.4g} {outcome.unit:<11} {outcome.ratio:>8.3g}"
    return f"{outcome.name:<27} {figures}  {outcome.bound:<9} {'holds' if outcome.holds else 'DOES NOT HOLD'}"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--rounds", type=int, help="other than each benchmark's own number of rounds")
    arguments = parser.parse_args()
    peers()
    groups = load()
    names = chosen(arguments.names, groups)
    # Pages go last: their servers, and Mesa's model behind a closed page, run on until this process ends.
    names = sorted(names, key=lambda name: REGISTERED[name].unit == "frames/s")
    where = machine()
    if not arguments.json:
        print(f"{where['processor']}, {where['cores']} cores, {where['system']}")
        print(f"{'name':<27} {'ours':>12} {'baseline':>12} {'unit':<11} {'ratio':>8}  bound")
    outcomes = []
    for name in names:
        outcomes.append(measure(REGISTERED[name], arguments.rounds))
        if not arguments.json:
            print(line(outcomes[-1]), flush=True)
    shown = reports(names, groups)
    if arguments.json:
        measured = {"benchmarks": [as_json(one) for one in outcomes], "reports": shown}
        print(json.dumps({"machine": where, **measured}, indent=1))
    else:
        print("".join(f"\n{report}\n" for report in shown), end="")
    return 0 if all(outcome.holds for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
