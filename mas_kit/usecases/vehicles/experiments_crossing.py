"""The crossing, against queueing theory and the exact optimum."""

from __future__ import annotations

from mas_kit.experiments import Computation

EXPERIMENTS: tuple[Computation, ...] = ()
