"""The files of the project agree with each other: versions, bounds, pins."""

from __future__ import annotations

import re
import sys
import tomllib
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import mas_kit

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")
LINES = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
CONSTRAINTS = [Requirement(line) for line in LINES]


def requirements() -> list[Requirement]:
    texts = [
        *PROJECT["dependencies"],
        *(t for extra in PROJECT["optional-dependencies"].values() for t in extra),
    ]
    return [Requirement(text) for text in texts]


def test_the_version_stands_in_four_places_and_is_the_same():
    version = PROJECT["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    bibtex = re.search(r"version = \{(.+)\}", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert bibtex
    assert mas_kit.__version__ == version == citation["version"] == bibtex[1]
    assert f"\n## {version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_citation_holds_what_the_format_asks_for():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"title", "message", "authors", "type", "license"} <= citation.keys()
    assert citation["license"] == PROJECT["license"] == "Apache-2.0"
    assert all("name" in author or "family-names" in author for author in citation["authors"])


def test_conda_is_given_the_same_python_bound():
    dependencies = yaml.safe_load(ENVIRONMENT)["dependencies"]
    bounds = [d.removeprefix("python") for d in dependencies if isinstance(d, str) and d.startswith("python")]
    assert bounds == [PROJECT["requires-python"]]


def test_conda_installs_this_folder_at_the_pinned_versions():
    environment = yaml.safe_load(ENVIRONMENT)
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    [pip] = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pip == ["-c constraints.txt", "-e .[all]"]
    assert "all" in PROJECT["optional-dependencies"]


def test_every_line_of_the_conda_environment_is_commented():
    in_list = ENVIRONMENT.split("channels:")[1]
    entries = [line for line in in_list.splitlines() if line.strip().startswith("- ")]
    assert all("#" in line for line in entries if not line.strip().endswith("pip:"))


def test_the_interpreter_that_is_fetched_is_one_that_is_allowed():
    wanted = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert re.fullmatch(r"3\.\d+", wanted)
    assert SpecifierSet(PROJECT["requires-python"]).contains(wanted)
    assert f"Programming Language :: Python :: {wanted}" in PROJECT["classifiers"]


def test_dependencies_are_ranges_not_pins():
    for requirement in requirements():
        assert not any(s.operator in {"==", "==="} for s in requirement.specifier), str(requirement)
        assert requirement.url is None


def test_the_extra_named_all_holds_every_extra():
    extras = PROJECT["optional-dependencies"]
    [everything] = [Requirement(text) for text in extras["all"]]
    assert everything.name == PROJECT["name"]
    assert everything.extras == extras.keys() - {"all"}


def test_the_date_that_settles_versions_has_passed():
    # A day to come would let versions drift until it is there.
    date = datetime.fromisoformat(PYPROJECT["tool"]["uv"]["exclude-newer"])
    assert date < datetime.now(UTC)


def test_the_constraints_name_no_host_and_pin_everything_exactly():
    for line, constraint in zip(LINES, CONSTRAINTS, strict=True):
        assert re.fullmatch(r"==[^,*]+", str(constraint.specifier)), line
        assert "://" not in line
        assert "--" not in line


def test_the_constraints_cover_what_the_project_asks_for_and_lie_in_its_ranges():
    pins = {canonicalize_name(c.name): c for c in CONSTRAINTS}
    for requirement in requirements():
        name = canonicalize_name(requirement.name)
        if name == PROJECT["name"]:
            continue
        [pin] = [s.version for s in pins[name].specifier]
        assert requirement.specifier.contains(pin), f"{requirement}: {pin}"


@pytest.mark.skipif(
    Path(sys.prefix) != ROOT / ".venv", reason="compares with what uv installed; this is another environment"
)
def test_the_constraints_are_what_uv_installed():
    differ = {}
    for constraint in CONSTRAINTS:
        if constraint.marker is None or constraint.marker.evaluate():
            try:
                installed = metadata.version(constraint.name)
            except metadata.PackageNotFoundError:
                continue  # it belongs to an extra that is not installed
            if not constraint.specifier.contains(installed, prereleases=True):
                differ[constraint.name] = f"{installed}, but constraints.txt says {constraint.specifier}"
    assert differ == {}, "write constraints.txt anew: CONTRIBUTING.md says how"


def test_the_lock_file_stays_out_of_the_repository():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "uv.lock" in ignored  # it names hosts


def test_a_newcomer_is_told_what_every_folder_holds():
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in (ROOT / "mas_kit").glob("*/__init__.py")}
    assert {name for name in folders if f"`mas_kit/{name}" not in told} == set()
