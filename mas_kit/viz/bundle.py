"""The charts' script: our few lines and all of Vega in one module, made once and kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path

from mas_kit.viz.stage import script


def folder() -> Path:
    """Where the kit keeps what it can make again: ``MAS_KIT_CACHE``, or the platform's cache folder."""
    chosen = os.environ.get("MAS_KIT_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "mas_kit"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mas_kit"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mas_kit"


@cache
def chart_script() -> str:
    """The module of the live charts, with Vega inside (0.9 MB; bundling it takes more than a second).

    Kept in memory, and in ``folder()`` where that can be written; a folder that cannot costs the second, no
    more.
    """
    import vl_convert

    ours = script("raster.js", "chart.js")
    version = f"{metadata.version('vl-convert-python')}\n{ours}"
    name = f"chart-{hashlib.sha256(version.encode()).hexdigest()[:20]}.js"
    path: Path | None = None
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: there is no home
        path = folder() / name
        kept = path.read_text(encoding="utf-8")
        if kept.endswith(_seal(name)):
            return kept
    made = str(vl_convert.javascript_bundle(ours)) + _seal(name)
    if path is not None:
        with contextlib.suppress(OSError):
            _keep(path, made)
    return made


def _seal(name: str) -> str:
    """Stands at the end of a whole file, so that half of one is not taken for it."""
    return f"\n// {name}: whole\n"


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)  # another process may be doing the same; either result is right
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
