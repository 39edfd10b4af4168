"""What ``mas-kit doctor`` looks at. Checks read files: no import, no network."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

DISTRIBUTION = "mas-kit"
LABEXTENSIONS = {  # the browser's half of a widget library: the package that brings it
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab-widgets",
    "anywidget": "anywidget",
    "jupyter-vue": "ipyvue",
    "jupyter-vuetify": "ipyvuetify",
}
WHY = {  # what a version out of range does to the kit
    "mesa": "Mesa 4 removes part of what the models stand on",
    "ipyvuetify": "from 2 on, pages stay blank without a network",
    "ipyvue": "from 2 on, pages stay blank without a network",
}


class Check(NamedTuple):
    """One finding. ``ok`` is None for something optional that is not there; ``fix`` is a line for a shell."""

    name: str
    ok: bool | None
    found: str
    fix: str = ""


def examine() -> list[Check]:
    """Every check, in the order in which a newcomer should mend them."""
    return [
        interpreter(),
        *packages(),
        page_assets(),
        *labextensions(),
        kernel(),
        *optional(),
    ]


def repair(*requirements: str) -> str:
    """The shell line that puts these requirements in order in the environment of this interpreter."""
    prefix = Path(sys.prefix)
    if prefix.name == ".venv" and (prefix.parent / "pyproject.toml").is_file():
        names = [f"--reinstall-package {Requirement(text).name}" for text in requirements]
        return f"cd {shlex.quote(str(prefix.parent))} && python3 -m uv sync --inexact {' '.join(names)}"
    quoted = " ".join(shlex.quote(text) for text in requirements)
    return f"{shlex.quote(sys.executable)} -m pip install --force-reinstall --no-deps {quoted}"


def interpreter() -> Check:
    """The Python that runs this against the range that the package asks for."""
    wanted = metadata.metadata(DISTRIBUTION)["Requires-Python"] or ""
    version = ".".join(map(str, sys.version_info[:3]))
    ok = SpecifierSet(wanted).contains(version)
    fix = "" if ok else "python3 -m uv sync --python 3.13"
    return Check("python", ok, f"{version} ({sys.executable})", fix)


def packages() -> Iterator[Check]:
    """Each package that mas_kit needs: there, and in range."""
    for text in metadata.requires(DISTRIBUTION) or []:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        yield package(requirement)


def package(requirement: Requirement) -> Check:
    """One package: there, and in range."""
    bare = f"{requirement.name}{requirement.specifier}"
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Check(requirement.name, False, "not installed", repair(bare))
    if requirement.specifier.contains(version, prereleases=True):
        return Check(requirement.name, True, version)
    why = WHY.get(requirement.name)
    found = f"{version}, but {requirement.specifier} is needed" + (f" ({why})" if why else "")
    return Check(requirement.name, False, found, repair(bare))


def page_assets(solara: Path | None = None, cdn: Path | None = None) -> Check:
    """The scripts and styles that Solara's page names are on disk, so that it opens without a network.

    ``solara`` is the folder of the installed package, ``cdn`` the folder that its server takes assets from.
    """
    name = "page assets"
    solara = solara or _folder_of("solara")
    cdn = cdn or Path(sys.prefix) / "share" / "solara" / "cdn"
    template = solara / "server" / "templates" / "solara.html.j2" if solara else None
    if template is None or not template.is_file():
        return Check(name, False, "solara's page template is missing", repair("solara"))
    wanted = list(named_assets(template.read_text(encoding="utf-8")))
    missing = [path for path in wanted if not (cdn / path).is_file()]
    if not wanted or missing:
        found = f"not in {cdn}: {', '.join(missing)}" if missing else "the page's template names no asset"
        return Check(name, False, found, repair("solara-assets"))
    return Check(name, True, f"all {len(wanted)} files in {cdn}")


def named_assets(template: str) -> Iterator[str]:
    """The files that the page asks for, in production mode and with ipyvuetify 1 (``solara-vuetify-app``)."""
    for path in re.findall(r"\{\{\s*cdn\s*\}\}/?([^\"'\s>]+)", template):
        asset = path.replace("{{ipywidget_major_version}}", "8")
        asset = asset.replace("{{assets.fontawesome_path}}", "font-awesome@4.5.0/css/font-awesome.min.css")
        development = asset.endswith("8.js")
        if "{" not in asset and "vuetify3" not in asset and not development:
            yield asset


def labextensions(
    roots: Iterable[Path] | None = None, configs: Iterable[Path] | None = None
) -> Iterator[Check]:
    """The browser's half of each widget library: there, switched on, of the version of its Python half.

    ``roots`` are folders with a ``labextensions`` folder and ``configs`` with a ``labconfig`` folder, the
    first found wins; by default Jupyter's own search paths.
    """
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    roots = [Path(path) for path in jupyter_path()] if roots is None else list(roots)
    configs = [Path(path) for path in jupyter_config_path()] if configs is None else list(configs)
    off = _switched_off(configs)
    for name, owner in LABEXTENSIONS.items():
        yield _labextension(name, owner, roots, off)


def _labextension(name: str, owner: str, roots: Iterable[Path], off: set[str]) -> Check:
    title = f"browser widgets: {name}"
    for root in roots:
        folder = root / "labextensions" / name
        if not (folder / "package.json").is_file():
            continue
        package = _json(folder / "package.json")
        script = package.get("jupyterlab", {}).get("_build", {}).get("load", "")
        if not script or not (folder / script).is_file():
            return Check(title, False, f"{folder} is incomplete", repair(owner))
        if name in off:
            enable = shlex.join([sys.executable, "-m", "jupyter", "labextension", "enable", name])
            return Check(title, False, "switched off in JupyterLab", enable)
        version = str(package.get("version", "?"))
        ours = metadata.version(owner)
        # (jupyterlab-widgets numbers its two halves differently)
        if owner != "jupyterlab-widgets" and version != ours:
            remove = f"rm -r {shlex.quote(str(folder))}"
            stale = not folder.is_relative_to(sys.prefix)
            found = f"{folder} is {version}, but the Python half is {ours}"
            return Check(title, False, found, remove if stale else repair(owner))
        return Check(title, True, version)
    return Check(title, False, "not installed", repair(owner))


def _switched_off(configs: Iterable[Path]) -> set[str]:
    off: dict[str, bool] = {}
    for folder in reversed(list(configs)):  # the first folder has the last word
        for file in sorted((folder / "labconfig").glob("page_config.json")):
            listed = _json(file).get("disabledExtensions", {})
            off |= dict.fromkeys(listed, True) if isinstance(listed, list) else listed
    return {name for name, is_off in off.items() if is_off}


def kernel(roots: Iterable[Path] | None = None) -> Check:
    """The kernel that notebooks name, ``python3``, starts this very interpreter."""
    from jupyter_core.paths import jupyter_path

    name = "notebook kernel"
    install = shlex.join([sys.executable, "-m", "ipykernel", "install", "--sys-prefix"])
    roots = [Path(path) for path in jupyter_path()] if roots is None else roots
    for root in roots:
        file = root / "kernels" / "python3" / "kernel.json"
        if not file.is_file():
            continue
        program = str((_json(file).get("argv") or [""])[0])
        # Jupyter itself replaces a bare python, python3 or python3.13 by the interpreter that it runs on.
        bare = re.fullmatch(r"python(3(\.\d+)?)?", program)
        if bare or Path(program).parent == Path(sys.executable).parent:
            return Check(name, True, f"python3 ({file.parent})")
        shadow = f"rm -r {shlex.quote(str(file.parent))}"
        fix = install if file.is_relative_to(sys.prefix) else shadow
        return Check(name, False, f"{file} starts {program}", fix)
    return Check(name, False, "no kernel named python3", install)


def optional() -> Iterator[Check]:
    """What only some people need."""
    for name, use, extra in (
        ("nbgrader", "assignments", "classroom"),
        ("nbmake", "running every test and notebook", "test"),
    ):
        try:
            yield Check(name, True, metadata.version(name))
        except metadata.PackageNotFoundError:
            line = f"python3 -m uv sync --inexact --extra {extra}"
            yield Check(name, None, f"not installed; only for {use}", line)
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    line = "sudo apt-get install -y chromium" if shutil.which("apt-get") else "playwright install chromium"
    if browser:
        yield Check("chromium", True, browser)
    else:
        yield Check("chromium", None, "not on the PATH; only for browser tests", line)


def _folder_of(package: str) -> Path | None:
    """Where an installed package's code stands, found without importing it."""
    from importlib.util import find_spec

    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
