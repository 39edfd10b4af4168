"""Who is near whom: loops that objects run as Python and columns compile, so that the order is the same.

Arrays are anything that can be indexed: NumPy arrays when compiled, lists or memoryviews otherwise. No
function here calls another, and none fails on nan: a place that is no number counts as the lowest corner.
"""

# ruff: noqa: PLR0912  # one loop each, since a compiled function that calls none is the simplest to trust

from __future__ import annotations

from typing import Any


def sort_points(
    n: int, x: Any, y: Any, width: float, height: float, nx: int, ny: int, cell: Any, start: Any, who: Any
) -> None:
    """Sort points into nx times ny cells: of cell c are who[start[c]:start[c + 1]], in order of number."""
    for c in range(nx * ny + 1):
        start[c] = 0
    for i in range(n):
        cx = 0
        if x[i] >= width:
            cx = nx - 1
        elif x[i] > 0.0:
            cx = min(int(x[i] / width * nx), nx - 1)
        cy = 0
        if y[i] >= height:
            cy = ny - 1
        elif y[i] > 0.0:
            cy = min(int(y[i] / height * ny), ny - 1)
        cell[i] = cy * nx + cx
        start[cell[i] + 1] += 1
    for c in range(nx * ny):
        start[c + 1] += start[c]
    for i in range(n - 1, -1, -1):  # from behind, so that each cell fills up in order
        c = cell[i]
        start[c + 1] -= 1
        who[start[c + 1]] = i
    # The loop left in start[c + 1] where cell c begins.
    for c in range(nx * ny):
        start[c] = start[c + 1]
    start[nx * ny] = n


def sort_cells(n: int, cells: int, place: Any, start: Any, who: Any) -> None:
    """Sort agents by the cell that they are on; start and who as for points."""
    for c in range(cells + 1):
        start[c] = 0
    for i in range(n):
        start[place[i] + 1] += 1
    for c in range(cells):
        start[c + 1] += start[c]
    for i in range(n - 1, -1, -1):
        c = place[i]
        start[c + 1] -= 1
        who[start[c + 1]] = i
    for c in range(cells):
        start[c] = start[c + 1]
    start[cells] = n


def near_points(
    me: int,
    x: Any,
    y: Any,
    radius: float,
    width: float,
    height: float,
    nx: int,
    ny: int,
    torus: bool,
    cell: Any,
    start: Any,
    who: Any,
    found: Any,
) -> int:
    """Put the others within the radius into `found`, cell by cell; returns how many they are."""
    here_x, here_y, reach = x[me], y[me], radius * radius
    half_x, half_y = 0.5 * width, 0.5 * height
    cy, cx = cell[me] // nx, cell[me] % nx
    low_x, high_x, low_y, high_y = cx - 1, cx + 1, cy - 1, cy + 1
    if nx < 3:
        low_x, high_x = 0, nx - 1
    elif not torus:
        low_x, high_x = max(low_x, 0), min(high_x, nx - 1)
    if ny < 3:
        low_y, high_y = 0, ny - 1
    elif not torus:
        low_y, high_y = max(low_y, 0), min(high_y, ny - 1)
    count = 0
    for b in range(low_y, high_y + 1):
        row = (b + ny if b < 0 else b - ny if b >= ny else b) * nx
        for a in range(low_x, high_x + 1):
            c = row + (a + nx if a < 0 else a - nx if a >= nx else a)
            for k in range(start[c], start[c + 1]):
                j = who[k]
                if j == me:
                    continue
                dx, dy = x[j] - here_x, y[j] - here_y
                if torus:
                    if dx > half_x:
                        dx -= width
                    elif dx < -half_x:
                        dx += width
                    if dy > half_y:
                        dy -= height
                    elif dy < -half_y:
                        dy += height
                if dx * dx + dy * dy <= reach:
                    found[count] = j
                    count += 1
    return count


def near_single(
    me: int, place: int, width: int, height: int, torus: bool, moore: bool, reach: int, at: Any, found: Any
) -> int:
    """Put the agents on the cells around into `found`, row by row; one a cell."""
    cy = place // width
    cx = place - cy * width
    count = 0
    for dy in range(-reach, reach + 1):
        y = cy + dy
        if torus:
            y = y + height if y < 0 else y - height if y >= height else y
        elif y < 0 or y >= height:
            continue
        span = reach if moore else reach - abs(dy)
        for dx in range(-span, span + 1):
            x = cx + dx
            if torus:
                x = x + width if x < 0 else x - width if x >= width else x
            elif x < 0 or x >= width:
                continue
            j = at[y * width + x]
            if j >= 0 and j != me:
                found[count] = j
                count += 1
    return count


def near_eight(place: int, width: int, height: int, at: Any, found: Any) -> int:
    """`near_single` for the commonest grid, a torus and the eight cells around; `found` has room for nine."""
    cy = place // width
    cx = place - cy * width
    row = cy * width
    up = row - width if cy > 0 else (height - 1) * width
    down = row + width if cy < height - 1 else 0
    left = cx - 1 if cx > 0 else width - 1
    right = cx + 1 if cx < width - 1 else 0
    count = 0
    for c in (up + left, up + cx, up + right, row + left, row + right, down + left, down + cx, down + right):
        j = at[c]
        found[count] = j
        count += j >= 0  # no branch: written over if nobody is there
    return count


def near_many(
    me: int,
    place: int,
    width: int,
    height: int,
    torus: bool,
    moore: bool,
    reach: int,
    start: Any,
    who: Any,
    found: Any,
) -> int:
    """The same where a cell holds any number of agents; those on one's own cell are seen too."""
    cy = place // width
    cx = place - cy * width
    count = 0
    for dy in range(-reach, reach + 1):
        y = cy + dy
        if torus:
            y = y + height if y < 0 else y - height if y >= height else y
        elif y < 0 or y >= height:
            continue
        span = reach if moore else reach - abs(dy)
        for dx in range(-span, span + 1):
            x = cx + dx
            if torus:
                x = x + width if x < 0 else x - width if x >= width else x
            elif x < 0 or x >= width:
                continue
            c = y * width + x
            for k in range(start[c], start[c + 1]):
                j = who[k]
                if j != me:
                    found[count] = j
                    count += 1
    return count


def move(me: int, old: int, new: int, cells: int, at: Any, free: Any, slot: Any) -> None:
    """Put an agent from its cell on an empty one. `free` lists the empty cells, `slot` the place of each.

    Raises ValueError where the new cell is taken or does not exist.
    """
    if not 0 <= new < cells:
        raise ValueError("there is no such cell")
    if new != old:
        if at[new] >= 0:
            raise ValueError("the cell is taken")
        at[old] = -1
        at[new] = me
        k = slot[new]
        free[k] = old
        slot[old] = k
        slot[new] = -1
