"""Small models for the tests of experiments. Workers import them, so that they stand in a module."""

from __future__ import annotations

import os
import time
from pathlib import Path

from mas_kit import Model, Parameters, parameter


class WalkParameters(Parameters):
    """A random walk."""

    drift: float = parameter(0.0, ge=-5, le=5, help="mean of a step")
    steps: int = parameter(10, ge=1, le=1000, help="length of the walk")


class Walk(Model):
    """A random walk with drift: after n steps, mean n * drift and variance n."""

    Parameters = WalkParameters

    def build(self) -> None:
        self.x = 0.0

    @property
    def horizon(self) -> int:
        return self.p.steps

    def world(self) -> None:
        self.x += self.p.drift + self.stream("steps").normal()

    def observe(self) -> dict[str, float]:
        return {"x": self.x}

    def metrics(self) -> dict[str, float]:
        return {"x": self.x, "length": float(self.tick)}


class TracedParameters(Parameters):
    """A walk that leaves a line in a file when it begins."""

    trace: str = parameter("", help="the file to write to")
    seconds: float = parameter(0.0, ge=0, le=60, help="how long a run takes")
    fate: str = parameter(
        "", help="'raise': even seeds raise while the file 'broken' is there; 'die'; 'die once'"
    )
    level: int = parameter(0, ge=0, le=100, help="a design parameter")


class Traced(Model):
    """Appends its seed to a file as a run begins: what was run, and how often, can be counted afterwards."""

    Parameters = TracedParameters

    @property
    def horizon(self) -> int:
        return 1

    def world(self) -> None:
        note(self.p.trace, self.seed, self.p.level)
        time.sleep(self.p.seconds)
        beside = Path(self.p.trace).parent
        if self.p.fate == "raise" and self.seed % 2 == 0 and (beside / "broken").exists():
            raise ZeroDivisionError("no stock left to divide by")
        if self.p.fate == "die" and self.seed == 3:
            os.kill(os.getpid(), 9)
        if self.p.fate == "die once" and self.seed == 3 and not (beside / "died").exists():
            (beside / "died").touch()
            os.kill(os.getpid(), 9)

    def metrics(self) -> dict[str, float]:
        return {"draw": self.stream("draw").random(), "level": float(self.p.level)}


def note(trace: str, seed: int, level: int) -> None:
    """One short append is one write: lines of two processes cannot mix."""
    if trace:
        handle = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{seed}:{level}\n".encode())
        os.close(handle)


def begun(trace: Path) -> list[str]:
    """The runs that began, in order, as "seed:level"."""
    return trace.read_text().split() if trace.exists() else []


class Tagged(Model):
    """A model with a value among its metrics that is not a number, and one that is not there in every run."""

    @property
    def horizon(self) -> int:
        return 1

    def metrics(self) -> dict[str, object]:
        odd = {"odd": 1.0} if self.seed % 2 else {}
        return {"even": float("nan") if self.seed == 4 else 0.5, **odd}


class Wordy(Model):
    """A metric that is a word."""

    @property
    def horizon(self) -> int:
        return 1

    def metrics(self) -> dict[str, object]:
        return {"mood": "good"}
