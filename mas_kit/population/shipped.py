"""Every rule that comes with the kit, each with a way to make it run on either engine."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def shipped_rules() -> dict[str, Callable[[str], Any]]:
    """Makers by name: each takes the engine and gives a population, or a model with some, always the same.

    The samples are among them, and what a use case declares as `RULES` in its package.
    """
    from mas_kit import usecases
    from mas_kit.population.samples import SAMPLES

    found: dict[str, Callable[[str], Any]] = {name: _sample(make) for name, make in SAMPLES.items()}
    for use_case in usecases.names():
        rules = getattr(import_module(f"{usecases.__name__}.{use_case}"), "RULES", {})
        found.update({f"{use_case}: {name}": make for name, make in rules.items()})
    return found


def _sample(make: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda engine: make(40, engine=engine, seed=3)
