"""What outlives the kernel: one file of lines for each question, beside the notebook, only ever added to."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mas_kit.core.errors import MasKitError


class Diary:
    """An append-only file of JSON lines. The name is made safe, so the file cannot leave its folder."""

    def __init__(self, folder: Path, name: str) -> None:
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
        mark = hashlib.blake2s(name.encode(), digest_size=4).hexdigest()  # names that look alike stay apart
        self.path = folder / f"{slug}-{mark}.jsonl"

    def write(self, **row: Any) -> None:
        """Add a line.

        Raises:
            OSError: the folder cannot be written.
        """
        if not self.path.parent.exists():
            self.path.parent.mkdir(parents=True)
            (self.path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def read(self) -> Iterator[dict[str, Any]]:
        """The lines so far, oldest first.

        Raises:
            MasKitError: a line is not what `write` left.
        """
        if not self.path.exists():
            return
        for k, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
                known = row["event"] in ("answer", "shown") and row["time"]
            except (json.JSONDecodeError, KeyError, TypeError):
                known = False
            if not known:
                raise MasKitError(f"{self.path}, line {k} is damaged; delete the file to begin anew")
            yield row
