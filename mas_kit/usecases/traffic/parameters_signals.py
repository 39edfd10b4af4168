"""The parameters of the worlds "signals": a grid of intersections."""

from __future__ import annotations

from mas_kit.core import Parameters


class SignalParameters(Parameters):
    """What belongs to intersections and their controllers."""
