"""The folder of an experiment: who may use it, what is finished in it, and one file of results at the end."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mas_kit.experiments.errors import FolderError
from mas_kit.experiments.experiment import Experiment, Run, spec_hash
from mas_kit.experiments.locks import FileLock
from mas_kit.experiments.replicate import Failure, Outcome, read_replicate, write_bytes

if TYPE_CHECKING:
    import pandas as pd

MANIFEST, RESULTS, FAILURES = "manifest.json", "results.parquet", "failures.json"
_ORPHAN = 60.0  # seconds to wait for workers whose parent was killed; they look every quarter second


class Store:
    """A folder held for one experiment. Use it as a context: it is locked inside.

    `replicates/<key>.parquet` holds each run as it finishes; `results.parquet` all of them, one row group a
    run, in design order; `manifest.json` how they came about; `failures.json` what raised.

    Raises:
        FolderError: cannot be written, in use by another process, or holds another experiment.
    """

    def __init__(self, folder: Path, experiment: Experiment) -> None:
        self.folder = folder.absolute()
        self.replicates = self.folder / "replicates"
        self.spec = experiment.spec()
        self.manifest: dict[str, Any] = {}
        self._lock = FileLock(self.folder / ".lock")

    def __enter__(self) -> Self:
        try:
            self.replicates.mkdir(parents=True, exist_ok=True)
            if not os.access(self.folder, os.W_OK | os.X_OK) or not self._lock.acquire():
                self._refuse_entry()
        except FolderError:
            raise
        except OSError as error:
            why = error.strerror or error
            raise FolderError(
                f"cannot write to folder {self.folder}: {why}; choose another with out="
            ) from None
        try:
            self._check()
            self._await_orphans()
        except BaseException:
            self._lock.release()
            raise
        return self

    def _refuse_entry(self) -> None:
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise FolderError(
                f"cannot write to folder {self.folder}: no permission; choose another with out="
            )
        raise FolderError(
            f"folder {self.folder} is in use by another process that is running this experiment; wait for "
            "it, or choose another folder with out="
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self.replicates.rmdir()  # only when empty: all runs are in the file of results
        self._lock.release()

    def _check(self) -> None:
        """Refuse a folder that holds another experiment, and say what differs."""
        path = self.folder / MANIFEST
        if not path.exists():
            if (self.folder / RESULTS).exists():
                raise FolderError(
                    f"folder {self.folder} holds {RESULTS} without {MANIFEST}, so that nobody can tell what "
                    "they are; choose another folder with out="
                )
            return
        try:
            self.manifest = json.loads(path.read_text(encoding="utf-8"))
            held: Mapping[str, Any] = self.manifest["spec"]
        except (ValueError, KeyError, TypeError):
            raise FolderError(
                f"{path} cannot be read; restore it, or choose another folder with out="
            ) from None
        if spec_hash(held) == spec_hash(self.spec):
            return
        names = [name for name in sorted({*held, *self.spec}) if held.get(name) != self.spec.get(name)]
        differs = "; ".join(
            f"{name}: {_short(held.get(name))} there, {_short(self.spec.get(name))} here" for name in names
        )
        what = "holds another experiment"
        if names == ["code"]:
            session = (self.manifest.get("sessions") or [{}])[-1]
            ran = f"Python {session.get('python', '?')}, {str(session.get('started', '?'))[:10]}"
            what = f"holds runs of other code of {self.spec['model']} or of another version of Python ({ran})"
        raise FolderError(
            f"folder {self.folder} {what} ({differs}); choose another folder with out=, or delete this one"
        )

    def _await_orphans(self) -> None:
        """Wait until no worker of a killed process is at work here; then clear what it left half written."""
        for path in self.replicates.glob(".worker-*.lock"):
            lock = FileLock(path)
            if not lock.acquire(timeout=_ORPHAN):
                process = path.stem.removeprefix(".worker-")
                raise FolderError(
                    f"a worker of an earlier process ({process}) is still at work in {self.folder}; "
                    "end it and run again"
                )
            lock.release()
            path.unlink(missing_ok=True)
        for folder in (self.folder, self.replicates, self.folder / "events"):
            for path in folder.glob(".*.tmp"):
                path.unlink(missing_ok=True)

    @property
    def settled(self) -> bool:
        """Did the last session here end, with all its runs in the file of results?"""
        sessions = self.manifest.get("sessions") or [{}]
        return bool(self.manifest.get("results")) and sessions[-1].get("status") == "finished"

    def kept(self, runs: Sequence[Run]) -> dict[str, Outcome]:
        """The runs that are finished on disk, by key; torn and foreign files count as not finished.

        Raises:
            FolderError: the folder holds finished runs that these are not: it may grow, never shrink.
        """
        by_key = {run.key: run for run in runs}
        compacted = self._compacted(by_key)
        files = {path.stem for path in self.replicates.glob("*.parquet")}
        surplus = (files | compacted.keys()) - by_key.keys()
        if surplus:
            raise FolderError(
                f"folder {self.folder} holds {len(surplus)} finished runs that this experiment does not "
                "declare (fewer seeds, or other design points); a folder may grow, never shrink: choose "
                "another with out="
            )
        found = dict(compacted)
        for key in files:
            outcome = read_replicate(self.replicates, by_key[key])
            if outcome is not None:
                found[key] = outcome
        return found

    def _compacted(self, by_key: Mapping[str, Run]) -> dict[str, Outcome]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.folder / RESULTS
        if not path.exists():
            return {}
        times = {row["key"]: (row["wall"], row["cpu"]) for row in self.manifest.get("runs", ())}
        try:
            table = pq.read_table(path, page_checksum_verification=True)
            notes = json.loads(table.schema.metadata[b"mas_kit"])
            columns = {name: table[column].to_pylist() for column, name in notes["metrics"].items()}
            seeds = table["seed"].to_pylist()
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return {}  # damaged: these runs are run again
        found = {}
        for row, key in enumerate(notes["keys"]):
            if key in by_key and by_key[key].seed != seeds[row]:
                continue
            values = {name: column[row] for name, column in columns.items()}
            metrics = {name: math.nan if value is None else value for name, value in values.items()}
            found[key] = Outcome(key, metrics, None, *times.get(key, (0.0, 0.0)))
        return found

    def compact(self, frame: pd.DataFrame, keys: Sequence[str], metrics: Mapping[str, str]) -> str:
        """Write `results.parquet`, one row group a run, in the order of the frame; gives its SHA-256."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        notes = {"keys": list(keys), "metrics": dict(metrics), "spec": spec_hash(self.spec)}
        table = pa.Table.from_pandas(frame, preserve_index=False)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), "mas_kit": json.dumps(notes)})
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(sink, table.schema, write_page_checksum=True) as writer:
            for row in range(table.num_rows):
                writer.write_table(table.slice(row, 1))
        data = sink.getvalue().to_pybytes()
        write_bytes(self.folder / RESULTS, data, sync=True)
        return hashlib.sha256(data).hexdigest()

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Write `manifest.json`."""
        self.manifest = dict(manifest)
        text = json.dumps(manifest, indent=1, allow_nan=False, ensure_ascii=False)
        write_bytes(self.folder / MANIFEST, text.encode(), sync=True)

    def write_failures(self, failures: Sequence[Failure]) -> None:
        """Write `failures.json`, or take it away when nothing failed."""
        path = self.folder / FAILURES
        if failures:
            text = json.dumps([failure._asdict() for failure in failures], indent=1, ensure_ascii=False)
            write_bytes(path, text.encode(), sync=True)
        else:
            path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Take away the single files of runs that are all in `results.parquet` now."""
        shutil.rmtree(self.replicates, ignore_errors=True)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
