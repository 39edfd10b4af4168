"""The loops of `mas_kit.population.grids`, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from mas_kit.population import grids
from mas_kit.population.compiled import next_double

_fast = njit(error_model="python", _nrt=False)
_inline = njit(error_model="python", forceinline=True, _nrt=False)
sort_points, sort_cells = _fast(grids.sort_points), _fast(grids.sort_cells)
near_points, near_many = _fast(grids.near_points), _fast(grids.near_many)
near_single, near_eight = _fast(grids.near_single), _inline(grids.near_eight)
move = _fast(grids.move)


@_inline
def empty(double: int, state: int, free: np.ndarray, left: int) -> int:
    if left < 1:
        raise ValueError("no cell is empty")
    return free[int(next_double(double, state) * left)]  # type: ignore[no-any-return]
