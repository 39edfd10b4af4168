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


class _Table(NamedTuple):
    file: str
    sha256: str
    dates: tuple[str, ...] = ()


# The tables of each data set, by name; the first is what `load` gives without one.
_DATASETS: dict[str, dict[str, _Table]] = {
    "pbs_prescriptions": {
        "prescriptions": _Table(
            "pbs_prescriptions.csv",
            "e9366e6add6d95f44641a4bb2d51683454a2a429df7a37d4fa773f843ab0a1df",
            dates=("month",),
        ),
    },
    "sioux_falls": {
        "links": _Table("links.csv", "1821e96e14d9a75270a1b696cdbdf75903ab296508f6cb280c28279a3161b997"),
        "trips": _Table("trips.csv", "89809d419358d3aed98dfdad4277d7a4df7e7d4d7d23668c26163bcfc83bce88"),
        "nodes": _Table("nodes.csv", "932cd603a3d21fceeae2d8f173ac721c41aedea6be850ee22e618726c6d33c83"),
    },
}


def names() -> list[str]:
    """The data sets that can be loaded, in alphabetical order."""
    return sorted(_DATASETS)


def tables(name: str) -> list[str]:
    """The tables of a data set; the first is the one that `load(name)` gives."""
    _folder(name)
    return list(_DATASETS[name])


def load(name: str, table: str | None = None) -> pd.DataFrame:
    """A table of the data set, the first without a name; `card(name)` says what its columns mean.

    Raises:
        UnknownNameError: there is no such data set, or no such table in it.
        DatasetError: its file is missing or was changed.
    """
    import pandas as pd

    folder = _folder(name)
    known = _DATASETS[name]
    if table is not None and table not in known:
        raise unknown(f"table of {name}", table, known)
    wanted = known[table or next(iter(known))]
    path = folder / wanted.file
    found = hashlib.sha256(_bytes(path)).hexdigest()
    if found != wanted.sha256:
        raise DatasetError(
            f"{path} was changed: its sha256 is {found}, published was {wanted.sha256}; restore it with "
            f"'git checkout -- {path.parent.name}' in the data folder, or install mas_kit again"
        )
    return pd.read_csv(path, parse_dates=list(wanted.dates), date_format="%Y-%m")


def card(name: str) -> str:
    """The card of a data set (Markdown): source, licence, columns, units, checksum, how it was made."""
    return _bytes(_folder(name) / "README.md").decode("utf-8")


def licence(name: str) -> str:
    """The licence under which the data set is passed on, as its terms require."""
    return _bytes(_folder(name) / "LICENSE").decode("utf-8")


def home() -> Path:
    """The folder that all data sets are in."""
    package = Path(__file__).parent
    installed = package / "_data"  # where the wheel puts the repository's data folder
    return installed if installed.is_dir() else package.parent / "data"


def _folder(name: str) -> Path:
    if name not in _DATASETS:
        raise unknown("data set", name, _DATASETS)
    return home() / name


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}); install mas_kit again") from error
