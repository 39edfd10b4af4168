"""What a student can click is there, and the glossary's words are used where it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.notebooks.conftest import ROOT, every_notebook

NOTEBOOKS = ROOT / "notebooks"
GLOSSARY = NOTEBOOKS / "glossary.md"
PAGES = [*every_notebook(), GLOSSARY, NOTEBOOKS / "assignments" / "README.md"]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_ENTRY = re.compile(
    r"^\| \*\*(?P<word>[^*]+)\*\*(?P<more>[^|]*)\| (?P<means>[^|]+) \| \[[^\]]+\]\((?P<where>[^)]+)\) \|$"
)


def prose(path: Path) -> str:
    """The text that is read: of a notebook, its markdown."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = [link.partition("#")[0] for link in _LINK.findall(prose(page)) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


def test_the_welcome_leads_to_every_notebook() -> None:
    welcome = NOTEBOOKS / "00_welcome.ipynb"
    linked = {(NOTEBOOKS / link).resolve() for link in _LINK.findall(prose(welcome))}
    lessons = [p for p in every_notebook() if "assignments" not in p.parts and p != welcome]
    assert [path.name for path in lessons if path not in linked] == []


def entries() -> list[re.Match[str]]:
    rows = [line for line in prose(GLOSSARY).splitlines() if line.startswith("| **")]
    found = [_ENTRY.match(row) for row in rows]
    assert [row for row, entry in zip(rows, found, strict=True) if entry is None] == []
    return [entry for entry in found if entry]


def test_the_glossary_is_in_order_and_names_nothing_twice() -> None:
    words = [entry["word"].lower() for entry in entries()]
    assert words == sorted(set(words))


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["word"])
def test_a_word_of_the_glossary_is_used_where_it_says(entry: re.Match[str]) -> None:
    text = re.sub(r"[\s*`]+", " ", prose(GLOSSARY.parent / entry["where"])).lower()
    assert re.search(rf"\b{re.escape(entry['word'].lower())}", text), entry["where"]
