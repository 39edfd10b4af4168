"""What the tests of the supply chain share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike

STANDARD_ERRORS = 3.5  # a right program misses by more in 1 of 2,000 comparisons; the seeds are fixed


@pytest.fixture
def agree() -> Callable[..., None]:
    """Assert that independent replicates have the expected mean, in standard errors of that mean."""

    def check(replicates: ArrayLike, expected: float, largest_error: float = np.inf) -> None:
        values = np.asarray(replicates, dtype=float)
        error = values.std(ddof=1) / np.sqrt(values.size)
        assert error <= largest_error, f"the standard error {error:.4g} is too large to tell"
        away = abs(values.mean() - expected) / error
        assert away < STANDARD_ERRORS, f"{values.mean():.6g} ± {error:.2g} against {expected:.6g}"

    return check
