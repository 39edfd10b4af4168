"""Which notebooks there are, and that none of them runs twice in one session."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What nbgrader makes from the source of an assignment; the source is what is checked.
_MADE = {".ipynb_checkpoints", "release", "submitted", "autograded", "feedback", "solution"}


def every_notebook() -> list[Path]:
    """The notebooks of the repository, in order."""
    found = sorted((ROOT / "notebooks").rglob("*.ipynb"))
    return [path for path in found if not _MADE & set(path.relative_to(ROOT).parts)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`notebook` is each of them in turn."""
    if "notebook" in metafunc.fixturenames:
        paths = every_notebook()
        metafunc.parametrize("notebook", paths, ids=[str(p.relative_to(ROOT / "notebooks")) for p in paths])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where nbmake runs a notebook in this session, the widget check rides on that run (see the plugin)."""
    ran = {item.path for item in items if getattr(item, "nbmake", False)}
    twice = [item for item in items if _runs(item) in ran]
    if twice:
        config.hook.pytest_deselected(items=twice)
        items[:] = [item for item in items if item not in twice]


def _runs(item: pytest.Item) -> Path | None:
    callspec = getattr(item, "callspec", None)
    return (
        callspec.params.get("notebook") if callspec and item.name.startswith("test_runs_and_holds") else None
    )
