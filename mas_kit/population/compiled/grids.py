"""The loops of `mas_kit.population.grids`, compiled."""

# mypy: disable-error-code="no-any-return,call-arg,return-value"

from __future__ import annotations

import numpy as np

from mas_kit.population import grids
from mas_kit.population.compiled.chance import next_double
from mas_kit.population.compiled.jit import inline, plain

sort_points, sort_cells = plain(grids.sort_points), plain(grids.sort_cells)
near_points, near_many = plain(grids.near_points), plain(grids.near_many)
near_single, near_eight = plain(grids.near_single), inline(grids.near_eight)
move = plain(grids.move)


@inline
def empty(double: int, state: int, free: np.ndarray, left: int) -> int:
    if left < 1:
        raise ValueError("no cell is empty")
    return free[int(next_double(double, state) * left)]
