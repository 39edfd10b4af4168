"""One finished replicate as one small parquet file: whole or not there at all."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mas_kit.experiments.experiment import Run

_WORTH_A_SYNC = 1.0  # seconds of work


class Failure(NamedTuple):
    """A run that raised: what, where in the code, and what to type to see it happen again."""

    point: int
    replicate: int
    seed: int
    parameters: dict[str, Any]  # as the results show them
    error: str
    traceback: str

    def __str__(self) -> str:
        where = f"point {self.point}, replicate {self.replicate}, seed {self.seed}, {self.parameters}"
        return f"{where}: {self.error}"


class Outcome(NamedTuple):
    """What came of one run: its metrics or its failure, and what it took in seconds."""

    key: str
    metrics: dict[str, float]
    failure: Failure | None
    wall: float
    cpu: float


def write_bytes(path: Path, data: bytes, *, sync: bool) -> None:
    """Write a file in one go: after a kill it is there in full, or not at all.

    With `sync` also after a power cut. Without, a power cut can leave a torn file, never after a kill.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:  # a disk that is full needs the room
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if sync:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Bring to the disk that a file is called what it is called now."""
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # not every network file system knows how
        pass
    finally:
        os.close(handle)


def write_replicate(folder: Path, run: Run, outcome: Outcome) -> None:
    """Put one finished run on disk as `<key>.parquet`: its seed, its design point, its metrics."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    row: Mapping[str, Any] = {"replicate": run.replicate, "seed": run.seed, **run.labels}
    arrays = [pa.array([value]) for value in row.values()]
    arrays += [pa.array([value], pa.float64()) for value in outcome.metrics.values()]
    notes = {"key": run.key, "wall": outcome.wall, "cpu": outcome.cpu, "metrics": list(outcome.metrics)}
    names = [*row, *(f"metric:{name}" for name in outcome.metrics)]
    table = pa.table(arrays, names=names, metadata={"mas_kit": json.dumps(notes)})
    sink = pa.BufferOutputStream()
    # A row of a few numbers gains nothing from compression, dictionaries or statistics; a checksum it does.
    pq.write_table(
        table,
        sink,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
        write_page_checksum=True,
    )
    # A sync waits for whatever else this machine writes, which took several times as long as a short run. So
    # only a run that is worth the wait gets one: a power cut costs no long run, and of the short ones those
    # that the system had not written yet (Linux: half a minute). A torn file fails its checksum and is run
    # again.
    sync = outcome.wall >= _WORTH_A_SYNC
    write_bytes(folder / f"{run.key}.parquet", sink.getvalue().to_pybytes(), sync=sync)


def read_replicate(folder: Path, run: Run) -> Outcome | None:
    """The finished run on disk; None when there is none, or when its file is torn or another run's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{run.key}.parquet"
    try:
        data = path.read_bytes()
        table = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read()
        notes = json.loads(table.schema.metadata[b"mas_kit"])
        metrics = {name: table[f"metric:{name}"][0].as_py() for name in notes["metrics"]}
        if notes["key"] != run.key or table["seed"][0].as_py() != run.seed:
            return None
        return Outcome(run.key, metrics, None, notes["wall"], notes["cpu"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None
