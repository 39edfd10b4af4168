"""Where the samples take their chance from when they place their agents."""

from __future__ import annotations

from typing import Any

import numpy as np

from mas_kit.core import SeedTree


def stream(name: str, how: dict[str, Any]) -> np.random.Generator:
    """The stream `name` of the model in `how`, or of its seed, drawn and noted where none is given."""
    if how.get("model") is not None:
        found: np.random.Generator = how["model"].stream(name)
        return found
    tree = SeedTree(how.get("seed"))
    how["seed"] = tree.seed
    return tree.stream(name)
