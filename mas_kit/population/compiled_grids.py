"""The loops of `mas_kit.population.grids`, compiled."""

from __future__ import annotations

from numba import njit

from mas_kit.population import grids

_fast = njit(error_model="python")
sort_points, sort_cells = _fast(grids.sort_points), _fast(grids.sort_cells)
near_points, near_single, near_many = (
    _fast(grids.near_points),
    _fast(grids.near_single),
    _fast(grids.near_many),
)
move = _fast(grids.move)


@_fast
def empty(draws, free, left):  # type: ignore[no-untyped-def]
    if left < 1:
        raise ValueError("no cell is empty")
    return free[int(draws.random() * left)]
