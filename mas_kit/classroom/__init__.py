"""For the class: predictions that are recorded, notebooks that are checked, policies that are graded.

`predict` asks before a run and shows the answer against the runs afterwards; `notebooks` runs a notebook and
moves its widgets; `grading` runs a student's policy away from everything else and marks it over replicates.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mas_kit.classroom.prediction import Prediction, predict

__all__ = ["Prediction", "predict"]


def __getattr__(name: str) -> Any:
    """What a notebook asks for loads when it is first used."""
    if name in __all__:
        from mas_kit.classroom import prediction

        return getattr(prediction, name)
    raise AttributeError(f"module 'mas_kit.classroom' has no attribute {name!r}")
