"""How many examples the property tests try, and a count of those that were tried.

`MAS_KIT_DEEP=20` tries twenty times as many, drawn afresh each time.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings

DEEP = int(os.environ.get("MAS_KIT_DEEP", "1"))
tried: Counter[str] = Counter()


def examples(number: int) -> Any:
    """The settings of a property test."""
    return settings(
        max_examples=number * DEEP,
        deadline=None,
        derandomize=DEEP == 1,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def note(name: str) -> None:
    """One more example of this property was tried."""
    tried[name] += 1
