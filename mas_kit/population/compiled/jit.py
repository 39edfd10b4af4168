"""How everything here is compiled, and the C library by names of our own."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba
import numpy as np
from numba import njit, types

_LIBRARY = ctypes.CDLL("ucrtbase") if sys.platform == "win32" else ctypes.CDLL(None)
VERSION = f"numba {numba.__version__}, numpy {np.__version__}"


def _jit[F: Callable[..., Any]](**options: Any) -> Callable[[F], F]:
    found: Callable[[F], F] = njit(error_model="python", **options)
    return found


# Without reference counts: nothing here allocates, and counting for each agent takes longer than most rules.
inline = _jit(forceinline=True, _nrt=False)
plain = _jit(_nrt=False)
counted = _jit(forceinline=True)


def c_function(name: str, arguments: int = 1) -> Any:
    """A function of the C library, under a name that the compiler does not know.

    Python's functions call the C library. The functions that the compiler knows (exp, pow, sin) it replaces
    by its own or folds, and their last bit may differ.
    """
    symbol = f"mas_kit_{name}"
    llvm.add_symbol(symbol, ctypes.cast(getattr(_LIBRARY, name), ctypes.c_void_p).value)
    return types.ExternalFunction(symbol, types.float64(*[types.float64] * arguments))
