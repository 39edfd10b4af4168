"""Real data that ships with the kit: small files, each with a card, a licence and a checksum."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mas_kit.core.errors import MasKitError, unknown

if TYPE_CHECKING:
    import pandas as pd


class DatasetError(MasKitError):
    """A data file is missing, or is not the file that was published with the kit."""


class _Dataset(NamedTuple):
    file: str
    sha256: str
    dates: tuple[str, ...] = ()


_DATASETS = {
    "pbs_prescriptions": _Dataset(
        "pbs_prescriptions.csv",
        "e9366e6add6d95f44641a4bb2d51683454a2a429df7a37d4fa773f843ab0a1df",
        dates=("month",),
    ),
}


def names() -> list[str]:
    """The data sets that can be loaded, in alphabetical order."""
    return sorted(_DATASETS)


def load(name: str) -> pd.DataFrame:
    """The data set as a table; `card(name)` says what its columns mean and in which units.

    Raises:
        UnknownNameError: there is no such data set.
        DatasetError: its file is missing or was changed.
    """
    import pandas as pd

    folder = _folder(name)
    dataset = _DATASETS[name]
    path = folder / dataset.file
    found = hashlib.sha256(_bytes(path)).hexdigest()
    if found != dataset.sha256:
        raise DatasetError(
            f"{path} was changed: its sha256 is {found}, published was {dataset.sha256}; restore it with "
            f"'git checkout -- {path.parent.name}' in the data folder, or install mas_kit again"
        )
    return pd.read_csv(path, parse_dates=list(dataset.dates), date_format="%Y-%m")


def card(name: str) -> str:
    """The card of a data set (Markdown): source, licence, columns, units, checksum, how it was made."""
    return _bytes(_folder(name) / "README.md").decode("utf-8")


def licence(name: str) -> str:
    """The licence under which the data set is passed on, as its terms require."""
    return _bytes(_folder(name) / "LICENSE").decode("utf-8")


def _folder(name: str) -> Path:
    if name not in _DATASETS:
        raise unknown("data set", name, _DATASETS)
    package = Path(__file__).parent
    installed = package / "_data"  # where the wheel puts the repository's data folder
    return (installed if installed.is_dir() else package.parent / "data") / name


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}); install mas_kit again") from error
