"""A model card as the tests read it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mas_kit import usecases

SEEDS = {"supply_chain": 20, "vehicles": 5}  # of the others: 12
HEADINGS = [
    "What is it",
    "How it works",
    "How to use it",
    "Things to notice",
    "Things to try",
    "Extending the model",
    "Purpose and patterns (ODD)",
    "Credits and references",
]


class Card:
    """The README of a use case, in sections, with the means to run what it says."""

    def __init__(self, name: str) -> None:
        self.name, self.model = name, usecases.load(name).model
        folder = Path(usecases.__file__).parent / name
        self.text = (folder / "README.md").read_text(encoding="utf-8")
        self.sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", self.text, re.M | re.S))
        self.prose = " ".join(self.text.split())
        self.seeds = SEEDS.get(name, 12)
        self._measured: dict[Any, dict[str, np.ndarray]] = {}

    def tries(self) -> list[tuple[str, str]]:
        """The things to try: title and text."""
        return re.findall(r"^### (.+?)\n(.*?)(?=^### |\Z)", self.sections["Things to try"], re.M | re.S)

    def parsed(self, texts: dict[str, str]) -> dict[str, Any]:
        """Settings from what stands on a command line."""
        values = self.model.Parameters.parse(texts).model_dump()
        return {key: values[key] for key in texts}

    def measure(self, settings: dict[str, Any]) -> dict[str, np.ndarray]:
        """Every metric over the seeds, in the order of the seeds."""
        key = tuple(sorted(settings.items()))
        if key not in self._measured:
            seeds = range(self.seeds)
            runs = [self.model(seed=seed, record=False, **settings).run().metrics() for seed in seeds]
            self._measured[key] = {name: np.array([run[name] for run in runs]) for name in runs[0]}
        return self._measured[key]

    def clearly_above(self, high: Any, low: Any) -> bool:
        """Is the mean of high - low, over the seeds, more than three standard errors above 0?"""
        difference = np.broadcast_to(np.asarray(high) - np.asarray(low), (self.seeds,))
        return bool(difference.mean() > 3 * difference.std(ddof=1) / np.sqrt(self.seeds))


def blocks(language: str, text: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


@cache
def card(name: str) -> Card:
    """The card of a use case, read once."""
    return Card(name)
