"""Where results come from: versions, code, machine, times. Nothing that names a person or a host."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mas_kit.experiments.experiment import Experiment, Run, spec_hash
from mas_kit.experiments.pool import cores
from mas_kit.experiments.replicate import Failure, Outcome

_PACKAGES = ("mas-kit", "mesa", "numpy", "pandas", "scipy", "pydantic", "pyarrow", "loky", "cloudpickle")


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def versions(experiment: Experiment) -> dict[str, str]:
    """The installed version of each package that has a part in the numbers."""
    top = experiment.model.__module__.partition(".")[0]
    found = {}
    for name in dict.fromkeys([*_PACKAGES, top]):
        try:
            found[name.lower()] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """Processor, number of usable cores, system."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": cores(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def git_state(experiment: Experiment) -> dict[str, Any] | None:
    """Commit of the model's code and whether it was changed since; None outside git.

    Where the model's file is not under version control (a notebook, a library), the folder that one works in.
    """
    origin = getattr(sys.modules.get(experiment.model.__module__), "__file__", None)
    folder = Path.cwd()
    if origin and _git(Path(origin).parent, "ls-files", "--error-unmatch", Path(origin).name) is not None:
        folder = Path(origin).parent
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    return {"commit": commit, "dirty": bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def begin(
    experiment: Experiment, spec: Mapping[str, Any], before: Mapping[str, Any], workers: int
) -> dict[str, Any]:
    """The manifest as it stands when runs begin; earlier sessions in this folder are kept."""
    sessions = [dict(session) for session in before.get("sessions", ())]
    for session in sessions:
        if session["status"] == "running":
            session["status"] = "killed"
    session = {
        "status": "running",
        "started": now(),
        "ended": None,
        "workers": workers,
        "python": platform.python_version(),
        "packages": versions(experiment),
        "git": git_state(experiment),
        "machine": machine(),
    }
    return {
        "spec": dict(spec),
        "spec_sha256": spec_hash(spec),
        "seed_entropy": str(experiment.entropy),
        "results": before.get("results"),
        "sessions": [*sessions, session],
        "failures": list(before.get("failures", ())),
        "runs": list(before.get("runs", ())),
    }


def end(manifest: Mapping[str, Any], status: str, **counts: float) -> dict[str, Any]:
    """The manifest with its last session closed."""
    *earlier, session = manifest["sessions"]
    return {**manifest, "sessions": [*earlier, {**session, "status": status, "ended": now(), **counts}]}


def described(
    experiment: Experiment, runs: Sequence[Run], outcomes: Mapping[str, Outcome], failures: Sequence[Failure]
) -> dict[str, Any]:
    """What was run: the design, and each finished run with its seed and what it took in seconds."""
    finished = [run for run in runs if run.key in outcomes and outcomes[run.key].failure is None]
    return {
        "points": [dict(point.labels) for point in experiment.points],
        "failures": [
            {"point": f.point, "replicate": f.replicate, "seed": f.seed, "error": f.error.partition(":")[0]}
            for f in failures
        ],
        "runs": [
            {
                "key": run.key,
                "point": run.point,
                "replicate": run.replicate,
                "seed": run.seed,
                "wall": round(outcomes[run.key].wall, 6),
                "cpu": round(outcomes[run.key].cpu, 6),
            }
            for run in finished
        ],
    }
