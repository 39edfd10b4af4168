"""Draws, as NumPy's Generator makes them, and who is born."""

# ruff: noqa: ARG001  # what numba calls has the arguments that numba gives
# mypy: disable-error-code="no-any-return,call-arg,return-value"

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from mas_kit.population.compiled.jit import c_function, counted, inline, plain

_log, _log1p = c_function("log"), c_function("log1p")


@intrinsic
def next_double(typing: Any, function: Any, state: Any) -> Any:
    """What `Generator.random()` returns next, from the addresses of its C function and of its state.

    A Generator as an argument costs 8 µs a call of the loop, and more each time that it is handed on.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.DoubleType(), [byte]).as_pointer()
        address, where = arguments
        return builder.call(builder.inttoptr(address, kind), [builder.inttoptr(where, byte)])

    return types.float64(types.intp, types.intp), codegen


def addresses(rng: np.random.Generator) -> tuple[int, int]:
    """The two addresses; they hold while the generator lives."""
    interface = rng.bit_generator.ctypes
    return ctypes.cast(interface.next_double, ctypes.c_void_p).value or 0, interface.state_address


@inline
def pick(double: int, state: int, count: int) -> int:
    if count < 1:
        raise ValueError("there is nobody to pick")
    return int(next_double(double, state) * count)


class Full(Exception):
    """There is no room for another newborn: the engine makes some, and lives the tick again."""


@inline
def newborn(born: np.ndarray, room: int) -> int:
    if born[0] >= room:
        raise Full
    born[0] += 1
    return born[0] - 1


@counted  # NumPy's own, which makes an array on its way: see kernel.text_of
def integers(draws: np.random.Generator, low: int, high: int) -> int:
    if low >= high:
        raise ValueError("low >= high")
    return low + draws.integers(0, high - low)


@inline
def uniform(double: int, state: int, low: float, high: float) -> float:
    return low + (high - low) * next_double(double, state)


@inline
def normal(draws: np.random.Generator, mean: float, deviation: float) -> float:
    if not deviation >= 0.0:
        raise ValueError("scale < 0")
    return mean + deviation * draws.standard_normal()


@inline
def exponential(draws: np.random.Generator, scale: float) -> float:
    if not scale >= 0.0:
        raise ValueError("scale < 0")
    return scale * draws.standard_exponential()


@plain
def mix(double: int, state: int, order: np.ndarray, n: int) -> None:
    """See `arithmetic.shuffled`."""
    for last in range(n - 1, 0, -1):
        k = int(next_double(double, state) * (last + 1))
        order[last], order[k] = order[k], order[last]


@plain
def shuffle(double: int, state: int, order: np.ndarray, n: int) -> None:
    """See `arithmetic.permutation`."""
    for k in range(n):
        order[k] = k
    mix(double, state, order, n)


@plain
def wake(
    double: int, state: int, chance: float, n: int, called: np.ndarray, calls: int, order: np.ndarray
) -> int:
    """See `arithmetic.woken`: fills `order` and gives how many there are."""
    if chance >= 1.0:
        for row in range(n):
            order[row] = row
        return n
    count = 0
    at = 0  # in `called`: who of them comes next
    if chance > 0.0:
        scale = _log1p(-chance)
        row = -1
        while True:
            skip = _log(1.0 - next_double(double, state)) / scale
            if skip >= n - 1 - row:
                break
            row += 1 + int(skip)
            while at < calls and called[at] < row:
                order[count] = called[at]
                count += 1
                at += 1
            if at < calls and called[at] == row:
                at += 1
            order[count] = row
            count += 1
    while at < calls:
        order[count] = called[at]
        count += 1
        at += 1
    return count
